"""Say what came of a second visit, and which submission is the second interview."""

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core.access import access_of, require
from core.audit import Action, Purpose, record
from core.clear_columns import custody_of
from core.clock import now
from core.permissions import Right
from ingest.back_checks.draw_sample import BACK_CHECK, Outcome
from ingest.back_checks.errors import BackCheckUnknown, BackCheckUnusable
from ingest.models import Submission
from ingest.review_models import BackCheckRow
from ingest.reviews.page_queue import newest_of_chain, reviewable

__all__ = ["pairs_of", "tell_outcome"]


def tell_outcome(session: Session, code: str, outcome: Outcome, again: UUID | None = None) -> None:
    """Note the outcome; where they were met, with the second interview if there is one.

    That one must count in no table, which casework sees to. Raises `NotAllowed`, `BackCheckUnknown` or `BackCheckUnusable`.
    """
    require(session, Right.REVIEW_SUBMISSION, subject=BACK_CHECK)
    row = session.scalar(select(BackCheckRow).where(BackCheckRow.code == code.strip().upper()).with_for_update())
    if row is None:
        raise BackCheckUnknown(code=code[:20])
    access = require(session, Right.REVIEW_SUBMISSION, custody_of(row), subject=f"{BACK_CHECK}:{row.id}")
    if again is not None:
        _require_fit(session, row, again)
    row.outcome, row.again = outcome.value, again if outcome is Outcome.MET else None
    row.told_by, row.told_at = access.actor, now()
    session.flush()
    detail = {"outcome": outcome.value}
    record(session, Action.REVIEWED, f"{BACK_CHECK}:{row.id}", purpose=Purpose.VERIFICATION, detail=detail)


def pairs_of(session: Session, form_id: str) -> list[tuple[UUID, UUID]]:
    """First and second interviews within reach, as they were drawn and told; raises `NotAllowed`."""
    require(session, Right.REVIEW_SUBMISSION, subject=BACK_CHECK)
    rows = select(BackCheckRow.submission, BackCheckRow.again).where(BackCheckRow.form_id == form_id)
    return [(first, again) for first, again in session.execute(rows.where(BackCheckRow.again.is_not(None))) if again]


def _require_fit(session: Session, row: BackCheckRow, again: UUID) -> None:
    first = session.get_one(Submission, row.submission)
    fit = session.scalar(
        select(Submission).where(
            Submission.id == again,
            reviewable(access_of(session)),
            newest_of_chain(),
            Submission.form_id == row.form_id,
            Submission.root_id != first.root_id,
            Submission.received_at > first.received_at,
            ~exists(BackCheckRow.id).where((BackCheckRow.again == again) & (BackCheckRow.id != row.id)),
        )
    )
    if fit is None:
        raise BackCheckUnusable(again=again, code=row.code)
