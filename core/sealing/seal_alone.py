"""A sealed thing that carries its wrapped key with it: for what lives shortly, stands in no table of keys, and may be lost.

When the version of the key ring that wraps it is retired it opens no more, and whoever made it makes it again.
"""

from typing import Final
from uuid import UUID

from core.keys.keyring import KeyRing
from core.sealing.envelope import WRAPPED_BYTES, Binding, WrappedKey, new_record_key, unwrap_record_key

__all__ = ["open_alone", "seal_alone"]

VERSION_BYTES: Final = 4
COMMITMENT_BYTES: Final = 32
SEALED_AT: Final = VERSION_BYTES + WRAPPED_BYTES
CONTENT_AT: Final = SEALED_AT + COMMITMENT_BYTES


def seal_alone(ring: KeyRing, content: bytes, table: str, record: UUID, number: int) -> bytes:
    """Seal under a fresh key; it opens as the same number of the same record only."""
    key, wrapped = new_record_key(ring, Binding(table, record, "key", number))
    version = wrapped.version.to_bytes(VERSION_BYTES, "big")
    return version + wrapped.sealed + wrapped.commitment + key.seal(content, Binding(table, record, "content", number))


def open_alone(ring: KeyRing, sealed: bytes, table: str, record: UUID, number: int) -> bytes:
    """Open it; raises `CiphertextRefused` or `KeyVersionUnknown`."""
    version = int.from_bytes(sealed[:VERSION_BYTES], "big")
    wrapped = WrappedKey(version, sealed[VERSION_BYTES:SEALED_AT], sealed[SEALED_AT:CONTENT_AT])
    key = unwrap_record_key(ring, wrapped, Binding(table, record, "key", number))
    return key.open(sealed[CONTENT_AT:], Binding(table, record, "content", number))
