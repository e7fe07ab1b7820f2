"""Opening the key ring at a start: the right one or none, and nothing is written before that is known.

| file | database | what happens |
|---|---|---|
| none | holds nothing | a ring is made, and its fingerprint written down |
| none | holds data or a fingerprint | refused: a new ring could never read that data |
| opens, lacks a version | knows that version | refused: the file is older than the data |
| opens, another key under a number | knows the number | refused: it belongs to another installation |
| opens, has a version more | does not know it | a rotation was interrupted: the version is written down |
| opens | knows no version, holds wrapped keys | written down if the ring opens them, else refused |
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.keys.key_provider import first_key_provider, key_provider
from app.keys.key_tables import KEY_TABLES
from core.audit_line import Action, Purpose, record
from core.database import Database, Zone
from core.keys.key_ring_file import KeyRingMissing, create_key_ring, open_key_ring
from core.keys.key_versions import KeyRingForeign, known_versions, match_ring
from core.keys.keyring import KeyRing
from core.keys.wrapped_keys import check_first
from core.models import Operation
from core.settings import Settings

__all__ = ["open_ring"]

PROGRAM = "program"
KEY_RING = "core.key_ring"  # as the key operations call it in the log


def open_ring(settings: Settings, database: Database) -> KeyRing:
    """The installation's key ring, known to be the one its data was written with. Every refusal is a `Problem`."""
    path = settings.keyring_path
    if not path.exists():
        _require_nothing_held(settings, database)
        return _matched(create_key_ring(path, first_key_provider(settings)), settings, database)
    return _matched(open_key_ring(path, key_provider(settings)), settings, database)


def _require_nothing_held(settings: Settings, database: Database) -> None:
    with database.transaction(Zone.KEYS, actor=PROGRAM) as session:
        if known_versions(session) or session.scalar(select(func.count()).select_from(Operation)):
            raise KeyRingMissing(path=settings.keyring_path)


def _matched(ring: KeyRing, settings: Settings, database: Database) -> KeyRing:
    with database.transaction(Zone.KEYS, actor=PROGRAM) as session:
        known = known_versions(session)
        if not known:
            _try_on_stored_keys(session, ring, settings)
        new = match_ring(session, ring, settings.keyring_path)
        if new:
            # A ring that is new here, or, where some were known, a rotation that was interrupted.
            detail = {"did": "finish rotation" if known else "first start", "versions": new}
            record(session, Action.KEY_USED, KEY_RING, purpose=Purpose.SECURITY, count=len(new), detail=detail)
    return ring


def _try_on_stored_keys(session: Session, ring: KeyRing, settings: Settings) -> None:
    """A database from before fingerprints were kept: one stored key of each table says whether the ring is its own."""
    for table in KEY_TABLES:
        refused = check_first(session, ring, table)
        if refused is not None:
            raise KeyRingForeign(path=settings.keyring_path, version=refused)
