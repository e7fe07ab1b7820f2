"""Rows that are about no person but decide what is done with persons stand on sealed lists.

A class joins by `@listed(...)`. Whatever is loaded of it is proven and whatever is written is listed, by the session itself.
"""

import core.listed.session_events  # noqa: F401  (whoever declares a listed row has its sessions prove it)
from core.listed.declare import LISTED, Listed, ListName, listed
from core.listed.keep_while_listed import KeptWhileListed
from core.listed.list_rows import list_rows
from core.listed.models import SealedListRow
from core.listed.prove import (
    RowNotAsListed,
    RowsUnlisted,
    prove_loaded,
    require_none_missing,
    without_proof,
)
from core.listed.sealed_list import ListDamaged
from core.listed.verify import ListPutBack, logged_lists, verify_lists

__all__ = [
    "LISTED",
    "KeptWhileListed",
    "ListDamaged",
    "ListName",
    "ListPutBack",
    "Listed",
    "RowNotAsListed",
    "RowsUnlisted",
    "SealedListRow",
    "list_rows",
    "listed",
    "logged_lists",
    "prove_loaded",
    "require_none_missing",
    "verify_lists",
    "without_proof",
]
