"""Read submissions back (casework zone), leaving a line in the audit log: what phones encrypted is decrypted in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from lxml import etree
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit
from core.access import Custody
from core.clear_columns import custody_of
from core.database import among
from core.keys.keyring import KeyRing
from core.sealing.envelope import Binding, CiphertextRefused, RecordKey
from ingest.bound_answers import open_answers, require_replacing, require_same
from ingest.decrypt_submission import decrypt_answers, decrypt_whole, phone_key
from ingest.errors import EncryptedUnopened, KeyDestroyed, Refused, SubmissionUnknown
from ingest.models import State, Submission
from ingest.parse_xml import parse_xml
from ingest.prove_chains import Chain, chains_of, torn
from ingest.read_head import read_head
from ingest.read_manifest import Manifest, read_manifest
from ingest.seal_content import SUBMISSION, open_file_named, open_files, open_keys
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
    root: etree._Element = field(repr=False)  # of the same XML, which every reader would parse anew
    files: tuple[UploadedFile, ...] = field(repr=False, default=())


@dataclass(frozen=True)
class _Received:
    """What came, without files, and the key that it is sealed under; a manifest where the phone encrypted, and whether all
    of that was proven."""

    stored: StoredSubmission
    row: Submission
    key: RecordKey
    manifest: Manifest | None
    proven: bool


def read_submission(session: Session, ring: KeyRing, submission_id: UUID, *, purpose: audit.Purpose) -> StoredSubmission:
    """One submission with its files.

    Raises `SubmissionUnknown`, `KeyDestroyed`, `core.sealing.envelope.CiphertextRefused`; of encrypted ones also
    `EncryptedUnopened`, or the `Refused` that says why they do not open any more.
    """
    received = _one(session, ring, submission_id, purpose)
    files = open_files(session, received.key, submission_id)
    manifest = _proven_manifest(received)
    if manifest is None:
        return replace(received.stored, files=files)
    key = phone_key(session, ring, received.stored.operation, manifest)
    decrypted = decrypt_whole(key, manifest, {file.name: file.content for file in files})
    require_replacing(ring, received.row, decrypted.head)
    return replace(received.stored, xml=decrypted.xml, root=parse_xml(decrypted.xml), files=decrypted.files)


def read_as_received(session: Session, ring: KeyRing, submission_id: UUID, *, purpose: audit.Purpose) -> StoredSubmission:
    """One submission as it came: of encrypted answers the manifest and the encrypted files.

    Raises `SubmissionUnknown`, `KeyDestroyed` or `core.sealing.envelope.CiphertextRefused`.
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
        xml = decrypt_answers(key, manifest, content)
        root = parse_xml(xml)
        require_replacing(ring, received.row, read_head(root))
        return replace(stored, xml=xml, root=root)
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
    rows = _rows(session, submission_ids)
    chains = chains_of(session, {row.root_id for row in rows.values()})
    beside = _rows(
        session, {other for chain in chains.values() if len(chain.members) > 1 for other in chain.members} - set(rows)
    )
    known = {**rows, **beside}
    keys = open_keys(session, ring, SUBMISSION, list(known))
    detail = {"submissions": [str(submission) for submission in known]}
    audit.record(session, audit.Action.READ, SUBMISSION, purpose=purpose, count=len(known), detail=detail)
    opened = {one: _opened(ring, row, keys[one], chains[row.root_id]) for one, row in known.items()}
    apart: dict[UUID, Unreadable] = {
        one: Binding(SUBMISSION, one, "chain").refused() for one in torn(session, list(rows.values()), chains)
    }
    faults = {other: fault for other in beside if (fault := _fault(session, ring, opened[other]))}
    for one, row in rows.items():
        apart.update((one, faults[other]) for other in chains[row.root_id].members if other in faults)
    return {one: _first(opened[one], apart.get(one)) if one in rows else _unknown(one) for one in submission_ids}


def _first(opened: _Received | Unreadable, apart: Unreadable | None) -> _Received | Unreadable:
    """What is wrong with the answers themselves comes before what is wrong with their chain."""
    return apart if apart and isinstance(opened, _Received) else opened


def _rows(session: Session, submission_ids: Collection[UUID]) -> dict[UUID, Submission]:
    if not submission_ids:
        return {}
    return {row.id: row for row in session.scalars(select(Submission).where(among(Submission.id, submission_ids)))}


def _fault(session: Session, ring: KeyRing, opened: _Received | Unreadable) -> Unreadable | None:
    """Why the other answers of a chain are not those that their row tells of, which nothing of the chain is read beside."""
    found = _with_answers(session, ring, opened) if isinstance(opened, _Received) else opened
    return None if isinstance(found, StoredSubmission) else found


def _opened(
    ring: KeyRing, row: Submission, key: RecordKey | KeyDestroyed | CiphertextRefused, chain: Chain
) -> _Received | Unreadable:
    if not isinstance(key, RecordKey):
        return key
    try:
        xml = open_answers(key, row)
        root = parse_xml(xml)
        head = read_head(root)
        require_same(ring, row, head)
    except CiphertextRefused as refusal:
        return refusal
    stored = StoredSubmission(
        row.id,
        row.root_id,
        frozenset(chain.members),
        row.operation,
        row.form_id,
        row.form_version,
        head.instance_id,
        row.collector,
        row.received_at,
        custody_of(row),
        xml,
        root,
    )
    return _Received(stored, row, key, read_manifest(root) if head.encrypted else None, row.state != State.ENCRYPTED)


def _unknown(submission: UUID) -> SubmissionUnknown:
    return SubmissionUnknown(submission=submission)
