"""Opening one field of a great many records: the same checks as `core.envelope`, with what is the same for all done once."""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.committed_key import committed_key
from core.envelope import FORMAT, Binding, CiphertextRefused, around_record
from core.keyring import NONCE_BYTES, KeyRing, KeyVersionUnknown
from core.newest_versions import is_newest, versions_field

__all__ = ["ManyOpener"]

START: Final = len(FORMAT) + NONCE_BYTES


@dataclass
class ManyOpener:
    """Opens the field `name` of records in `table`, whose keys are kept as `key_field` of `key_table`."""

    ring: KeyRing = field(repr=False)
    key_table: str
    key_field: str
    table: str
    name: str
    _locks: dict[int, AESGCM] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._key_where = around_record(self.key_table, self.key_field)
        self._versions_where = around_record(self.key_table, versions_field(self.key_field))

    def open(  # noqa: PLR0917  (in the order of its columns, and called a million times)
        self,
        record: bytes,
        key_version: int,
        sealed: bytes,
        commitment: bytes,
        versions: bytes,
        row_version: int,
        ciphertext: bytes,
    ) -> tuple[bytes, bytes]:
        """The list of newest versions, and the plaintext; `record` is the 16 bytes of its id.

        Raises `CiphertextRefused` or `KeyVersionUnknown`.
        """
        lock = self._locks.get(key_version) or self._lock(key_version, record)
        before, after = self._key_where
        try:
            secret = lock.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], before + record + after)
        except (InvalidTag, ValueError):
            raise self.refused_key(record) from None
        encryption_key = committed_key(secret, commitment)
        if encryption_key is None:
            raise self.refused_key(record)
        decrypt = AESGCM(encryption_key).decrypt
        before, after = self._versions_where
        try:
            newest = decrypt(versions[1:START], versions[START:], before + record + after)
        except (InvalidTag, ValueError):
            raise Binding(self.key_table, UUID(bytes=record), versions_field(self.key_field)).refused() from None
        before, after = around_record(self.table, self.name, row_version)
        if ciphertext[:1] != FORMAT or not is_newest(newest, record, row_version):
            raise Binding(self.table, UUID(bytes=record), self.name, row_version).refused()
        try:
            return newest, decrypt(ciphertext[1:START], ciphertext[START:], before + record + after)
        except (InvalidTag, ValueError):
            raise Binding(self.table, UUID(bytes=record), self.name, row_version).refused() from None

    def refused_key(self, record: bytes) -> CiphertextRefused:
        """What to raise where the wrapped key of this record does not open."""
        return Binding(self.key_table, UUID(bytes=record), self.key_field).refused()

    def _lock(self, version: int, record: bytes) -> AESGCM:
        try:
            lock = self._locks[version] = AESGCM(self.ring.key(version))
        except KeyVersionUnknown:
            raise KeyVersionUnknown(version=version, what=f"Record {UUID(bytes=record)} of {self.key_table}") from None
        return lock
