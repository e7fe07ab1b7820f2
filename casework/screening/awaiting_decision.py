"""Which cases wait for a decision of their screening, which decisions of others for a second opinion: ids and states, nothing
said.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Final
from uuid import UUID

from sqlalchemy import LargeBinary, Select, and_, exists, null, select, type_coerce
from sqlalchemy.orm import Session

from casework.case_file_models import CaseEntry, EntryKind
from casework.models import Case, CaseState, Person
from casework.store.author_marks import is_marked_for
from core.access import Custody, access_of, require
from core.audit import Action, Purpose, record
from core.keys.keyring import KeyRing
from core.paging import PAGE, Page, page_of
from core.permissions import Right

__all__ = ["Awaiting", "AwaitingWhat", "count_screenings", "page_screenings"]


MOST_COUNTED: Final = 100  # "100 or more" says enough
READ_AT_ONCE: Final = 200  # rows
NO_MARKS: Final = type_coerce(null(), LargeBinary)
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


def count_screenings(session: Session, ring: KeyRing, what: AwaitingWhat) -> int:
    """How many wait for this account where it decides, up to a hundred."""
    access = access_of(session)
    if not access.may(Right.DECIDE_SCREENING):
        return 0
    waiting = (1 for _, custody in _waiting(session, ring, what, None) if access.may(Right.DECIDE_SCREENING, custody))
    return sum(islice(waiting, MOST_COUNTED))


def page_screenings(
    session: Session, ring: KeyRing, what: AwaitingWhat, *, purpose: Purpose, after: UUID | None = None, size: int = PAGE
) -> Page[Awaiting]:
    """The cases in reach that wait, in order of their ids; raises `NotAllowed`."""
    require(session, Right.DECIDE_SCREENING)
    rows = [one for one, _ in islice(_waiting(session, ring, what, after), size + 1)]
    record(session, Action.READ, "casework.case", purpose=purpose, count=min(len(rows), size))
    return page_of(rows, size)


def _waiting(session: Session, ring: KeyRing, what: AwaitingWhat, after: UUID | None) -> Iterator[tuple[Awaiting, Custody]]:
    """In order of their ids from `after` on, without decisions that the account itself wrote."""
    actor, asked = access_of(session).actor, SELECTED[what].order_by(Case.id).execution_options(yield_per=READ_AT_ONCE)
    with session.execute(asked if after is None else asked.where(Case.id > after)) as found:
        for case, person, state, opened_at, custody, marks in found:
            if not is_marked_for(ring, marks, actor):
                yield Awaiting(case, person, state, opened_at), Custody.parse(custody)


def _selected(what: AwaitingWhat) -> Select[UUID, UUID, str, datetime, str, bytes | None]:
    of_case, kind = CaseEntry.case == Case.id, CaseEntry.kind == EntryKind.DECISION.value
    columns = Case.id, Case.person, Case.state, Case.opened_at, Person.custody
    if what is AwaitingWhat.SECOND_OPINION:  # of one case one decision waits at most (`decide_by_rules`)
        submitted = and_(of_case, kind, CaseEntry.state == "submitted")
        return select(*columns, CaseEntry.author_marks).join(Person, Person.id == Case.person).join(CaseEntry, submitted)
    taken = select(CaseEntry.id).where(of_case, kind, CaseEntry.state.in_(["submitted", "decided"]))
    undecided = and_(Case.state.in_(UNDECIDED), ~exists(taken))
    return select(*columns, NO_MARKS).join(Person, Person.id == Case.person).where(undecided)


SELECTED: Final = {what: _selected(what) for what in AwaitingWhat}
