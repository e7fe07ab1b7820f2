"""Things to do, of all cases in reach: tasks, visits and services that are planned or under way, what is overdue first.

What is to be done is not opened for a list: a page of fifty would be fifty persons read, of whom the worker may visit three.
Kind, day and case lead there.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import UUID as SQL_UUID
from sqlalchemy import ColumnElement, and_, any_, func, or_, select, true
from sqlalchemy.orm import Session

from casework.case_file_models import CaseEntry, EntryKind
from casework.caseload.case_filter import Whose
from casework.caseload.covered_cases import held_by, in_reach, in_unit
from casework.caseload.marked_entries import TO_BE_DONE, due_soon, overdue
from casework.models import Case
from core.access import Access, access_of, require
from core.audit import Action, Purpose, record
from core.clear_columns import code_in
from core.clock import now
from core.paging import Page, page_of
from core.permissions import Right

__all__ = ["PAGE_OF_TASKS", "Due", "ListedTask", "TaskFilter", "list_tasks", "wanted_tasks"]

PAGE_OF_TASKS = 50


class Due(StrEnum):
    """When something is due."""

    ANY = "any"
    OVERDUE = "overdue"
    SOON = "soon"  # within a week


@dataclass(frozen=True)
class TaskFilter:
    """What is not named does not narrow. `MINE`: given to the account, or to nobody, of a case in its own hands."""

    whose: Whose = Whose.MINE
    due: Due = Due.ANY
    kind: EntryKind | None = None
    unit: UUID | None = None


@dataclass(frozen=True)
class ListedTask:
    """Something to do: of what kind, for which case, until when, and who has it to do (None: whoever has the case)."""

    id: UUID
    case: UUID
    kind: EntryKind
    state: str
    due: date | None
    overdue: bool
    assignee: str | None
    worker: str  # in whose hands the case lies


def list_tasks(
    session: Session, asked: TaskFilter, *, purpose: Purpose, after: UUID | None = None, size: int = PAGE_OF_TASKS
) -> Page[ListedTask]:
    """A page of what is to be done, the longest overdue first, what has no day last; raises `NotAllowed`."""
    require(session, Right.READ_CASE_FILE, subject="casework.case_entry")
    last = session.get(CaseEntry, after) if after else None
    rows = session.execute(
        select(CaseEntry, Case.worker)
        .join(Case, Case.id == CaseEntry.case)
        .where(wanted_tasks(session, asked), _beyond(last))
        .order_by(CaseEntry.due.nulls_last(), CaseEntry.id)
        .limit(size + 1)
    )
    today = now().date()
    page = page_of((_listed(row, worker, today) for row, worker in rows), size)
    record(session, Action.READ, "casework.case_entry", purpose=purpose, count=len(page.rows), detail={"by": "tasks"})
    return page


def wanted_tasks(session: Session, asked: TaskFilter) -> ColumnElement[bool]:
    """The condition on `CaseEntry` and the `Case` that it is of."""
    access, today = access_of(session), now().date()
    due = {Due.ANY: TO_BE_DONE, Due.OVERDUE: overdue(today), Due.SOON: due_soon(today)}[asked.due]
    return and_(
        CaseEntry.operation == access.operation,
        due,
        in_reach(access, Right.READ_CASE_FILE),
        _to_be_done_by(access, asked.whose),
        in_unit(asked.unit),
        CaseEntry.kind == asked.kind.value if asked.kind else true(),
    )


def _to_be_done_by(access: Access, whose: Whose) -> ColumnElement[bool]:
    if whose is Whose.MINE:
        own = select(Case.id).where(Case.operation == access.operation, Case.worker == access.actor).scalar_subquery()
        of_own_case = CaseEntry.case == any_(func.array(own, type_=SQL_UUID))
        return or_(CaseEntry.assignee == access.actor, and_(CaseEntry.assignee.is_(None), of_own_case))
    if whose is Whose.NOBODY:
        return and_(CaseEntry.assignee.is_(None), held_by(access, whose))
    return held_by(access, whose)


def _beyond(last: CaseEntry | None) -> ColumnElement[bool]:
    if last is None:
        return true()
    if last.due is None:
        return and_(CaseEntry.due.is_(None), CaseEntry.id > last.id)
    later = CaseEntry.due > last.due, CaseEntry.due.is_(None)
    return or_(*later, and_(CaseEntry.due == last.due, CaseEntry.id > last.id))


def _listed(row: CaseEntry, worker: str, today: date) -> ListedTask:
    return ListedTask(
        id=row.id,
        case=row.case,
        kind=code_in(row, "kind", EntryKind),
        state=row.state,
        due=row.due,
        overdue=row.due is not None and row.due < today,
        assignee=row.assignee,
        worker=worker,
    )
