"""Full-domain generalisation: all codes of a dimension are replaced by the codes above them at one depth.

Depth 0 is the total alone, the greatest depth the codes as they are. A code that ends before the depth stands for itself.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from anonymizer.dimension import Dimension
from anonymizer.records import Places

__all__ = ["Depths", "Recoding"]

Depths: TypeAlias = tuple[int, ...]


class Recoding:
    """The generalisations of some dimensions, and what each gives up."""

    def __init__(self, dimensions: Sequence[Dimension]) -> None:
        self.dimensions = tuple(dimensions)
        self.deepest: Depths = tuple(max(map(len, map(each.climb, each.parents))) - 1 for each in dimensions)
        self._above = [
            [_above(each, depth) for depth in range(deepest + 1)]
            for each, deepest in zip(dimensions, self.deepest, strict=True)
        ]
        self._widths = [_widths(each) for each in dimensions]

    def codes(self, places: Sequence[Places], depths: Depths) -> tuple[Places, ...]:
        """The positions of the codes that stand for those at `places`."""
        return tuple(above[depth][rows] for above, depth, rows in zip(self._above, depths, places, strict=True))

    def loss(self, codes: Sequence[Places]) -> float:
        """The mean over rows and dimensions of what is given up, from 0 to 1: the share of the other innermost codes that a
        code could stand for (normalised certainty penalty, Xu and others 2006).
        """
        parts = [float(width[rows].mean()) for width, rows in zip(self._widths, codes, strict=True) if len(rows)]
        return sum(parts) / len(parts) if parts else 0.0

    def finer(self, depths: Depths) -> Iterator[Depths]:
        """The generalisations that are one step finer in one dimension."""
        for axis, depth in enumerate(depths):
            if depth < self.deepest[axis]:
                yield (*depths[:axis], depth + 1, *depths[axis + 1 :])

    def coarser(self, depths: Depths) -> Iterator[Depths]:
        """The generalisations that are one step coarser in one dimension."""
        for axis, depth in enumerate(depths):
            if depth:
                yield (*depths[:axis], depth - 1, *depths[axis + 1 :])

    def all(self) -> list[Depths]:
        """Every generalisation, from the coarsest."""
        return sorted(product(*(range(deepest + 1) for deepest in self.deepest)), key=lambda depths: (sum(depths), depths))


def _above(dimension: Dimension, depth: int) -> Places:
    paths = (dimension.climb(code)[::-1] for code in dimension.parents)
    return np.array([dimension.positions[path[min(depth, len(path) - 1)]] for path in paths], np.int64)


def _widths(dimension: Dimension) -> NDArray[np.float64]:
    below = dict.fromkeys(dimension.parents, 0)
    for code in dimension.parents.keys() - dimension.children.keys():
        for above in dimension.climb(code):
            below[above] += 1
    others = max(max(below.values()) - 1, 1)
    return np.array([(count - 1) / others for count in below.values()], np.float64)
