"""Take items out of a sequence in an order that is the same for a great many sequences."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

__all__ = ["Picking", "picking"]

Picking: TypeAlias = Callable[[Sequence[Any]], tuple[Any, ...]]


def picking(places: Sequence[int]) -> Picking:
    """Gives the items at these places, which are all places of the sequence, in this order."""
    return itemgetter(*places) if len(places) > 1 else tuple
