"""Records in memory: for each the place of its codes in some dimensions, and whose it is. Secret, and never stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from anonymizer.dimension import Dimension

__all__ = ["Keys", "Places", "Records", "every_level"]

Places: TypeAlias = NDArray[np.int64]
Keys: TypeAlias = NDArray[np.uint64]
Grid = TypeVar("Grid", NDArray[np.int64], NDArray[np.uint64])


@dataclass(frozen=True, eq=False)
class Records:
    """Rows of a file. `ids` are the distinct ids and `whose` says for each row which of them it holds.

    `places` holds, dimension by dimension, the position of each row's code among the dimension's codes.
    """

    name: str
    dimensions: tuple[Dimension, ...]
    places: tuple[Places, ...] = field(repr=False)
    ids: Sequence[str] = field(repr=False)
    whose: Places = field(repr=False)

    @property
    def shape(self) -> tuple[int, ...]:
        """How many codes each dimension has, totals included."""
        return tuple(len(dimension.parents) for dimension in self.dimensions)

    @property
    def size(self) -> int:
        """How many cells there are at all levels."""
        return prod(self.shape)

    @property
    def cells(self) -> Places:
        """The number of each row's innermost cell in the grid of all cells."""
        return np.ravel_multi_index(self.places, self.shape).astype(np.int64)


def every_level(grid: Grid, dimensions: Sequence[Dimension]) -> Grid:
    """Add innermost cells into every total above them, in place, one dimension after the other."""
    for axis, dimension in enumerate(dimensions):
        along = np.moveaxis(grid, axis, 0)
        for code in sorted(dimension.parents, key=lambda code: -len(dimension.climb(code))):
            if (parent := dimension.parents[code]) is not None:
                above, own = dimension.positions[parent], dimension.positions[code]
                along[above : above + 1] += along[own : own + 1]  # as arrays, which wrap without a warning
    return grid
