"""Add the files that a pulled record waits for, once they are fetched."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import audit
from core.keys.keyring import KeyRing
from core.sealing.envelope import RecordKey
from ingest.blind_tokens import file_token
from ingest.models import Attachment, Submission
from ingest.pull.fetched_file import FetchedFile, keep_fetched
from ingest.pull.ready_page import Waiting
from ingest.seal_content import SUBMISSION, open_key
from ingest.sources.register_source import Source

__all__ = ["add_files", "key_for_files"]


def key_for_files(session: Session, ring: KeyRing, waiting: Waiting) -> RecordKey:
    """The key under which the files of a submission are sealed as they come. Raises `KeyDestroyed` or `CiphertextRefused`."""
    return open_key(session, ring, SUBMISSION, waiting.submission)


def add_files(
    session: Session, ring: KeyRing, source: Source, waiting: Waiting, files: Sequence[FetchedFile], *, key: RecordKey
) -> bool:
    """Keep those of the files that are not there yet; whether the submission is complete now (collection zone). `key` is the
    one that they were sealed under.

    One that the server did not give is waited for: each sweep asks for it again.
    """
    submission = waiting.submission
    there = set(session.scalars(select(Attachment.name).where(Attachment.owner == submission)))
    new = {token: file for file in files if (token := file_token(ring, submission, file.name)) not in there}
    for file in new.values():
        keep_fetched(session, ring, key, file, operation=source.operation, owner=submission)
    complete = {file_token(ring, submission, name) for name in waiting.expected} <= there | set(new)
    if complete:
        session.execute(update(Submission).where(Submission.id == submission).values(complete=True))
    audit.record(
        session,
        audit.Action.RECEIVED,
        f"{SUBMISSION}:{submission}",
        purpose=audit.Purpose.COLLECTION,
        detail={"files": len(new)},
    )
    return complete
