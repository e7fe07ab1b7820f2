"""Who contributed to each cell, at every level: each contributor once, however many rows they stand in, and how much they gave.

A contributor's rows may lie in many cells, so contributors cannot be added from cells to totals as persons are: each level is
counted from the rows.
"""

from collections.abc import Sequence
from itertools import product

import numpy as np

from anonymizer.counted_week import Count
from anonymizer.dimension import Dimension
from anonymizer.tool.read_columns import Places

__all__ = ["count_contributors"]


def count_contributors(
    dimensions: Sequence[Dimension], places: Sequence[Places], persons: Places, contributors: Places
) -> tuple[Places, Places, Places]:
    """How many contributors each cell has, which is the largest, and in `Count.KEPT` columns the largest contributions.

    Those are 0 where there are fewer.

    Cells are in order of the codes. Given are, for each row, the place of its code in each dimension, its persons, and a
    number for its contributor.
    """
    shape = tuple(len(dimension.parents) for dimension in dimensions)
    size, most = int(np.prod(shape)), int(contributors.max(initial=0)) + 1
    number, first, largest = np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros((size, Count.KEPT), np.int64)
    at, who, amount = _added(np.ravel_multi_index(tuple(places), shape), contributors, persons, most)
    codes = np.unravel_index(at, shape)
    for above in product(*(_by_depth(dimension) for dimension in dimensions)):
        reached = [ladder[code] for ladder, code in zip(above, codes, strict=True)]
        there = np.all(np.array(reached) >= 0, axis=0)
        cells = np.ravel_multi_index(tuple(code[there] for code in reached), shape)
        cells, contributing, amounts = _added(cells, who[there], amount[there], most)
        order = np.lexsort((contributing, -amounts, cells))
        distinct, start, count = np.unique(cells[order], return_index=True, return_counts=True)
        number[distinct], first[distinct] = count, contributing[order][start]
        for rank in range(Count.KEPT):
            enough = count > rank
            largest[distinct[enough], rank] = amounts[order][start[enough] + rank]
    return number, first, largest


def _added(cells: Places, contributors: Places, amounts: Places, most: int) -> tuple[Places, Places, Places]:
    """Each cell with each of its contributors once, and what they gave in all; who gave nothing is left out."""
    pairs, inverse = np.unique(cells * most + contributors, return_inverse=True)
    amount = np.bincount(inverse, amounts, minlength=len(pairs)).astype(np.int64)
    pairs, amount = pairs[amount > 0], amount[amount > 0]
    return pairs // most, pairs % most, amount


def _by_depth(dimension: Dimension) -> list[Places]:
    """For each depth below the total, the place of what each code is part of there; -1 for a code that lies above it."""
    paths = [dimension.climb(code)[::-1] for code in dimension.parents]
    depths = range(max(map(len, paths)))
    return [np.array([dimension.positions[path[depth]] if depth < len(path) else -1 for path in paths]) for depth in depths]
