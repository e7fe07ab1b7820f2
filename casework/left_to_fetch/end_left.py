"""What lies is destroyed: received, taken back by who sent it, or its days over. The database itself does it, with the line in
the log, as it does where somebody withdraws, is restricted, held or erased (migration 0072)."""

from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework.export_errors import NothingToFetch
from casework.export_models import ExportPlan, LeftExport
from casework.left_to_fetch.list_left import subject_of
from core.access import access_of, require_throughout
from core.clock import now
from core.permissions import Right
from core.second_person import find_proposal

__all__ = ["OVER", "RECEIVED", "TAKEN_BACK", "end_left", "end_overdue", "take_back_left"]

RECEIVED: Final = "received"
OVER: Final = "over"
TAKEN_BACK: Final = "taken_back"


def take_back_left(session: Session, export: UUID) -> None:
    """Destroy what lies: by who proposed or left it, or by who may approve such an export where its records lie.

    What was fetched before is out of our hands. Raises `NotAllowed` or `NothingToFetch`.
    """
    access = access_of(session)
    row, plan = session.get(LeftExport, export, with_for_update=True), session.get(ExportPlan, export)
    if plan is None or access.actor not in {plan.proposed_by, row.left_by if row else None}:
        custodies = find_proposal(session, plan.proposal).custodies if plan else ()
        require_throughout(session, Right.APPROVE_EXPORT, custodies, subject=subject_of(export))
    if row is None or row.ended_at is not None:
        raise NothingToFetch(export=export)
    end_left(session, row, TAKEN_BACK)


def end_overdue(session: Session) -> int:
    """Destroy what nobody received within its days (by the program, every hour); how many there were."""
    lying = LeftExport.operation == access_of(session).operation, LeftExport.ended_at.is_(None)
    rows = session.scalars(select(LeftExport).where(*lying, LeftExport.until <= now())).all()
    for row in rows:
        end_left(session, row, OVER)
    return len(rows)


def end_left(session: Session, row: LeftExport, why: str) -> None:
    """Destroy it, and leave the line."""
    session.flush()
    session.execute(select(func.casework.end_left(row.export, why)))
    session.refresh(row)
