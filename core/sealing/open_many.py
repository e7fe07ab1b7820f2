"""Opening one field of a great many records: the checks of `core.sealing.envelope`, with what is the same for all done once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.keys.committed_key import committed_key
from core.keys.keyring import NONCE_BYTES, KeyRing, KeyVersionUnknown
from core.keys.newest_versions import names_entry, number_of, versions_field
from core.sealing.envelope import FORMAT, WRAPPED_BYTES, Binding, CiphertextRefused, around_record

__all__ = ["HEAD_BYTES", "HEAD_LAYOUT", "KEY_LAYOUT", "ManyOpener", "Open"]

# How `struct` takes them apart, for who reads them out of a row at one go.
KEY_LAYOUT: Final = f"{NONCE_BYTES}s{WRAPPED_BYTES - NONCE_BYTES}s"  # a wrapped key: its nonce, and the rest
HEAD_LAYOUT: Final = f"{len(FORMAT)}s{NONCE_BYTES}s"  # how a ciphertext begins: its format and its nonce
HEAD_BYTES: Final = len(FORMAT) + NONCE_BYTES

Open = Callable[[bytes, int, bytes, bytes, bytes, bytes, bytes, bytes, int, bytes, bytes, bytes], tuple[bytes, bytes]]


@dataclass
class ManyOpener:
    """Opens the field `name` of records in `table`, whose keys are kept as `key_field` of `key_table`."""

    ring: KeyRing = field(repr=False)
    key_table: str
    key_field: str
    table: str
    name: str
    _locks: dict[int, AESGCM] = field(default_factory=dict, repr=False)
    _versions: dict[int, tuple[bytes, bytes, bytes]] = field(default_factory=dict, repr=False)

    def opening(self) -> Open:
        """What opens one record after the other: a function, for it is called a million times and looks nothing up in here.

        It is given the 16 bytes of the record's id, and in the order of their columns the key's version, its nonce and the
        rest of the wrapped key, the commitment; of the list of newest versions its format, nonce and ciphertext; the row's
        version; and of the field its format, nonce and ciphertext. It gives the opened list and the plaintext.
        Raises `CiphertextRefused` or `KeyVersionUnknown`.
        """
        locks, versions = self._locks, self._versions
        before_key, after_key = around_record(self.key_table, self.key_field)
        before_list, after_list = around_record(self.key_table, versions_field(self.key_field))

        def open_(  # noqa: PLR0917
            record: bytes,
            key_version: int,
            key_nonce: bytes,
            sealed: bytes,
            commitment: bytes,
            list_format: bytes,
            list_nonce: bytes,
            sealed_list: bytes,
            row_version: int,
            field_format: bytes,
            field_nonce: bytes,
            ciphertext: bytes,
        ) -> tuple[bytes, bytes]:
            lock = locks.get(key_version) or self._lock(key_version, record)
            try:
                secret = lock.decrypt(key_nonce, sealed, before_key + record + after_key)
            except (InvalidTag, ValueError):
                raise self.refused_key(record) from None
            encryption_key = committed_key(secret, commitment)
            if encryption_key is None:
                raise self.refused_key(record)
            decrypt = AESGCM(encryption_key).decrypt
            if list_format != FORMAT:
                raise self._refused_list(record)
            try:
                newest = decrypt(list_nonce, sealed_list, before_list + record + after_list)
            except (InvalidTag, ValueError):
                raise self._refused_list(record) from None
            before, after, number = versions.get(row_version) or self._version(row_version, record)
            if field_format != FORMAT or not names_entry(newest, record + number):
                raise self._refused_field(record, row_version)
            try:
                return newest, decrypt(field_nonce, ciphertext, before + record + after)
            except (InvalidTag, ValueError):
                raise self._refused_field(record, row_version) from None

        return open_

    def refused_key(self, record: bytes) -> CiphertextRefused:
        """What to raise where the wrapped key of this record does not open."""
        return Binding(self.key_table, UUID(bytes=record), self.key_field).refused()

    def _refused_list(self, record: bytes) -> CiphertextRefused:
        return Binding(self.key_table, UUID(bytes=record), versions_field(self.key_field)).refused()

    def _refused_field(self, record: bytes, row_version: int) -> CiphertextRefused:
        return Binding(self.table, UUID(bytes=record), self.name, row_version).refused()

    def _lock(self, version: int, record: bytes) -> AESGCM:
        try:
            lock = self._locks[version] = AESGCM(self.ring.key(version))
        except KeyVersionUnknown:
            raise KeyVersionUnknown(version=version, what=f"Record {UUID(bytes=record)} of {self.key_table}") from None
        return lock

    def _version(self, version: int, record: bytes) -> tuple[bytes, bytes, bytes]:
        """What is around the id in the associated data of a row of this version, and how the list's entry of it ends."""
        if not 0 <= version < 2**32:  # never given
            raise self._refused_field(record, version)
        found = self._versions[version] = (*around_record(self.table, self.name, version), number_of(version))
        return found
