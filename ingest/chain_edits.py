"""Tie an edit to the answers that it replaces, in whatever order the phone's queue delivered them.

Answers and their edits form a chain, each replacing the one before; `root_id` names the chain. An edit whose original
is missing is kept and begins a chain of its own. When the missing one comes it takes its place in the middle, and the
two chains become one.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from ingest.errors import EditOutdated
from ingest.models import State, Submission, moved_to

__all__ = ["join_chain"]


def join_chain(
    session: Session, operation: str, form_id: str, submission: UUID, *, instance: bytes, replaces: bytes | None
) -> UUID:
    """The root of the chain that a new submission belongs to (its own id where it begins one).

    Raises `EditOutdated` where another edit has replaced the same answers, or where edits run in a circle. The caller
    holds the locks of both tokens.
    """
    before = _root_of(session, operation, Submission.instance == replaces) if replaces else None
    rival = _root_of(session, operation, Submission.replaces == replaces) if replaces else None
    after = _root_of(session, operation, Submission.replaces == instance)
    if rival or (before and before == after):
        raise EditOutdated(form_id=form_id)
    if before and after:
        _merge(session, operation, into=before, chain=after)
    return before or after or submission


def _root_of(session: Session, operation: str, which: ColumnElement[bool]) -> UUID | None:
    return session.scalar(select(Submission.root_id).where(Submission.operation == operation, which))


def _merge(session: Session, operation: str, *, into: UUID, chain: UUID) -> None:
    """One chain now: what casework made of its end was made without its beginning, so its end awaits them anew."""
    rows = update(Submission).where(Submission.operation == operation, Submission.root_id == chain)
    session.execute(rows.values(root_id=into, state=moved_to(State.AWAITING)), execution_options={"synchronize_session": False})
