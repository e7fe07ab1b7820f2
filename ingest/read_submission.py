"""Read submissions back (casework zone), leaving a line in the audit log: what phones encrypted is decrypted in memory."""

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
from ingest.decrypt_submission import decrypt_answers, decrypt_whole, phone_key
from ingest.errors import EncryptedUnopened, KeyDestroyed, Refused, SubmissionUnknown
from ingest.models import State, Submission
from ingest.parse_xml import parse_xml
from ingest.read_head import read_head
from ingest.read_manifest import Manifest, read_manifest
from ingest.seal_content import SUBMISSION, open_content, open_file_named, open_files, open_keys
from ingest.uploaded_file import UploadedFile

__all__ = ["StoredSubmission", "read_as_received", "read_submission", "read_submissions"]

Unreadable = SubmissionUnknown | KeyDestroyed | CiphertextRefused | EncryptedUnopened | Refused


@dataclass(frozen=True)
class StoredSubmission:
    """An answer with its files, byte for byte as they came, or as they were before the phone encrypted them.

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


@dataclass(frozen=True)
class _Received:
    """What came, without files, and the key that it is sealed under; a manifest where the phone encrypted, and whether all
    of that was proven."""

    stored: StoredSubmission
    key: RecordKey
    manifest: Manifest | None
    proven: bool


def read_submission(session: Session, ring: KeyRing, submission_id: UUID, *, purpose: audit.Purpose) -> StoredSubmission:
    """One submission with its files.

    Raises `SubmissionUnknown`, `KeyDestroyed`, `core.envelope.CiphertextRefused`; of encrypted ones also
    `EncryptedUnopened`, or the `Refused` that says why they do not open any more.
    """
    received = _one(session, ring, submission_id, purpose)
    files = open_files(session, received.key, submission_id)
    manifest = _proven_manifest(received)
    if manifest is None:
        return replace(received.stored, files=files)
    key = phone_key(session, ring, received.stored.operation, manifest)
    decrypted = decrypt_whole(key, manifest, {file.name: file.content for file in files})
    return replace(received.stored, xml=decrypted.xml, files=decrypted.files)


def read_as_received(session: Session, ring: KeyRing, submission_id: UUID, *, purpose: audit.Purpose) -> StoredSubmission:
    """One submission as it came: of encrypted answers the manifest and the encrypted files.

    Raises `SubmissionUnknown`, `KeyDestroyed` or `core.envelope.CiphertextRefused`.
    """
    received = _one(session, ring, submission_id, purpose)
    return replace(received.stored, files=open_files(session, received.key, submission_id))


def read_submissions(
    session: Session, ring: KeyRing, submission_ids: Sequence[UUID], *, purpose: audit.Purpose
) -> Mapping[UUID, StoredSubmission | Unreadable]:
    """Many at once, without their files; in place of one that cannot be read stands the reason."""
    received = _received(session, ring, submission_ids, purpose)
    return {
        submission: _with_answers(session, ring, one) if isinstance(one, _Received) else one
        for submission, one in received.items()
    }


def _with_answers(session: Session, ring: KeyRing, received: _Received) -> StoredSubmission | Unreadable:
    stored = received.stored
    try:
        manifest = _proven_manifest(received)
        if manifest is None:
            return stored
        content = open_file_named(session, ring, received.key, stored.id, manifest.answers)
        key = phone_key(session, ring, stored.operation, manifest)
        return replace(stored, xml=decrypt_answers(key, manifest, content))
    except (EncryptedUnopened, CiphertextRefused, Refused) as refusal:
        return refusal


def _proven_manifest(received: _Received) -> Manifest | None:
    if received.manifest and not received.proven:
        raise EncryptedUnopened(submission=received.stored.id)
    return received.manifest


def _one(session: Session, ring: KeyRing, submission_id: UUID, purpose: audit.Purpose) -> _Received:
    received = _received(session, ring, [submission_id], purpose)[submission_id]
    if not isinstance(received, _Received):
        raise received
    return received


def _received(
    session: Session, ring: KeyRing, submission_ids: Sequence[UUID], purpose: audit.Purpose
) -> Mapping[UUID, _Received | Unreadable]:
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
) -> _Received | Unreadable:
    if not isinstance(key, RecordKey):
        return key
    try:
        xml = open_content(key, SUBMISSION, row.id, row.xml)
    except CiphertextRefused as refusal:
        return refusal
    root = parse_xml(xml)
    head = read_head(root)
    stored = StoredSubmission(
        row.id,
        row.root_id,
        chains[row.root_id],
        row.operation,
        row.form_id,
        row.form_version,
        head.instance_id,
        row.collector,
        row.received_at,
        custody_of(row),
        xml,
    )
    return _Received(stored, key, read_manifest(root) if head.encrypted else None, row.state != State.ENCRYPTED)


def _unknown(submission: UUID) -> SubmissionUnknown:
    return SubmissionUnknown(submission=submission)


def _chains(session: Session, roots: Collection[UUID]) -> Mapping[UUID, frozenset[UUID]]:
    members: dict[UUID, set[UUID]] = defaultdict(set)
    for root, member in session.execute(select(Submission.root_id, Submission.id).where(Submission.root_id.in_(roots))):
        members[root].add(member)
    return {root: frozenset(chain) for root, chain in members.items()}
