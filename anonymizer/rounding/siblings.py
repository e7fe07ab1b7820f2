"""A dimension as lists of siblings that are rounded together, from the total down.

A list of many siblings makes a program of many cells. It is parted into short ones, each under a code that nobody sees.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from anonymizer.dimension import TOTAL, Dimension

__all__ = ["Grid", "Siblings", "Tree", "tree_of"]

Grid = NDArray[np.int64]

FEW: Final = 8  # siblings


@dataclass(frozen=True)
class Siblings:
    """The places of some codes with the same parent, how far below the total they are, and the place of the parent.

    The total is alone, with a depth of 0 and as its own parent.
    """

    places: Grid
    depth: int
    parent: int


@dataclass(frozen=True)
class Tree:
    """A dimension whose codes come first, in their order, then those that nobody sees.

    `lists` are all its siblings; of `parts` each row adds the innermost codes (columns) that a code is made of.
    """

    lists: tuple[Siblings, ...]
    parts: Grid
    innermost: Grid


def tree_of(dimension: Dimension) -> Tree:
    """The siblings of a dimension, in lists that are short."""
    place = dimension.positions
    children = {place[code]: [place[child] for child in dimension.children.get(code, ())] for code in dimension.parents}
    root = place[TOTAL]
    lists = [Siblings(np.array([root]), 0, root)]
    waiting = [(root, 1)]
    while waiting:
        parent, depth = waiting.pop(0)
        below = children[parent]
        if len(below) > FEW:
            below = children[parent] = _parted(children, below)
        if below:
            lists.append(Siblings(np.array(below), depth, parent))
            waiting += [(code, depth + 1) for code in below]
    innermost = [at for at in range(len(children)) if not children[at]]
    parts = np.zeros((len(children), len(innermost)), np.int64)
    parts[innermost, np.arange(len(innermost))] = 1
    for siblings in reversed(lists[1:]):
        parts[siblings.parent] = parts[siblings.places].sum(axis=0)
    return Tree(tuple(lists), parts, np.array(innermost))


def _parted(children: dict[int, list[int]], below: list[int]) -> list[int]:
    """Put new codes between a parent and its many children: as few as are needed, with about as many children each."""
    made = []
    for part in np.array_split(np.array(below), min(FEW, -(-len(below) // FEW))):
        made.append(len(children))
        children[made[-1]] = part.tolist()
    return made
