"""Content of any size sealed in chunks, so that a gigabyte is written and read in the memory of a few megabytes.

Each chunk is bound to its record, its position, and to whether it is the last (the STREAM construction of Hoang, Reyhanitabar,
Rogaway and Vizár, 2015): none can be left out, exchanged, repeated or cut off unnoticed, and how many there are need not be
known before the last one is written.
"""

from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from core.sealing.envelope import Binding, RecordKey

__all__ = ["CHUNK_BYTES", "chunk_place", "chunked", "seal_chunks"]

CHUNK_BYTES: Final = 1024 * 1024


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


def seal_chunks(key: RecordKey, table: str, record: UUID, content: Iterable[bytes], version: int = 1) -> Iterator[bytes]:
    """The ciphertexts of the content's chunks, in order."""
    chunks = chunked(content)
    current, position = next(chunks), 0
    for following in chunks:
        yield key.seal(current, chunk_place(table, record, position, version, last=False))
        current, position = following, position + 1
    yield key.seal(current, chunk_place(table, record, position, version, last=True))


def chunk_place(table: str, record: UUID, position: int, version: int = 1, *, last: bool) -> Binding:
    """What a chunk is bound to."""
    return Binding(table, record, f"chunk {position}, the last" if last else f"chunk {position}", version)
