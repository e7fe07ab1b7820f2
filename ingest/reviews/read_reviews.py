"""Read what was decided: of one submission with its comments, or which chains of edits are left out of every count."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ScalarSelect, Select, Subquery, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from core.audit import Purpose, record
from core.audit_line import Action
from core.clear_columns import RecordDamaged, code_in
from core.database import among
from core.keys.keyring import KeyRing
from ingest.models import Submission
from ingest.review_models import Review, ReviewState
from ingest.reviews.keep_review import open_comment
from ingest.seal_content import SUBMISSION, open_key

__all__ = [
    "LEFT_OUT",
    "ReviewTold",
    "chains_left_out",
    "ever_left",
    "known_state",
    "newest_state",
    "newest_states",
    "read_reviews",
]

LEFT_OUT: Final = (ReviewState.ON_HOLD, ReviewState.REJECTED)  # counted in no statistics


@dataclass(frozen=True)
class ReviewTold:
    """One decision as it is told; `of_this_version` unless it was about an earlier version of the answer."""

    state: ReviewState
    decided_by: str
    decided_at: datetime
    of_this_version: bool
    comment: str = field(repr=False)


def read_reviews(session: Session, ring: KeyRing, submission: UUID, *, purpose: Purpose) -> list[ReviewTold]:
    """The decisions about all versions of an answer, the newest first.

    Raises `KeyDestroyed` or `core.sealing.envelope.CiphertextRefused`.
    """
    root = select(Submission.root_id).where(Submission.id == submission).scalar_subquery()
    of_chain = select(Review).join(Submission, Submission.id == Review.submission).where(Submission.root_id == root)
    rows = session.scalars(of_chain.order_by(Review.decided_at.desc(), Review.number.desc())).all()
    keys = {version: open_key(session, ring, SUBMISSION, version) for version in {row.submission for row in rows}}
    if rows:
        record(session, Action.READ, f"{SUBMISSION}:{submission}", purpose=purpose, detail={"part": "reviews"})
    comments = [open_comment(keys[row.submission], row) for row in rows]  # whatever was changed of a row is refused here
    return [
        ReviewTold(code_in(row, "state", ReviewState), row.decided_by, row.decided_at, row.submission == submission, comment)
        for row, comment in zip(rows, comments, strict=True)
    ]


def newest_state(root: object) -> ScalarSelect[str]:
    """The state that the latest decision about any version of a chain left; null where there was none."""
    version, review = aliased(Submission), aliased(Review)
    of_chain = select(review.state).join(version, version.id == review.submission).where(version.root_id == root)
    return of_chain.order_by(review.decided_at.desc(), review.number.desc()).limit(1).scalar_subquery()


def newest_states(operation: str) -> Subquery:
    """The same of every chain of an operation that was ever decided on, for what asks about many: `root_id` and `state`."""
    of_chain = select(Submission.root_id, Review.state).join(Submission, Submission.id == Review.submission)
    latest = of_chain.where(Review.operation == operation).ext(distinct_on(Submission.root_id))
    return latest.order_by(Submission.root_id, Review.decided_at.desc(), Review.number.desc()).subquery()


def ever_left(state: ReviewState) -> Select[UUID]:
    """The chains about any version of which this was decided once: few, where the newest state is asked for of each."""
    return select(Submission.root_id).join(Review, Review.submission == Submission.id).where(Review.state == state.value)


def known_state(submission: UUID, told: str | None) -> ReviewState:
    """The state that a decision left, `RECEIVED` without one; raises `RecordDamaged`."""
    if told not in {None, *ReviewState}:
        raise RecordDamaged(record=submission, table=Review.__table__, column="state")
    return ReviewState(told) if told else ReviewState.RECEIVED


def chains_left_out(session: Session, operation: str, roots: Collection[UUID] | None = None) -> frozenset[UUID]:
    """The chains of edits, by the id of their first version, that are on hold or rejected: all of them, or of these."""
    ever = select(Submission.root_id).join(Review, Review.submission == Submission.id)
    ever = ever.where(Review.operation == operation, Review.state.in_([state.value for state in LEFT_OUT]))
    if roots is not None:
        ever = ever.where(among(Submission.root_id, roots))
    first = aliased(Submission)
    wanted = select(first.id, newest_state(first.id)).where(first.id.in_(ever.distinct()))
    return frozenset(root for root, state in session.execute(wanted) if state in set(LEFT_OUT))
