"""A file is sealed in chunks, each bound to its file (`core.sealing.sealed_chunks`).

So one of a gigabyte is written and read in the memory of a few megabytes.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import func, insert, select

import core.sealing.sealed_chunks
from casework.errors import FileCut
from casework.models import FileChunk, FileRow
from casework.store.seal_record import Vault
from core.sealing.envelope import Binding, RecordKey
from core.sealing.sealed_chunks import chunk_place
from forms import RecordPart

__all__ = ["NewFile", "open_chunks", "open_label", "seal_chunks", "seal_label", "write_chunks"]

SAID: Final = json.JSONEncoder(ensure_ascii=False)
FILE, CHUNK = "casework.file", "casework.file_chunk"


@dataclass(frozen=True)
class NewFile:
    """A file on its way into the store; `content` is read once, in pieces of any size."""

    name: str = field(repr=False)
    media_type: str
    content: Iterable[bytes] = field(repr=False)
    part: RecordPart
    question: str = ""


def seal_chunks(key: RecordKey, file: UUID, content: Iterable[bytes], row_version: int = 1) -> Iterator[bytes]:
    """The ciphertexts of a file's chunks, in order."""
    return core.sealing.sealed_chunks.seal_chunks(key, CHUNK, file, content, row_version)


def write_chunks(vault: Vault, key: RecordKey, file: UUID, content: Iterable[bytes]) -> None:
    """Seal and store a file's content, one chunk in memory at a time; its row is there already."""
    for position, sealed in enumerate(seal_chunks(key, file, content)):
        row = {"file": file, "position": position, "operation": vault.operation, "content": sealed}
        vault.session.execute(insert(FileChunk), [row])


def open_chunks(vault: Vault, key: RecordKey, row: FileRow) -> Iterator[bytes]:
    """A file's content, one chunk in memory at a time; raises `FileCut` or `CiphertextRefused`.

    What has been given out is what was sealed, but that it is complete is known only when the last chunk has opened.
    """
    count = vault.session.scalar(select(func.count()).where(FileChunk.file == row.id)) or 0
    for position in range(max(count, 1)):
        wanted = select(FileChunk.content).where(FileChunk.file == row.id, FileChunk.position == position)
        sealed = vault.session.scalar(wanted)
        if sealed is None:
            raise FileCut(file=row.id, position=position)
        yield key.open(sealed, chunk_place(CHUNK, row.id, position, row.row_version, last=position == count - 1))


def seal_label(key: RecordKey, file: UUID, new: NewFile, row_version: int = 1) -> bytes:
    """The ciphertext of what a file is called, what kind it is and which question asked for it."""
    said = SAID.encode([new.name, new.media_type, new.question])
    return key.seal(said.encode(), Binding(FILE, file, "label", row_version))


def open_label(key: RecordKey, row: FileRow) -> tuple[str, str, str]:
    """Name, media type and question; raises `CiphertextRefused`."""
    name, media_type, question = json.loads(key.open(row.label, Binding(FILE, row.id, "label", row.row_version)))
    return name, media_type, question
