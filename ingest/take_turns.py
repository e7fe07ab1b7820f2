"""Let posts about the same thing happen one after the other, while all others run side by side."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

__all__ = ["TURN_BYTES", "take_turns", "turn_of"]

TURN_BYTES: Final = 8  # of a token: the number of the lock that stands for it, signed, the high byte first


def take_turns(session: Session, tokens: Iterable[bytes]) -> None:
    """Wait until no other transaction works on any of these tokens, and hold them until this one ends.

    PostgreSQL advisory locks, taken in order of number so that two transactions never wait for each other. Two tokens
    that share their first 64 bits merely wait without need.
    """
    for number in sorted({turn_of(token) for token in tokens}):
        session.execute(select(func.pg_advisory_xact_lock(number)))


def turn_of(token: bytes) -> int:
    """The number of the lock that stands for a token."""
    return int.from_bytes(token[:TURN_BYTES], signed=True)
