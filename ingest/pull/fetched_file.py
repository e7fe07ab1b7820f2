"""A file on its way from another server: of whatever size, and never in clear on a disk.

Nothing of a server is asked for while a transaction is open, and a poor line may take an hour for a gigabyte. So what comes is
sealed at once, chunk by chunk, under the key of the submission that it belongs to, and waits in a temporary file without a name
until a transaction takes the chunks in as they are.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.keys.keyring import KeyRing
from core.sealing.envelope import Binding, RecordKey
from core.sealing.sealed_chunks import CHUNK_BYTES, seal_chunks
from ingest.blind_tokens import file_digest_of, file_token
from ingest.models import Attachment, AttachmentChunk
from ingest.pull.server_record import ServerFile
from ingest.seal_content import ATTACHMENT, ATTACHMENT_CHUNK

__all__ = ["FetchedFile", "keep_fetched", "seal_fetched"]

IN_MEMORY: Final = 4 * CHUNK_BYTES
LENGTH: Final = 4  # bytes in front of each chunk


@dataclass(frozen=True)
class FetchedFile:
    """A file under the id that it will have here; `sha256` is of its content, in hexadecimal."""

    id: UUID
    name: str = field(repr=False)
    content_type: str
    sha256: str = field(repr=False)
    sealed: "SpooledTemporaryFile[bytes]" = field(repr=False)

    def chunks(self) -> Iterator[bytes]:
        """Its sealed chunks, in order."""
        self.sealed.seek(0)
        while length := self.sealed.read(LENGTH):
            yield self.sealed.read(int.from_bytes(length, "big"))


def seal_fetched(key: RecordKey, file: ServerFile, content: Iterable[bytes]) -> FetchedFile:
    """Seal what comes, one chunk in memory at a time."""
    fetched, digest = uuid4(), hashlib.sha256()
    sealed: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  (its reader closes it)
    for chunk in seal_chunks(key, ATTACHMENT_CHUNK, fetched, _digested(content, digest.update)):
        sealed.write(len(chunk).to_bytes(LENGTH, "big") + chunk)
    return FetchedFile(fetched, file.name, file.content_type, digest.hexdigest(), sealed)


def keep_fetched(session: Session, ring: KeyRing, key: RecordKey, file: FetchedFile, *, operation: str, owner: UUID) -> None:
    """Keep a file with its submission, one chunk in memory at a time (collection zone)."""
    label = json.dumps([file.name, file.content_type]).encode()
    row = Attachment(
        id=file.id,
        operation=operation,
        owner=owner,
        name=file_token(ring, owner, file.name),
        digest=file_digest_of(ring, owner, file.sha256),
        label=key.seal(label, Binding(ATTACHMENT, file.id, "label")),
        content=None,
    )
    session.add(row)
    session.flush()
    for position, sealed in enumerate(file.chunks()):
        chunk = {"attachment": file.id, "position": position, "operation": operation, "content": sealed}
        session.execute(insert(AttachmentChunk), [chunk])


def _digested(content: Iterable[bytes], update: Callable[[bytes], object]) -> Iterator[bytes]:
    for piece in content:
        update(piece)
        yield piece
