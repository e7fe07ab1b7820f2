"""A file of any size sealed under the key ring, chunk by chunk: memory stays constant, cost grows with size.

The file has a key of its own, wrapped like a record key. Each chunk is sealed by `core.sealing.envelope` and bound to the
file, to its header, to its number and to whether it is the last: a chunk that was changed, moved, repeated or cut off is
refused. The header stands in clear, so that an officer sees what a file is without the key ring; changing it makes the file
unreadable.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Final
from uuid import UUID, uuid4

from core.errors import Problem
from core.keys.keyring import KeyRing
from core.sealing.envelope import Binding, CiphertextRefused, RecordKey, WrappedKey, new_record_key, unwrap_record_key

__all__ = ["SealedFileRefused", "open_stream", "read_claims", "seal_stream"]

MAGIC: Final = b"WAYSTATION SEALED 1\n"
TABLE: Final = "sealed_stream"
CHUNK_BYTES: Final = 1 << 20
LARGEST_HEADER: Final = 1 << 16


class SealedFileRefused(Problem):
    code = "CORE-160"
    says = "The sealed file cannot be used: {reason}."
    remedy = "Take another copy of it. If every copy says the same, it was changed, or it belongs to another key ring."


@dataclass(frozen=True)
class _Header:
    stream: UUID
    claims: Mapping[str, Any]
    wrapped: WrappedKey
    digest: str


def seal_stream(ring: KeyRing, source: BinaryIO, target: BinaryIO, claims: Mapping[str, Any]) -> None:
    """Seal all of `source` into `target`; `claims` stand in the header in clear, and are proven by every chunk."""
    stream = uuid4()
    key, wrapped = new_record_key(ring, Binding(TABLE, stream, "key"))
    kept = {"version": wrapped.version, "sealed": _text(wrapped.sealed), "commitment": _text(wrapped.commitment)}
    header = json.dumps({"stream": str(stream), "claims": dict(claims), "key": kept}, sort_keys=True).encode()
    target.write(MAGIC + len(header).to_bytes(4, "big") + header)
    digest = hashlib.sha256(header).hexdigest()
    number, ahead = 0, source.read(CHUNK_BYTES)
    while ahead or number == 0:
        chunk, ahead, number = ahead, source.read(CHUNK_BYTES), number + 1
        sealed = key.seal(chunk, _place(stream, digest, number, last=not ahead))
        target.write(len(sealed).to_bytes(4, "big") + sealed)


def read_claims(source: BinaryIO) -> Mapping[str, Any]:
    """What a sealed file says of itself. Not proven until it is opened to its end. Raises `SealedFileRefused`."""
    return _read_header(source).claims


def open_stream(ring: KeyRing, source: BinaryIO) -> Iterator[bytes]:
    """The contents in order, each chunk proven before it is given; raises `SealedFileRefused` or `KeyVersionUnknown`.

    That nothing is missing at the end is known only after the last chunk.
    """
    header = _read_header(source)
    try:
        key = unwrap_record_key(ring, header.wrapped, Binding(TABLE, header.stream, "key"))
        yield from _chunks(key, header, source)
    except CiphertextRefused:
        raise SealedFileRefused(reason="a part of it was changed, moved or sealed under another key") from None


def _chunks(key: RecordKey, header: _Header, source: BinaryIO) -> Iterator[bytes]:
    number, ahead = 0, _next(source)
    if not ahead:
        raise SealedFileRefused(reason="it is cut off")
    while ahead:
        sealed, ahead, number = ahead, _next(source), number + 1
        yield key.open(sealed, _place(header.stream, header.digest, number, last=not ahead))


def _next(source: BinaryIO) -> bytes:
    length = source.read(4)
    if not length:
        return b""
    sealed = source.read(int.from_bytes(length, "big"))
    if len(length) < 4 or len(sealed) < int.from_bytes(length, "big") or not sealed:
        raise SealedFileRefused(reason="it is cut off")
    return sealed


def _place(stream: UUID, digest: str, number: int, *, last: bool) -> Binding:
    return Binding(TABLE, stream, f"{'last' if last else 'chunk'}:{digest}", number)


def _read_header(source: BinaryIO) -> _Header:
    if source.read(len(MAGIC)) != MAGIC:
        raise SealedFileRefused(reason="it is not a file that Waystation sealed")
    length = int.from_bytes(source.read(4), "big")
    content = source.read(min(length, LARGEST_HEADER))
    try:
        told = json.loads(content)
        key = told["key"]
        wrapped = WrappedKey(int(key["version"]), _bytes(key["sealed"]), _bytes(key["commitment"]))
        return _Header(UUID(told["stream"]), dict(told["claims"]), wrapped, hashlib.sha256(content).hexdigest())
    except (ValueError, KeyError, TypeError):
        raise SealedFileRefused(reason="its header cannot be read") from None


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
