"""Keep what a server says of records that are here: that they were deleted there, and what was thought of them."""

from collections.abc import Collection, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import audit
from core.clock import now
from core.database import among
from ingest.models import PulledRow
from ingest.pull.server_record import ListedRecord
from ingest.sources.register_source import Source

__all__ = ["keep_changed_validations", "keep_validations", "mark_deleted"]


def mark_deleted(session: Session, source: Source, numbers: Collection[int]) -> int:
    """Mark the records as deleted on their server; how many were not marked yet. Nothing is erased: casework decides."""
    if not numbers:
        return 0
    unmarked = PulledRow.source == source.id, PulledRow.deleted_at.is_(None), among(PulledRow.number, sorted(numbers))
    marked = session.scalars(update(PulledRow).where(*unmarked).values(deleted_at=now()).returning(PulledRow.submission)).all()
    if marked:
        _tell(session, source, len(marked), {"submissions": [str(one) for one in marked if one], "change": "deleted"})
    return len(marked)


def keep_validations(session: Session, source: Source, changed: Sequence[ListedRecord]) -> None:
    """Keep what is thought of these records there now."""
    for record in changed:
        row = update(PulledRow).where(PulledRow.source == source.id, PulledRow.number == record.number)
        session.execute(row.values(validation=record.validation))
    if changed:
        _tell(session, source, len(changed), {"change": "validated"})


def keep_changed_validations(session: Session, source: Source, listed: Sequence[ListedRecord]) -> int:
    """Keep the validations of these records; how many are others than before."""
    numbers = [record.number for record in listed]
    rows = select(PulledRow.number, PulledRow.validation).where(PulledRow.source == source.id, among(PulledRow.number, numbers))
    before = dict(session.execute(rows).all())
    changed = [r for r in listed if r.number in before and before[r.number] != r.validation]
    keep_validations(session, source, changed)
    return len(changed)


def _tell(session: Session, source: Source, count: int, detail: dict[str, object]) -> None:
    subject = f"ingest.source:{source.id}"
    audit.record(session, audit.Action.RECEIVED, subject, purpose=audit.Purpose.COLLECTION, count=count, detail=detail)
