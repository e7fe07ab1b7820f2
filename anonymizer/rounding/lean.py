"""To which side a number leans: drawn from a secret, so that the direction tells nothing about the number.

A count of 7 in base 5 leans to 10 with two chances in five, and to 5 with three: so that rounding is right on average. The
same count of the same cell always leans the same way: who asks twice learns nothing new.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Flags", "lean_up"]

Flags: TypeAlias = NDArray[np.bool_]
BYTES: Final = 8


def lean_up(secret: bytes, names: Iterable[str], counts: NDArray[np.int64], base: int) -> Flags:
    """Whether each count leans to the multiple above it; `names` say which cell it is, and of which table."""
    key = blake2b(secret, digest_size=32, person=b"round a table").digest()
    drawn = b"".join(
        blake2b(f"{count}\0{name}".encode(), digest_size=BYTES, key=key).digest()
        for name, count in zip(names, counts.tolist(), strict=True)
    )
    chance = np.frombuffer(drawn, np.dtype("<u8")).astype(float) / 256.0**BYTES
    up: Flags = chance < (counts % base) / base
    return up
