"""A record key's secret gives two: the key that encrypts, and a commitment to it, for GCM alone does not commit.

Both come from one hash: one-step derivation with SHA-512 (NIST SP 800-56C rev. 2, 4.1, option 1), fit for a secret that is
random from end to end, as this one is. Keys from before were derived by HKDF-SHA256 (RFC 5869), which takes six hashes; they
stay as they are, and are known by their commitment.
"""

from hashlib import sha512
from hmac import compare_digest
from typing import Final

from core.keys.derive_key import KEY_BYTES, derive_keys

__all__ = ["commit", "committed_key"]

COUNTER: Final = (1).to_bytes(4, "big")
BOTH: Final = b"waystation:encrypt and commit"
ENCRYPT, COMMIT = b"waystation:encrypt", b"waystation:commit"  # of keys from before


def commit(secret: bytes) -> tuple[bytes, bytes]:
    """The encryption key and the commitment, 32 bytes each, of a new secret of 32 random bytes."""
    derived = sha512(COUNTER + secret + BOTH).digest()
    return derived[:KEY_BYTES], derived[KEY_BYTES:]


def committed_key(secret: bytes, commitment: bytes) -> bytes | None:
    """The encryption key of the secret; None where the commitment is to another."""
    derived = sha512(COUNTER + secret + BOTH).digest()
    if compare_digest(derived[KEY_BYTES:], commitment):
        return derived[:KEY_BYTES]
    encryption_key, expected = derive_keys(secret, (ENCRYPT, COMMIT))
    return encryption_key if compare_digest(expected, commitment) else None
