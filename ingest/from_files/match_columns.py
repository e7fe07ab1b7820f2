"""Which question of a form each column of an export answers, by its header alone: what is not certain is left unmatched.

KoboToolbox heads columns with the paths of questions, with their names, or with their labels, each with or without the groups
around; answers with several choices have a column of their own for each choice beside or in place of the one for all.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from forms import FormDefinition, Question
from ingest.from_files.cell_text import ChoiceNames, takes_any_text
from ingest.pull.write_xml import root_name

__all__ = ["NUMBERED", "Columns", "Headers", "is_bookkeeping", "match_columns", "put_in_column"]

# What the server says of a record, and what it computes of an answer that stands in a column of its own.
BOOKKEEPING: Final = re.compile(
    r"_.*|meta/.*|formhub/.*|instanceID|rootUuid|deprecatedID|.*/_[^/]+_(latitude|longitude|altitude|precision)|.*_URL"
)
NUMBERED: Final = re.compile(r"\[(\d+)\]")  # an entry of a repeat, in an older export
SEVERAL: Final = {"select", "rank"}


@dataclass(frozen=True)
class Columns:
    """Of one sheet, by the number of the column: its question, or the question and the code of a choice. `unmatched` headers
    are neither, nor the server's own. `free` are the columns whose questions take any text."""

    questions: dict[int, Question]
    choices: dict[int, tuple[Question, str]]
    unmatched: list[str]
    names: Mapping[str, ChoiceNames] = field(repr=False)
    free: set[int] = field(default_factory=set)


def match_columns(headers: Sequence[str], definition: FormDefinition, repeat: str | None) -> Columns:
    """The columns of the sheet of a repeat (None: of the form itself)."""
    asked = [question for question in definition.questions if question.repeat == repeat]
    known = Headers(asked, f"/{root_name(definition)}/")
    columns = Columns({}, {}, [], known.names)
    for number, header in enumerate(headers):
        if (
            repeat is None and NUMBERED.search(header) and not known.is_exactly(header)
        ):  # an entry's, and not the question of the same name
            columns.unmatched.append(header)
        elif not put_in_column(columns, known, number, header) and header and not is_bookkeeping(header):
            columns.unmatched.append(header)
    return columns


def put_in_column(columns: Columns, known: "Headers", number: int, header: str) -> bool:
    """Whether the header names a question or a choice; then its column is among them."""
    question = known.question(header)
    choice = None if question else known.choice(header)
    if question:
        columns.questions[number] = question
        if takes_any_text(question, known.names[question.path]):
            columns.free.add(number)
    elif choice:
        columns.choices[number] = choice
    return bool(question or choice)


def is_bookkeeping(header: str) -> bool:
    """Whether a column is the server's own."""
    return BOOKKEEPING.fullmatch(header) is not None


class Headers:
    """What headers may call the questions of a sheet. A name that two questions share is nobody's."""

    def __init__(self, asked: Sequence[Question], root: str) -> None:
        self.names = {question.path: ChoiceNames(question) for question in asked}
        self._paths = {question.path.removeprefix(root): question for question in asked}
        self._named = _unique((question.name, question) for question in asked)
        self._labelled = _unique((label, question) for question in asked for label in question.labels.values())

    def is_exactly(self, header: str) -> bool:
        """Whether a question is called so, with nothing before it."""
        return header in {**self._paths, **self._named, **self._labelled}

    def question(self, header: str) -> Question | None:
        return next(self._found(header), None)

    def choice(self, header: str) -> tuple[Question, str] | None:
        """The question and code that `question/choice` names, wherever the label of either has a slash."""
        steps = header.split("/")
        for at in range(len(steps) - 1, 0, -1):
            question = self.question("/".join(steps[:at]))
            code = self.names[question.path].code("/".join(steps[at:])) if question and question.kind in SEVERAL else None
            if question and code:
                return question, code
        return None

    def _found(self, header: str) -> Iterator[Question]:
        for names in (self._paths, self._named, self._labelled):
            if header in names:
                yield names[header]
        steps = header.split("/")
        for at in range(1, len(steps)):
            rest = "/".join(steps[at:])
            for names in (self._named, self._labelled):
                if rest in names:
                    yield names[rest]


def _unique(named: Iterable[tuple[str, Question]]) -> dict[str, Question]:
    found: dict[str, Question | None] = {}
    for name, question in named:
        found[name] = question if found.get(name, question) is question else None
    return {name: question for name, question in found.items() if question}
