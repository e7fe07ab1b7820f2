"""Ids of rows that are written together: random, and side by side in every index on them.

A batch of rows with ids of their own each would touch as many pages of an index as it has rows, in each of their indexes; so it
touches a few. Batches lie anywhere, so the ids of a large table are spread evenly. That rows came together is all that their
ids tell, and nothing of their order; when they came stands beside them.
"""

from os import urandom
from typing import Final
from uuid import UUID

__all__ = ["ids_together"]

SHARED: Final = 6  # bytes
OWN: Final = 10


def ids_together(count: int) -> list[UUID]:
    """So many new ids, in the form of version 4 (RFC 9562, 5.4). Beside what all of them share, 74 bits of each are random."""
    shared, drawn = urandom(SHARED), urandom(OWN * count)
    return [UUID(bytes=shared + drawn[at : at + OWN], version=4) for at in range(0, len(drawn), OWN)]
