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

from collections.abc import Iterator, Sequence
from itertools import chain, product
from typing import Final, TypeAlias

import numpy as np
from scipy import sparse

from anonymizer.rounding.block_program import Cells, least_steps
from anonymizer.rounding.lean import Flags
from anonymizer.rounding.siblings import Grid, Siblings, Tree

__all__ = ["round_grid"]

UNDONE: Final = -1

Sums: TypeAlias = tuple[sparse.csr_matrix, Grid]
"""A row for each sum of a block's cells, and what it is."""


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
        return self._multiples

    def _blocks(self) -> list[tuple[Siblings, ...]]:
        """Siblings in the first two dimensions, after those that they have to add up to; or everything at once."""
        if len(self._trees) < 3:
            return [()]
        pairs = product(*(tree.lists for tree in self._trees[:2]))
        return sorted(pairs, key=lambda pair: sum(siblings.depth for siblings in pair))

    def _round(self, block: tuple[Siblings, ...]) -> None:
        lists = [siblings.places for siblings in block]
        whole = [np.arange(tree.parts.shape[0]) for tree in self._trees[len(block) :]]
        places = np.ix_(*lists, *whole)
        shape = self._multiples[places].shape
        numbers = np.arange(int(np.prod(shape))).reshape(shape)
        sums = [_equations(np.zeros((0, 1), np.int64), numbers.size)]
        amounts = [np.zeros(0, np.int64)]
        for equations, amount in chain(self._to_above(block, numbers, places), self._within(len(block), numbers)):
            sums.append(equations)
            amounts.append(amount)
        cells = self._cells.among(places)
        found = least_steps(sparse.vstack(sums, format="csr"), np.concatenate(amounts), cells)
        self._multiples[places] = (cells.floors + found).reshape(shape)

    def _to_above(self, block: tuple[Siblings, ...], numbers: Grid, places: tuple[Grid, ...]) -> Iterator[Sums]:
        """Siblings add up to what was rounded before them."""
        for axis, siblings in enumerate(block):
            if siblings.depth:
                above = list(places)
                above[axis] = np.full_like(places[axis].take([0], axis), siblings.parent)
                parts = np.moveaxis(numbers, axis, 0).reshape(len(siblings.places), -1)
                yield _equations(parts.T, numbers.size), np.moveaxis(self._multiples[tuple(above)], axis, 0).ravel()

    def _within(self, axes: int, numbers: Grid) -> Iterator[Sums]:
        """The block's own sums, along every dimension after the first `axes`."""
        for axis in range(axes, numbers.ndim):
            along = np.moveaxis(numbers, axis, 0).reshape(numbers.shape[axis], -1)
            for siblings in self._trees[axis].lists[1:]:
                parts, total = along[siblings.places].T, along[[siblings.parent]].T
                equations = _equations(parts, numbers.size) - _equations(total, numbers.size)
                yield equations, np.zeros(len(parts), np.int64)


def _equations(parts: Grid, size: int) -> sparse.csr_matrix:
    """A row for each row of `parts`, which numbers the cells that it adds."""
    starts = np.arange(len(parts) + 1) * parts.shape[1]
    return sparse.csr_matrix((np.ones(parts.size, np.int64), parts.ravel(), starts), shape=(len(parts), size))
