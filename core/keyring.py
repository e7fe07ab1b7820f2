"""The key ring: versioned key-encryption keys in one file, sealed under a passphrase.

A key-encryption key (KEK) never encrypts data. It wraps the record keys of `core.envelope`; the
newest wraps, the older ones still open. Losing the file loses every record, so nothing here ever
overwrites one: `create` refuses when the file exists, `add_key` replaces it only by an atomic
rename of a complete successor.

Sealing: Argon2id (RFC 9106, section 4, the 64 MiB variant) turns the passphrase into a key, AES-256-GCM
seals each KEK with its version as associated data.
"""

import base64
import json
import os
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from core.clock import now
from core.derive_key import derive_keys
from core.errors import Problem

__all__ = [
    "KeyRing",
    "KeyRingDamaged",
    "KeyRingExists",
    "KeyRingMissing",
    "KeyVersionUnknown",
    "PassphraseWrong",
    "add_key",
    "create_key_ring",
    "open_key_ring",
]

FORMAT = 1
KEY_BYTES = 32
NONCE_BYTES = 12
ARGON2_ITERATIONS, ARGON2_LANES, ARGON2_KIBIBYTES = 3, 4, 64 * 1024


class KeyRingMissing(Problem):
    code = "CORE-101"
    says = "There is no key ring at {path}."
    remedy = (
        "If this installation holds data, restore the file from its backup: without it nothing can be read. "
        "For a new installation run `bin/waystation keys create`."
    )


class KeyRingExists(Problem):
    code = "CORE-102"
    says = "A key ring is already at {path}; it was left as it is."
    remedy = "Use it, or name another place in WAYSTATION_KEYRING. A key ring is never overwritten."


class PassphraseWrong(Problem):
    code = "CORE-103"
    says = "The passphrase does not open the key ring at {path}."
    remedy = "Check WAYSTATION_KEYRING_PASSPHRASE or the file named in WAYSTATION_KEYRING_PASSPHRASE_FILE. Nothing was changed."


class KeyRingDamaged(Problem):
    code = "CORE-104"
    says = "The file at {path} is not a key ring that this version can read."
    remedy = "Restore the file from its backup. Nothing was changed."


class KeyVersionUnknown(Problem):
    code = "CORE-105"
    says = "A record is locked under key version {version}, which this key ring does not hold."
    remedy = "This key ring belongs to another installation or is older than the data: restore the newest one from its backup."


@dataclass(frozen=True)
class KeyRing:
    """Opened key-encryption keys, by version; `current` wraps new record keys."""

    keys: dict[int, bytes] = field(repr=False)
    token_secret: bytes = field(repr=False)
    # By purpose, so that a purpose's key is derived once: there is a handful of purposes, and a million tokens.
    _started_macs: dict[str, hmac.HMAC] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def current(self) -> int:
        return max(self.keys)

    def key(self, version: int) -> bytes:
        """The KEK of a version; raises `KeyVersionUnknown`."""
        try:
            return self.keys[version]
        except KeyError:
            raise KeyVersionUnknown(version=version) from None

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


def create_key_ring(path: Path, passphrase: str) -> KeyRing:
    """Write a key ring with one key at `path` (mode 0600) and open it; raises `KeyRingExists`."""
    ring = KeyRing({1: secrets.token_bytes(KEY_BYTES)}, secrets.token_bytes(KEY_BYTES))
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyRingExists(path=path) from None
    _write(descriptor, _sealed(ring, passphrase, now()))
    return ring


def open_key_ring(path: Path, passphrase: str) -> KeyRing:
    """Read the key ring; raises `KeyRingMissing`, `KeyRingDamaged` or `PassphraseWrong`."""
    try:
        document = json.loads(path.read_text())
        salt = _bytes(document["salt"])
        sealed = {int(entry["version"]): _bytes(entry["sealed"]) for entry in document["keys"]}
        token_secret = _bytes(document["token_secret"])
        readable = document["format"] == FORMAT and sealed
    except FileNotFoundError:
        raise KeyRingMissing(path=path) from None
    except (ValueError, KeyError, TypeError):
        raise KeyRingDamaged(path=path) from None
    if not readable:
        raise KeyRingDamaged(path=path)
    lock = AESGCM(_stretch(passphrase, salt))
    try:
        keys = {version: _open(lock, blob, f"kek:{version}") for version, blob in sealed.items()}
        return KeyRing(keys, _open(lock, token_secret, "token"))
    except InvalidTag:
        raise PassphraseWrong(path=path) from None


def add_key(path: Path, passphrase: str) -> KeyRing:
    """Add a new current key-encryption key; the older ones stay to open what they wrapped."""
    ring = open_key_ring(path, passphrase)
    grown = KeyRing({**ring.keys, ring.current + 1: secrets.token_bytes(KEY_BYTES)}, ring.token_secret)
    successor = path.with_suffix(".new")
    successor.unlink(missing_ok=True)
    _write(os.open(successor, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), _sealed(grown, passphrase, now()))
    successor.replace(path)
    return grown


def _sealed(ring: KeyRing, passphrase: str, written: datetime) -> bytes:
    salt = secrets.token_bytes(16)
    lock = AESGCM(_stretch(passphrase, salt))
    document = {
        "format": FORMAT,
        "written": written.isoformat(),
        "salt": _text(salt),
        "keys": [
            {"version": version, "sealed": _text(_seal(lock, key, f"kek:{version}"))} for version, key in ring.keys.items()
        ],
        "token_secret": _text(_seal(lock, ring.token_secret, "token")),
    }
    return json.dumps(document, indent=2).encode()


def _stretch(passphrase: str, salt: bytes) -> bytes:
    cost = Argon2id(salt=salt, length=KEY_BYTES, iterations=ARGON2_ITERATIONS, lanes=ARGON2_LANES, memory_cost=ARGON2_KIBIBYTES)
    return cost.derive(passphrase.encode())


def _seal(lock: AESGCM, key: bytes, label: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + lock.encrypt(nonce, key, label.encode())


def _open(lock: AESGCM, blob: bytes, label: str) -> bytes:
    return lock.decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], label.encode())


def _write(descriptor: int, content: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
