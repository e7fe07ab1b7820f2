"""The condition that a filter of cases becomes. All of it stands in clear: nothing is opened for a list."""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, true
from sqlalchemy.orm import Session

from casework.caseload.case_filter import CaseFilter
from casework.caseload.covered_cases import held_by, in_reach, in_unit
from casework.caseload.marked_entries import is_marked
from casework.models import Case
from casework.programme import programme_in_force
from core.access import access_of
from core.clock import now
from core.permissions import Right

__all__ = ["wanted"]


def wanted(session: Session, asked: CaseFilter) -> ColumnElement[bool]:
    """The condition on `Case`: asked for, and within reach of a role by which the account reads case files."""
    access, today = access_of(session), now().date()
    reassess_after = timedelta(days=programme_in_force(session).reassess_after_days) if asked.marks else timedelta()
    return and_(
        Case.operation == access.operation,
        in_reach(access, Right.READ_CASE_FILE),
        held_by(access, asked.whose),
        in_unit(asked.unit),
        Case.state.in_([state.value for state in asked.states]) if asked.states else true(),
        Case.screening_outcome == asked.outcome.value if asked.outcome else true(),
        Case.opened_at >= asked.opened_since if asked.opened_since else true(),
        *(is_marked(mark, today, reassess_after) for mark in sorted(asked.marks)),
    )
