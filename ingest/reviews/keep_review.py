"""Keep a decision about a submission. It is added to those before it, sealed with its comment, and never changed."""

from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access import access_of
from core.audit import Action, Purpose, record
from core.clock import now
from core.keys.keyring import KeyRing
from core.sealing.envelope import Binding, RecordKey
from ingest.models import Submission
from ingest.review_models import Review, ReviewState
from ingest.reviews.errors import NotAwaitingReview
from ingest.seal_content import SUBMISSION, open_key

__all__ = ["keep_review", "open_comment", "review_subject"]

REVIEW = "ingest.review"
LONGEST_COMMENT = 2_000


def keep_review(session: Session, ring: KeyRing, submission_id: UUID, state: ReviewState, comment: str) -> Review:
    """Add a decision by the transaction's account; what it leads to is casework's (`casework.reviewing.decide`).

    Raises `NotAwaitingReview`, `KeyDestroyed` or `core.sealing.envelope.CiphertextRefused`.
    """
    # One after the other about one submission: each has its number.
    submission = session.scalar(select(Submission).where(Submission.id == submission_id).with_for_update())
    if submission is None:
        raise NotAwaitingReview(submission=submission_id)
    earlier = session.scalar(select(func.max(Review.number)).where(Review.submission == submission_id)) or 0
    row = Review(
        id=uuid4(),
        operation=submission.operation,
        submission=submission_id,
        number=earlier + 1,
        state=state.value,
        decided_by=access_of(session).actor,
        decided_at=now(),
        custody=submission.custody,
    )
    key = open_key(session, ring, SUBMISSION, submission_id)
    row.comment = key.seal(comment.strip()[:LONGEST_COMMENT].encode(), _binding(row))
    session.add(row)
    session.flush()
    detail = {"state": state.value, "version": row.number}
    record(session, Action.REVIEWED, review_subject(submission_id), purpose=Purpose.VERIFICATION, detail=detail)
    return row


def open_comment(key: RecordKey, row: Review) -> str:
    """The comment; raises `core.sealing.envelope.CiphertextRefused` also for a row of which anything was changed."""
    return key.open(row.comment, _binding(row)).decode()


def review_subject(submission: UUID) -> str:
    """How the audit log names the decisions about a submission."""
    return f"{REVIEW}:{submission}"


def _binding(row: Review) -> Binding:
    at = f"{row.decided_at.timestamp():.6f}"
    said = f"{row.number} of {row.submission} in {row.custody}: {row.state} by {row.decided_by} at {at}"
    return Binding(REVIEW, row.id, said)
