"""HKDF-SHA256 (RFC 5869) for keys of 32 bytes, several from one secret at once.

A record key is derived twice for every record that is opened, a million times in a row when the store is counted. The
library's HKDF spends most of its time on setting itself up; hashed directly (RFC 2104) it takes a third, and gives the same
bytes: `tests/core/test_derive_key.py` holds one against the other.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

__all__ = ["derive_keys"]

KEY_BYTES: Final = 32
BLOCK_BYTES: Final = 64
INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))
NO_SALT: Final = bytes(BLOCK_BYTES)
SALT_INNER, SALT_OUTER = NO_SALT.translate(INNER), NO_SALT.translate(OUTER)
FIRST_BLOCK: Final = b"\x01"


def derive_keys(secret: bytes, infos: Sequence[bytes]) -> list[bytes]:
    """One key of 32 bytes for each `info`, as HKDF-SHA256 without salt derives it."""
    extracted = sha256(SALT_OUTER + sha256(SALT_INNER + secret).digest()).digest().ljust(BLOCK_BYTES, b"\0")
    inner, outer = extracted.translate(INNER), extracted.translate(OUTER)
    return [sha256(outer + sha256(inner + info + FIRST_BLOCK).digest()).digest() for info in infos]
