"""The list of cases: newest activity first, page by page, with what is seen of each without opening it.

A page begins after a moment and a case: what is done on a case meanwhile moves that one to the front and no other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select, true, tuple_
from sqlalchemy.orm import Session

from casework.case_file_models import CaseEntry
from casework.caseload.case_filter import CaseFilter, Mark
from casework.caseload.marked_entries import entries_that_mark
from casework.caseload.wanted_cases import wanted
from casework.models import Case, CaseState, ScreeningOutcome
from core.access import Custody, require
from core.audit import Action, Purpose, record
from core.clear_columns import code_in, custody_of
from core.clock import now
from core.database import among
from core.permissions import Right

__all__ = ["COUNTED", "PAGE_OF_CASES", "CaseLine", "CasePage", "list_caseload"]

PAGE_OF_CASES: Final = 50
COUNTED: Final = 500  # "500 or more" says enough, and costs the same however many there are
SHOWN: Final = (Mark.OVERDUE, Mark.FLAGGED, Mark.AWAITING)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class CaseLine:
    """A case as a list shows it: nothing that anybody said. `marks` counts the entries that mark it so."""

    id: UUID
    person: UUID
    state: CaseState
    screening_outcome: ScreeningOutcome
    custody: Custody
    opened_at: datetime
    active_at: datetime
    marks: Mapping[Mark, int]


@dataclass(frozen=True)
class CasePage:
    """One page. `following` is what the next one begins after, None on the last; `count` is of all, up to `COUNTED`."""

    lines: tuple[CaseLine, ...]
    following: str | None
    count: int


def list_caseload(
    session: Session, asked: CaseFilter, *, purpose: Purpose, after: str | None = None, size: int = PAGE_OF_CASES
) -> CasePage:
    """The cases that are asked for, within reach; an unreadable `after` leads to the first page. Raises `NotAllowed`."""
    require(session, Right.READ_CASE_FILE, subject="casework.case")
    condition = wanted(session, asked)
    mark = _read_mark(after)
    beyond = tuple_(Case.active_at, Case.id) < mark if mark else true()
    rows = session.scalars(
        select(Case).where(condition, beyond).order_by(Case.active_at.desc(), Case.id.desc()).limit(size + 1)
    ).all()
    some = select(Case.id).where(condition).limit(COUNTED).subquery()
    counted = session.scalars(select(func.count()).select_from(some)).one()
    marks = _marks(session, [row.id for row in rows[:size]])
    record(session, Action.READ, "casework.case", purpose=purpose, count=len(rows[:size]), detail={"by": "caseload"})
    following = _written_mark(rows[size - 1]) if len(rows) > size else None
    return CasePage(tuple(_line(row, marks.get(row.id, {})) for row in rows[:size]), following, counted)


def _marks(session: Session, cases: Sequence[UUID]) -> dict[UUID, dict[Mark, int]]:
    today = now().date()
    counts = [func.count().filter(entries_that_mark(mark, today)) for mark in SHOWN]
    found = session.execute(select(CaseEntry.case, *counts).where(among(CaseEntry.case, cases)).group_by(CaseEntry.case))
    return {case: {mark: count for mark, count in zip(SHOWN, counted, strict=True) if count} for case, *counted in found}


def _line(row: Case, marks: Mapping[Mark, int]) -> CaseLine:
    return CaseLine(
        id=row.id,
        person=row.person,
        state=code_in(row, "state", CaseState),
        screening_outcome=code_in(row, "screening_outcome", ScreeningOutcome),
        custody=custody_of(row),
        opened_at=row.opened_at,
        active_at=row.active_at,
        marks=marks,
    )


def _written_mark(row: Case) -> str:
    return f"{(row.active_at - _EPOCH) // timedelta(microseconds=1)}.{row.id}"


def _read_mark(text: str | None) -> tuple[Any, ...] | None:
    moment, _, case = (text or "").partition(".")
    try:
        return _EPOCH + timedelta(microseconds=int(moment)), UUID(case)
    except (ValueError, OverflowError):
        return None
