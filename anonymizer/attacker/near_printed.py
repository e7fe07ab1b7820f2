"""Tables that could stand behind a rounded one: the one that is printed, and others that differ in a few innermost cells.

What is printed adds up, so it could be the truth itself. An innermost cell, and all totals above it, can be as much more as
the rounding leaves; and so much less can the innermost cells below any cell be together. These are most of the answers that
an attacker looks for, without a search.
"""

from collections.abc import Iterator
from itertools import product
from typing import TypeAlias

import numpy as np
from scipy import sparse

from anonymizer.attacker.unknowns import UNKNOWN, Unknowns, Whole
from anonymizer.dimension import Dimension
from anonymizer.published import PublishedTable, Rounding

__all__ = ["near_printed"]

Step: TypeAlias = tuple[Whole, int]
"""The numbers of an innermost cell and of all cells above it, and by how much all of them differ."""


def near_printed(table: PublishedTable, unknowns: Unknowns) -> tuple[Whole, sparse.csr_matrix]:
    """The printed value of every unknown of one rounded table, and how other tables differ from it: a row for each.

    They may contradict what the attacker knows beside it: whoever uses them tries them.
    """
    [grid] = unknowns.grids
    printed = np.array([table.cells[key] or 0 for key in product(*(each.parents for each in table.dimensions))])
    by_number = np.zeros(len(unknowns.values), np.int64)
    by_number[grid.ravel()] = printed
    found = list(_steps(table.dimensions, table.rounding, grid, printed.reshape(grid.shape))) if table.rounding else []
    row = np.repeat(np.arange(len(found)), [sum(len(cells) for cells, _ in steps) for steps in found])
    cells = np.concatenate([cells for steps in found for cells, _ in steps] or [np.zeros(0, np.int64)])
    amounts = np.concatenate([np.full(len(cells), by) for steps in found for cells, by in steps] or [np.zeros(0, np.int64)])
    unknown = unknowns.columns[cells] != UNKNOWN
    entries = amounts[unknown], (row[unknown], unknowns.columns[cells[unknown]])
    changes = sparse.csr_matrix(entries, shape=(len(found), unknowns.count))
    return by_number[unknowns.columns != UNKNOWN], changes


def _steps(dimensions: tuple[Dimension, ...], rounding: Rounding, grid: Whole, printed: Whole) -> Iterator[list[Step]]:
    most = rounding.within - 1
    climbs = [[[each.positions[above] for above in each.climb(code)] for code in each.parents] for each in dimensions]
    below = [_innermost_below(each) for each in dimensions]

    def step(place: tuple[int, ...], by: int) -> Step:
        return grid[np.ix_(*(climb[at] for climb, at in zip(climbs, place, strict=True)))].ravel(), by

    for place in np.ndindex(grid.shape):
        inner = [under[at] for under, at in zip(below, place, strict=True)]
        if all(len(codes) == 1 and codes[0] == at for codes, at in zip(inner, place, strict=True)):
            yield [step(place, most)]
        values = printed[np.ix_(*inner)]
        left, fewer = most, []
        for at in np.argwhere(values > 0)[: _enough(values, most)].tolist():
            own = tuple(int(codes[one]) for codes, one in zip(inner, at, strict=True))
            by = min(left, int(printed[own]))
            fewer.append(step(own, -by))
            left -= by
        if fewer:
            yield fewer


def _enough(values: Whole, wanted: int) -> int:
    """How many of the values that are not 0, in their order, add up to what is wanted."""
    return int(np.searchsorted(np.cumsum(values[values > 0]), wanted)) + 1


def _innermost_below(dimension: Dimension) -> list[Whole]:
    """For each code the places of the innermost codes that it is made of."""
    found: list[list[int]] = [[] for _ in dimension.parents]
    for code, at in dimension.positions.items():
        if code not in dimension.children:
            for above in dimension.climb(code):
                found[dimension.positions[above]].append(at)
    return [np.array(places) for places in found]
