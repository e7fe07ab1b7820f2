"""Tables that could stand behind a rounded one: the one that is printed, and others that differ in a few innermost cells.

What is printed adds up, so it could be the truth itself. An innermost cell, and all totals above it, can be as much more as
the rounding leaves; and so much less can the innermost cells below any cell be together. These are most of the answers that
an attacker looks for, without a search.
"""

from collections.abc import Iterator
from itertools import product
from typing import TypeAlias

import highspy
import numpy as np
from scipy import sparse

from anonymizer.attacker.deduction import Core
from anonymizer.attacker.joint_program import load_program
from anonymizer.attacker.unknowns import UNKNOWN, Unknowns, Whole
from anonymizer.attacker.whole_tables import whole_near
from anonymizer.dimension import Dimension
from anonymizer.published import PublishedTable, Rounding

__all__ = ["near_printed", "nearest_table"]

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
    columns = unknowns.columns[cells]
    open_ = np.bincount(row[columns == UNKNOWN], minlength=len(found)) == 0  # what is known differs in no table
    kept = open_[row]
    changes = sparse.csr_matrix((amounts[kept], (row[kept], columns[kept])), shape=(len(found), unknowns.count))
    return by_number[unknowns.columns != UNKNOWN], changes[open_]


def nearest_table(core: Core, printed: Whole) -> Whole | None:
    """The values of all columns in a table that differs least from the printed one; None where no such table was found.

    It is the printed one, unless the attacker knows better; then it differs around what is known, and nowhere else.
    """
    same = core.columns(printed)
    if same is not None and core.equations.hold(same) and np.all((core.lower <= same) & (same <= core.upper)):
        return same
    near = np.zeros(len(core.lower), np.int64)
    free = core.factor != 0
    near[core.column[free]] = (core.factor * (printed - core.offset))[free]
    near = np.clip(near, core.lower, core.upper)
    signs = sparse.hstack([core.equations.signs, -core.equations.signs], format="csr")
    room = np.concatenate([core.upper - near, near - core.lower]).astype(float)
    amounts = core.equations.amounts - core.equations.signs @ near
    solver = load_program(signs, amounts, np.zeros(len(room)), room, np.ones(len(room)))
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    above, below = np.split(np.array(solver.getSolution().col_value), 2)
    return whole_near(core.equations, near + above - below, core.lower, core.upper)


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
