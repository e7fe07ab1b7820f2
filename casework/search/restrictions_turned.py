"""Whose record may not be used at all from now on, or may be again, though nobody changed anything at this moment.

A consent that expires restricts its record at a moment that was set long before; a restriction may end by itself as well. The
names must leave the search worker's memory then, and not with the next change of the person.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, func, or_, select
from sqlalchemy.orm import Session

from casework.consent.consents import EVERYTHING
from casework.rights_models import Restriction

__all__ = ["RestrictionsTurned", "restrictions_turned"]

MOMENTS: Final = (Restriction.since, Restriction.until)


@dataclass(frozen=True)
class RestrictionsTurned:
    """The persons concerned, at which moment of the database this was, and in how many seconds the next one is due."""

    persons: frozenset[UUID]
    at: datetime
    next_in: float | None


def restrictions_turned(session: Session, operation: str, after: datetime | None = None) -> RestrictionsTurned:
    """Whose restriction for every purpose began or ended later than `after`; of nobody, where no moment is given."""
    at, following = session.execute(select(func.now(), func.least(*_coming(operation)) - func.now())).one()
    persons = frozenset(_turned(session, operation, after)) if after else frozenset[UUID]()
    return RestrictionsTurned(persons, at, following and following.total_seconds())


def _turned(session: Session, operation: str, after: datetime) -> Iterator[UUID]:
    passed = or_(*(moment.between(after, func.now()) for moment in MOMENTS))
    for person in session.scalars(select(Restriction.person).where(*_whole(operation), passed)):
        if person:
            yield person


def _coming(operation: str) -> Iterator[ScalarSelect[datetime | None]]:
    """The next beginning and the next end."""
    for moment in MOMENTS:
        yield select(func.min(moment)).where(*_whole(operation), moment > func.now()).scalar_subquery()


def _whole(operation: str) -> tuple[ColumnElement[bool], ...]:
    return Restriction.operation == operation, Restriction.purpose == EVERYTHING, Restriction.person.is_not(None)
