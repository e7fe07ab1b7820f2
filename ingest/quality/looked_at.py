"""A submission as the checks see it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from forms import FormDefinition, PrivacyClass, Question
from ingest.read_answers import Answers

__all__ = ["Looked", "shown"]


@dataclass(frozen=True)
class Looked:
    """The answers of one submission with its form; `audit` is the phone's own log of the interview, where it keeps one."""

    submission: UUID
    definition: FormDefinition
    answers: Answers = field(repr=False)
    collector: str = ""
    audit: bytes | None = field(default=None, repr=False)

    @cached_property
    def said(self) -> Sequence[tuple[Question, str]]:
        """Every answer with its question, those of repeats too."""
        return list(self._said(self.answers))

    def preloaded(self, what: str) -> str:
        """What the phone filled in by itself: `start`, `end` or `today`; empty where it did not."""
        paths, values = self.definition.preloads.get(what, ()), self.answers.values
        return next((values[path].strip() for path in paths if path in values), "")

    @cached_property
    def single(self) -> dict[str, tuple[Question, str]]:
        """By path, what is asked once."""
        return {question.path: (question, answer) for question, answer in self.said if question.repeat is None}

    def _said(self, answers: Answers) -> Iterator[tuple[Question, str]]:
        asked = self.definition.by_path
        for path, answer in answers.values.items():
            told = answer.strip()
            if told and path in asked:
                yield asked[path], told
        for entries in answers.repeats.values():
            for entry in entries:
                yield from self._said(entry)


def shown(question: Question, answers: Sequence[str]) -> str:
    """Answers as a finding may tell them; of a question whose answer points at a person by itself, none."""
    return "" if question.privacy is PrivacyClass.DIRECT else ", ".join(dict.fromkeys(answers))
