"""Reading a person's files. A file is read by whoever may read files and is not kept from what the file speaks of."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from casework.errors import RecordUnknown
from casework.models import FileRow, KeyKind, Person
from casework.store.bulk_limit import count_reading
from casework.store.compare_clear import may_stand
from casework.store.need_to_know import require_files
from casework.store.seal_file import open_chunks, open_label
from casework.store.seal_record import Vault, find_with_key, stored_key
from casework.store.what_is_listed import FILE
from casework.thumbnails import PICTURES, Copied, keep_thumbnail, kept_thumbnail
from core.audit import Action, Purpose, record
from core.clear_columns import code_in
from core.database import among_given
from core.keys.keyring import KeyRing
from core.sealing.envelope import RecordKey
from forms import RecordPart

__all__ = ["FileLabel", "OpenedFile", "list_files", "read_file", "read_thumbnail"]

THEIRS: Final = (
    select(FileRow)
    .where(FileRow.person == bindparam("person"), among_given(FileRow.part, "parts"))
    .order_by(FileRow.replaced_at.is_not(None), FileRow.added_at, FileRow.id)
)


@dataclass(frozen=True)
class FileLabel:
    """What a file is, without its content. `replaced`: a corrected interview brought another in its place."""

    id: UUID
    person: UUID
    name: str = field(repr=False)
    media_type: str
    question: str
    part: RecordPart
    replaced: bool

    @property
    def is_picture(self) -> bool:
        """Whether it calls itself one of which a small one is made; what it really is, its bytes decide."""
        return self.media_type in PICTURES


@dataclass(frozen=True)
class OpenedFile:
    """A file that is being read; `content` gives chunk after chunk, inside the transaction, and raises where one does not
    open. The file is complete when `content` has come to its end."""

    label: FileLabel
    content: Iterator[bytes] = field(repr=False)


def list_files(session: Session, ring: KeyRing, person_id: UUID, *, purpose: Purpose) -> list[FileLabel]:
    """A person's files that this account may read, replaced ones last.

    Raises `RecordUnknown` (also out of reach), `NotAllowed`, `ReadTooMany`, `KeyDestroyed` or `CiphertextRefused`.
    """
    found = find_with_key(session, person_id)
    if found is None:
        raise RecordUnknown(kind="person", record=person_id)
    person, _ = found
    readable = require_files(session, person)
    asked = {"person": person_id, "parts": [part.value for part in readable]}
    rows = session.scalars(THEIRS, asked).all() if may_stand(session, person_id, FILE) else []
    record(session, Action.READ, f"casework.person:{person_id}", purpose=purpose, count=len(rows), detail={"parts": ["files"]})
    if not rows:
        return []
    count_reading(session, [person_id])
    key = stored_key(Vault(session, ring, person.operation), person_id, KeyKind.PERSON)
    return [_label(key, row) for row in rows]


def read_file(session: Session, ring: KeyRing, file_id: UUID, *, purpose: Purpose) -> OpenedFile:
    """Open one file.

    Raises `RecordUnknown` (also out of reach), `NotAllowed`, `ReadTooMany`, `KeyDestroyed` or `CiphertextRefused`; reading
    its content raises `CiphertextRefused` or `FileCut`.
    """
    vault, key, row = _open(session, ring, file_id, purpose)
    return OpenedFile(_label(key, row), open_chunks(vault, key, row))


def read_thumbnail(session: Session, ring: KeyRing, file_id: UUID, *, purpose: Purpose) -> tuple[FileLabel, bytes]:
    """One file with its small picture, a JPEG; empty where there is none. It is made now where nobody made it before.

    Raises what `read_file` and its content raise, `RecordUnknown` for what is no picture, and `DecoderUnusable`.
    """
    vault, key, row = _open(session, ring, file_id, purpose)
    label, kept = _label(key, row), kept_thumbnail(vault, key, row)
    if not label.is_picture:
        raise RecordUnknown(kind="picture", record=file_id)
    if kept is not None:
        return label, kept
    copied = Copied(open_chunks(vault, key, row))
    for _ in copied:
        pass
    return label, keep_thumbnail(vault, key, row, copied.whole)


def _open(session: Session, ring: KeyRing, file_id: UUID, purpose: Purpose) -> tuple[Vault, RecordKey, FileRow]:
    """The file with the key that opens it, read and noted for this account."""
    row = session.get(FileRow, file_id)
    if row is None:
        raise RecordUnknown(kind="file", record=file_id)
    require_files(session, session.get_one(Person, row.person), code_in(row, "part", RecordPart))
    count_reading(session, [row.person])
    record(session, Action.READ, f"casework.file:{file_id}", purpose=purpose, detail={"person": str(row.person)})
    vault = Vault(session, ring, row.operation)
    return vault, stored_key(vault, row.person, KeyKind.PERSON), row


def _label(key: RecordKey, row: FileRow) -> FileLabel:
    name, media_type, question = open_label(key, row)
    return FileLabel(
        row.id, row.person, name, media_type, question, code_in(row, "part", RecordPart), row.replaced_at is not None
    )
