"""Envelope encryption: a random key per record, wrapped by the key ring, and what it seals.

Every ciphertext is AES-256-GCM with associated data that names its format, table, record, field and row
version, so a ciphertext moved to another row, column or version does not open. GCM does not commit to its key;
a commitment derived beside the encryption key (HKDF, RFC 5869) is kept with the wrapped key and checked on unwrapping.
"""

import secrets
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import constant_time
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.derive_key import derive_keys
from core.errors import Problem
from core.keyring import KEY_BYTES, NONCE_BYTES, KeyRing, KeyVersionUnknown

__all__ = ["WRAPPED_BYTES", "Binding", "CiphertextRefused", "RecordKey", "WrappedKey", "new_record_key", "unwrap_record_key"]

FORMAT = b"\x01"
WRAPPED_BYTES: Final = NONCE_BYTES + KEY_BYTES + 16  # of a sealed record key: nonce, the key itself, GCM's tag
ENCRYPT, COMMIT = b"waystation:encrypt", b"waystation:commit"


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
        # Built as one string of bytes, for it is built a million times in a row.
        where = b"%b\0%b\0%b\0%b\0" % (FORMAT, self.table.encode(), self.record.bytes, self.field.encode())
        # A version that was never given (negative, or too large) is bound like any other, and so opens nothing.
        return where + (self.row_version % 2**32).to_bytes(4, "big")

    def around_record(self) -> tuple[bytes, bytes]:
        """The associated data before and after the record's id: the same for every record, so taken once for a great many."""
        start = len(FORMAT) + 1 + len(self.table.encode()) + 1
        whole = self.associated_data
        return whole[:start], whole[start + len(self.record.bytes) :]

    def refused(self) -> CiphertextRefused:
        return CiphertextRefused(field=self.field, record=self.record, table=self.table)


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
    encryption_key, commitment = derive_keys(secret, (ENCRYPT, COMMIT))
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
    encryption_key, commitment = derive_keys(secret, (ENCRYPT, COMMIT))
    if not constant_time.bytes_eq(commitment, wrapped.commitment):
        raise binding.refused()
    return RecordKey(AESGCM(encryption_key))
