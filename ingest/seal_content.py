"""Seal and open what arrived: one key per submission or quarantine entry, one ciphertext per part."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.database import among
from core.keys.keyring import KeyRing
from core.sealing.envelope import Binding, CiphertextRefused, RecordKey, WrappedKey, new_record_key, unwrap_record_key
from core.sealing.sealed_chunks import chunk_place
from ingest.blind_tokens import file_digest, file_token
from ingest.errors import KeyDestroyed
from ingest.models import Attachment, AttachmentChunk, RecordKeyRow
from ingest.uploaded_file import StoredFile, UploadedFile

__all__ = [
    "ATTACHMENT",
    "ATTACHMENT_CHUNK",
    "QUARANTINE",
    "SOURCE",
    "SUBMISSION",
    "keep_files",
    "new_key",
    "open_content",
    "open_file",
    "open_file_named",
    "open_files",
    "open_key",
    "open_keys",
    "seal_content",
    "sealed_files",
]

SUBMISSION = "ingest.submission"
QUARANTINE = "ingest.quarantine"
SOURCE = "ingest.source"
ATTACHMENT = "ingest.attachment"
ATTACHMENT_CHUNK = "ingest.attachment_chunk"


def new_key(session: Session, ring: KeyRing, operation: str, table: str, record: UUID) -> RecordKey:
    """Make and keep the key of a new record."""
    key, wrapped = new_record_key(ring, Binding(table, record, "key"))
    session.add(
        RecordKeyRow(
            record=record, operation=operation, version=wrapped.version, sealed=wrapped.sealed, commitment=wrapped.commitment
        )
    )
    return key


def open_key(session: Session, ring: KeyRing, table: str, record: UUID) -> RecordKey:
    """Raises `KeyDestroyed` or `core.sealing.envelope.CiphertextRefused`."""
    key = open_keys(session, ring, table, [record])[record]
    if not isinstance(key, RecordKey):
        raise key
    return key


def open_keys(
    session: Session, ring: KeyRing, table: str, records: Collection[UUID]
) -> Mapping[UUID, RecordKey | KeyDestroyed | CiphertextRefused]:
    """The keys of many records; in place of one that does not open stands the reason."""
    rows = {row.record: row for row in session.scalars(select(RecordKeyRow).where(among(RecordKeyRow.record, records)))}
    return {record: _unwrap(ring, table, record, rows.get(record)) for record in records}


def _unwrap(ring: KeyRing, table: str, record: UUID, row: RecordKeyRow | None) -> RecordKey | KeyDestroyed | CiphertextRefused:
    if row is None:
        return KeyDestroyed(record=record)
    try:
        return unwrap_record_key(ring, WrappedKey(row.version, row.sealed, row.commitment), Binding(table, record, "key"))
    except CiphertextRefused as refusal:
        return refusal


def seal_content(key: RecordKey, table: str, record: UUID, content: bytes) -> bytes:
    """Encrypt the answers of a record."""
    return key.seal(content, Binding(table, record, "content"))


def open_content(key: RecordKey, table: str, record: UUID, ciphertext: bytes) -> bytes:
    """Decrypt the answers of a record; raises `core.sealing.envelope.CiphertextRefused`."""
    return key.open(ciphertext, Binding(table, record, "content"))


def keep_files(
    session: Session, ring: KeyRing, key: RecordKey, *, operation: str, owner: UUID, files: Iterable[UploadedFile]
) -> None:
    """Keep files under their owner's key, their names and media types sealed too."""
    session.add_all(sealed_files(ring, key, operation, owner, files))


def sealed_files(
    ring: KeyRing, key: RecordKey, operation: str, owner: UUID, files: Iterable[UploadedFile]
) -> Iterator[Attachment]:
    """Rows of files, sealed under their owner's key and not yet kept; the same file is one of them once."""
    for file in {(file.name, file.content): file for file in files}.values():
        record = uuid4()
        label = json.dumps([file.name, file.content_type]).encode()
        yield Attachment(
            id=record,
            operation=operation,
            owner=owner,
            name=file_token(ring, owner, file.name),
            digest=file_digest(ring, owner, file.content),
            label=key.seal(label, Binding(ATTACHMENT, record, "label")),
            content=key.seal(file.content, Binding(ATTACHMENT, record, "content")),
        )


def open_files(session: Session, key: RecordKey, owner: UUID) -> tuple[UploadedFile, ...]:
    """The files of a record, by name; raises `CiphertextRefused`, of what lies in chunks while it is read."""
    rows = session.scalars(select(Attachment).where(Attachment.owner == owner))
    return tuple(sorted((open_file(session, key, row) for row in rows), key=lambda file: file.name))


def open_file_named(session: Session, ring: KeyRing, key: RecordKey, owner: UUID, name: str) -> bytes:
    """The content of one file of a record, which is there; raises `core.sealing.envelope.CiphertextRefused`."""
    named = Attachment.owner == owner, Attachment.name == file_token(ring, owner, name)
    row = session.scalars(select(Attachment).where(*named)).first()
    if row is None:
        raise Binding(ATTACHMENT, owner, "content").refused()  # somebody took it away
    return open_file(session, key, row).content


def open_file(session: Session, key: RecordKey, row: Attachment) -> UploadedFile:
    """One file by its row; raises `core.sealing.envelope.CiphertextRefused`, of one that lies in chunks while it is read."""
    name, content_type = json.loads(key.open(row.label, Binding(ATTACHMENT, row.id, "label")))
    if row.content is None:
        return StoredFile(name, content_type, partial(_open_chunks, session, key, row.id))
    return UploadedFile(name, content_type, key.open(row.content, Binding(ATTACHMENT, row.id, "content")))


def _open_chunks(session: Session, key: RecordKey, file: UUID) -> Iterator[bytes]:
    """The content, one chunk in memory at a time. What has been given out is what was sealed, but that it is complete is known
    only when the last one has opened."""
    count = session.scalar(select(func.count()).where(AttachmentChunk.attachment == file)) or 0
    for position in range(max(count, 1)):
        place = chunk_place(ATTACHMENT_CHUNK, file, position, last=position == count - 1)
        here = AttachmentChunk.attachment == file, AttachmentChunk.position == position
        sealed = session.scalar(select(AttachmentChunk.content).where(*here))
        if sealed is None:
            raise place.refused()
        yield key.open(sealed, place)
