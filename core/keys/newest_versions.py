"""Which version of each row is the newest that a record key has sealed: kept, sealed, beside the key itself.

A ciphertext is bound to its row version, so it opens in no other row or version. That alone would let somebody put a whole
old row back, ciphertexts and version together; against this list it is refused. Written as 16 bytes of the row's id and
4 bytes of its version, for each row.
"""

from collections.abc import Mapping
from struct import Struct
from typing import Final
from uuid import UUID

__all__ = [
    "ENTRY_BYTES",
    "entry_of",
    "is_newest",
    "names_entry",
    "number_of",
    "read_versions",
    "versions_field",
    "write_versions",
]

ENTRY: Final = Struct(">16sI")
ENTRY_BYTES: Final = ENTRY.size
NUMBER: Final = Struct(">I")


def versions_field(kind: str) -> str:
    """The field under which the list of a key of this kind is bound (`core.sealing.envelope.Binding`)."""
    return f"{kind}.versions"


def write_versions(versions: Mapping[UUID, int]) -> bytes:
    """The list as it is sealed."""
    return b"".join(ENTRY.pack(record.bytes, version) for record, version in versions.items())


def read_versions(content: bytes) -> dict[UUID, int]:
    """The list as `write_versions` wrote it."""
    return {UUID(bytes=record): version for record, version in ENTRY.iter_unpack(content)}


def is_newest(content: bytes, record: bytes, version: int) -> bool:
    """Whether the list names this version of the row whose id has these 16 bytes."""
    return 0 <= version < 2**32 and names_entry(content, ENTRY.pack(record, version))


def names_entry(content: bytes, entry: bytes) -> bool:
    """Whether this entry, as it is written, is one of the list's."""
    if content.startswith(entry):  # what a key was made for is listed first
        return True
    at = -1
    while (at := content.find(entry, at + 1)) >= 0:
        if at % ENTRY_BYTES == 0:
            return True
    return False


def entry_of(record: UUID, version: int) -> bytes:
    """One entry as it is written."""
    return ENTRY.pack(record.bytes, version)


def number_of(version: int) -> bytes:
    """How every entry with this version ends."""
    return NUMBER.pack(version)
