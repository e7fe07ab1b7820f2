"""Transactions that must not meet take turns."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

__all__ = ["share_turn", "take_turns"]


def take_turns(session: Session, what: str) -> None:
    """Wait until no other transaction has taken its turn of `what`, a name in the whole database; held until this one ends."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(what, 0))))


def share_turn(session: Session, what: str) -> None:
    """The same for one of several that may be at it together, while nobody has the turn alone."""
    session.execute(select(func.pg_advisory_xact_lock_shared(func.hashtextextended(what, 0))))
