"""The key ring as a file: each key sealed on its own, all of them under the sealing key of a provider.

Losing the file loses every record, so nothing here ever overwrites one: `create_key_ring` refuses when the file exists, and
every change writes a complete successor and renames it. One process changes it at a time.

AES-256-GCM seals each KEK with its version as associated data. Mode 0600.
"""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.clock import now
from core.errors import Problem
from core.keys.key_providers import KeyProvider
from core.keys.keyring import KEY_BYTES, NONCE_BYTES, KeyRing

__all__ = [
    "KeyRingDamaged",
    "KeyRingExists",
    "KeyRingMissing",
    "KeyRingSealedOtherwise",
    "PassphraseWrong",
    "add_key",
    "create_key_ring",
    "drop_key",
    "open_key_ring",
    "reseal_key_ring",
]

FORMAT: Final = 1


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
    remedy = (
        "Check WAYSTATION_KEYRING_PASSPHRASE or the file named in WAYSTATION_KEYRING_PASSPHRASE_FILE; behind a key service, "
        "its key. Nothing was changed."
    )


class KeyRingDamaged(Problem):
    code = "CORE-104"
    says = "The file at {path} is not a key ring that this version can read."
    remedy = "Restore the file from its backup. Nothing was changed."


class KeyRingSealedOtherwise(Problem):
    code = "CORE-124"
    says = "The key ring at {path} was not sealed by the provider that WAYSTATION_KEY_PROVIDER names (looked for {kind})."
    remedy = "Name the provider that sealed it; to move to another, open it with the old one and run `waystation keys reseal`."


@dataclass
class FileSource:
    """The file of an opened ring, to be read again when it was replaced."""

    path: Path
    provider: KeyProvider = field(repr=False)
    seen: tuple[int, int] | None = None

    def changed(self) -> bool:
        stamp = _stamp(self.path)
        if stamp is None or stamp == self.seen:
            return False
        self.seen = stamp
        return True

    def read(self) -> KeyRing:
        return open_key_ring(self.path, self.provider)


def create_key_ring(path: Path, provider: KeyProvider) -> KeyRing:
    """Write a key ring with one key at `path` and open it; raises `KeyRingExists`, and what the provider raises."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        raise KeyRingExists(path=path)
    ring = KeyRing({1: secrets.token_bytes(KEY_BYTES)}, secrets.token_bytes(KEY_BYTES))
    whole = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    _write(whole, _sealed(ring, provider))
    try:
        os.link(whole, path)  # never replaces: the first of two at the same time wins, and what stands there is whole
    except FileExistsError:
        raise KeyRingExists(path=path) from None
    finally:
        whole.unlink()
    _sync_folder(path)
    return open_key_ring(path, provider)


def open_key_ring(path: Path, provider: KeyProvider) -> KeyRing:
    """Read the key ring. Raises `KeyRingMissing`, `KeyRingDamaged`, `KeyRingSealedOtherwise`, `PassphraseWrong`, and what the
    provider raises."""
    source = FileSource(path, provider, _stamp(path))
    try:
        document = json.loads(path.read_text())
        sealed = {int(entry["version"]): _bytes(entry["sealed"]) for entry in document["keys"]}
        token_secret = _bytes(document["token_secret"])
        readable = document["format"] == FORMAT and sealed
    except FileNotFoundError:
        raise KeyRingMissing(path=path) from None
    except (ValueError, KeyError, TypeError):
        raise KeyRingDamaged(path=path) from None
    if not readable:
        raise KeyRingDamaged(path=path)
    lock = AESGCM(_sealing_key(document, path, provider))
    try:
        keys = {version: _open(lock, blob, f"kek:{version}") for version, blob in sealed.items()}
        return KeyRing(keys, _open(lock, token_secret, "token"), source)
    except InvalidTag:
        raise PassphraseWrong(path=path) from None


def add_key(path: Path, provider: KeyProvider) -> KeyRing:
    """Add a new current key-encryption key; the older ones stay to open what they wrapped."""
    return _change(path, provider, provider, lambda keys: {**keys, max(keys) + 1: secrets.token_bytes(KEY_BYTES)})


def drop_key(path: Path, provider: KeyProvider, version: int) -> KeyRing:
    """Take an older key out of the ring. The caller has made sure that nothing is wrapped under it any more."""
    return _change(path, provider, provider, lambda keys: {at: key for at, key in keys.items() if at != version})


def reseal_key_ring(path: Path, provider: KeyProvider, successor: KeyProvider) -> KeyRing:
    """Seal the same keys by another provider, or under another passphrase."""
    return _change(path, provider, successor, dict)


def _change(
    path: Path, provider: KeyProvider, successor: KeyProvider, change: Callable[[Mapping[int, bytes]], dict[int, bytes]]
) -> KeyRing:
    with _alone(path):
        ring = open_key_ring(path, provider)
        changed = KeyRing(change(ring.keys), ring.token_secret)
        if ring.current not in changed.keys:
            raise ValueError("the current key is never dropped")
        whole = path.with_suffix(".new")
        whole.unlink(missing_ok=True)
        _write(whole, _sealed(changed, successor))
        reread = open_key_ring(whole, successor)  # only what is proven to open may take the place of what opens
        if reread != changed:
            raise KeyRingDamaged(path=whole)
        whole.replace(path)
        _sync_folder(path)
        return open_key_ring(path, successor)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time changes the ring: of two new keys under one number, one would be lost with all it wrapped."""
    with path.with_suffix(".turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _sealing_key(document: Mapping[str, Any], path: Path, provider: KeyProvider) -> bytes:
    kept = document.get(provider.kind)
    if not isinstance(kept, str):
        raise KeyRingSealedOtherwise(path=path, kind=provider.kind)
    try:
        return provider.sealing_key(kept)
    except ValueError:
        raise KeyRingDamaged(path=path) from None


def _sealed(ring: KeyRing, provider: KeyProvider) -> bytes:
    sealing_key, kept = provider.new_sealing_key()
    lock = AESGCM(sealing_key)
    document = {
        "format": FORMAT,
        "written": now().isoformat(),
        provider.kind: kept,
        "keys": [
            {"version": version, "sealed": _text(_seal(lock, key, f"kek:{version}"))} for version, key in ring.keys.items()
        ],
        "token_secret": _text(_seal(lock, ring.token_secret, "token")),
    }
    return json.dumps(document, indent=2).encode()


def _seal(lock: AESGCM, key: bytes, label: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + lock.encrypt(nonce, key, label.encode())


def _open(lock: AESGCM, blob: bytes, label: str) -> bytes:
    return lock.decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], label.encode())


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
