"""Rows that are about no person but decide what is done with persons stand on sealed lists.

A class joins by `@listed(...)`. Whatever is loaded of it is proven and whatever is written is listed, by the session itself.
"""

from core.listed.declare import LISTED, Listed, ListName, listed
from core.listed.prove import (
    RowNotAsListed,
    RowsUnlisted,
    prove_loaded,
    require_none_missing,
    without_proof,
)
from core.listed.sealed_list import ListDamaged, SealedListRow

__all__ = [
    "LISTED",
    "ListDamaged",
    "ListName",
    "Listed",
    "RowNotAsListed",
    "RowsUnlisted",
    "SealedListRow",
    "listed",
    "prove_loaded",
    "require_none_missing",
    "without_proof",
]
