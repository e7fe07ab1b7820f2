"""Levels of a table: which dimensions are told apart, and how deep. Each is counted and gets noise by itself.

Written as `origin:1,reason`: origin down to the first codes below its total, reason to its innermost codes, the others at
their totals; `total` tells nothing apart. A code that ends before the depth stands for itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np

from anonymizer.differential_privacy.errors import LevelUnfit
from anonymizer.dimension import Dimension
from anonymizer.records import Places

__all__ = ["Level", "innermost", "read_level"]

ALL = "total"


@dataclass(frozen=True)
class Level:
    """The codes that are told apart in each dimension of a table, `_T` alone where none is.

    Every innermost code is part of at most one of `codes`.
    """

    dimensions: tuple[Dimension, ...]
    depths: tuple[int, ...]
    codes: tuple[tuple[str, ...], ...]

    @property
    def variables(self) -> frozenset[str]:
        """The dimensions that are told apart."""
        return frozenset(each.name for each, depth in zip(self.dimensions, self.depths, strict=True) if depth)

    @property
    def keys(self) -> list[tuple[str, ...]]:
        """Its cells, in order."""
        return list(product(*self.codes))

    @property
    def size(self) -> int:
        """How many cells it has."""
        return prod(map(len, self.codes))

    def cells(self, places: Sequence[Places]) -> Places:
        """The number of the cell that each row of its periods falls into; `places` holds positions of codes, by dimension."""
        shape = tuple(map(len, self.codes))
        at = (_above(each, cut)[rows] for each, cut, rows in zip(self.dimensions, self.codes, places, strict=True))
        return np.ravel_multi_index(tuple(at), shape).astype(np.int64)

    def within(self, time: str, over: Sequence[str]) -> "Level":
        """The same level for some periods only: of time it keeps the codes that these are part of."""
        [tree] = (each for each in self.dimensions if each.name == time)
        above = {code for period in over for code in tree.climb(period)}
        kept = (
            tuple(code for code in codes if code in above) if each is tree else codes
            for each, codes in zip(self.dimensions, self.codes, strict=True)
        )
        return Level(self.dimensions, self.depths, tuple(kept))

    def __str__(self) -> str:
        told = zip(self.dimensions, self.depths, strict=True)
        return ",".join(f"{each.name}:{depth}" for each, depth in told if depth) or ALL


def read_level(text: str, dimensions: Sequence[Dimension]) -> Level:
    """A level as it is written. Raises `LevelUnfit`."""
    depths = dict.fromkeys((each.name for each in dimensions), 0)
    deepest = {each.name: _deepest(each) for each in dimensions}
    for part in () if text == ALL else text.split(","):
        name, colon, depth = part.partition(":")
        if name not in depths:
            raise LevelUnfit(text=text, reason=f"the table has no dimension {name}, but {', '.join(depths)}")
        if depths[name]:
            raise LevelUnfit(text=text, reason=f"{name} stands there twice")
        if colon and not (depth.isascii() and depth.isdigit() and 1 <= int(depth) <= deepest[name]):
            raise LevelUnfit(text=text, reason=f"the depth of {name} is from 1 to {deepest[name]}")
        depths[name] = int(depth) if colon else deepest[name]
    return _level(dimensions, tuple(depths.values()))


def innermost(dimensions: Sequence[Dimension]) -> Level:
    """The level of innermost cells."""
    return _level(dimensions, tuple(map(_deepest, dimensions)))


def _level(dimensions: Sequence[Dimension], depths: tuple[int, ...]) -> Level:
    codes = (_cut(each, depth) for each, depth in zip(dimensions, depths, strict=True))
    return Level(tuple(dimensions), depths, tuple(codes))


def _deepest(dimension: Dimension) -> int:
    return max(len(dimension.climb(code)) - 1 for code in dimension.parents)


def _cut(dimension: Dimension, depth: int) -> tuple[str, ...]:
    depths = {code: len(dimension.climb(code)) - 1 for code in dimension.parents}
    return tuple(code for code, own in depths.items() if own == depth or (own < depth and code not in dimension.children))


def _above(dimension: Dimension, cut: Sequence[str]) -> Places:
    """For each code the number of the code of the cut that it is part of; -1 for codes above the cut."""
    numbers: Mapping[str, int] = {code: at for at, code in enumerate(cut)}
    found = (next((numbers[each] for each in dimension.climb(code) if each in numbers), -1) for code in dimension.parents)
    return np.array(list(found), np.int64)
