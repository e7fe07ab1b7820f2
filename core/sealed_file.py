"""A file that leaves the program with personal data in it: sealed in memory, in the age format (age-encryption.org/v1).

Only whoever has the passphrase, or the private key to the recipient's public key, opens it, with any age program.
"""

from pyrage import RecipientError, encrypt, passphrase, x25519

from core.errors import Problem

__all__ = ["PassphraseShort", "RecipientUnreadable", "seal_for_passphrase", "seal_for_recipient"]

SHORTEST_PASSPHRASE = 16


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
    try:
        recipient = x25519.Recipient.from_str(public_key.strip())
    except (RecipientError, ValueError):
        raise RecipientUnreadable from None
    sealed: bytes = encrypt(content, [recipient])
    return sealed
