"""Sealing a great many new records: what `core.envelope` does for one, with what is the same for all done once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from os import urandom
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.derive_key import derive_keys
from core.envelope import COMMIT, ENCRYPT, FORMAT, Binding, RecordKey, WrappedKey
from core.keyring import KEY_BYTES, NONCE_BYTES, KeyRing

__all__ = ["ManySealer"]

FIRST_VERSION: Final = 1
AT_ONCE: Final = 1000  # nonces drawn


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
        self._around: dict[tuple[str, str], tuple[bytes, bytes]] = {}
        self._nonces: Iterator[bytes] = iter(())

    def new_key(self, record: bytes) -> tuple[RecordKey, WrappedKey]:
        """A fresh key for the record whose id has these 16 bytes, as `core.envelope.new_record_key` makes it."""
        secret, nonce = urandom(KEY_BYTES), self._nonce()
        sealed = nonce + self._lock.encrypt(nonce, secret, self._where(self.key_table, self.key_field, record))
        encryption_key, commitment = derive_keys(secret, (ENCRYPT, COMMIT))
        return RecordKey(AESGCM(encryption_key)), WrappedKey(self.version, sealed, commitment)

    def seal(self, key: RecordKey, plaintext: bytes, table: str, name: str, record: bytes) -> bytes:
        """The ciphertext of field `name` of a record in `table`, as `RecordKey.seal` makes it."""
        nonce = self._nonce()
        return FORMAT + nonce + key.lock.encrypt(nonce, plaintext, self._where(table, name, record))

    def _nonce(self) -> bytes:
        """A random one that was never given before: of many drawn at once, for each draw costs more than sealing."""
        nonce = next(self._nonces, None)
        if nonce is None:
            drawn = urandom(NONCE_BYTES * AT_ONCE)
            self._nonces = (drawn[at : at + NONCE_BYTES] for at in range(0, len(drawn), NONCE_BYTES))
            nonce = next(self._nonces)
        return nonce

    def _where(self, table: str, name: str, record: bytes) -> bytes:
        around = self._around.get((table, name))
        if around is None:
            around = self._around[table, name] = Binding(table, UUID(int=0), name, FIRST_VERSION).around_record()
        return around[0] + record + around[1]
