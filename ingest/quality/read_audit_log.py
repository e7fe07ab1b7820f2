"""The log that a phone kept of an interview, for the checks alone."""

from sqlalchemy.orm import Session

from core.audit import Purpose
from core.errors import Problem
from core.keys.keyring import KeyRing
from core.sealing.envelope import CiphertextRefused
from ingest.expect_files import audit_log
from ingest.read_submission import StoredSubmission, read_submission
from ingest.seal_content import SUBMISSION, open_file_named, open_key

__all__ = ["read_audit_log"]


def read_audit_log(session: Session, ring: KeyRing, stored: StoredSubmission) -> bytes | None:
    """Its content; None where the phone kept none, or it does not open: then the duration is not checked."""
    named = min(audit_log(stored.root), default="")
    if not named:
        return None
    try:
        return open_file_named(session, ring, open_key(session, ring, SUBMISSION, stored.id), stored.id, named)
    except CiphertextRefused:
        return _encrypted(session, ring, stored, named)
    except Problem:
        return None


def _encrypted(session: Session, ring: KeyRing, stored: StoredSubmission, named: str) -> bytes | None:
    """Where the phone encrypted it, it lies there under another name and is opened with all the others."""
    try:
        whole = read_submission(session, ring, stored.id, purpose=Purpose.COLLECTION)
    except Problem:
        return None
    return next((file.content for file in whole.files if file.name == named), None)
