"""Which cases wait for a decision of their screening, which decisions for a second opinion: ids and states, nothing said."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from casework.case_file_models import CaseEntry, EntryKind
from casework.models import Case, CaseState, Person
from core.access import Custody, access_of, require
from core.audit import Action, Purpose, record
from core.paging import PAGE, Page, page_of
from core.permissions import Right

__all__ = ["Awaiting", "AwaitingWhat", "count_screenings", "page_screenings"]


MOST_COUNTED: Final = 100  # "100 or more" says enough
UNDECIDED: Final = (CaseState.ELIGIBLE.value, CaseState.NOT_ELIGIBLE.value)  # as the interview left it


class AwaitingWhat(StrEnum):
    """What a case waits for."""

    DECISION = "decision"
    SECOND_OPINION = "second_opinion"


@dataclass(frozen=True)
class Awaiting:
    """A case that waits; `id` is the case's own."""

    id: UUID
    person: UUID
    state: str
    opened_at: datetime


def count_screenings(session: Session, what: AwaitingWhat) -> int:
    """How many wait where the account decides, up to a hundred; of second opinions also those on its own decisions, for who
    decided is sealed."""
    access = access_of(session)
    if not access.may(Right.DECIDE_SCREENING):
        return 0
    custodies = select(Person.custody).join(Case, Case.person == Person.id).where(_waits(what)).limit(MOST_COUNTED)
    return sum(access.may(Right.DECIDE_SCREENING, Custody.parse(custody)) for custody in session.scalars(custodies))


def page_screenings(
    session: Session, what: AwaitingWhat, *, purpose: Purpose, after: UUID | None = None, size: int = PAGE
) -> Page[Awaiting]:
    """The cases in reach that wait, in order of their ids; raises `NotAllowed`."""
    require(session, Right.DECIDE_SCREENING)
    wanted = select(Case.id, Case.person, Case.state, Case.opened_at).where(_waits(what)).order_by(Case.id).limit(size + 1)
    rows = session.execute(wanted if after is None else wanted.where(Case.id > after)).all()
    record(session, Action.READ, "casework.case", purpose=purpose, count=min(len(rows), size))
    return page_of((Awaiting(*row) for row in rows), size)


def _waits(what: AwaitingWhat) -> ColumnElement[bool]:
    decisions = CaseEntry.case == Case.id, CaseEntry.kind == EntryKind.DECISION.value
    if what is AwaitingWhat.SECOND_OPINION:
        return exists(select(CaseEntry.id).where(*decisions, CaseEntry.state == "submitted"))
    taken = select(CaseEntry.id).where(*decisions, CaseEntry.state.in_(["submitted", "decided"]))
    return and_(Case.state.in_(UNDECIDED), ~exists(taken))
