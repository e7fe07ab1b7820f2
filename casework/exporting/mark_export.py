"""The watermark of an export, by which a leaked copy is traced to it. No answer is changed by it.

Three marks. In the open: every row names the export, its recipient and the day. In each record's number: its second half is a
keyed fingerprint of export and first half, so a single row that keeps its number names the export; by chance another export
fits with odds of 1 in 2^48. In the order of the rows of persons: sorted by a keyed fingerprint of what they say, so k rows
with their fields, still in order, fit another export by chance with odds of 1 in k!. Who takes out the first two marks and
shuffles the rows has taken out all three: this finds the careless and the unaware, and does not stop the determined.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from core.keys.keyring import KeyRing

__all__ = ["NUMBER", "Trace", "record_number", "row_key", "sign_of", "visible_mark"]

NUMBER: Final = re.compile(r"(?<![0-9a-f-])([0-9a-f]{12})-([0-9a-f]{12})(?![0-9a-f-])")
HALF: Final = 12  # hexadecimal digits: 48 bits
BETWEEN: Final = "\x1f"


@dataclass(frozen=True)
class Trace:
    """An export that a copy was found to come from: by how many numbers, by how many rows in order, and the odds that another
    export would fit as well by chance."""

    export: UUID
    recipient: UUID
    numbers: int
    rows_in_order: int
    named_in_the_open: bool
    odds: float


def visible_mark(export: UUID, recipient: str, day: datetime) -> str:
    """What every row says in the open."""
    return f"{export} {recipient} {day:%Y-%m-%d}"


def record_number(ring: KeyRing, export: UUID, person: UUID) -> str:
    """A record's number in this export and in no other. The person's id in the store cannot be had from it."""
    first = ring.blind_token("export record", f"{export}:{person}").hex()[:HALF]
    return f"{first}-{sign_of(ring, export, first)}"


def sign_of(ring: KeyRing, export: UUID, first: str) -> str:
    """The second half of the number that begins with `first`."""
    return ring.blind_token("export mark", f"{export}:{first}").hex()[:HALF]


def row_key(ring: KeyRing, export: UUID, values: Sequence[str]) -> bytes:
    """Where a row that says this comes in the order of the export."""
    return ring.blind_token("export order", f"{export}:{BETWEEN.join(values)}")[:16]
