"""Periods that an officer asked to have protected: who asked, how far each is, and which worker is at it.

What is asked for stays until it is protected, so a worker that ends leaves it to another. It tells codes and numbers of goals.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from anonymizer.models import AskedPeriodRow, SearchPieceRow
from core.clock import now
from core.periods.period import Period, parse_period

__all__ = ["Asked", "ask_for", "asked_periods", "done_with", "find_asked", "take_asked", "tell_of_asked"]


@dataclass(frozen=True)
class Asked:
    """A period that is to be protected: `met` of the `goals` of its search are met; `failed` is the code of the problem met."""

    id: UUID
    operation: str
    period: Period
    asked_by: str
    asked_at: datetime
    met: int
    goals: int
    failed: str


def ask_for(session: Session, operation: str, period: Period, *, by: str) -> None:
    """Note that a period is to be protected (zone anonymizer); what was asked for already stays so, and is tried again."""
    added = insert(AskedPeriodRow).values(
        id=uuid4(), operation=operation, period=str(period), asked_by=by, asked_at=now(), met=0, goals=0, failed=""
    )
    session.execute(added.on_conflict_do_update(index_elements=["operation", "period"], set_={"failed": ""}))


def asked_periods(session: Session, operation: str) -> list[Asked]:
    """The periods that were asked for and are not protected yet, in order (zone anonymizer)."""
    rows = session.scalars(select(AskedPeriodRow).where(AskedPeriodRow.operation == operation).order_by(AskedPeriodRow.period))
    return [_asked(row) for row in rows]


def take_asked(session: Session, operation: str, period: Period) -> Asked | None:
    """A period that was asked for, for as long as this transaction lasts; None where nobody asked, or another has it."""
    mark = func.hashtextextended(f"protect {operation} {period}", 0)
    if not session.scalar(select(func.pg_try_advisory_xact_lock(mark))):
        return None
    return find_asked(session, operation, period)


def find_asked(session: Session, operation: str, period: Period) -> Asked | None:
    """A period that was asked for and has not failed, whoever has it; None where nobody asked."""
    wanted = select(AskedPeriodRow).where(AskedPeriodRow.operation == operation, AskedPeriodRow.period == str(period))
    row = session.scalar(wanted)
    return None if row is None or row.failed else _asked(row)


def tell_of_asked(session: Session, asked: Asked, *, met: int = 0, goals: int = 0, failed: str = "") -> None:
    """Say how far a search is; or that it `failed`, which leaves nothing of it but that."""
    session.execute(update(AskedPeriodRow).where(AskedPeriodRow.id == asked.id).values(met=met, goals=goals, failed=failed))
    if failed:
        session.execute(delete(SearchPieceRow).where(SearchPieceRow.asked == asked.id))


def done_with(session: Session, asked: Asked) -> None:
    """Forget what was asked for, with all pieces of its search: it is protected."""
    session.execute(delete(AskedPeriodRow).where(AskedPeriodRow.id == asked.id))


def _asked(row: AskedPeriodRow) -> Asked:
    period = parse_period(row.period)
    return Asked(row.id, row.operation, period, row.asked_by, row.asked_at, row.met, row.goals, row.failed)
