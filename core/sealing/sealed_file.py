"""A file that leaves the program with personal data in it: sealed in memory, in the age format (age-encryption.org/v1).

Only whoever has the passphrase, or the private key to the recipient's public key, opens it, with any age program.
"""

import io
from collections.abc import Iterator
from hashlib import sha256
from typing import Protocol

from pyrage import EncryptError, RecipientError, encrypt, encrypt_io, passphrase, x25519

from core.errors import Problem

__all__ = [
    "PassphraseShort",
    "RecipientUnreadable",
    "WrittenTo",
    "read_recipient",
    "recipient_fingerprint",
    "seal_for_passphrase",
    "seal_for_recipient",
    "seal_stream",
]

SHORTEST_PASSPHRASE = 16


class WrittenTo(Protocol):
    """A file, or whatever else takes bytes."""

    def write(self, content: bytes, /) -> int: ...


class PassphraseShort(Problem):
    code = "CORE-161"
    says = "The passphrase is too short to protect a file that leaves the program: it needs {letters} letters or more."
    remedy = "Choose five or six words that have nothing to do with each other, and tell them to the recipient by another way."


class RecipientUnreadable(Problem):
    code = "CORE-162"
    says = "The recipient's key is not a public key of age."
    remedy = "Ask the recipient for the line that begins with `age1`, which `age-keygen` prints as their public key."


def seal_for_passphrase(content: bytes, secret: str) -> bytes:
    """Encrypt so that the passphrase opens it (scrypt); raises `PassphraseShort`."""
    if len(secret) < SHORTEST_PASSPHRASE:
        raise PassphraseShort(letters=SHORTEST_PASSPHRASE)
    sealed: bytes = passphrase.encrypt(content, secret)
    return sealed


def seal_for_recipient(content: bytes, public_key: str) -> bytes:
    """Encrypt so that one private key opens it (X25519); `public_key` as `age1…`. Raises `RecipientUnreadable`."""
    sealed: bytes = encrypt(content, [_recipient(public_key)])
    return sealed


def seal_stream(content: Iterator[bytes], public_key: str, out: WrittenTo) -> str:
    """Encrypt piece by piece, so that no more than one piece lies in memory; the SHA-256 of what was written, in hex.

    What `content` or `out` raises is raised here; what was written by then opens for nobody as a whole. Raises
    `RecipientUnreadable`.
    """
    source, sink = _Pieces(content), _Hashed(out)
    try:
        encrypt_io(source, sink, [_recipient(public_key)])
    except (EncryptError, OSError):
        if failure := source.failure or sink.failure:
            raise failure from None
        raise
    if sink.failure is not None:  # the library says nothing where the last piece cannot be written
        raise sink.failure
    return sink.sha256.hexdigest()


def read_recipient(public_key: str) -> str:
    """The public key as it is written everywhere else; raises `RecipientUnreadable`."""
    return str(_recipient(public_key))


def recipient_fingerprint(public_key: str) -> str:
    """What two people compare by voice to know that they mean the same key: 32 hexadecimal digits in groups of four.

    Half of the SHA-256 of the key as text, so `printf %s age1... | sha256sum` shows the same. Raises `RecipientUnreadable`.
    """
    digits = sha256(read_recipient(public_key).encode()).hexdigest()[:32]
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def _recipient(public_key: str) -> x25519.Recipient:
    try:
        return x25519.Recipient.from_str(public_key.strip())
    except (RecipientError, ValueError):
        raise RecipientUnreadable from None


class _Pieces(io.RawIOBase):
    """An iterator of bytes as something to read from. Keeps what it raised, which the library would turn into another error."""

    def __init__(self, content: Iterator[bytes]) -> None:
        self.content, self.rest = content, b""
        self.failure: Exception | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            while not self.rest:
                piece = next(self.content, None)
                if piece is None:
                    return b""
                self.rest = piece
        except Exception as error:  # noqa: BLE001  (raised again by `seal_stream`)
            self.failure = error
            raise OSError("what was to be sealed could not be read") from None
        size = len(self.rest) if size < 0 else size
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken


class _Hashed(io.RawIOBase):
    """Somewhere to write to, with the hash of all that was written. Keeps what it raised, likewise."""

    def __init__(self, out: WrittenTo) -> None:
        self.out, self.sha256 = out, sha256()
        self.failure: Exception | None = None

    def writable(self) -> bool:
        return True

    def write(self, content: object) -> int:
        written = bytes(content)  # type: ignore[call-overload]
        self.sha256.update(written)
        try:
            self.out.write(written)
        except Exception as error:  # noqa: BLE001  (raised again by `seal_stream`)
            self.failure = error
            raise OSError("what was sealed could not be written") from None
        return len(written)
