"""Envelope encryption: a random key per record, wrapped by the key ring, and what it seals.

Every ciphertext is AES-256-GCM with associated data that names its format, table, record, field and row
version, so a ciphertext moved to another row, column or version does not open. GCM does not commit to its key;
a commitment derived beside the encryption key (HKDF, RFC 5869) is kept with the wrapped key and checked on unwrapping.
"""

import secrets
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import constant_time, hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import Problem
from core.keyring import KEY_BYTES, NONCE_BYTES, KeyRing

__all__ = ["Binding", "CiphertextRefused", "RecordKey", "WrappedKey", "new_record_key", "unwrap_record_key"]

FORMAT = b"\x01"


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
        return b"\0".join(
            [FORMAT, self.table.encode(), self.record.bytes, self.field.encode(), self.row_version.to_bytes(4, "big")]
        )

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

    def __init__(self, secret: bytes) -> None:
        self._lock = AESGCM(_derive(secret, b"encrypt"))

    def seal(self, plaintext: bytes, binding: Binding) -> bytes:
        """Encrypt: format byte, 12-byte nonce, ciphertext with its tag."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return FORMAT + nonce + self._lock.encrypt(nonce, plaintext, binding.associated_data)

    def open(self, ciphertext: bytes, binding: Binding) -> bytes:
        """Decrypt; raises `CiphertextRefused`."""
        if ciphertext[:1] != FORMAT:
            raise binding.refused()
        start = len(FORMAT) + NONCE_BYTES
        try:
            return self._lock.decrypt(ciphertext[len(FORMAT) : start], ciphertext[start:], binding.associated_data)
        except (InvalidTag, ValueError):
            raise binding.refused() from None


def new_record_key(ring: KeyRing, binding: Binding) -> tuple[RecordKey, WrappedKey]:
    """A fresh key for one record, opened and as it is to be stored."""
    secret = secrets.token_bytes(KEY_BYTES)
    nonce = secrets.token_bytes(NONCE_BYTES)
    version, key = ring.newest()
    sealed = nonce + AESGCM(key).encrypt(nonce, secret, binding.associated_data)
    return RecordKey(secret), WrappedKey(version, sealed, _derive(secret, b"commit"))


def unwrap_record_key(ring: KeyRing, wrapped: WrappedKey, binding: Binding) -> RecordKey:
    """Open a stored record key; raises `CiphertextRefused` or `KeyVersionUnknown`."""
    lock = AESGCM(ring.key(wrapped.version))
    try:
        secret = lock.decrypt(wrapped.sealed[:NONCE_BYTES], wrapped.sealed[NONCE_BYTES:], binding.associated_data)
    except (InvalidTag, ValueError):
        raise binding.refused() from None
    if not constant_time.bytes_eq(_derive(secret, b"commit"), wrapped.commitment):
        raise binding.refused()
    return RecordKey(secret)


def _derive(secret: bytes, label: bytes) -> bytes:
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=b"waystation:" + label).derive(secret)
