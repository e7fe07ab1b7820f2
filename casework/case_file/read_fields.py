"""What was typed into the fields of an entry, read strictly: nothing wrong is stored, and the field is named."""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from casework.case_file.errors import FieldUnfit
from casework.case_file.kinds import FIELDS, EntryField, FieldKind
from casework.case_file_models import EntryKind
from casework.programme import Programme
from core.languages import LANGUAGES

__all__ = ["LONGEST_LINE", "LONGEST_TEXT", "read_fields"]

LONGEST_LINE: Final = 200
LONGEST_TEXT: Final = 20_000
# They reverse what is read after them: a name or a reason must not read otherwise than it was typed.
OVERRIDES: Final = frozenset("\u202a\u202b\u202d\u202e")
Answer = str | list[str]


def read_fields(kind: EntryKind, typed: Mapping[str, Answer], programme: Programme) -> dict[str, Answer]:
    """The fields of this kind that were typed, in one form; raises `FieldUnfit`."""
    known = {one.name: one for one in FIELDS[kind]}
    for name in typed:
        if name not in known:
            raise FieldUnfit(field=name, expected="it is not a field of this kind of entry")
    return {name: _read(known[name], value, programme) for name, value in typed.items()}


def _read(field: EntryField, value: Answer, programme: Programme) -> Answer:
    if field.kind is FieldKind.CODES:
        chosen = [value] if isinstance(value, str) else value
        return [_code(field, code, programme) for code in chosen if code]
    text = _plain(field, value)
    if not text:
        return ""
    return _STRICT.get(field.kind, _as_typed)(field, text, programme)


def _plain(field: EntryField, value: Answer) -> str:
    """Composed (NFC), with lines ended alike, without characters that turn the direction of what follows."""
    if not isinstance(value, str):
        raise FieldUnfit(field=field.name, expected="it holds one answer")
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()
    text = "".join(one for one in text if one not in OVERRIDES)
    most = LONGEST_TEXT if field.kind is FieldKind.TEXT else LONGEST_LINE
    if len(text) > most:
        raise FieldUnfit(field=field.name, expected=f"it is longer than {most} letters")
    if any(unicodedata.category(one) == "Cc" and one not in "\n\t" for one in text):
        raise FieldUnfit(field=field.name, expected="it holds control characters")
    return text


def _as_typed(_: EntryField, text: str, __: Programme) -> str:
    return text


def _yes_or_no(field: EntryField, text: str, _: Programme) -> str:
    return _one_of(field, text, ("yes", "no"))


def _language(field: EntryField, text: str, _: Programme) -> str:
    return _one_of(field, text, tuple(LANGUAGES))


def _code(field: EntryField, code: str, programme: Programme) -> str:
    return _one_of(field, code, tuple(programme.lists[field.codes]))


def _one_of(field: EntryField, code: str, known: tuple[str, ...]) -> str:
    if code not in known:
        raise FieldUnfit(field=field.name, expected=f"choose one of {', '.join(known)}")
    return code


def _day(field: EntryField, text: str, _: Programme) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise FieldUnfit(field=field.name, expected="write the day as 2026-02-10, in the Gregorian calendar") from None


def _number(field: EntryField, text: str, _: Programme) -> str:
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0 or number > 10**12:
        raise FieldUnfit(field=field.name, expected="write a number, as 12.50")
    return str(number.quantize(Decimal("0.01")) if number % 1 else number.quantize(Decimal(1)))


_STRICT: Final[Mapping[FieldKind, Callable[[EntryField, str, Programme], str]]] = {
    FieldKind.CODE: _code,
    FieldKind.YES_NO: _yes_or_no,
    FieldKind.LANGUAGE: _language,
    FieldKind.DATE: _day,
    FieldKind.NUMBER: _number,
}
