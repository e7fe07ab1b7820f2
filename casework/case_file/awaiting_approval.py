"""What waits until this account approves, accepts or sends it back: found by kind and state, without opening anything.

What somebody wrote does not wait for them: nobody decides their own (`transitions.by_another`). Who wrote it is sealed, and
known here by marks (`casework.store.author_marks`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from casework.case_file.transitions import TRANSITIONS
from casework.case_file_models import CaseEntry, EntryKind
from casework.models import Person
from casework.store.author_marks import is_marked_for
from core.access import Custody, access_of, require
from core.audit import Action, Purpose, record
from core.keys.keyring import KeyRing
from core.paging import PAGE, Page, beyond, page_of
from core.permissions import Right

__all__ = ["AwaitingEntry", "count_awaiting", "page_awaiting"]

MOST_COUNTED: Final = 100  # "100 or more" says enough
READ_AT_ONCE: Final = 200  # rows
# By kind and state, the right that the act of another person asks for.
DECIDED_BY_ANOTHER: Final = {(row.kind.value, row.before): row.right for row in TRANSITIONS if row.by_another}
WAITS: Final = or_(*((CaseEntry.kind == kind) & (CaseEntry.state == state) for kind, state in DECIDED_BY_ANOTHER))
WAITING: Final = (
    select(CaseEntry, Person.custody)
    .join(Person, Person.id == CaseEntry.person)
    .where(WAITS)
    .order_by(CaseEntry.changed_at, CaseEntry.id)
    .execution_options(yield_per=READ_AT_ONCE)
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


def count_awaiting(session: Session, ring: KeyRing) -> int:
    """How many wait within the reach in which this account may decide them, up to a hundred."""
    return sum(1 for _ in islice(_waiting(session, ring), MOST_COUNTED))


def page_awaiting(session: Session, ring: KeyRing, *, purpose: Purpose, after: UUID | None = None) -> Page[AwaitingEntry]:
    """Those that wait the longest first, page by page; raises `NotAllowed`."""
    require(session, Right.READ_CASE_FILE, subject="casework.case_entry")
    page = page_of(beyond(list(_waiting(session, ring)), after), PAGE)
    record(session, Action.READ, "casework.case_entry", purpose=purpose, count=len(page.rows))
    return page


def _waiting(session: Session, ring: KeyRing) -> Iterator[AwaitingEntry]:
    access = access_of(session)
    with session.execute(WAITING) as found:
        for row, held in found:
            custody = Custody.parse(held)
            may_decide = access.may(DECIDED_BY_ANOTHER[row.kind, row.state], custody)
            if may_decide and not is_marked_for(ring, row.author_marks, access.actor):
                yield AwaitingEntry(
                    row.id, row.case, EntryKind(row.kind), row.state, custody, row.due, row.assignee, row.changed_at
                )
