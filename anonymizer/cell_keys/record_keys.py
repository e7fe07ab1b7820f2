"""Record keys and cell keys (Fraser and Wooton 2005): a record has a fixed secret number, and a cell the sum of its records'.

Keys are fractions of one in 64 bits, so that adding them modulo 1 is adding whole numbers modulo 2^64: exact, and the same in
any order. The key of a record is the HMAC of its id; without the secret it cannot be told from a random number.
"""

import hmac
from collections.abc import Iterable
from hashlib import sha256

import numpy as np

from anonymizer.records import Keys, Places

__all__ = ["cell_keys", "record_keys"]


def record_keys(secret: bytes, ids: Iterable[str]) -> Keys:
    """The key of each record, uniform in 0 to 2^64 - 1."""
    seeded = hmac.new(secret, digestmod=sha256)
    return np.array([_key(seeded, one) for one in ids], np.uint64)


def cell_keys(cells: Places, keys: Keys, size: int) -> Keys:
    """The sum modulo 1 of the keys of the records in each of `size` cells; `cells` names the cell of each record."""
    found = np.zeros(size, np.uint64)
    np.add.at(found, cells, keys)
    return found


def _key(seeded: hmac.HMAC, one: str) -> int:
    started = seeded.copy()
    started.update(one.encode())
    return int.from_bytes(started.digest()[:8], "big")
