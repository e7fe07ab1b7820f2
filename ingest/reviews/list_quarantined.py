"""The quarantine for those who mend it: each entry with whose it is, as far as the casework zone knows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.access import Custody, require
from core.audit import Action, Purpose, record
from core.clock import now
from core.keys.keyring import KeyRing
from core.permissions import Right
from ingest.errors import QuarantineEntryUnknown
from ingest.models import Quarantine, Submission
from ingest.read_quarantine import read_quarantined, read_quarantined_files
from ingest.seal_content import QUARANTINE
from ingest.uploaded_file import UploadedFile

__all__ = ["Quarantined", "find_quarantined", "list_quarantined", "open_refused", "resolve"]


@dataclass(frozen=True)
class Quarantined:
    """An entry that is not resolved. `kept` is the submission that was set aside; `custody` is its, and None of a refused post,
    which lies where its collector's answers do."""

    id: UUID
    at: datetime
    code: str
    reason: str
    form_id: str | None
    collector: str
    kept: UUID | None
    custody: Custody | None


def list_quarantined(session: Session, operation: str) -> list[Quarantined]:
    """All of an operation, the newest first (casework zone). Whoever shows them looks at their custody."""
    wanted = select(Quarantine, Submission.custody).outerjoin(Submission, Submission.id == Quarantine.submission_id)
    wanted = wanted.where(Quarantine.operation == operation, Quarantine.resolved_at.is_(None))
    rows = session.execute(wanted.order_by(Quarantine.at.desc(), Quarantine.id)).all()
    record(session, Action.READ, QUARANTINE, purpose=Purpose.VERIFICATION, count=len(rows), detail={"by": "list"})
    return [_told(row, custody) for row, custody in rows]


def find_quarantined(session: Session, operation: str, entry: UUID) -> Quarantined:
    """One of them (casework zone); raises `NotAllowed` for who may mend none, else `QuarantineEntryUnknown`."""
    require(session, Right.REVIEW_SUBMISSION, subject=QUARANTINE)
    found = next((one for one in list_quarantined(session, operation) if one.id == entry), None)
    if found is None:
        raise QuarantineEntryUnknown(entry=entry)
    return found


def open_refused(session: Session, ring: KeyRing, entry: UUID, *, purpose: Purpose) -> tuple[bytes, tuple[UploadedFile, ...]]:
    """A refused post as it came: answers and files (casework zone). Raises as `ingest.read_quarantined` does."""
    answers = read_quarantined(session, ring, entry, purpose=purpose)
    return answers, read_quarantined_files(session, ring, entry, purpose=purpose)


def resolve(session: Session, entry: UUID) -> None:
    """It was taken in after all (casework zone); the copy stays, sealed, until its answer is erased."""
    session.execute(update(Quarantine).where(Quarantine.id == entry).values(resolved_at=now()))
    record(session, Action.REVIEWED, f"{QUARANTINE}:{entry}", purpose=Purpose.VERIFICATION, detail={"outcome": "resolved"})


def _told(row: Quarantine, custody: str | None) -> Quarantined:
    kept = row.submission_id if row.content is None else None
    where = Custody.parse(custody) if custody and kept else None
    return Quarantined(row.id, row.at, row.code, row.reason, row.form_id, row.collector, kept, where)
