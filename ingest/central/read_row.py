"""Read a submission as ODK Central shows it (OData, table `Submissions` with `$expand=*`).

Groups are objects, repeats are lists, what was not answered is null. Names are written as OData allows: a letter or `_` in
front, anything but letters, digits and `_` as `_`. Numbers and places are read and written anew, so `1.50` is `1.5`; they are
taken here as the text that the server sent. `__id` is the phone's id of the first version, whatever edits there were.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from forms import FormDefinition
from ingest.pull.errors import AnswerUnasked
from ingest.pull.server_record import ListedRecord, ServerRecord
from ingest.pull.write_xml import root_name
from ingest.read_answers import Answers

__all__ = ["ShapeUnknown", "first_id", "is_encrypted", "read_answers", "read_listed", "read_moment", "read_page", "read_row"]

NOT_ANSWERS: Final = ("__id", "__system", "meta")
LINK: Final = "@odata.navigationLink"
PARENT: Final = re.compile(r"__Submissions.*-id")
ENCRYPTED: Final = {"notDecrypted", "missingEncryptedFormData"}


class ShapeUnknown(Exception):
    """A row without what every row has; the text names what is missing, and quotes nothing."""


def read_page(text: bytes) -> list[dict[str, Any]]:
    """The rows of a page, numbers as text. Raises `ShapeUnknown`, or `ValueError` where it is no JSON."""
    page = json.loads(text, parse_float=str, parse_int=str)
    rows = page.get("value") if isinstance(page, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ShapeUnknown("a page without `value`")
    return rows


def first_id(row: Mapping[str, Any]) -> str:
    """The phone's id of the first version; raises `ShapeUnknown`."""
    found = row.get("__id")
    if not isinstance(found, str) or not found:
        raise ShapeUnknown("a row without `__id`")
    return found


def read_moment(row: Mapping[str, Any], name: str) -> int:
    """When it was sent, changed or deleted there, in milliseconds since 1970; raises `ShapeUnknown`."""
    try:
        return round(datetime.fromisoformat(str(_system(row)[name])).timestamp() * 1000)
    except (KeyError, ValueError):
        raise ShapeUnknown(f"a row without `__system/{name}`") from None


def is_encrypted(row: Mapping[str, Any]) -> bool:
    """Whether the phone encrypted it, so that the row holds no answers."""
    return _system(row).get("status") in ENCRYPTED


def read_listed(row: Mapping[str, Any], number: int) -> ListedRecord:
    """What is compared. A version is told by the phone's id of it and by the count of edits, since one may be absent."""
    review = _system(row).get("reviewState")
    version = f"{_instance_id(row)} {_system(row).get('edits')}"
    return ListedRecord(number, version, str(review)[:40] if review else None)


def read_row(row: Mapping[str, Any], number: int, folder: str, manifest: bytes | None = None) -> ServerRecord:
    """A whole record; raises `ShapeUnknown`. `folder` is the address of its files, `manifest` what stands for its answers."""
    listed = read_listed(row, number)
    first, instance = first_id(row), _instance_id(row)
    return ServerRecord(
        listed.number,
        listed.uuid,
        listed.validation,
        instance,
        () if instance == first else (first,),
        str(_system(row).get("formVersion") or ""),
        (),
        row,
        read_answers,
        moment=read_moment(row, "submissionDate"),
        folder=folder,
        manifest=manifest,
    )


def read_answers(row: Mapping[str, Any], definition: FormDefinition) -> Answers:
    """The answers to the form's questions; raises `AnswerUnasked` where there is one that the form does not ask for."""
    answers = Answers()
    _Reader(definition).read(row, f"/{root_name(definition)}", answers)
    return answers


class _Reader:
    def __init__(self, definition: FormDefinition) -> None:
        self.definition = definition
        self.kinds = {question.path: question.kind for question in definition.questions}
        self.repeats = {question.repeat for question in definition.questions}
        self.places = {_as_shown(place): place for place in _places(definition)}

    def read(self, row: Mapping[str, Any], at: str, into: Answers) -> None:
        for key, value in row.items():
            place = self.places.get(f"{_as_shown(at)}/{key}")
            if value is None or value == "" or key.endswith(LINK) or PARENT.fullmatch(key):
                continue
            if place is None:
                if key not in NOT_ANSWERS:
                    raise self._unasked(f"{at}/{key}")
            elif place in self.kinds:
                into.values[place] = self._text(value, place)
            elif isinstance(value, dict):
                self.read(value, place, into)
            else:
                self._read_repeat(value, place, into)

    def _read_repeat(self, entries: object, place: str, into: Answers) -> None:
        if not isinstance(entries, list) or not all(isinstance(item, dict) for item in entries):
            raise self._unasked(place)
        for item in entries:
            entry = Answers() if place in self.repeats else into
            if entry is not into:
                into.repeats.setdefault(place, []).append(entry)
            self.read(item, place, entry)

    def _text(self, value: object, place: str) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str):
            return value
        text = _geometry(value) if isinstance(value, dict) else None
        if text is None:
            raise self._unasked(place)
        return text

    def _unasked(self, place: str) -> AnswerUnasked:
        question = place.removeprefix(f"/{root_name(self.definition)}/")
        return AnswerUnasked(question=question, form_id=self.definition.form_id, version=self.definition.version)


def _places(definition: FormDefinition) -> set[str]:
    """Every question, group and repeat."""
    places = set()
    for question in definition.questions:
        steps = question.path.split("/")
        places |= {"/".join(steps[:length]) for length in range(2, len(steps) + 1)}
    return places


def _as_shown(place: str) -> str:
    first, *names = place.removeprefix("/").split("/")
    return "/".join(["", first, *(re.sub(r"[^A-Za-z0-9_]+", "_", re.sub(r"^(?=[^A-Za-z_])", "_", name)) for name in names)])


def _geometry(value: Mapping[str, Any]) -> str | None:
    """A place, line or area (GeoJSON, longitude first) as a phone writes it: latitude, longitude, altitude, accuracy."""
    coordinates: Any = value.get("coordinates")
    properties = value.get("properties") or {}
    try:
        if value.get("type") == "Point":
            return _point(coordinates, properties.get("accuracy"))
        line: list[Any] = coordinates[0] if value.get("type") == "Polygon" else coordinates
        accuracies = properties.get("accuracies") or [None] * len(line)
        return "; ".join(_point(point, accuracy) for point, accuracy in zip(line, accuracies, strict=True))
    except (TypeError, ValueError, KeyError, IndexError, AttributeError):
        return None


def _point(coordinates: Any, accuracy: str | None) -> str:
    longitude, latitude, *altitude = coordinates
    more = [*(altitude or ["0"]), accuracy] if accuracy is not None else altitude
    return " ".join([str(latitude), str(longitude), *(str(number) for number in more)])


def _instance_id(row: Mapping[str, Any]) -> str:
    """The phone's id of the version that is shown; where the form shows none, that of the first."""
    meta = row.get("meta")
    shown = meta.get("instanceID") if isinstance(meta, dict) else None
    return str(shown).strip() if shown else first_id(row)


def _system(row: Mapping[str, Any]) -> Mapping[str, Any]:
    system = row.get("__system")
    if not isinstance(system, dict):
        raise ShapeUnknown("a row without `__system`")
    return system
