"""Read submissions back as they were received (casework zone), leaving a line in the audit log."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit
from core.access import Custody
from core.clear_columns import custody_of
from core.envelope import CiphertextRefused, RecordKey
from core.keyring import KeyRing
from ingest.errors import KeyDestroyed, SubmissionUnknown
from ingest.models import Submission
from ingest.parse_xml import parse_xml
from ingest.read_head import read_head
from ingest.seal_content import SUBMISSION, open_content, open_files, open_key, open_keys
from ingest.uploaded_file import UploadedFile

__all__ = ["StoredSubmission", "read_submission", "read_submissions"]

Unreadable = SubmissionUnknown | KeyDestroyed | CiphertextRefused


@dataclass(frozen=True)
class StoredSubmission:
    """An answer with its files, byte for byte as they came.

    `root_id` names its chain of edits, `chain` holds the ids of all that have arrived of it.
    """

    id: UUID
    root_id: UUID
    chain: frozenset[UUID]
    operation: str
    form_id: str
    version: str
    instance_id: str = field(repr=False)
    collector: str
    received_at: datetime
    custody: Custody
    xml: bytes = field(repr=False)
    files: tuple[UploadedFile, ...] = field(repr=False, default=())


def read_submission(session: Session, ring: KeyRing, submission_id: UUID, *, purpose: audit.Purpose) -> StoredSubmission:
    """One submission with its files; raises `SubmissionUnknown`, `KeyDestroyed` or `core.envelope.CiphertextRefused`."""
    read = read_submissions(session, ring, [submission_id], purpose=purpose)[submission_id]
    if not isinstance(read, StoredSubmission):
        raise read
    return replace(read, files=open_files(session, open_key(session, ring, SUBMISSION, submission_id), submission_id))


def read_submissions(
    session: Session, ring: KeyRing, submission_ids: Sequence[UUID], *, purpose: audit.Purpose
) -> Mapping[UUID, StoredSubmission | Unreadable]:
    """Many at once, without their files; in place of one that cannot be read stands the reason."""
    rows = {row.id: row for row in session.scalars(select(Submission).where(Submission.id.in_(submission_ids)))}
    keys = open_keys(session, ring, SUBMISSION, list(rows))
    chains = _chains(session, {row.root_id for row in rows.values()})
    detail = {"submissions": [str(submission) for submission in rows]}
    audit.record(session, audit.Action.READ, SUBMISSION, purpose=purpose, count=len(rows), detail=detail)
    return {
        submission: _opened(rows[submission], keys[submission], chains) if submission in rows else _unknown(submission)
        for submission in submission_ids
    }


def _opened(
    row: Submission, key: RecordKey | KeyDestroyed | CiphertextRefused, chains: Mapping[UUID, frozenset[UUID]]
) -> StoredSubmission | Unreadable:
    if not isinstance(key, RecordKey):
        return key
    try:
        xml = open_content(key, SUBMISSION, row.id, row.xml)
    except CiphertextRefused as refusal:
        return refusal
    instance = read_head(parse_xml(xml)).instance_id
    return StoredSubmission(
        row.id,
        row.root_id,
        chains[row.root_id],
        row.operation,
        row.form_id,
        row.form_version,
        instance,
        row.collector,
        row.received_at,
        custody_of(row),
        xml,
    )


def _unknown(submission: UUID) -> SubmissionUnknown:
    return SubmissionUnknown(submission=submission)


def _chains(session: Session, roots: Collection[UUID]) -> Mapping[UUID, frozenset[UUID]]:
    members: dict[UUID, set[UUID]] = defaultdict(set)
    for root, member in session.execute(select(Submission.root_id, Submission.id).where(Submission.root_id.in_(roots))):
        members[root].add(member)
    return {root: frozenset(chain) for root, chain in members.items()}
