"""A supervisor decides about what arrived."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.reviewing.leave_out import leave_out
from casework.store.seal_record import Vault
from core.access import require
from core.clear_columns import custody_of
from core.keyring import KeyRing
from core.permissions import Right
from ingest.models import Submission
from ingest.review_models import ReviewState
from ingest.reviews import NotAwaitingReview, keep_review
from ingest.reviews.page_queue import newest_of_chain
from ingest.write_back import queue_review

__all__ = ["decide", "reviewed"]


def decide(session: Session, ring: KeyRing, submission: UUID, state: ReviewState, comment: str = "") -> None:
    """Decide about the newest version of an answer, with a comment to whoever sent it. A server that it was pulled from is told
    the state, and not the comment.

    Raises `NotAllowed`, `ingest.reviews.NotAwaitingReview`, `KeyDestroyed`, or what reading a damaged record raises.
    """
    row = reviewed(session, submission)
    keep_review(session, ring, submission, state, comment)
    queue_review(session, submission, state)
    leave_out(Vault(session, ring, row.operation), [row.root_id])


def reviewed(session: Session, submission: UUID) -> Submission:
    """The newest version of an answer that the account may review; raises `NotAllowed` or `NotAwaitingReview`."""
    row = session.scalar(select(Submission).where(Submission.id == submission, newest_of_chain()))
    if row is None:
        require(session, Right.REVIEW_SUBMISSION, subject=f"ingest.submission:{submission}")
        raise NotAwaitingReview(submission=submission)
    require(session, Right.REVIEW_SUBMISSION, custody_of(row), subject=f"ingest.submission:{submission}")
    return row
