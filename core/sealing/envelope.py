"""Envelope encryption: a random key per record, wrapped by the key ring, and what it seals.

Every ciphertext is AES-256-GCM with associated data that names its format, table, record, field and row
version, so a ciphertext moved to another row, column or version does not open. GCM does not commit to its key;
a commitment derived beside the encryption key (`core.keys.committed_key`) is kept with the wrapped key and checked on
unwrapping.
"""

import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import Problem
from core.keys.committed_key import commit, committed_key
from core.keys.keyring import KEY_BYTES, NONCE_BYTES, KeyRing, KeyVersionUnknown

__all__ = [
    "WRAPPED_BYTES",
    "Binding",
    "CiphertextRefused",
    "RecordKey",
    "WrappedKey",
    "around_record",
    "new_record_key",
    "unwrap_record_key",
]

FORMAT = b"\x01"
WRAPPED_BYTES: Final = NONCE_BYTES + KEY_BYTES + 16  # of a sealed record key: nonce, the key itself, GCM's tag


class CiphertextRefused(Problem):
    code = "CORE-110"
    says = "The {field} of record {record} in {table} does not open: it was changed, moved or belongs to another key."
    remedy = "Treat it as tampering: keep the database as it is, compare with a backup and read the audit log for this record."


@dataclass(frozen=True)
class Binding:
    """Where a ciphertext belongs; it opens nowhere else."""

    table: str
    record: UUID
    field: str
    row_version: int = 1

    @property
    def associated_data(self) -> bytes:
        before, after = around_record(self.table, self.field, self.row_version)
        return before + self.record.bytes + after

    def refused(self) -> CiphertextRefused:
        return CiphertextRefused(field=self.field, record=self.record, table=self.table)


@lru_cache(1024)
def around_record(table: str, field: str, row_version: int = 1) -> tuple[bytes, bytes]:
    """The associated data of a `Binding` before and after the record's id: the same for every record, a million in a row."""
    # A version that was never given (negative, or too large) is bound like any other, and so opens nothing.
    version = (row_version % 2**32).to_bytes(4, "big")
    return b"%b\0%b\0" % (FORMAT, table.encode()), b"\0%b\0%b" % (field.encode(), version)


@dataclass(frozen=True)
class WrappedKey:
    """A record key as stored: sealed under key-encryption key `version`, with its 32-byte commitment."""

    version: int
    sealed: bytes = field(repr=False)
    commitment: bytes = field(repr=False)


class RecordKey:
    """An opened record key. Seals and opens the fields of one record."""

    def __init__(self, lock: AESGCM) -> None:
        self.lock = lock

    def seal(self, plaintext: bytes, binding: Binding) -> bytes:
        """Encrypt: format byte, 12-byte nonce, ciphertext with its tag."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return FORMAT + nonce + self.lock.encrypt(nonce, plaintext, binding.associated_data)

    def open(self, ciphertext: bytes, binding: Binding) -> bytes:
        """Decrypt; raises `CiphertextRefused`."""
        if ciphertext[:1] != FORMAT:
            raise binding.refused()
        start = len(FORMAT) + NONCE_BYTES
        try:
            return self.lock.decrypt(ciphertext[len(FORMAT) : start], ciphertext[start:], binding.associated_data)
        except (InvalidTag, ValueError):
            raise binding.refused() from None


def new_record_key(ring: KeyRing, binding: Binding) -> tuple[RecordKey, WrappedKey]:
    """A fresh key for one record, opened and as it is to be stored."""
    secret = secrets.token_bytes(KEY_BYTES)
    nonce = secrets.token_bytes(NONCE_BYTES)
    version, key = ring.newest()
    sealed = nonce + AESGCM(key).encrypt(nonce, secret, binding.associated_data)
    encryption_key, commitment = commit(secret)
    return RecordKey(AESGCM(encryption_key)), WrappedKey(version, sealed, commitment)


def unwrap_record_key(ring: KeyRing, wrapped: WrappedKey, binding: Binding) -> RecordKey:
    """Open a stored record key; raises `CiphertextRefused` or `KeyVersionUnknown`."""
    try:
        lock = AESGCM(ring.key(wrapped.version))
    except KeyVersionUnknown:
        raise KeyVersionUnknown(version=wrapped.version, what=f"Record {binding.record} of {binding.table}") from None
    try:
        secret = lock.decrypt(wrapped.sealed[:NONCE_BYTES], wrapped.sealed[NONCE_BYTES:], binding.associated_data)
    except (InvalidTag, ValueError):
        raise binding.refused() from None
    encryption_key = committed_key(secret, wrapped.commitment)
    if encryption_key is None:
        raise binding.refused()
    return RecordKey(AESGCM(encryption_key))
