"""Does everything open that was found and decided about what arrived, and is no decision gone? For `store verify`."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.access import NotAllowed, access_of, require
from core.audit import Action, Purpose, record
from core.checked import Checked
from core.keys.keyring import KeyRing, KeyVersionUnknown
from core.permissions import Right
from core.sealing.envelope import CiphertextRefused
from ingest.errors import KeyDestroyed
from ingest.models import Submission
from ingest.quality.keep_findings import open_finding
from ingest.review_models import FindingRow, Review
from ingest.reviews.errors import ReviewMissing
from ingest.reviews.keep_review import REVIEW, open_comment
from ingest.seal_content import SUBMISSION, open_key

__all__ = ["logged_reviews", "verify_reviews"]

PAGE: Final = 500


def logged_reviews(session: Session, operation: str) -> Mapping[UUID, int]:
    """By submission, the number of its latest decision that the log tells of (zone audit); raises `NotAllowed`."""
    require(session, Right.READ_AUDIT)
    lines = session.execute(
        text(
            "SELECT split_part(subject, ':', 2)::uuid AS submission, max((detail ->> 'version')::int) AS number "
            "FROM core.audit_entry WHERE operation = :operation AND action = :action AND subject LIKE :subject GROUP BY 1"
        ),
        {"operation": operation, "action": Action.REVIEWED.value, "subject": f"{REVIEW}:%"},
    )
    newest = {line.submission: line.number for line in lines}
    record(session, Action.READ, "core.audit_entry", purpose=Purpose.VERIFICATION, count=len(newest), detail={"by": "review"})
    return newest


def verify_reviews(session: Session, ring: KeyRing, operation: str, logged: Mapping[UUID, int], *, purpose: Purpose) -> Checked:
    """Open every comment and every finding's detail, and miss no decision about a submission that is still there.

    For the program itself: raises `NotAllowed` for an account. Nothing that was opened leaves this function.
    """
    if not access_of(session).system:
        raise NotAllowed(Right.READ_IN_BULK, SUBMISSION)
    checked = Checked()
    _open_all(session, ring, operation, Review, checked)
    _open_all(session, ring, operation, FindingRow, checked)
    of_each = select(Submission.id, func.count(Review.id)).outerjoin(Review, Review.submission == Submission.id)
    standing = session.execute(of_each.where(Submission.operation == operation).group_by(Submission.id))
    for submission, count in standing:
        if count < logged.get(submission, 0):
            checked.fault(ReviewMissing(submission=submission))
    count = checked.sound + len(checked.faults)
    record(session, Action.READ, REVIEW, purpose=purpose, count=count, detail={"by": "store verify"})
    return checked


def _open_all(session: Session, ring: KeyRing, operation: str, table: type[Any], checked: Checked) -> None:
    last = UUID(int=0)
    while page := _page(session, operation, table, last):
        for row in page:

            def opening(row: Any = row) -> object:
                key = open_key(session, ring, SUBMISSION, row.submission)
                return open_comment(key, row) if isinstance(row, Review) else open_finding(key, row)

            checked.take(row.submission, opening, gone=(KeyDestroyed,), refusals=(CiphertextRefused, KeyVersionUnknown))
        last = page[-1].id
        session.expunge_all()


def _page(session: Session, operation: str, table: type[Any], last: UUID) -> Sequence[Any]:
    wanted = select(table).where(table.operation == operation, table.id > last).order_by(table.id).limit(PAGE)
    return session.scalars(wanted).all()
