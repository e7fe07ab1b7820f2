"""What a new case may not take: the reference or the id of another case, or the id of one that was erased."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from sqlalchemy import select

from casework.admission.arrival import Arrival, Desk
from casework.admission.errors import CaseErased, CaseIdTaken
from casework.admission.named_case import REFERENCE, entity_of, id_of
from casework.errors import ReferenceTaken
from casework.models import Case, TokenKind
from casework.rights_models import Tombstone
from casework.store.blind_tokens import blind_token
from core.database import among
from core.errors import Problem

__all__ = ["Taken"]


@dataclass(frozen=True)
class Taken:
    """Of what the interviews of a batch name, that which is taken: by what stands, and by those before them in the batch."""

    references: set[bytes] = field(repr=False)
    cases: set[UUID]
    erased: frozenset[UUID]

    @classmethod
    def of(cls, desk: Desk, arrivals: Sequence[Arrival]) -> "Taken":
        """As it stands: asked once for all."""
        said = [blind_token(desk, TokenKind.CASE_REFERENCE, one.said(REFERENCE)) for one in arrivals]
        named = list(_ids_named(arrivals))
        here = Case.operation == desk.operation
        references = desk.session.scalars(select(Case.reference).where(here, among(Case.reference, said)))
        cases = desk.session.scalars(select(Case.id).where(among(Case.id, named)))
        erased = desk.session.scalars(select(Tombstone.record).where(among(Tombstone.record, named)))
        return cls(set(references), set(cases), frozenset(erased))

    def require_free(self, reference: bytes) -> None:
        """Raises `ReferenceTaken`."""
        if reference in self.references:
            raise ReferenceTaken(question=REFERENCE)

    def id_for_new_case(self, arrival: Arrival) -> UUID:
        """The id that the phone gave, by which it goes on with the case before it has heard of it from here; else a new one.

        Raises `EntityUnusable`, `CaseErased` or `CaseIdTaken`.
        """
        entity = entity_of(arrival)
        if entity is None or not entity.creates:
            return uuid4()
        named = id_of(entity)
        if named in self.erased:
            raise CaseErased
        if named in self.cases:
            raise CaseIdTaken
        return named

    def take(self, reference: bytes, case: UUID) -> None:
        """From now on both are taken."""
        self.references.add(reference)
        self.cases.add(case)


def _ids_named(arrivals: Sequence[Arrival]) -> Iterator[UUID]:
    for arrival in arrivals:
        with suppress(Problem):  # told when it is checked
            entity = entity_of(arrival)
            if entity and entity.creates:
                yield id_of(entity)
