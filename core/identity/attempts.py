"""Growing delays after failed sign-ins, by sign-in name and by network address.

Whose attempts are counted is kept as a keyed fingerprint, and names that nobody has count like any other: so neither the
table nor the answers tell who works here. A try is counted before it is judged, under a row lock, so that many at once
count as many.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.clock import now
from core.identity.models import Attempt
from core.keys.keyring import KeyRing

__all__ = ["ADDRESS_DELAYS", "FORGOTTEN_AFTER", "NAME_DELAYS", "charge", "delay_after", "forgive", "refund"]

# From this many failures on, so many seconds pass before the next try is judged.
NAME_DELAYS: Final = ((5, 30), (6, 60), (7, 120), (8, 300), (9, 900))
ADDRESS_DELAYS: Final = ((30, 30), (60, 120), (120, 900))  # an office shares one address
FORGOTTEN_AFTER: Final = timedelta(hours=24)

_KINDS: Final = {"name": NAME_DELAYS, "address": ADDRESS_DELAYS}


def delay_after(failures: int, delays: tuple[tuple[int, int], ...]) -> timedelta:
    """How long to wait after that many failures."""
    return timedelta(seconds=max((seconds for count, seconds in delays if failures >= count), default=0))


def charge(session: Session, ring: KeyRing, kind: str, value: str) -> bool:
    """Count one try of a `name` or an `address`; false while it has to wait, and then nothing is counted."""
    row, moment = _locked(session, ring, kind, value), now()
    if moment < row.wait_until:
        return False
    if moment - row.last_at > FORGOTTEN_AFTER:
        row.failures = 0
    row.failures += 1
    row.last_at = moment
    row.wait_until = moment + delay_after(row.failures, _KINDS[kind])
    session.flush()
    return True


def refund(session: Session, ring: KeyRing, kind: str, value: str) -> None:
    """Take one try back, for it was right."""
    row = _locked(session, ring, kind, value)
    row.failures = max(0, row.failures - 1)
    row.wait_until = row.last_at
    session.flush()


def forgive(session: Session, ring: KeyRing, kind: str, value: str) -> None:
    """Forget the failures: it was them."""
    session.execute(delete(Attempt).where(Attempt.whose == _whose(ring, kind, value)))


def _locked(session: Session, ring: KeyRing, kind: str, value: str) -> Attempt:
    whose, moment = _whose(ring, kind, value), now()
    first = insert(Attempt).values(whose=whose, failures=0, last_at=moment, wait_until=moment)
    session.execute(first.on_conflict_do_nothing())
    return session.scalars(
        select(Attempt).where(Attempt.whose == whose).with_for_update().execution_options(populate_existing=True)
    ).one()


def _whose(ring: KeyRing, kind: str, value: str) -> bytes:
    return ring.blind_token(f"identity.attempt.{kind}", value)
