"""Which keys this database was written with: a fingerprint of every version of the ring (zone keys).

The ring's file changes first and the database follows, so a crash between the two leaves a ring that knows more than the
database, and the next start writes that down. A ring that knows less, or other keys under the same numbers, is refused.
"""

from typing import Final

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.errors import Problem
from core.keys.keyring import KeyRing
from core.models import KeyVersion

__all__ = ["KeyRingForeign", "KeyRingIncomplete", "known_versions", "match_ring", "retire_version", "wait_for_writers"]

# Taken shared by whoever adds a wrapped key (see migration 0008), alone by who retires a version.
WRITERS: Final = 800_800


class KeyRingIncomplete(Problem):
    code = "CORE-125"
    says = "The key ring at {path} lacks key version {version}, under which this database holds records."
    remedy = "The file is older than the data: restore the newest key ring from its backup. Nothing was changed."


class KeyRingForeign(Problem):
    code = "CORE-126"
    says = "The key ring at {path} is not the one that this database was written with (version {version} is another key)."
    remedy = "Put back this installation's own key ring, or correct WAYSTATION_DATABASE_URL. Nothing was changed."


def known_versions(session: Session) -> dict[int, KeyVersion]:
    """Every version that was ever written down, retired ones included."""
    return {row.version: row for row in session.scalars(select(KeyVersion).order_by(KeyVersion.version))}


def match_ring(session: Session, ring: KeyRing, path: object) -> list[int]:
    """Hold the ring against what is known of it, and write down the versions that are new; gives these.

    Raises `KeyRingIncomplete` or `KeyRingForeign` before anything is written. A retired version may be there or not.
    """
    known = known_versions(session)
    for version, row in known.items():
        if version in ring.keys and ring.fingerprint(version) != row.fingerprint:
            raise KeyRingForeign(path=path, version=version)
        if version not in ring.keys and row.retired_at is None:
            raise KeyRingIncomplete(path=path, version=version)
    new = sorted(set(ring.keys) - set(known))
    if new:
        rows = [{"version": version, "fingerprint": ring.fingerprint(version)} for version in new]
        session.execute(insert(KeyVersion).values(rows).on_conflict_do_nothing())
        session.expire_all()
        match_ring(session, ring, path)  # another process may have written down the same numbers first
    return new


def wait_for_writers(session: Session) -> None:
    """Wait until no transaction is open that added a wrapped key, and hold back those that would, until this one ends."""
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITERS})


def retire_version(session: Session, version: int) -> None:
    """Write down that a version is retired; from then on the database refuses a key wrapped under it."""
    session.execute(update(KeyVersion).where(KeyVersion.version == version).values(retired_at=func.now()))
