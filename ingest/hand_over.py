"""Hand submissions over to casework: which await it, which it has handled, which it could not admit."""

from collections.abc import Collection
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, exists, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from core import audit
from core.clock import now
from core.database import among
from core.errors import Problem
from core.keys.keyring import KeyRing
from ingest.errors import SubmissionUnknown
from ingest.models import Quarantine, State, Submission, moved_to
from ingest.seal_content import SUBMISSION

__all__ = [
    "Condition",
    "awaiting",
    "awaiting_submissions",
    "complete_ones",
    "mark_handled",
    "set_aside",
    "submissions_set_aside",
    "unopened_submissions",
]

Condition = ColumnElement[bool] | InstrumentedAttribute[bool]


def awaiting_submissions(session: Session, operation: str, limit: int) -> list[UUID]:
    """Those that are complete, the newest of their chain and neither handled nor set aside; the oldest first."""
    wanted = select(Submission.id).where(*awaiting(operation))
    return list(session.scalars(wanted.order_by(Submission.received_at, Submission.id).limit(limit)))


def awaiting(operation: str) -> tuple[Condition, ...]:
    """That a submission is one of those that `awaiting_submissions` gives."""
    later = aliased(Submission)
    replaced = exists(later.id).where(later.operation == Submission.operation, later.replaces == Submission.instance)
    return *complete_ones(operation), ~replaced


def complete_ones(operation: str) -> tuple[Condition, ...]:
    """The same, also where an edit has replaced it."""
    return Submission.operation == operation, Submission.state == State.AWAITING, Submission.complete


def unopened_submissions(session: Session, operation: str, *, again: bool = False) -> list[UUID]:
    """Encrypted ones whose files have all come, the oldest first; with `again` also those that did not open before."""
    listed = exists(Quarantine.id).where(
        Quarantine.submission_id == Submission.id, Quarantine.content.is_(None), Quarantine.resolved_at.is_(None)
    )
    wanted = select(Submission.id).where(
        Submission.operation == operation, Submission.state == State.ENCRYPTED, Submission.complete
    )
    if not again:
        wanted = wanted.where(~listed)
    return list(session.scalars(wanted.order_by(Submission.received_at, Submission.id)))


def mark_handled(session: Session, submissions: Collection[UUID]) -> None:
    """They await nothing any more, and what stood in quarantine of them or of what they replace is resolved.

    Raises `SubmissionUnknown`.
    """
    change = update(Submission).where(among(Submission.id, submissions)).values(state=State.HANDLED)
    handled = session.execute(change.returning(Submission.id, Submission.root_id)).all()
    for unknown in set(submissions) - {row.id for row in handled}:
        raise SubmissionUnknown(submission=unknown)
    of_chain = select(Submission.id).where(among(Submission.root_id, [row.root_id for row in handled]))
    resolved = update(Quarantine).where(
        Quarantine.submission_id.in_(of_chain), Quarantine.content.is_(None), Quarantine.resolved_at.is_(None)
    )
    session.execute(resolved.values(resolved_at=now()), execution_options={"synchronize_session": False})


def submissions_set_aside(session: Session, operation: str, code: str | None = None) -> list[UUID]:
    """Those that lie in quarantine, for one reason or for any, the oldest first: to try again once it may be gone.

    Encrypted ones that do not open are not among them (`unopened_submissions`).
    """
    wanted = select(Quarantine.submission_id).join(Submission, Submission.id == Quarantine.submission_id)
    wanted = wanted.where(
        Quarantine.operation == operation,
        Quarantine.content.is_(None),
        Quarantine.resolved_at.is_(None),
        Submission.state != State.ENCRYPTED,
    )
    if code:
        wanted = wanted.where(Quarantine.code == code)
    found = session.scalars(wanted.order_by(Quarantine.at, Quarantine.id))
    return list(dict.fromkeys(submission for submission in found if submission))


def set_aside(session: Session, ring: KeyRing, submission_id: UUID, *, reason: Problem | tuple[str, str]) -> None:
    """List a submission in quarantine with a reason (a problem, or its code and text); raises `SubmissionUnknown`.

    The submission stays where it is, under its key; the entry points to it. Doing it again changes nothing. An encrypted one
    that did not open stays `ENCRYPTED`.
    """
    code, text = (reason.code, reason.what) if isinstance(reason, Problem) else reason
    moved = _move(session, submission_id, State.SET_ASIDE)
    digest = ring.blind_token("set-aside", str(submission_id))
    listed = (Quarantine.operation == moved.operation, Quarantine.code == code, Quarantine.digest == digest)
    again = update(Quarantine).where(*listed).values(resolved_at=None).returning(Quarantine.id)
    if session.execute(again).first():
        return
    session.add(
        Quarantine(
            id=uuid4(),
            operation=moved.operation,
            at=now(),
            code=code,
            reason=text,
            form_id=moved.form_id,
            submission_id=submission_id,
            collector=moved.collector,
            digest=digest,
            size=moved.size,
            content=None,
        )
    )
    audit.record(
        session,
        audit.Action.QUARANTINED,
        f"{SUBMISSION}:{submission_id}",
        purpose=audit.Purpose.ASSISTANCE,
        detail={"code": code},
    )


def _move(session: Session, submission_id: UUID, state: State) -> Row[Any]:
    told = (Submission.operation, Submission.form_id, Submission.collector, func.octet_length(Submission.xml).label("size"))
    change = update(Submission).where(Submission.id == submission_id).values(state=moved_to(state)).returning(*told)
    moved = session.execute(change).one_or_none()
    if moved is None:
        raise SubmissionUnknown(submission=submission_id)
    return moved
