"""Whose key lists a row that speaks of a person besides their own: the other's of a link, pair or relationship, and that of
their household's case."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from casework.duplicate_models import DuplicateCandidate, Merge
from casework.family_models import Relationship
from casework.models import Case, HouseholdMember
from core.database import among

__all__ = ["named_beside"]


def named_beside(session: Session, persons: Collection[UUID]) -> set[UUID]:
    """These others, of whom something changes when the persons are taken away; links that were undone count too."""
    pairs = [
        (Merge.survivor, Merge.merged),
        (DuplicateCandidate.first, DuplicateCandidate.second),
        (Relationship.person, Relationship.other),
    ]
    both_ways = [select(other).where(among(one, persons)) for pair in pairs for one, other in (pair, pair[::-1])]
    cases = select(Case.person).join(HouseholdMember, HouseholdMember.household == Case.household)
    named = union(*both_ways, cases.where(among(HouseholdMember.person, persons)))
    return set(session.scalars(named)) - set(persons)
