"""What a heading of a table of counts means: a code, a total of the others, or something to be left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from forms import FormDefinition, Question
from ingest.count_tables.errors import TemplateUnfit
from ingest.count_tables.template import Axis
from ingest.from_files.cell_text import folded
from ingest.mapped_sheets import ColumnMapping, PlaceNames
from ingest.mapped_sheets.read_by_mapping import ColumnReader
from ingest.pull.write_xml import root_name
from ingest.tables import CellFault

__all__ = ["TOTAL", "FormCounts", "HeadingReader", "Meaning", "Means"]

PREFIX: Final = "persons."


class Means(StrEnum):
    """What kind of heading it is."""

    CODE = "code"
    TOTAL = "total"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Meaning:
    """`code` is that of a question, of a sex, an age or a group; of what is left out the words themselves."""

    means: Means
    code: str = ""


TOTAL: Final = Meaning(Means.TOTAL)


class FormCounts:
    """What a form has for counts: its questions outside repeats by path, and those that count persons by sex and age."""

    def __init__(self, definition: FormDefinition) -> None:
        self.definition = definition
        self.root = f"/{root_name(definition)}/"
        self.questions = {question.path: question for question in definition.questions if not question.repeat}

    @cached_property
    def groups(self) -> Mapping[tuple[str, str], Question]:
        """By sex and age, as the statistic names them (`persons.female.0-4`)."""
        found = {}
        for question in self.definition.counted.values():
            sex, _, age = (question.statistic or "").removeprefix(PREFIX).partition(".")
            if age and question.statistic and question.statistic.startswith(PREFIX):
                found[sex, age] = question
        return found

    def codes(self, answers: str) -> Sequence[str] | None:
        """The codes of an axis that is about persons; None for any other."""
        kinds = {
            "sex": [sex for sex, _ in self.groups],
            "age": [age for _, age in self.groups],
            "group": [".".join(group) for group in self.groups],
        }
        return list(dict.fromkeys(kinds[answers])) if answers in kinds else None

    def question(self, path: str) -> Question:
        """Raises `TemplateUnfit`."""
        if self.root + path not in self.questions:
            raise self.unfit(f"it asks no '{path}' outside its repeats")
        return self.questions[self.root + path]

    def unfit(self, reason: str) -> TemplateUnfit:
        """Why a template cannot be used with the form."""
        return TemplateUnfit(form_id=self.definition.form_id, reason=reason)


class HeadingReader:
    """Reads the headings of one level."""

    def __init__(self, axis: Axis, form: FormCounts, places: Mapping[str, PlaceNames]) -> None:
        self.axis = axis
        self.known = {folded(text): TOTAL for text in axis.totals}
        self.known |= {folded(text): Meaning(Means.LEFT_OUT, folded(text)) for text in axis.left_out}
        self.known |= {folded(text): Meaning(Means.CODE, code) for text, code in axis.codes.items()}
        codes = form.codes(axis.answers)
        if codes is not None:
            _require_known(axis, codes, form)
            self.known |= {folded(code): Meaning(Means.CODE, code) for code in codes}
        self.reader = _reader(axis, form, places) if codes is None and axis.answers else None

    def meaning(self, text: str) -> Meaning | None:
        """None where nothing says what it means."""
        known = self.known.get(folded(text))
        if known:
            return known
        if not self.axis.answers:
            return Meaning(Means.CODE, folded(text))
        read = self.reader.read(text) if self.reader and text else CellFault("")
        return None if isinstance(read, CellFault) or not read else Meaning(Means.CODE, read)


def _reader(axis: Axis, form: FormCounts, places: Mapping[str, PlaceNames]) -> ColumnReader:
    question = form.question(axis.answers)
    if axis.places and axis.places not in places:
        raise form.unfit(f"'{axis.places}' is no level of places: {', '.join(places)}")
    if question.choices:
        _require_known(axis, list(question.choices), form)
    elif not axis.places and not axis.codes:
        raise form.unfit(f"'{axis.answers}' takes any words, so its headings need codes or places")
    mapped = ColumnMapping("", axis.answers, places=axis.places, codes=axis.codes)
    return ColumnReader(question, mapped, places.get(axis.places))


def _require_known(axis: Axis, codes: Sequence[str], form: FormCounts) -> None:
    for code in axis.codes.values():
        if code not in codes:
            raise form.unfit(f"'{code}' is no code of '{axis.answers}'")
