"""One submission on its way in, and what admitting it needs at hand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from sqlalchemy import select

from casework.admission.sort_answers import said
from casework.errors import AnswerMissing, CodeUnknown, FormUnpublished
from casework.models import SubmittedRecord
from casework.store.seal_record import Vault
from core.audit import Purpose
from core.errors import Problem
from core.models import PlaceRow
from core.places import LEVEL_NAMES
from forms import FormDefinition, find_definition
from ingest import Answers, StoredSubmission, answers_of, read_submissions
from ingest.entities import NamedEntity, named_entity

__all__ = ["Arrival", "Desk"]


@dataclass(frozen=True)
class Arrival:
    """A submission with its form and its answers."""

    stored: StoredSubmission
    definition: FormDefinition
    answers: Answers = field(repr=False)

    @cached_property
    def entity(self) -> NamedEntity | None:
        """The entity that the answers name, where their form declares one; raises `ingest.Refused`."""
        return named_entity(self.stored.xml) if self.definition.entity else None

    def said(self, question: str) -> str:
        """The answer outside any repeat; empty when there is none."""
        return said(self.answers, self.definition, question)

    def required(self, question: str) -> str:
        """The answer; raises `AnswerMissing`."""
        answer = self.said(question)
        if not answer:
            raise AnswerMissing(question=question)
        return answer

    def code(self, question: str, codes: Iterable[str]) -> str:
        """The answer, one of `codes`; raises `AnswerMissing` or `CodeUnknown`."""
        answer, known = self.required(question), list(codes)
        if answer not in known:
            raise CodeUnknown(question=question, codes=", ".join(known))
        return answer

    def is_held_by(self, made: Sequence[SubmittedRecord]) -> bool:
        """Whether the records made of its chain hold this version already, or one that was received later."""
        if self.stored.id in {row.submission for row in made}:
            return len(made) == 1 and made[0].chain == self.stored.root_id
        return made[0].received_at > self.stored.received_at

    def stamp(self, row: SubmittedRecord) -> None:
        """Note on a record which version of the submission it now holds."""
        row.chain = self.stored.root_id
        row.submission = self.stored.id
        row.received_at = self.stored.received_at


@dataclass
class Desk(Vault):
    """Where submissions are admitted, with what has been looked up for them so far."""

    definitions: dict[tuple[str, str], FormDefinition] = field(default_factory=dict)

    def receive(self, submissions: Sequence[UUID]) -> Mapping[UUID, Arrival | Problem]:
        """Read submissions; in place of one that cannot be read stands the problem."""
        read = read_submissions(self.session, self.ring, submissions, purpose=Purpose.COLLECTION)
        return {submission: self._arrival(stored) for submission, stored in read.items()}

    def _arrival(self, stored: StoredSubmission | Problem) -> Arrival | Problem:
        if isinstance(stored, Problem):
            return stored
        try:
            definition = self._definition(stored.form_id, stored.version)
            return Arrival(stored, definition, answers_of(stored.root, definition))
        except Problem as problem:
            return problem

    def _definition(self, form_id: str, version: str) -> FormDefinition:
        if (form_id, version) not in self.definitions:
            definition = find_definition(self.session, self.operation, form_id, version)
            if definition is None:
                raise FormUnpublished(form_id=form_id, version=version, operation=self.operation)
            self.definitions[form_id, version] = definition
        return self.definitions[form_id, version]

    @cached_property
    def districts(self) -> frozenset[str]:
        """The codes of the operation's districts."""
        level = LEVEL_NAMES.index("district")
        wanted = select(PlaceRow.code).where(PlaceRow.operation == self.operation, PlaceRow.level == level)
        return frozenset(self.session.scalars(wanted))
