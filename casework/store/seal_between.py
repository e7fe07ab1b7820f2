"""What is said of two persons at once: sealed under the key of the one, and that again under the key of the other.

It opens where both keys do. Once the key of either is destroyed it is nobody's any more, in every backup.
"""

from uuid import UUID

from core.sealing.envelope import Binding, RecordKey

__all__ = ["open_between", "seal_between"]


def seal_between(table: str, row: UUID, inner: RecordKey, outer: RecordKey, content: bytes) -> bytes:
    """The ciphertext of a row's `said`."""
    return outer.seal(inner.seal(content, Binding(table, row, "said")), Binding(table, row, "said_of_both"))


def open_between(table: str, row: UUID, inner: RecordKey, outer: RecordKey, ciphertext: bytes) -> bytes:
    """What was sealed; raises `CiphertextRefused`."""
    return inner.open(outer.open(ciphertext, Binding(table, row, "said_of_both")), Binding(table, row, "said"))
