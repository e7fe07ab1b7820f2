"""Find a submission that an account may review, and the newest ones of a form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Custody, require
from core.clear_columns import custody_of
from core.permissions import Right
from ingest.models import Quarantine, State, Submission
from ingest.reviews.errors import NotAwaitingReview
from ingest.reviews.page_queue import newest_of_chain
from ingest.seal_content import SUBMISSION

__all__ = ["Reviewed", "find_reviewed", "newest_submissions"]


@dataclass(frozen=True)
class Reviewed:
    """The newest version of an answer; `chain` is the id of its first version. Of one that was set aside, `reasons` say why:
    they name questions, never answers."""

    id: UUID
    operation: str
    chain: UUID
    form_id: str
    form_version: str
    collector: str
    received_at: datetime
    custody: Custody
    aside: bool
    reasons: Sequence[str]


def find_reviewed(session: Session, submission: UUID) -> Reviewed:
    """The newest version of an answer that the account may review; raises `NotAllowed` or `NotAwaitingReview`."""
    row = session.scalar(select(Submission).where(Submission.id == submission, newest_of_chain()))
    if row is None:
        require(session, Right.REVIEW_SUBMISSION, subject=f"{SUBMISSION}:{submission}")
        raise NotAwaitingReview(submission=submission)
    custody = custody_of(row)
    require(session, Right.REVIEW_SUBMISSION, custody, subject=f"{SUBMISSION}:{submission}")
    its = Quarantine.submission_id == submission, Quarantine.content.is_(None), Quarantine.resolved_at.is_(None)
    reasons = session.scalars(select(Quarantine.reason).where(*its).order_by(Quarantine.at.desc())).all()
    return Reviewed(
        row.id,
        row.operation,
        row.root_id,
        row.form_id,
        row.form_version,
        row.collector,
        row.received_at,
        custody,
        row.state == State.SET_ASIDE.value,
        reasons,
    )


def newest_submissions(session: Session, operation: str, form_id: str, most: int) -> list[UUID]:
    """The newest version of each answer to a form that came whole, the newest first, at most so many."""
    whole = Submission.operation == operation, Submission.complete, Submission.state != State.ENCRYPTED.value
    wanted = select(Submission.id).where(*whole, Submission.form_id == form_id, newest_of_chain())
    return list(session.scalars(wanted.order_by(Submission.received_at.desc(), Submission.id).limit(most)))
