"""Signatures that outlive the database: audit heads, certificates of erasure.

Ed25519 (RFC 8032). The signing key of a purpose is derived (HKDF, RFC 5869) from the secret of the key ring, so it is
nowhere stored and comes back with the key ring's backup. The verification key is public: hand it to whoever shall check.
"""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.keys.keyring import KEY_BYTES, KeyRing

__all__ = ["sign", "verification_key", "verify"]


def sign(ring: KeyRing, purpose: str, content: bytes) -> bytes:
    """The 64-byte signature of `content` under the purpose's key; the same content always gives the same signature."""
    return _signing_key(ring, purpose).sign(content)


def verification_key(ring: KeyRing, purpose: str) -> str:
    """The purpose's public key: base64 of its 32 bytes."""
    return base64.b64encode(_signing_key(ring, purpose).public_key().public_bytes_raw()).decode()


def verify(key: str, content: bytes, signature: bytes) -> bool:
    """Whether the holder of `key` (as `verification_key` gives it) signed exactly this; a malformed key signed nothing."""
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key, validate=True)).verify(signature, content)
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def _signing_key(ring: KeyRing, purpose: str) -> Ed25519PrivateKey:
    seed = HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=b"sign:" + purpose.encode()).derive(ring.token_secret)
    return Ed25519PrivateKey.from_private_bytes(seed)
