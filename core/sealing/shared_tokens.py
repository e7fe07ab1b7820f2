"""Keyed tokens that two organisations make alike, so that they can compare lists without showing them.

Both hold one salt, agreed for one exchange; the key is derived from it (HKDF) and a token is HMAC-SHA256 of a value, keyed
apart for each encoding. Whoever holds the salt can try out names against the other's tokens: it is a secret of the two.
"""

import base64
import os
import secrets
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import Problem

__all__ = ["SALT_BYTES", "SaltUnfit", "SharedSalt", "create_salt", "read_salt"]

SALT_BYTES: Final = 32


class SaltUnfit(Problem):
    code = "CORE-163"
    says = "The file at {path} cannot be used as a salt: {reason}."
    remedy = (
        "Make one with `bin/waystation match salt`, give it to the partner by a safe way of its own, never beside the "
        "tokens, and use it for this one exchange."
    )


class SharedSalt:
    """The salt of one exchange."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @property
    def check(self) -> bytes:
        """By which both sides see that they hold the same salt; it gives nothing else away."""
        return self.token("check", "")

    def token(self, encoding: str, value: str) -> bytes:
        """The keyed fingerprint (32 bytes) of a value in one encoding; other encodings give unrelated tokens."""
        info = b"waystation:match:1:" + encoding.encode()
        mac = hmac.HMAC(HKDF(hashes.SHA256(), SALT_BYTES, salt=None, info=info).derive(self._secret), hashes.SHA256())
        mac.update(value.encode())
        return mac.finalize()


def create_salt(path: Path) -> None:
    """Write a new salt to a file that its owner alone can read; raises `SaltUnfit` where a file is already."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SaltUnfit(path=path, reason="a file of this name is already there, and was left as it is") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(SALT_BYTES)) + b"\n")


def read_salt(path: Path) -> SharedSalt:
    """Read a salt; raises `SaltUnfit`. A passphrase that somebody thought of is refused: it can be guessed."""
    try:
        if path.stat().st_mode & 0o077:
            raise SaltUnfit(path=path, reason="others than its owner may read it (set its mode to 0600)")
        secret = base64.b64decode(path.read_bytes().strip(), validate=True)
    except FileNotFoundError:
        raise SaltUnfit(path=path, reason="there is no such file") from None
    except ValueError:
        raise SaltUnfit(path=path, reason="it does not hold a salt") from None
    if len(secret) != SALT_BYTES:
        raise SaltUnfit(path=path, reason=f"it does not hold {SALT_BYTES} bytes")
    return SharedSalt(secret)
