"""A provider's account fetches what lies for it, and says that it has come. Until then it may fetch again: lines break off."""

from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework.export_errors import LeftFileDamaged, NothingToFetch
from casework.export_models import LeftExport, LeftExportChunk
from casework.left_to_fetch.end_left import RECEIVED, end_left
from casework.left_to_fetch.list_left import Found, ToFetch, row_for, subject_of, to_fetch
from core.access import require
from core.audit import Action, Purpose, record
from core.clock import now
from core.permissions import Right
from core.sealing.sealed_file import WrittenTo

__all__ = ["fetch_export", "say_received"]


def fetch_export(session: Session, export: UUID, out: WrittenTo) -> ToFetch:
    """Write the encrypted file to `out`; give it away after the commit only, which holds the line of it.

    Whoever withdraws meanwhile waits until then. Raises `NotAllowed`, `NothingToFetch`, or `LeftFileDamaged` where it is not
    what was left; what is in `out` by then is worthless.
    """
    row, left, to = _mine(session, export)
    if row.ended_at is not None or row.until <= now():
        raise NothingToFetch(export=export)
    _write(session, row, out)
    row.fetches, row.fetched_at = row.fetches + 1, now()
    session.flush()
    detail = {"export": str(export), "did": "fetched", "recipient": str(to.id), "sha256": row.sha256}
    record(session, Action.EXPORTED, subject_of(export), purpose=Purpose(left.purpose), count=left.records, detail=detail)
    return to_fetch(row, left, to)


def say_received(session: Session, export: UUID) -> None:
    """It has come, so it is destroyed here; said twice, it is said once. Raises `NotAllowed` or `NothingToFetch`."""
    row, _, _ = _mine(session, export)
    if row.ended_why == RECEIVED:
        return
    if row.ended_at is not None:
        raise NothingToFetch(export=export)
    end_left(session, row, RECEIVED)


def _mine(session: Session, export: UUID) -> Found:
    access = require(session, Right.FETCH_EXPORTS, subject=subject_of(export))
    found = row_for(session, access, export)
    if found is None:
        raise NothingToFetch(export=export)
    return found


def _write(session: Session, row: LeftExport, out: WrittenTo) -> None:
    """One chunk in memory at a time."""
    digest, its = sha256(), LeftExportChunk.export == row.export
    for position in range(session.scalar(select(func.count()).where(its)) or 0):
        content = session.scalar(select(LeftExportChunk.content).where(its, LeftExportChunk.position == position)) or b""
        digest.update(content)
        out.write(content)
    if digest.hexdigest() != row.sha256:
        raise LeftFileDamaged(export=row.export)
