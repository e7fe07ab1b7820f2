"""What the page of a record offers to those who may end it: undo a merge, propose its erasure, hold it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework import duplicates, erasure, records
from core.access import Access
from core.permissions import Right

__all__ = ["Ends", "StandingMerge", "ends_of_record"]

# What somebody may ask; that a period has run out is found by the program (`casework.erasure.find_overdue`).
REASONS = tuple(reason for reason in erasure.ErasureReason if reason is not erasure.ErasureReason.RETENTION)


@dataclass(frozen=True)
class StandingMerge:
    """A merge that can be undone."""

    id: UUID
    survivor: UUID
    merged: UUID
    merged_at: datetime


@dataclass(frozen=True)
class Ends:
    """Shown below a record; empty where the account may do none of it."""

    merges: tuple[StandingMerge, ...]
    may_erase: bool
    may_hold: bool
    reasons: tuple[erasure.ErasureReason, ...] = REASONS


def ends_of_record(session: Session, access: Access, view: records.RecordView) -> Ends:
    """What this account may end of a record that it looks at."""
    merges: tuple[StandingMerge, ...] = ()
    if access.may(Right.RESOLVE_DUPLICATES, view.custody):
        standing = duplicates.merges_of(session, view.person)
        merges = tuple(StandingMerge(row.id, row.survivor, row.merged, row.merged_at) for row in standing)
    return Ends(merges, access.may(Right.PROPOSE_ERASURE, view.custody), access.may(Right.HOLD_RECORD, view.custody))
