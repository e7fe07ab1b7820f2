"""Arrays in the form in which PostgreSQL receives them, for statements that take a column of many rows at once.

The driver finds out what each item is and how it is best sent, which for sixteen columns of a few rows costs more than all else
that is done for them. Whoever writes a statement knows that.

Source: `array_recv` of PostgreSQL (src/backend/utils/adt/arrayfuncs.c).
"""

import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Final

from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format

__all__ = ["Kind", "Packed", "PackedDumper", "moment_sent", "packed"]

_HEAD: Final = struct.Struct(
    ">iiIii"
)  # dimensions, whether any is NULL, the kind of the items, how many, the first one's number
_LENGTH: Final = struct.Struct(">i")
_ITS_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_NULL: Final = _LENGTH.pack(-1)


class Kind(IntEnum):
    """What the items of an array are, by PostgreSQL's number of the type; each is given in that type's binary form."""

    BOOLEAN = 16
    BYTEA = 17
    BIGINT = 20
    INTEGER = 23
    TEXT = 25
    TIMESTAMPTZ = 1184
    UUID = 2950


class Packed(bytes):
    """A parameter that is an array already; the statement names its type (`%(...)b::uuid[]`)."""


class PackedDumper(Dumper):
    """Sends a `Packed` as it is."""

    format = Format.BINARY

    def dump(self, obj: Packed) -> Buffer:
        return obj


def packed(kind: Kind, items: Sequence[bytes | None]) -> Packed:
    """An array of one dimension; None stands for NULL."""
    if not items:
        return Packed(_HEAD.pack(0, 0, kind, 0, 1)[:12])
    there = [item for item in items if item is not None]
    head = _HEAD.pack(1, int(len(there) < len(items)), kind, len(items), 1)
    if len(there) == len(items) and len({len(item) for item in there}) == 1:
        length = _LENGTH.pack(len(there[0]))
        return Packed(b"".join((head, length, length.join(there))))
    parts = [head]
    for item in items:
        parts += (_NULL,) if item is None else (_LENGTH.pack(len(item)), item)
    return Packed(b"".join(parts))


def moment_sent(moment: datetime) -> bytes:
    """A moment in PostgreSQL's binary form: microseconds since the beginning of 2000."""
    return ((moment - _ITS_EPOCH) // timedelta(microseconds=1)).to_bytes(8, "big", signed=True)
