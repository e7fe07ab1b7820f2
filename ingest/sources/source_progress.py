"""How far each source has come, and what became of its records."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.clock import now
from ingest.models import PulledRow, ReviewToSend, SourceRow, Submission
from ingest.sources.errors import SourceUnknown
from ingest.sources.register_source import Source, list_sources

__all__ = ["Progress", "SourceState", "move_changes", "note_round", "source_progress", "source_states"]


@dataclass(frozen=True)
class SourceState:
    """How a source stands: the last number taken in, records known, of these in quarantine, and gone from the server; when the
    last round ended, and the code of what ended it if that was a problem; the reviews that its server was not told, and the
    code of why not, where it was tried."""

    source: Source
    position: int
    records: int = 0
    refused: int = 0
    deleted: int = 0
    pulled_at: datetime | None = None
    failed: str = ""
    unsent: int = 0
    unsent_failed: str = ""


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
    unsent = {
        row.source: (row.unsent, row.failed)
        for row in session.execute(
            select(ReviewToSend.source, func.count().label("unsent"), func.max(ReviewToSend.failed).label("failed"))
            .where(ReviewToSend.operation == operation)
            .group_by(ReviewToSend.source)
        )
    }
    columns = (SourceRow.id, SourceRow.position, SourceRow.pulled_at, SourceRow.failed)
    rows = {row.id: row for row in session.execute(select(*columns).where(SourceRow.operation == operation))}
    return [
        SourceState(
            source,
            rows[source.id].position,
            *found.get(source.id, (0, 0, 0)),
            rows[source.id].pulled_at,
            rows[source.id].failed,
            *unsent.get(source.id, (0, "")),
        )
        for source in list_sources(session, operation)
    ]


def note_round(session: Session, source: UUID, failed: str = "") -> None:
    """A round has ended now: with everything taken in, or by the problem of this code. One that is not there is not noted."""
    row = session.get(SourceRow, source)
    if row is not None:
        row.pulled_at, row.failed = now(), failed
