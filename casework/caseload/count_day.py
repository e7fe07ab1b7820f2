"""A day in numbers: what lies in one's hands, what is due, what waits.

Nothing is opened and no case is named, so this leaves no line in the audit log; the lists behind the numbers do.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from casework.case_file_models import CaseEntry
from casework.caseload.case_filter import CaseFilter, Mark, Whose
from casework.caseload.list_caseload import COUNTED
from casework.caseload.list_tasks import Due, TaskFilter, wanted_tasks
from casework.caseload.marked_entries import OPEN_STATES
from casework.caseload.wanted_cases import wanted
from casework.models import Case
from core.access import access_of
from core.permissions import Right

__all__ = ["DAY", "count_day"]

# What is counted, by the name that a page knows it under, what is more urgent first.
DAY: Final[Mapping[str, CaseFilter | TaskFilter]] = {
    "my_overdue": TaskFilter(Whose.MINE, Due.OVERDUE),
    "my_week": TaskFilter(Whose.MINE, Due.SOON),
    "flagged": CaseFilter(marks=frozenset({Mark.FLAGGED})),
    "awaiting": CaseFilter(marks=frozenset({Mark.AWAITING})),
    "referred": CaseFilter(marks=frozenset({Mark.REFERRED})),
    "reassess": CaseFilter(marks=frozenset({Mark.REASSESS})),
    "team_overdue": TaskFilter(Whose.TEAM, Due.OVERDUE),
    "without_worker": CaseFilter(Whose.NOBODY, states=OPEN_STATES),
    "mine": CaseFilter(Whose.MINE, states=OPEN_STATES),
    "team": CaseFilter(Whose.TEAM, states=OPEN_STATES),
}


def count_day(session: Session) -> dict[str, int]:
    """How many of each, up to `COUNTED`, in one question; nothing for who reads no case files."""
    if not access_of(session).may(Right.READ_CASE_FILE):
        return {}
    counts = (_counted(_asked(session, one)) for one in DAY.values())
    return dict(zip(DAY, session.execute(select(*counts)).one(), strict=True))


def _asked(session: Session, one: CaseFilter | TaskFilter) -> Select[Any]:
    if isinstance(one, CaseFilter):
        return select(Case.id).where(wanted(session, one))
    return select(CaseEntry.id).join(Case, Case.id == CaseEntry.case).where(wanted_tasks(session, one))


def _counted(asked: Select[Any]) -> Any:
    return select(func.count()).select_from(asked.limit(COUNTED).subquery()).scalar_subquery()
