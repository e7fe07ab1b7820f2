"""Read a submission as ODK Central shows it (OData, table `Submissions` with `$expand=*`).

Groups are objects, repeats are lists, what was not answered is null. Names are written as OData allows: a letter or `_` in
front, anything but letters, digits and `_` as `_`. Numbers and places are read and written anew, so `1.50` is `1.5`; they are
taken here as the text that the server sent. `__id` is the phone's id of the first version, whatever edits there were.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from forms import FormDefinition
from ingest.pull.cut_page import ListAbsent, cut_page
from ingest.pull.errors import AnswerUnasked
from ingest.pull.server_record import ListedRecord, ServerRecord
from ingest.pull.write_xml import root_name
from ingest.read_answers import Answers

__all__ = [
    "AnswerReader",
    "Row",
    "ShapeUnknown",
    "first_id",
    "is_encrypted",
    "read_dated",
    "read_listed",
    "read_moment",
    "read_page",
    "read_row",
]

NOT_ANSWERS: Final = ("__id", "__system", "meta")
LINK: Final = "@odata.navigationLink"
PARENT: Final = re.compile(r"__Submissions.*-id")
NOT_ALLOWED: Final = re.compile(r"[^A-Za-z0-9_]+")
NOT_IN_FRONT: Final = re.compile(r"[^A-Za-z_]")
AS_TEXT: Final = json.JSONDecoder(parse_float=str, parse_int=str)  # numbers
ENCRYPTED: Final = {"notDecrypted", "missingEncryptedFormData"}


class ShapeUnknown(Exception):
    """A row without what every row has; the text names what is missing, and quotes nothing."""


class Row(NamedTuple):
    """What stands in a row, numbers as text, and what the server wrote of it."""

    content: Mapping[str, Any]
    text: str


def read_page(page: bytes) -> list[Row]:
    """The rows of a page. Raises `ShapeUnknown`, or `ValueError` where it is no JSON."""
    try:
        rows = [Row(content, text) for content, text in cut_page(page, "value", AS_TEXT)]
    except ListAbsent:
        raise ShapeUnknown("a page without `value`") from None
    if not all(isinstance(row.content, dict) for row in rows):
        raise ShapeUnknown("a `value` of something else than rows")
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


def read_dated(rows: Sequence[Row], name: str) -> list[tuple[int, str, Row]]:
    """Rows with this moment and the first id of each; raises `ShapeUnknown`."""
    return [(read_moment(row.content, name), first_id(row.content), row) for row in rows]


def is_encrypted(row: Mapping[str, Any]) -> bool:
    """Whether the phone encrypted it, so that the row holds no answers."""
    return _system(row).get("status") in ENCRYPTED


def read_listed(row: Mapping[str, Any], number: int) -> ListedRecord:
    """What is compared."""
    system = _system(row)
    return ListedRecord(number, _version(_instance_id(row), system), _review(system))


def _version(instance: str, system: Mapping[str, Any]) -> str:
    """Told by the phone's id of it and by the count of edits, since one may be absent."""
    return f"{instance} {system.get('edits')}"


def _review(system: Mapping[str, Any]) -> str | None:
    review = system.get("reviewState")
    return str(review)[:40] if review else None


def read_row(shown: Row, read: "AnswerReader", *, number: int, folder: str, manifest: bytes | None = None) -> ServerRecord:
    """A whole record; raises `ShapeUnknown`. `folder` is the address of its files, `manifest` what stands for its answers."""
    row = shown.content
    first, instance, system = first_id(row), _instance_id(row), _system(row)
    return ServerRecord(
        number,
        _version(instance, system),
        _review(system),
        instance,
        () if instance == first else (first,),
        str(system.get("formVersion") or ""),
        (),
        shown.text,
        row,
        read,
        moment=read_moment(row, "submissionDate"),
        folder=folder,
        manifest=manifest,
    )


class AnswerReader:
    """Reads the answers to a form's questions out of rows; what each form asks is worked out once, in each process."""

    def __init__(self) -> None:
        self._forms: dict[int, tuple[FormDefinition, _Place]] = {}

    def __reduce__(self) -> tuple[type["AnswerReader"], tuple[()]]:
        return AnswerReader, ()

    def __call__(self, row: Mapping[str, Any], definition: FormDefinition) -> Answers:
        """Raises `AnswerUnasked` where there is an answer that the form does not ask for."""
        known = self._forms.get(id(definition))
        if known is None:
            known = self._forms[id(definition)] = (definition, _root(definition))
        answers = Answers()
        try:
            _read(row, known[1], answers)
        except _Unasked as unasked:
            question = unasked.path.removeprefix(f"{known[1].path}/")
            raise AnswerUnasked(question=question, form_id=definition.form_id, version=definition.version) from None
        return answers


@dataclass(frozen=True)
class _Place:
    """A question, a group or a repeat, and what lies below it by the name that the server shows."""

    path: str
    asked: bool
    repeat: bool
    below: dict[str, "_Place"] = field(default_factory=dict)
    questions: dict[str, str] = field(default_factory=dict)  # the paths of those right below


class _Unasked(Exception):
    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def _root(definition: FormDefinition) -> _Place:
    questions = {question.path for question in definition.questions}
    repeats = {question.repeat for question in definition.questions}
    root = _Place(f"/{root_name(definition)}", asked=False, repeat=False)
    for path in questions:
        place = root
        for name in path.removeprefix(f"{root.path}/").split("/"):
            here = f"{place.path}/{name}"
            shown = _as_shown(name)
            if here in questions:
                place.questions[shown] = here
            place = place.below.setdefault(shown, _Place(here, here in questions, here in repeats))
    return root


def _as_shown(name: str) -> str:
    return NOT_ALLOWED.sub("_", f"_{name}" if NOT_IN_FRONT.match(name) else name)


def _read(row: Mapping[str, Any], at: _Place, into: Answers) -> None:
    questions, values = at.questions, into.values
    for key, value in row.items():
        if type(value) is str and (path := questions.get(key)):  # most are
            if value:
                values[path] = value
            continue
        if value is None or value == "":
            continue
        place = at.below.get(key)
        if place is None:
            if key not in NOT_ANSWERS and not key.endswith(LINK) and not PARENT.fullmatch(key):
                raise _Unasked(f"{at.path}/{key}")
        elif place.asked:
            values[place.path] = _text(value, place)
        elif isinstance(value, dict):
            _read(value, place, into)
        else:
            _read_repeat(value, place, into)


def _read_repeat(entries: object, place: _Place, into: Answers) -> None:
    if not isinstance(entries, list) or not all(isinstance(item, dict) for item in entries):
        raise _Unasked(place.path)
    for item in entries:
        entry = Answers() if place.repeat else into
        if entry is not into:
            into.repeats.setdefault(place.path, []).append(entry)
        _read(item, place, entry)


def _text(value: object, place: _Place) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    text = _geometry(value) if isinstance(value, dict) else None
    if text is None:
        raise _Unasked(place.path)
    return text


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
