"""What records still lie in a unit: after it was closed, they wait to be handed over."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from casework.models import Person
from core.access import require
from core.audit import Action, Purpose, record
from core.paging import PAGE, Page, page_of
from core.permissions import Right

__all__ = ["LeftRecord", "count_left", "page_left"]


@dataclass(frozen=True)
class LeftRecord:
    """A person's record, by its id alone."""

    id: UUID


def count_left(session: Session, unit: UUID) -> int:
    """How many records of the operation lie in the unit or a unit of it; a number tells of nobody, so the program counts for
    whoever administers units."""
    return session.scalars(select(func.count()).select_from(Person).where(_in(unit))).one()


def page_left(
    session: Session, unit: UUID, *, purpose: Purpose, after: UUID | None = None, size: int = PAGE
) -> Page[LeftRecord]:
    """Which they are, within reach of whoever may hand them over; raises `NotAllowed`."""
    require(session, Right.SHARE_RECORD, subject="casework.person")
    asked = select(Person.id).where(_in(unit)).order_by(Person.id)
    found = session.scalars((asked.where(Person.id > after) if after else asked).limit(size + 1))
    page = page_of(map(LeftRecord, found), size)
    record(session, Action.READ, "casework.person", purpose=purpose, count=len(page.rows), detail={"by": "unit"})
    return page


def _in(unit: UUID) -> ColumnElement[bool]:
    """Ids are random, so one that stands in a custody stands there as the unit."""
    return Person.custody.contains(str(unit))
