"""What leaves with personal data in it is sealed for whoever holds a passphrase or a key, and for nobody else."""

from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO

import pyrage
import pytest
from pyrage import passphrase, x25519

from core.sealing.sealed_file import (
    PassphraseShort,
    RecipientUnreadable,
    recipient_fingerprint,
    seal_for_passphrase,
    seal_for_recipient,
    seal_stream,
)

CONTENT = "Quintessa / خفاش".encode()
SECRET = "five words that nobody guesses"


def test_the_passphrase_opens_it_and_no_other() -> None:
    sealed = seal_for_passphrase(CONTENT, SECRET)
    assert sealed.startswith(b"age-encryption.org/v1")
    assert CONTENT not in sealed
    assert passphrase.decrypt(sealed, SECRET) == CONTENT
    with pytest.raises(pyrage.DecryptError):
        passphrase.decrypt(sealed, SECRET + "!")


def test_the_recipients_key_opens_it_and_no_other() -> None:
    recipient, other = x25519.Identity.generate(), x25519.Identity.generate()
    sealed = seal_for_recipient(CONTENT, f" {recipient.to_public()}\n")
    assert pyrage.decrypt(sealed, [recipient]) == CONTENT
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [other])


def test_a_short_passphrase_protects_nothing() -> None:
    with pytest.raises(PassphraseShort):
        seal_for_passphrase(CONTENT, "short")


@pytest.mark.parametrize("key", ["", "age1notakey", "AGE-SECRET-KEY-1QQ"])
def test_what_is_no_public_key_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(RecipientUnreadable) as refused:
        seal_for_recipient(CONTENT, key)
    assert not key or key not in str(refused.value)


def test_a_stream_is_sealed_piece_by_piece_and_its_hash_told() -> None:
    recipient, out = x25519.Identity.generate(), BytesIO()
    pieces = [b"", CONTENT, b"", b"x" * 300_000, b"end"]
    told = seal_stream(iter(pieces), str(recipient.to_public()), out)
    assert told == sha256(out.getvalue()).hexdigest()
    assert pyrage.decrypt(out.getvalue(), [recipient]) == b"".join(pieces)


def test_no_more_is_read_than_is_written() -> None:
    """So memory holds a piece at a time, however many there are."""
    out, ahead = BytesIO(), []

    def pieces() -> Iterator[bytes]:
        for _ in range(20):
            ahead.append(out.tell())
            yield b"x" * 200_000

    seal_stream(pieces(), str(x25519.Identity.generate().to_public()), out)
    behind = [number * 200_000 - written for number, written in enumerate(ahead)]
    assert max(behind) < 400_000


def test_what_the_pieces_raise_is_raised_and_not_reworded() -> None:
    def pieces() -> Iterator[bytes]:
        yield CONTENT
        raise PassphraseShort(letters=1)

    with pytest.raises(PassphraseShort):
        seal_stream(pieces(), str(x25519.Identity.generate().to_public()), BytesIO())


@pytest.mark.parametrize("writes", [1, 2, 3], ids=["the first", "one between", "the last"])
def test_a_piece_that_cannot_be_written_is_never_passed_over(writes: int) -> None:
    """A full disk at the end would leave a file that opens for nobody, and looks whole."""

    class Full(BytesIO):
        left = writes

        def write(self, content: bytes) -> int:  # type: ignore[override]
            self.left -= 1
            if not self.left:
                raise OSError("full")
            return super().write(content)

    with pytest.raises(OSError, match="full"):
        seal_stream(iter([b"x" * 70_000]), str(x25519.Identity.generate().to_public()), Full())


def test_a_fingerprint_is_of_the_key_however_it_is_written() -> None:
    key = str(x25519.Identity.generate().to_public())
    assert recipient_fingerprint(f" {key}\n") == recipient_fingerprint(key)
    assert recipient_fingerprint(key).replace(" ", "") == sha256(key.encode()).hexdigest()[:32]
