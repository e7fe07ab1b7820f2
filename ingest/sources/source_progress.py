"""How far each source has come, and what became of its records."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from ingest.models import PulledRow, SourceRow, Submission
from ingest.sources.errors import SourceUnknown
from ingest.sources.register_source import Source, list_sources

__all__ = ["Progress", "SourceState", "move_changes", "source_progress", "source_states"]


@dataclass(frozen=True)
class SourceState:
    """How a source stands: the last number taken in, records known, of these in quarantine, and gone from the server."""

    source: Source
    position: int
    records: int
    refused: int
    deleted: int


@dataclass(frozen=True)
class Progress:
    """How far a source has come: the number or moment of the last record taken in; on servers that tell moments, that of the
    last change, and when the earliest record came there that lies in quarantine here or waits for files (None: there is none).
    Moments are milliseconds since 1970.
    """

    position: int
    changed_to: int
    unfinished_since: int | None


def source_progress(session: Session, source: UUID) -> Progress:
    """How far a source has come; raises `SourceUnknown`."""
    row = session.execute(select(SourceRow.position, SourceRow.changed_to).where(SourceRow.id == source)).one_or_none()
    if row is None:
        raise SourceUnknown(source=source)
    return Progress(row.position, row.changed_to, _unfinished_since(session, source))


def move_changes(session: Session, source: UUID, moment: int) -> None:
    """Changes up to this moment are taken in; never back."""
    row = session.get_one(SourceRow, source, with_for_update=True)
    row.changed_to = max(row.changed_to, moment)


def _unfinished_since(session: Session, source: UUID) -> int | None:
    unfinished = or_(PulledRow.submission.is_(None), Submission.complete.is_(False))
    rows = select(func.min(PulledRow.moment)).outerjoin(Submission, Submission.id == PulledRow.submission)
    return session.scalar(rows.where(PulledRow.source == source, PulledRow.deleted_at.is_(None), unfinished))


def source_states(session: Session, operation: str) -> list[SourceState]:
    """How each source of an operation stands."""
    counts = (
        func.count(),
        func.count().filter(PulledRow.submission.is_(None)),
        func.count().filter(PulledRow.deleted_at.is_not(None)),
    )
    found = {
        row[0]: row[1:]
        for row in session.execute(
            select(PulledRow.source, *counts).where(PulledRow.operation == operation).group_by(PulledRow.source)
        )
    }
    positions = dict(session.execute(select(SourceRow.id, SourceRow.position).where(SourceRow.operation == operation)).all())
    return [
        SourceState(source, positions[source.id], *found.get(source.id, (0, 0, 0)))
        for source in list_sources(session, operation)
    ]
