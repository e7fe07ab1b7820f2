"""Rounding from the totals down, block by block.

Zero-restricted controlled rounding: every number goes to one of the two multiples next to it and stays where it is one, and
all sums hold (Cox 1987; Fischetti and Salazar-Gonzalez 1998 for the program). A table of two dimensions is one program, which
always has such a solution, and at once: its sums are those of a network. With more dimensions there may be none
(Salazar-Gonzalez 2006); then some cells go a multiple further.

There one program over everything takes minutes, and blocks take seconds. A block holds the children of one code in the largest
dimension, crossed with the children of one code in the second, at every level of all others. The two codes themselves were
rounded before; so the block's cells have to add up to them, and whole numbers that do exist always (a transport between two
margins).
"""

from collections.abc import Sequence
from itertools import product
from typing import Final

import numpy as np

from anonymizer.rounding.block_program import Cells, least_steps
from anonymizer.rounding.lean import Flags
from anonymizer.rounding.mend import mend
from anonymizer.rounding.siblings import Grid, Siblings, Tree
from anonymizer.rounding.sums import UNDONE, sums_of

__all__ = ["round_grid"]


def round_grid(counts: Grid, trees: Sequence[Tree], *, up: Flags, empty: Flags, base: int) -> Grid:
    """Rounded numbers of all cells, in multiples of the base.

    `counts` has an axis for each tree, and its sums hold; `up` marks the cells that lean up, `empty` those that must stay 0.
    Raises `SolverGaveUp`.
    """
    order = sorted(range(len(trees)), key=lambda axis: -counts.shape[axis])
    cells = Cells(counts // base, counts % base > 0, up, empty).turned(order)
    rounded: Grid = np.transpose(_Rounding([trees[axis] for axis in order], cells).done(), np.argsort(order))
    return rounded


class _Rounding:
    """The largest dimension comes first. `multiples` holds what is rounded so far."""

    def __init__(self, trees: Sequence[Tree], cells: Cells) -> None:
        self._trees, self._cells = trees, cells
        self._multiples: Final = np.full(cells.floors.shape, UNDONE)

    def done(self) -> Grid:
        for block in self._blocks():
            self._round(block)
        if len(self._trees) > 2:
            mend(self._multiples, self._trees, self._cells)
        return self._multiples

    def _blocks(self) -> list[tuple[Siblings, ...]]:
        """Siblings in the first two dimensions, after those that they have to add up to; or everything at once."""
        if len(self._trees) < 3:
            return [()]
        pairs = product(*(tree.lists for tree in self._trees[:2]))
        return sorted(pairs, key=lambda pair: sum(siblings.depth for siblings in pair))

    def _round(self, block: tuple[Siblings, ...]) -> None:
        free = [siblings.places for siblings in block]
        free += [np.arange(tree.parts.shape[0]) for tree in self._trees[len(block) :]]
        places = np.ix_(*free)
        cells = self._cells.among(places)
        found = least_steps(*sums_of(self._multiples, self._trees, free), cells)
        self._multiples[places] = (cells.floors + found).reshape(self._multiples[places].shape)
