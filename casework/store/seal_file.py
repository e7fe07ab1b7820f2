"""A file is sealed in chunks, so that one of a gigabyte is written and read in the memory of a few megabytes.

Each chunk is bound to its file, its position, and to whether it is the last (the STREAM construction of Hoang,
Reyhanitabar, Rogaway and Vizár, 2015): none can be left out, exchanged, repeated or cut off unnoticed, and how many there
are need not be known before the last one is written.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import func, insert, select

from casework.errors import FileCut
from casework.models import FileChunk, FileRow
from casework.store.seal_record import Vault
from core.envelope import Binding, RecordKey
from forms import RecordPart

__all__ = ["CHUNK_BYTES", "NewFile", "chunked", "open_chunks", "open_label", "seal_chunks", "seal_label", "write_chunks"]

CHUNK_BYTES: Final = 1024 * 1024
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


def chunked(content: Iterable[bytes]) -> Iterator[bytes]:
    """The same content in chunks of `CHUNK_BYTES`, the last one shorter; of nothing, one empty chunk."""
    pending = bytearray()
    for piece in content:
        view = memoryview(piece)
        for start in range(0, len(view), CHUNK_BYTES):
            pending += view[start : start + CHUNK_BYTES]
            if len(pending) > CHUNK_BYTES:  # what is left over may be the last chunk, so a full one waits
                yield bytes(pending[:CHUNK_BYTES])
                del pending[:CHUNK_BYTES]
    yield bytes(pending)


def seal_chunks(key: RecordKey, file: UUID, content: Iterable[bytes], row_version: int = 1) -> Iterator[bytes]:
    """The ciphertexts of a file's chunks, in order."""
    chunks = chunked(content)
    current, position = next(chunks), 0
    for following in chunks:
        yield key.seal(current, _binding(file, position, row_version, last=False))
        current, position = following, position + 1
    yield key.seal(current, _binding(file, position, row_version, last=True))


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
        yield key.open(sealed, _binding(row.id, position, row.row_version, last=position == count - 1))


def seal_label(key: RecordKey, file: UUID, new: NewFile, row_version: int = 1) -> bytes:
    """The ciphertext of what a file is called, what kind it is and which question asked for it."""
    said = SAID.encode([new.name, new.media_type, new.question])
    return key.seal(said.encode(), Binding(FILE, file, "label", row_version))


def open_label(key: RecordKey, row: FileRow) -> tuple[str, str, str]:
    """Name, media type and question; raises `CiphertextRefused`."""
    name, media_type, question = json.loads(key.open(row.label, Binding(FILE, row.id, "label", row.row_version)))
    return name, media_type, question


def _binding(file: UUID, position: int, row_version: int, *, last: bool) -> Binding:
    return Binding(CHUNK, file, f"chunk {position}, the last" if last else f"chunk {position}", row_version)
