"""See what lies in quarantine, and read it (casework zone only), leaving a line in the audit log."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit
from core.keys.keyring import KeyRing
from ingest.errors import EncryptedUnopened, QuarantineEntryUnknown, Refused
from ingest.models import Quarantine
from ingest.read_submission import StoredSubmission, read_as_received, read_submission
from ingest.seal_content import QUARANTINE, open_content, open_files, open_key
from ingest.uploaded_file import UploadedFile

__all__ = ["QuarantineEntry", "quarantined", "read_quarantined", "read_quarantined_files"]


@dataclass(frozen=True)
class QuarantineEntry:
    """What could not be admitted and why: `code` and `reason` of the problem, `size` in bytes with its files
    (of a submission that was set aside: of its sealed answers).

    `submission_id` is the submission that was set aside, or the stored one that a refused post disagrees with.
    """

    id: UUID
    at: datetime
    code: str
    reason: str
    form_id: str | None
    submission_id: UUID | None
    size: int


def quarantined(session: Session, operation: str) -> list[QuarantineEntry]:
    """Everything in an operation's quarantine that is not resolved, the newest first."""
    told = (
        Quarantine.id,
        Quarantine.at,
        Quarantine.code,
        Quarantine.reason,
        Quarantine.form_id,
        Quarantine.submission_id,
        Quarantine.size,
    )
    open_entries = select(*told).where(Quarantine.operation == operation, Quarantine.resolved_at.is_(None))
    rows = session.execute(open_entries.order_by(Quarantine.at.desc(), Quarantine.id))
    return [QuarantineEntry(*row) for row in rows]


def read_quarantined(session: Session, ring: KeyRing, entry: UUID, *, purpose: audit.Purpose) -> bytes:
    """The answers of an entry, byte for byte as they came; of encrypted ones that do not open, their manifest.

    Raises `QuarantineEntryUnknown`, `KeyDestroyed` or `core.sealing.envelope.CiphertextRefused`.
    """
    row = _find(session, entry)
    if row.content is None and row.submission_id:
        return _set_aside(session, ring, row.submission_id, purpose).xml
    key = open_key(session, ring, QUARANTINE, row.id)
    audit.record(session, audit.Action.READ, f"{QUARANTINE}:{row.id}", purpose=purpose)
    return open_content(key, QUARANTINE, row.id, row.content or b"")


def read_quarantined_files(session: Session, ring: KeyRing, entry: UUID, *, purpose: audit.Purpose) -> tuple[UploadedFile, ...]:
    """The files of an entry; raises as `read_quarantined` does."""
    row = _find(session, entry)
    if row.content is None and row.submission_id:
        return _set_aside(session, ring, row.submission_id, purpose).files
    key = open_key(session, ring, QUARANTINE, row.id)
    audit.record(session, audit.Action.READ, f"{QUARANTINE}:{row.id}", purpose=purpose, detail={"part": "files"})
    return open_files(session, key, row.id)


def _set_aside(session: Session, ring: KeyRing, submission: UUID, purpose: audit.Purpose) -> StoredSubmission:
    try:
        return read_submission(session, ring, submission, purpose=purpose)
    except (EncryptedUnopened, Refused):
        return read_as_received(session, ring, submission, purpose=purpose)


def _find(session: Session, entry: UUID) -> Quarantine:
    row = session.get(Quarantine, entry)
    if row is None:
        raise QuarantineEntryUnknown(entry=entry)
    return row
