"""Sealing a great many new records: what `core.sealing.envelope` does for one, with what is the same for all done once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from os import urandom
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.keys.committed_key import commit
from core.keys.keyring import KEY_BYTES, NONCE_BYTES, KeyRing
from core.sealing.envelope import FORMAT, RecordKey, WrappedKey, around_record

__all__ = ["ManySealer"]

AT_ONCE: Final = 64  # nonces drawn


@dataclass
class ManySealer:
    """Makes record keys, kept as `key_field` of `key_table`, and seals fields of the first version of a row.

    All are wrapped under the key that is the ring's newest when the sealer is made.
    """

    ring: KeyRing = field(repr=False)
    key_table: str
    key_field: str

    def __post_init__(self) -> None:
        self.version, key = self.ring.newest()
        self._lock = AESGCM(key)
        self._nonces: Iterator[bytes] = iter(())

    def new_key(self, record: bytes) -> tuple[RecordKey, WrappedKey]:
        """A fresh key for the record whose id has these 16 bytes, as `core.sealing.envelope.new_record_key` makes it."""
        secret, nonce = urandom(KEY_BYTES), self._nonce()
        before, after = around_record(self.key_table, self.key_field)
        sealed = nonce + self._lock.encrypt(nonce, secret, before + record + after)
        encryption_key, commitment = commit(secret)
        return RecordKey(AESGCM(encryption_key)), WrappedKey(self.version, sealed, commitment)

    def seal(self, key: RecordKey, plaintext: bytes, table: str, name: str, record: bytes) -> bytes:
        """The ciphertext of field `name` of a record in `table`, as `RecordKey.seal` makes it."""
        nonce = self._nonce()
        before, after = around_record(table, name)
        return FORMAT + nonce + key.lock.encrypt(nonce, plaintext, before + record + after)

    def _nonce(self) -> bytes:
        """A random one that was never given before: of many drawn at once, for each draw costs more than sealing."""
        nonce = next(self._nonces, None)
        if nonce is None:
            drawn = urandom(NONCE_BYTES * AT_ONCE)
            self._nonces = (drawn[at : at + NONCE_BYTES] for at in range(0, len(drawn), NONCE_BYTES))
            nonce = next(self._nonces)
        return nonce
