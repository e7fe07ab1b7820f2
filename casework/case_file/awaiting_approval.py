"""What waits until somebody else approves, accepts or sends it back: found by kind and state alone, without opening anything.

Who wrote an entry is sealed, so one's own are among them; nobody decides those themselves (`transitions.by_another`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from casework.case_file.transitions import TRANSITIONS
from casework.case_file_models import CaseEntry, EntryKind
from casework.models import Person
from core.access import Custody, access_of, require
from core.audit import Action, Purpose, record
from core.paging import PAGE, Page, beyond, page_of
from core.permissions import Right

__all__ = ["AwaitingEntry", "count_awaiting", "page_awaiting"]

# By kind and state, the right that the act of another person asks for.
DECIDED_BY_ANOTHER: Final = {(row.kind.value, row.before): row.right for row in TRANSITIONS if row.by_another}
WAITS: Final = or_(*((CaseEntry.kind == kind) & (CaseEntry.state == state) for kind, state in DECIDED_BY_ANOTHER))
WAITING: Final = (
    select(CaseEntry, Person.custody)
    .join(Person, Person.id == CaseEntry.person)
    .where(WAITS)
    .order_by(CaseEntry.changed_at, CaseEntry.id)
)
COUNTED: Final = (
    select(CaseEntry.kind, CaseEntry.state, Person.custody, func.count())
    .join(Person, Person.id == CaseEntry.person)
    .where(WAITS)
    .group_by(CaseEntry.kind, CaseEntry.state, Person.custody)
)


@dataclass(frozen=True)
class AwaitingEntry:
    """An entry that waits for another person: what kind it is, where, and since when."""

    id: UUID
    case: UUID
    kind: EntryKind
    state: str
    custody: Custody
    due: date | None
    assignee: str | None
    since: datetime


def count_awaiting(session: Session) -> int:
    """How many wait within the reach in which this account may decide them."""
    return sum(
        count for kind, state, held, count in session.execute(COUNTED) if _may(session, kind, state, Custody.parse(held))
    )


def page_awaiting(session: Session, *, purpose: Purpose, after: UUID | None = None) -> Page[AwaitingEntry]:
    """Those that wait the longest first, page by page; raises `NotAllowed`."""
    require(session, Right.READ_CASE_FILE, subject="casework.case_entry")
    page = page_of(beyond(list(_waiting(session)), after), PAGE)
    record(session, Action.READ, "casework.case_entry", purpose=purpose, count=len(page.rows))
    return page


def _waiting(session: Session) -> Iterator[AwaitingEntry]:
    for row, held in session.execute(WAITING):
        custody = Custody.parse(held)
        if _may(session, row.kind, row.state, custody):
            yield AwaitingEntry(
                row.id, row.case, EntryKind(row.kind), row.state, custody, row.due, row.assignee, row.changed_at
            )


def _may(session: Session, kind: str, state: str, custody: Custody) -> bool:
    return access_of(session).may(DECIDED_BY_ANOTHER[kind, state], custody)
