"""Which question of a form each column of an export answers, by its header alone: what is not certain is left unmatched.

KoboToolbox heads columns with the paths of questions, with their names, or with their labels, each with or without the groups
around; answers with several choices have a column of their own for each choice beside or in place of the one for all.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from forms import FormDefinition, Question
from ingest.from_files.cell_text import ChoiceNames, takes_any_text
from ingest.pull.write_xml import root_name

__all__ = ["Columns", "is_bookkeeping", "match_columns"]

# What the server says of a record, and what it computes of an answer that stands in a column of its own.
BOOKKEEPING: Final = re.compile(
    r"_.*|meta/.*|formhub/.*|instanceID|rootUuid|deprecatedID|.*/_[^/]+_(latitude|longitude|altitude|precision)|.*_URL"
)
SEVERAL: Final = {"select", "rank"}


@dataclass(frozen=True)
class Columns:
    """Of one sheet, by the number of the column: its question, or the question and the code of a choice. `unmatched` headers
    are neither, nor the server's own. `free` are the columns whose questions take any text."""

    questions: Mapping[int, Question]
    choices: Mapping[int, tuple[Question, str]]
    unmatched: Sequence[str]
    names: Mapping[str, ChoiceNames] = field(repr=False)
    free: Collection[int] = frozenset()


def match_columns(headers: Sequence[str], definition: FormDefinition, repeat: str | None) -> Columns:
    """The columns of the sheet of a repeat (None: of the form itself)."""
    asked = [question for question in definition.questions if question.repeat == repeat]
    known = _Headers(asked, f"/{root_name(definition)}/")
    questions: dict[int, Question] = {}
    choices: dict[int, tuple[Question, str]] = {}
    unmatched = []
    for number, header in enumerate(headers):
        question = known.question(header)
        choice = None if question else known.choice(header)
        if question:
            questions[number] = question
        elif choice:
            choices[number] = choice
        elif header and not is_bookkeeping(header):
            unmatched.append(header)
    free = {number for number, question in questions.items() if takes_any_text(question, known.names[question.path])}
    return Columns(questions, choices, unmatched, known.names, free)


def is_bookkeeping(header: str) -> bool:
    """Whether a column is the server's own."""
    return BOOKKEEPING.fullmatch(header) is not None


class _Headers:
    """What headers may call the questions of a sheet. A name that two questions share is nobody's."""

    def __init__(self, asked: Sequence[Question], root: str) -> None:
        self.names = {question.path: ChoiceNames(question) for question in asked}
        self._paths = {question.path.removeprefix(root): question for question in asked}
        self._named = _unique((question.name, question) for question in asked)
        self._labelled = _unique((label, question) for question in asked for label in question.labels.values())

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
