"""The queue of a supervisor: the newest version of each answer within reach, where it stands, and how much was found in it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select, true, tuple_
from sqlalchemy.orm import Session, aliased

from core.access import Access, require
from core.audit import Action, Purpose, record
from core.paging import PAGE, Page, page_of
from core.permissions import Right
from ingest.models import State, Submission
from ingest.review_models import FindingRow, Review, ReviewState
from ingest.reviews.read_reviews import ever_left, known_state, newest_state
from ingest.seal_content import SUBMISSION

__all__ = ["InQueue", "count_found", "forms_in_reach", "newest_of_chain", "page_queue", "reviewable"]


@dataclass(frozen=True)
class InQueue:
    """One answer in the queue; `edited`: an edit has come since it was decided on. `aside`: it could not be admitted."""

    id: UUID
    form_id: str
    collector: str
    received_at: datetime
    state: ReviewState
    findings: int
    edited: bool
    aside: bool


def page_queue(
    session: Session,
    *,
    state: ReviewState | None = ReviewState.RECEIVED,
    found: bool = False,
    form_id: str = "",
    after: UUID | None = None,
    size: int = PAGE,
) -> Page[InQueue]:
    """What stands so, the newest first, page by page; with `found` only that in which something was found.

    Raises `NotAllowed`.
    """
    access = require(session, Right.REVIEW_SUBMISSION, subject=SUBMISSION)
    stands = func.coalesce(newest_state(Submission.root_id), literal(ReviewState.RECEIVED.value))
    findings = select(func.count(FindingRow.id)).where(FindingRow.submission == Submission.id).scalar_subquery()
    decided = exists(Review.id).where(Review.submission == Submission.id)
    wanted = select(Submission, stands, findings, decided).where(reviewable(access), newest_of_chain())
    if state:
        wanted = wanted.where(stands == state.value)
    if state and state is not ReviewState.RECEIVED:
        wanted = wanted.where(Submission.root_id.in_(ever_left(state)))
    if found:
        wanted = wanted.where(exists(FindingRow.id).where(FindingRow.submission == Submission.id))
    if form_id:
        wanted = wanted.where(Submission.form_id == form_id)
    last = session.get(Submission, after) if after else None
    if last:
        wanted = wanted.where(tuple_(Submission.received_at, Submission.id) < tuple_(last.received_at, last.id))
    rows = session.execute(wanted.order_by(Submission.received_at.desc(), Submission.id.desc()).limit(size + 1))
    page = page_of((_told(*row) for row in rows), size)
    record(session, Action.READ, SUBMISSION, purpose=Purpose.VERIFICATION, count=len(page.rows), detail={"by": "queue"})
    return page


def count_found(session: Session, most: int = 100) -> int:
    """How many answers wait for a decision in which something was found, up to so many; raises `NotAllowed`."""
    access = require(session, Right.REVIEW_SUBMISSION, subject=SUBMISSION)
    stands = func.coalesce(newest_state(Submission.root_id), literal(ReviewState.RECEIVED.value))
    found = exists(FindingRow.id).where(FindingRow.submission == Submission.id)
    waiting = select(Submission.id).where(reviewable(access), newest_of_chain(), stands == ReviewState.RECEIVED.value, found)
    return session.scalar(select(func.count()).select_from(waiting.limit(most).subquery())) or 0


def forms_in_reach(session: Session, since: datetime | None = None) -> list[str]:
    """The forms to which something came within reach, ever or since a moment; raises `NotAllowed`."""
    access = require(session, Right.REVIEW_SUBMISSION, subject=SUBMISSION)
    came = select(Submission.form_id).where(reviewable(access)).distinct()
    return sorted(session.scalars(came.where(Submission.received_at >= since) if since else came))


def reviewable(access: Access) -> ColumnElement[bool]:
    """What has come whole to this operation, and lies where the account may review."""
    reach = [grant.reach for grant in access.grants if grant.holds(Right.REVIEW_SUBMISSION)]
    within = true() if access.system else or_(*(Submission.custody.like(pattern) for pattern in reach), ~true())
    return and_(
        Submission.operation == access.operation, Submission.complete, Submission.state != State.ENCRYPTED.value, within
    )


def newest_of_chain() -> ColumnElement[bool]:
    """Whether no edit has taken its place."""
    later = aliased(Submission)
    return ~exists(later.id).where(later.operation == Submission.operation, later.replaces == Submission.instance)


def _told(row: Submission, state: str, findings: int, decided: bool) -> InQueue:  # noqa: FBT001  (a column)
    stands = known_state(row.id, state)
    edited = stands is not ReviewState.RECEIVED and not decided
    aside = row.state == State.SET_ASIDE.value
    return InQueue(row.id, row.form_id, row.collector, row.received_at, stands, findings, edited, aside)
