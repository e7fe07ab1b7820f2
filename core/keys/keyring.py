"""The key ring as a program holds it: versioned key-encryption keys in memory, and the secret of the blind tokens.

A key-encryption key (KEK) never encrypts data. It wraps the record keys of `core.sealing.envelope`; the newest wraps, the
older ones still open. Where the ring rests is `core.keys.key_ring_file`, what seals it there `core.keys.key_providers`.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Protocol

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import Problem
from core.keys.derive_key import derive_keys

__all__ = ["KEY_BYTES", "NONCE_BYTES", "KeyRing", "KeyVersionUnknown", "RingSource"]

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12


class KeyVersionUnknown(Problem):
    code = "CORE-105"
    says = "{what} is locked under key version {version}, which this key ring does not hold."
    remedy = "This key ring belongs to another installation or is older than the data: restore the newest one from its backup."


class RingSource(Protocol):
    """Where a ring came from, so that a running program learns of a key that was added since."""

    def changed(self) -> bool:
        """Whether it was changed since it was last asked; costs a look at the file's date."""

    def read(self) -> "KeyRing":
        """Read it again; raises what `core.keys.key_ring_file.open_key_ring` raises."""


@dataclass(frozen=True)
class KeyRing:
    """Opened key-encryption keys, by version; `current` wraps new record keys. Keys are added meanwhile, never changed."""

    keys: dict[int, bytes] = field(repr=False)
    token_secret: bytes = field(repr=False)
    source: RingSource | None = field(default=None, repr=False, compare=False)
    # By purpose, so that a purpose's key is derived once: there is a handful of purposes, and a million tokens.
    _started_macs: dict[str, hmac.HMAC] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def current(self) -> int:
        return max(self.keys)

    def key(self, version: int) -> bytes:
        """The KEK of a version. One that is newer than the ring is looked for where the ring came from.

        Raises `KeyVersionUnknown`, and what reading the ring raises.
        """
        if version not in self.keys and version > self.current and self.source:
            self._learn(self.source.read)
        try:
            return self.keys[version]
        except KeyError:
            raise KeyVersionUnknown(version=version, what="Something") from None

    def newest(self) -> tuple[int, bytes]:
        """The version and KEK that wrap a new record key.

        A rotation made by another process is followed at once, so that the version it replaces can be retired. If the
        ring cannot be read just now, the key at hand is used: it still opens, and the database refuses a retired one.
        """
        if self.source and self.source.changed():
            with suppress(Problem):
                self._learn(self.source.read)
        version = self.current
        return version, self.keys[version]

    def fingerprint(self, version: int) -> str:
        """What the database keeps of a key to know it again: derived one way from key and token secret, not secret."""
        label = b"fingerprint:%d" % version
        return HKDF(hashes.SHA256(), 16, salt=None, info=label).derive(self.key(version) + self.token_secret).hex()

    def blind_token(self, purpose: str, value: str) -> bytes:
        """A keyed fingerprint (HMAC-SHA256, 32 bytes) by which an exact value is found again without being stored.

        The purpose separates tokens: the same value under two purposes gives unrelated tokens.
        """
        started = self._started_macs.get(purpose)
        if started is None:
            (purpose_key,) = derive_keys(self.token_secret, [b"token:" + purpose.encode()])
            started = self._started_macs[purpose] = hmac.HMAC(purpose_key, hashes.SHA256())
        mac = started.copy()
        mac.update(value.encode())
        return mac.finalize()

    def _learn(self, read: "Callable[[], KeyRing]") -> None:
        newer = read()
        if newer.token_secret == self.token_secret:  # otherwise it is another ring, and none of its keys are ours
            self.keys.update({version: key for version, key in newer.keys.items() if version not in self.keys})
