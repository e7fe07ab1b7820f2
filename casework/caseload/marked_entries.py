"""What entries of case files say without being opened: conditions on `CaseEntry`, which mark cases and list tasks."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, literal_column, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from casework.case_file_models import TO_DO_KINDS, TO_DO_STATES, CaseEntry, EntryKind
from casework.caseload.case_filter import Mark
from casework.models import Case, CaseState

__all__ = [
    "DAYS_AHEAD",
    "OPEN_STATES",
    "TO_BE_DONE",
    "due_soon",
    "entries_that_mark",
    "is_marked",
    "overdue",
]

DAYS_AHEAD: Final = 7
OPEN_STATES: Final = (CaseState.ELIGIBLE, CaseState.ACTIVE, CaseState.FOLLOW_UP)


def _one_of(column: InstrumentedAttribute[str], *codes: str) -> ColumnElement[bool]:
    """Codes are written into the statement, for PostgreSQL to know an index of some states by them."""
    return column.in_([literal_column(f"'{code}'") for code in codes])


def _stands(state: str, *kinds: EntryKind) -> ColumnElement[bool]:
    return and_(_one_of(CaseEntry.kind, *kinds), _one_of(CaseEntry.state, state))


TO_BE_DONE: Final = and_(_one_of(CaseEntry.kind, *TO_DO_KINDS), _one_of(CaseEntry.state, *TO_DO_STATES))
SUBMITTED: Final = (EntryKind.DECISION, EntryKind.ASSESSMENT, EntryKind.PLAN, EntryKind.CLOSURE, EntryKind.REPORT)


def overdue(today: date) -> ColumnElement[bool]:
    """Something to do that was due before today."""
    return and_(TO_BE_DONE, CaseEntry.due < today)


def due_soon(today: date) -> ColumnElement[bool]:
    """Something to do that is due within a week, today included."""
    return and_(TO_BE_DONE, CaseEntry.due.between(today, today + timedelta(days=DAYS_AHEAD)))


_MARKING: Final[dict[Mark, Callable[[date], ColumnElement[bool]]]] = {
    Mark.OVERDUE: overdue,
    Mark.DUE_SOON: due_soon,
    Mark.FLAGGED: lambda _: _stands("raised", EntryKind.FLAG),
    Mark.AWAITING: lambda _: or_(_stands("submitted", *SUBMITTED), _stands("requested", EntryKind.TRANSFER)),
    Mark.REFERRED: lambda _: _stands("sent", EntryKind.REFERRAL),
}


def entries_that_mark(mark: Mark, today: date) -> ColumnElement[bool]:
    """The condition on entries any of which marks its case."""
    return _MARKING[mark](today)


def is_marked(mark: Mark, today: date, reassess_after: timedelta) -> ColumnElement[bool]:
    """The condition on `Case` that it bears the mark."""
    if mark is Mark.REASSESS:
        return _is_to_be_assessed_again(today - reassess_after)
    return _has(entries_that_mark(mark, today))


def _is_to_be_assessed_again(since: date) -> ColumnElement[bool]:
    """An open case with an approved assessment, and none that was written or approved since then.

    An approved one that is as new would answer itself, so only older ones are looked for.
    """
    approved = and_(_stands("approved", EntryKind.ASSESSMENT), CaseEntry.changed_at < since)
    under_way = _one_of(CaseEntry.state, "draft", "submitted", "approved")
    newer = and_(_one_of(CaseEntry.kind, EntryKind.ASSESSMENT), under_way, CaseEntry.changed_at >= since)
    return and_(Case.state.in_([state.value for state in OPEN_STATES]), _has(approved), not_(_has(newer)))


def _has(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(CaseEntry.id).where(CaseEntry.case == Case.id, condition).correlate(Case))
