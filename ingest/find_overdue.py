"""What has lain here longer than it may: answers that have done their service, and entries of the quarantine."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from ingest.models import Quarantine, State, Submission

__all__ = ["received_before"]


def received_before(session: Session, operation: str, *, handled: datetime, refused: datetime) -> tuple[list[UUID], list[UUID]]:
    """Submissions (by the root of their chain) and entries of the quarantine that came before these moments.

    A chain counts from its newest version; one that waits for admission is never overdue; one that was set aside, or
    encrypted answers that were never opened, are measured as what was refused.
    """
    waits = func.bool_or(Submission.state == State.AWAITING)
    aside = func.bool_or(Submission.state.in_([State.SET_ASIDE, State.ENCRYPTED]))
    newest = func.max(Submission.received_at)
    overdue = or_(and_(~aside, newest < handled), and_(aside, newest < refused))
    chains = select(Submission.root_id).where(Submission.operation == operation).group_by(Submission.root_id)
    entries = select(Quarantine.id).where(
        Quarantine.operation == operation, Quarantine.content.is_not(None), Quarantine.at < refused
    )
    return (
        list(session.scalars(chains.having(~waits, overdue).order_by(newest, Submission.root_id))),
        list(session.scalars(entries.order_by(Quarantine.at, Quarantine.id))),
    )
