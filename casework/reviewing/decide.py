"""A supervisor decides about what arrived."""

from uuid import UUID

from sqlalchemy.orm import Session

from casework.reviewing.leave_out import leave_out
from casework.store.seal_record import Vault
from core.keys.keyring import KeyRing
from ingest.reviews import ReviewState, find_reviewed, keep_review
from ingest.write_back import queue_review

__all__ = ["decide"]


def decide(session: Session, ring: KeyRing, submission: UUID, state: ReviewState, comment: str = "") -> None:
    """Decide about the newest version of an answer, with a comment to whoever sent it. A server that it was pulled from is told
    the state, and not the comment.

    Raises `NotAllowed`, `ingest.reviews.NotAwaitingReview`, `KeyDestroyed`, or what reading a damaged record raises.
    """
    reviewed = find_reviewed(session, submission)
    keep_review(session, ring, submission, state, comment)
    queue_review(session, submission, state)
    leave_out(Vault(session, ring, reviewed.operation), [reviewed.chain])
