"""The mapping of a sheet as a form: each column a row, with the question that it answers, and below it how it is read.

What is merely suggested is named so and stays open until somebody chooses. A choice says what it is before a colon, so that no
path or code of a form is taken for something else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import Final

from starlette.datastructures import FormData

from core.places import LEVEL_NAMES
from forms import FormDefinition, Question
from ingest.mapped_sheets import DATES, UNDECIDED, ColumnMapping, MappingChoiceUnfit, SheetMapping

__all__ = ["AT_ONCE", "ColumnRow", "MappingForm", "Word", "decided", "form_of", "seen"]

AT_ONCE: Final = 12  # columns on a page, which has a weight: each names every question
OPEN, OUT, ALL, CHOSEN, ASIDE, NONE = "open", "out", "all", "chosen", "aside", "none"
A_DAY: Final = date(2026, 8, 25)


@dataclass(frozen=True)
class Word:
    """What stands in cells and is no code or label: `chosen` is the value of its list; `suggested` a code's label."""

    said: str = field(repr=False)
    chosen: str
    suggested: str


@dataclass(frozen=True)
class ColumnRow:
    """A row of the form. `suggested` is the label of a question nobody decided on; `choices` are code and label."""

    number: int
    header: str = field(repr=False)
    chosen: str
    suggested: str
    is_day: bool
    days: Sequence[tuple[str, str]]
    dates: str
    is_place: bool
    places: str
    choices: Sequence[tuple[str, str]]
    words: Sequence[Word] = field(repr=False)
    is_open: bool


@dataclass(frozen=True)
class MappingForm:
    """All of it, in the reader's language; `questions` are path and label, `headers` each column's number and header."""

    questions: Sequence[tuple[str, str]]
    rows: Sequence[ColumnRow]
    headers: Sequence[tuple[int, str]] = field(repr=False)
    key: str  # which columns name a row: open, all or those chosen
    keys: frozenset[int]
    id: str
    before: int
    following: int | None
    still_open: int


def seen(text: str) -> str:
    """By which a form knows whether it is of this mapping."""
    return sha256(text.encode()).hexdigest()[:32]


def form_of(mapping: SheetMapping, definition: FormDefinition, language: str, after: int) -> MappingForm:
    """The form, with the columns after so many."""
    asked = _asked(definition)
    headers = [(number, one.header) for number, one in enumerate(mapping.columns)]
    some = list(enumerate(mapping.columns))[after : after + AT_ONCE]
    return MappingForm(
        questions=[(path, _label(question.labels, language) or question.name) for path, question in asked.items()],
        rows=[_row(number, one, asked, language) for number, one in some],
        headers=headers,
        key=OPEN if any(map(_is_undecided, mapping.key)) else CHOSEN if mapping.key else ALL,
        keys=frozenset(number for number, header in headers if header in mapping.key),
        id=_id_shown(mapping),
        before=after,
        following=after + AT_ONCE if len(headers) > after + AT_ONCE else None,
        still_open=sum(map(_is_open, mapping.columns)) + sum(map(_is_undecided, (*mapping.key, mapping.id))),
    )


def decided(mapping: SheetMapping, definition: FormDefinition, form: FormData) -> SheetMapping:
    """The mapping as the form says it; columns that are not on the page stay as they are. Raises `MappingChoiceUnfit`."""
    asked = _asked(definition)
    columns = [_decided(number, one, asked, form) for number, one in enumerate(mapping.columns)]
    return replace(mapping, columns=columns, key=_key(mapping, form), id=_id(mapping, form))


def _id_shown(mapping: SheetMapping) -> str:
    if _is_undecided(mapping.id):
        return OPEN
    return next((f"column:{number}" for number, one in enumerate(mapping.columns) if one.header == mapping.id), NONE)


def _decided(number: int, column: ColumnMapping, asked: Mapping[str, Question], form: FormData) -> ColumnMapping:
    kind, path = _said(form, f"question.{number}")
    if kind in ("", OPEN):  # on another page, or not decided on
        return column
    if kind == OUT:
        return ColumnMapping(column.header, "")
    if kind != "ask" or path not in asked:
        raise MappingChoiceUnfit(where=f"column {number + 1}")
    return _read_as(number, column, asked[path], form) if path == column.question else ColumnMapping(column.header, path)


def _read_as(number: int, column: ColumnMapping, question: Question, form: FormData) -> ColumnMapping:
    """How the cells are read, of a question that stays."""
    where = f"column {number + 1}"
    kind, dates = _said(form, f"dates.{number}")
    if kind == "as":
        if dates not in ("", column.dates, *DATES):
            raise MappingChoiceUnfit(where=where)
        column = replace(column, dates=dates)
    kind, level = _said(form, f"places.{number}")
    if kind == "level":
        if level not in ("", *LEVEL_NAMES):
            raise MappingChoiceUnfit(where=where)
        column = replace(column, places=level)
    codes = {}
    for at, (word, code) in enumerate(column.codes.items()):
        kind, chosen = _said(form, f"word.{number}.{at}")
        if kind in ("", OPEN):
            codes[word] = code
        elif kind == NONE:
            codes[word] = ""
        elif kind == "code" and chosen in question.choices:
            codes[word] = chosen
        elif kind != ASIDE:
            raise MappingChoiceUnfit(where=where)
    return replace(column, codes=codes)


def _key(mapping: SheetMapping, form: FormData) -> Sequence[str]:
    kind, _ = _said(form, "key")
    if kind in ("", OPEN):
        return mapping.key
    if kind == ALL:
        return []
    ticked = {str(one) for one in form.getlist("key_column")}
    chosen = [one.header for number, one in enumerate(mapping.columns) if str(number) in ticked]
    if kind != CHOSEN:
        raise MappingChoiceUnfit(where="the key")
    return chosen or [UNDECIDED]  # no column was ticked


def _id(mapping: SheetMapping, form: FormData) -> str:
    kind, number = _said(form, "id")
    if kind in ("", OPEN):
        return mapping.id
    if kind == NONE:
        return ""
    if kind != "column" or not number.isdecimal() or len(number) > 4 or int(number) >= len(mapping.columns):
        raise MappingChoiceUnfit(where="the ids")
    return mapping.columns[int(number)].header


def _row(number: int, column: ColumnMapping, asked: Mapping[str, Question], language: str) -> ColumnRow:
    is_open = _is_undecided(column.question)
    question = asked.get(column.question.removeprefix(UNDECIDED))
    choices = [(code, _label(said, language) or code) for code, said in question.choices.items()] if question else []
    shown = question if question is not None and not is_open else None
    days = [(dates, A_DAY.strftime(dates)) for dates in DATES]
    if column.dates and not _is_undecided(column.dates) and column.dates not in DATES:
        days.append((column.dates, column.dates))
    return ColumnRow(
        number=number,
        header=column.header,
        chosen=OPEN if is_open else f"ask:{column.question}" if column.question else OUT,
        suggested=(_label(question.labels, language) or question.name) if question else "",
        is_day=shown is not None and shown.kind == "date",
        days=days,
        dates=OPEN if _is_undecided(column.dates) else f"as:{column.dates}",
        is_place=shown is not None and shown.kind == "select1" and not shown.choices,
        places=OPEN if _is_undecided(column.places) else f"level:{column.places}",
        choices=choices if shown else [],
        words=[_word(word, code, dict(choices)) for word, code in column.codes.items()] if shown else [],
        is_open=_is_open(column),
    )


def _word(said: str, code: str, labels: Mapping[str, str]) -> Word:
    if _is_undecided(code):
        return Word(said, OPEN, labels.get(code.removeprefix(UNDECIDED), ""))
    return Word(said, f"code:{code}" if code else NONE, "")


def _asked(definition: FormDefinition) -> dict[str, Question]:
    """The questions outside repeats, by their paths below the form's root."""
    return {question.path.split("/", 2)[2]: question for question in definition.questions if not question.repeat}


def _is_open(column: ColumnMapping) -> bool:
    said = [column.question, *([column.dates, column.places, *column.codes.values()] if column.question else [])]
    return any(map(_is_undecided, said))


def _is_undecided(word: str) -> bool:
    return word.startswith(UNDECIDED)


def _said(form: FormData, name: str) -> tuple[str, str]:
    kind, _, said = str(form.get(name, "")).partition(":")
    return kind, said


def _label(labels: Mapping[str, str], language: str) -> str:
    return labels.get(language) or next(iter(labels.values()), "")
