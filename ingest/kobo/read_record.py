"""Read a record as KoboToolbox shows it (API v2, `/assets/{uid}/data/`).

Answers are keyed by the path of their question below the form's root; a repeat is a list whose items keep full paths; an
answer that was not given is absent. Beside them stand the server's own names: with `_` in front, `meta/…`, `formhub/…`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from forms import FormDefinition
from ingest.pull.errors import AnswerUnasked
from ingest.pull.server_record import ListedRecord, ServerFile, ServerRecord
from ingest.pull.write_xml import root_name
from ingest.read_answers import Answers

__all__ = ["VALIDATION", "ShapeUnknown", "read_answers", "read_listed", "read_record"]

NOT_ANSWERS: Final = ("_", "meta/", "formhub/")
URN: Final = "uuid:"
VALIDATION: Final = "validation_status_"  # stands before each of its words
NOT_IN_NAMES: Final = re.compile(r"[^-\w.]")


class ShapeUnknown(Exception):
    """A record without what every record has; the text names what is missing, and quotes nothing."""


def read_listed(content: Mapping[str, Any]) -> ListedRecord:
    """Its number, version and validation; raises `ShapeUnknown`."""
    number = content.get("_id")
    if not isinstance(number, int) or isinstance(number, bool):
        raise ShapeUnknown("a record without `_id`")
    return ListedRecord(number, str(content.get("_uuid") or ""), _validation(content))


def read_record(content: Mapping[str, Any], text: str) -> ServerRecord:
    """A whole record, of which the server wrote this text; raises `ShapeUnknown`.

    An edit there keeps `_id` and `meta/rootUuid` and has a new `_uuid` and `meta/instanceID`.
    """
    listed = read_listed(content)
    instance = _text(content, "meta/instanceID") or (URN + listed.uuid if listed.uuid else f"{URN}kobotoolbox:{listed.number}")
    root = _text(content, "meta/rootUuid")
    named = (_text(content, "meta/deprecatedID"), root and URN + root.removeprefix(URN))
    before = tuple(dict.fromkeys(one for one in named if one and one != instance))
    return ServerRecord(
        listed.number,
        listed.uuid,
        listed.validation,
        instance,
        before,
        _text(content, "__version__"),
        tuple(_files(content)),
        text,
        content,
        read_answers,
    )


def read_answers(content: Mapping[str, Any], definition: FormDefinition) -> Answers:
    """The answers to the form's questions; raises `AnswerUnasked` where there is one that the form does not ask for."""
    answers = Answers()
    _Reader(definition).read(content, answers)
    return answers


class _Reader:
    def __init__(self, definition: FormDefinition) -> None:
        self.definition = definition
        self.root = f"/{root_name(definition)}/"
        self.named, self.repeats = definition.paths_below_root, definition.repeat_paths

    def read(self, content: Mapping[str, Any], into: Answers) -> None:
        for key, value in content.items():
            path = self.named.get(key)
            if path is not None and isinstance(value, str):
                if value:
                    into.values[path] = value
            elif value is None or value == "":
                continue
            elif path is not None and not isinstance(value, list | dict):
                into.values[path] = str(value)
            elif key.startswith(NOT_ANSWERS):
                continue
            elif isinstance(value, list):
                self._read_repeat(self.root + key, key, value, into)
            else:
                raise self._unasked(key)

    def _read_repeat(self, path: str, key: str, entries: list[Any], into: Answers) -> None:
        if path not in self.repeats:
            raise self._unasked(key)
        for item in entries:
            if not isinstance(item, dict):
                raise self._unasked(key)
            entry = Answers()
            into.repeats.setdefault(path, []).append(entry)
            self.read(item, entry)

    def _unasked(self, question: str) -> AnswerUnasked:
        return AnswerUnasked(question=question, form_id=self.definition.form_id, version=self.definition.version)


def _text(content: Mapping[str, Any], key: str) -> str:
    value = content.get(key)
    return value.strip() if isinstance(value, str) else ""


def _files(content: Mapping[str, Any]) -> Iterator[ServerFile]:
    """What is attached, under the names that the answers give it: the server keeps a file under a name that it has cleaned."""
    listed = content.get("_attachments")
    attached = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    if not attached:
        return
    named = {_as_kept(text): text for text in _texts(content)}
    for one in attached:
        kept = str(one.get("media_file_basename") or one.get("filename") or "").rpartition("/")[2]
        yield ServerFile(
            named.get(kept, kept),
            str(one.get("mimetype") or "application/octet-stream"),
            str(one.get("download_url") or ""),
            deleted=bool(one.get("is_deleted")),
        )


def _texts(content: object) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        for one in content:
            yield from _texts(one)
    elif isinstance(content, dict):
        for key, one in content.items():
            if not str(key).startswith("_"):
                yield from _texts(one)


def _as_kept(name: str) -> str:
    """As Django makes a file's name harmless (`django.utils.text.get_valid_filename`), which KoboToolbox is built on."""
    return NOT_IN_NAMES.sub("", name.strip().replace(" ", "_"))


def _validation(content: Mapping[str, Any]) -> str | None:
    """One of Kobo's own: `approved`, `not_approved`, `on_hold`; None where it was not looked at."""
    status = content.get("_validation_status")
    uid = status.get("uid") if isinstance(status, dict) else None
    return str(uid).removeprefix(VALIDATION)[:40] if uid else None
