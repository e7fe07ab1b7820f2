"""What entries of a case file say, in words: labels for codes, days in the reader's language, long texts cut where a list shows
them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from babel.dates import format_date

from app.web.cases.case_desk import OpenCase
from casework.case_file import FIELDS, Entry, EntryField, EntryKind, FieldKind
from casework.programme import Programme
from core.languages import LANGUAGES

__all__ = ["Reading", "ShownEntry", "ShownField", "shown_entry", "shown_fields"]

IN_A_LIST: Final = 300  # letters of a text; the page of the entry shows all
UNSEEN: Final = frozenset({"holds"})  # for the program alone


@dataclass(frozen=True)
class Reading:
    """Who reads: their language, the programme's labels, and what units are called."""

    language: str
    programme: Programme
    units: Mapping[str, str]
    cases: Mapping[str, datetime] = field(default_factory=dict)  # when other cases of the person were opened, by id

    @classmethod
    def of(cls, language: str, case: OpenCase) -> "Reading":
        return cls(language, case.programme, case.units, {str(one.id): one.opened_at for one in case.file.others})

    def day(self, day: date) -> str:
        """A day as it is written in the reader's language."""
        return format_date(day, "d MMM y", locale=self.language)


@dataclass(frozen=True)
class ShownField:
    """A field and what it says; `said` names a text of the page that says it (yes, no), and `cut` that more was written."""

    name: str
    value: str = field(repr=False)
    said: str = ""
    cut: bool = False


@dataclass(frozen=True)
class ShownEntry:
    """An entry for a page; `title` is the field that tells it from others of its kind, empty where none
    does, and `fields` are the others."""

    entry: Entry
    title: str = field(repr=False)
    fields: tuple[ShownField, ...] = field(repr=False)


def shown_entry(entry: Entry, reading: Reading, *, whole: bool = False) -> ShownEntry:
    """The entry as it stands, its texts cut to what a list shows unless it is shown `whole`."""
    fields = shown_fields(entry.kind, entry.fields or {}, reading, whole=whole)
    title = next((one for one in fields if one.name in _titles(entry.kind)), None)
    others = tuple(one for one in fields if one is not title)
    return ShownEntry(entry, title.value if title else "", others)


def _titles(kind: EntryKind) -> set[str]:
    """The fields that a heading can say by themselves: a line, or the code that the entry begins with."""
    first = FIELDS[kind][0]
    return {one.name for one in FIELDS[kind] if one.kind is FieldKind.LINE or (one is first and one.kind is FieldKind.CODE)}


def shown_fields(kind: EntryKind, fields: Mapping[str, Any], reading: Reading, *, whole: bool = True) -> tuple[ShownField, ...]:
    """The fields that say something, in the order of the form."""
    asked = (one for one in FIELDS[kind] if fields.get(one.name) and one.name not in UNSEEN)
    return tuple(_shown(one, fields[one.name], reading, whole=whole) for one in asked)


def _shown(asked: EntryField, value: Any, reading: Reading, *, whole: bool) -> ShownField:
    if asked.name in _NAMED:
        return _NAMED[asked.name](value, reading)
    match asked.kind:
        case FieldKind.CODE | FieldKind.CODES:
            codes = [value] if isinstance(value, str) else value
            labels = [reading.programme.label(asked.codes, code, reading.language) for code in codes]
            return ShownField(asked.name, " · ".join(labels))
        case FieldKind.YES_NO:
            return ShownField(asked.name, value, said=f"case_{value}")
        case FieldKind.DATE:
            return ShownField(asked.name, reading.day(date.fromisoformat(value)))
    if whole or len(value) <= IN_A_LIST:
        return ShownField(asked.name, value)
    return ShownField(asked.name, value[:IN_A_LIST].rstrip() + "…", cut=True)


def _earlier(value: str, reading: Reading) -> ShownField:
    opened = reading.cases.get(value)
    return ShownField("earlier", reading.day(opened.date()) if opened else value)


# Fields that hold the id of something, or a code that is none of the programme's.
_NAMED: Final[Mapping[str, Callable[[str, Reading], ShownField]]] = {
    "unit": lambda value, reading: ShownField("unit", reading.units.get(value, value)),
    "earlier": _earlier,
    "basis": lambda value, _: ShownField("basis", value, said=f"basis_{value}"),
    "language": lambda value, _: ShownField("language", LANGUAGES.get(value, value)),
}
