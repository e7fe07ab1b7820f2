"""How two persons can belong together: each kind, and what it is seen from the other side."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

__all__ = ["INVERSE", "RelationKind"]


class RelationKind(StrEnum):
    """What somebody is to a person: `parent` says that they are the person's parent."""

    SPOUSE = "spouse"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    GRANDPARENT = "grandparent"
    GRANDCHILD = "grandchild"
    RELATIVE = "relative"  # any other
    GUARDIAN = "guardian"  # by law or custom
    WARD = "ward"
    CAREGIVER = "caregiver"  # by what they do
    CARED_FOR = "cared_for"
    TRAVELS_WITH = "travels_with"
    OTHER = "other"


_PAIRS: Final = (
    (RelationKind.PARENT, RelationKind.CHILD),
    (RelationKind.GRANDPARENT, RelationKind.GRANDCHILD),
    (RelationKind.GUARDIAN, RelationKind.WARD),
    (RelationKind.CAREGIVER, RelationKind.CARED_FOR),
)
_PAIRED: Final = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}
INVERSE: Final[Mapping[RelationKind, RelationKind]] = {kind: _PAIRED.get(kind, kind) for kind in RelationKind}
