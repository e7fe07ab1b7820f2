"""The states that reviews here gave to records of other servers, until those servers have been told.

Only the state goes out. What a reviewer wrote beside it may speak of the person, and stays here. Of several reviews of one
record the newest counts.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import audit
from core.clock import now
from core.keys.keyring import KeyRing
from ingest.models import PulledRow, ReviewToSend, SourceRow, Submission
from ingest.parse_xml import parse_xml
from ingest.read_head import read_head
from ingest.read_submission import StoredSubmission, read_submissions
from ingest.review_models import ReviewState
from ingest.sources.register_source import Source, number_of

__all__ = ["UnsentReview", "first_ids", "note_sent", "queue_review", "say_unsent", "unsent_reviews"]

AT_ONCE: Final = 200


@dataclass(frozen=True)
class UnsentReview:
    """A state that the server of the record has not been told, and the submission that the record is here."""

    number: int
    submission: UUID | None
    state: ReviewState


def queue_review(session: Session, submission: UUID, state: ReviewState) -> int:
    """Let the servers from which this submission was pulled, in whichever version, be told; how many records that are.

    Casework zone, in the transaction of the review itself, which leaves the line in the log.
    """
    chain = select(Submission.root_id).where(Submission.id == submission).scalar_subquery()
    versions = select(Submission.id).where(Submission.root_id == chain)
    pulled = select(PulledRow.source, PulledRow.number, PulledRow.operation).join(SourceRow, SourceRow.id == PulledRow.source)
    theirs = PulledRow.submission.in_(versions), PulledRow.deleted_at.is_(None), SourceRow.removed_at.is_(None)
    rows = session.execute(pulled.where(*theirs)).all()
    for source, number, operation in rows:
        said = {"state": state.value, "asked_at": now(), "failed": ""}
        row = insert(ReviewToSend).values(source=source, number=number, operation=operation, **said)
        session.execute(row.on_conflict_do_update(index_elements=["source", "number"], set_=said))
    return len(rows)


def unsent_reviews(session: Session, source: UUID) -> list[UnsentReview]:
    """What the server is to be told, the oldest first; so many as are sent together."""
    rows = (
        select(ReviewToSend.number, PulledRow.submission, ReviewToSend.state)
        .join(PulledRow, (PulledRow.source == ReviewToSend.source) & (PulledRow.number == ReviewToSend.number))
        .where(ReviewToSend.source == source)
        .order_by(ReviewToSend.asked_at, ReviewToSend.number)
        .limit(AT_ONCE)
    )
    return [UnsentReview(number, submission, ReviewState(state)) for number, submission, state in session.execute(rows)]


def first_ids(session: Session, ring: KeyRing, source: Source, reviews: Collection[UnsentReview]) -> Mapping[int, str]:
    """What a server that numbers no records calls them: the phone's id of the first version, which stands in the answers alone.

    Of the ids that a record's versions name, it is the one whose digest is the record's number. One that cannot be read any
    more is not among them.
    """
    chains = _chains(session, {review.submission for review in reviews if review.submission})
    read = read_submissions(session, ring, sorted(set().union(*chains.values())), purpose=audit.Purpose.COLLECTION)
    found: dict[int, str] = {}
    for review in reviews:
        versions = [read[one] for one in chains.get(review.submission, ())]
        named = {name for one in versions if isinstance(one, StoredSubmission) for name in _names(one)}
        found.update((review.number, name) for name in named if number_of(ring, source.id, name) == review.number)
    return found


def note_sent(session: Session, source: Source, review: UnsentReview, validation: str | None, *, there: bool) -> None:
    """The server has been told (casework zone) and calls it so; unless the record is not `there`. A review that was made anew
    meanwhile still waits."""
    same = ReviewToSend.source == source.id, ReviewToSend.number == review.number, ReviewToSend.state == review.state
    session.execute(delete(ReviewToSend).where(*same))
    if not there:
        return
    pulled = update(PulledRow).where(PulledRow.source == source.id, PulledRow.number == review.number)
    session.execute(pulled.values(validation=validation))
    detail = {"change": "review written", "submissions": [str(review.submission)], "state": review.state.value}
    subject = f"ingest.source:{source.id}"
    audit.record(session, audit.Action.SHARED, subject, purpose=audit.Purpose.COLLECTION, detail=detail)


def say_unsent(session: Session, source: UUID, code: str) -> None:
    """Why the server could not be told: the code of the problem."""
    session.execute(update(ReviewToSend).where(ReviewToSend.source == source).values(failed=code))


def _chains(session: Session, submissions: Collection[UUID]) -> dict[UUID | None, list[UUID]]:
    """All versions of each of these submissions."""
    roots = dict(session.execute(select(Submission.id, Submission.root_id).where(Submission.id.in_(submissions))).all())
    members: dict[UUID, list[UUID]] = {}
    rows = select(Submission.root_id, Submission.id).where(Submission.root_id.in_(set(roots.values())))
    for root, version in session.execute(rows):
        members.setdefault(root, []).append(version)
    return {submission: members[root] for submission, root in roots.items()}


def _names(version: StoredSubmission) -> list[str]:
    replaces = read_head(parse_xml(version.xml)).replaces
    return [version.instance_id, *([replaces] if replaces else [])]
