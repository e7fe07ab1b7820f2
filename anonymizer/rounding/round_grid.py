"""Rounding from the totals down, block by block.

Zero-restricted controlled rounding: every number goes to one of the two multiples next to it and stays where it is one, and all
sums hold (Cox 1987; Fischetti and Salazar-Gonzalez 1998 for the program). In a table of three dimensions, or with
hierarchies, there may be no such rounding (Salazar-Gonzalez 2006); then some cells go a multiple further.

One program over a whole table takes minutes. A block holds the children of one code in the largest dimension, crossed with
the children of one code in the second, at every level of all others. The two codes themselves were rounded
before; so the block's cells have to add up to them, and whole numbers that do exist always (a transport between two margins).
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from scipy import sparse

from anonymizer.rounding.block_program import least_steps
from anonymizer.rounding.siblings import Grid, Siblings, Tree

__all__ = ["round_grid"]

UNDONE: Final = -1


def round_grid(counts: Grid, trees: tuple[Tree, ...], up: Grid, base: int) -> Grid:
    """Rounded numbers of all cells, in multiples of the base.

    `counts` has an axis for each tree, and its sums hold; `up` is 1 where a cell leans up, 0 where it does not.
    Raises `SolverGaveUp`.
    """
    order = sorted(range(len(trees)), key=lambda axis: -counts.shape[axis])
    back = np.argsort(order)
    return _Rounding(np.transpose(counts, order), [trees[axis] for axis in order], np.transpose(up, order), base).done(back)


class _Rounding:
    """The largest dimension comes first. `multiples` holds what is rounded so far."""

    def __init__(self, counts: Grid, trees: list[Tree], up: Grid, base: int) -> None:
        self._trees, self._up = trees, up
        self._floors: Final = counts // base
        self._loose: Final = counts % base > 0
        self._multiples: Final = np.full(counts.shape, UNDONE)

    def done(self, back: Grid) -> Grid:
        for block in self._blocks():
            self._round(block)
        return np.transpose(self._multiples, back)

    def _blocks(self) -> list[tuple[Siblings, ...]]:
        """Siblings in the first two dimensions (or in the one that there is), those before which they have to add up to first."""
        first, *rest = (tree.lists for tree in self._trees[:2])
        pairs = [(one, *other) for one in first for other in ([(each,) for each in rest[0]] if rest else [()])]
        return sorted(pairs, key=lambda pair: sum(siblings.depth for siblings in pair))

    def _round(self, block: tuple[Siblings, ...]) -> None:
        lists = [siblings.places for siblings in block]
        whole = [np.arange(size) for size in self._multiples.shape[len(block) :]]
        cells = np.ix_(*lists, *whole)
        shape = self._multiples[cells].shape
        numbers = np.arange(int(np.prod(shape))).reshape(shape)
        rows, amounts = zip(*self._sums(block, numbers, cells), strict=True)
        found = least_steps(
            sparse.vstack(rows, format="csr"),
            np.concatenate(amounts),
            self._floors[cells].ravel(),
            self._loose[cells].ravel(),
            self._up[cells].ravel(),
        )
        self._multiples[cells] = self._floors[cells] + found.reshape(shape)

    def _sums(
        self, block: tuple[Siblings, ...], numbers: Grid, cells: tuple[Grid, ...]
    ) -> Iterator[tuple[sparse.csr_matrix, Grid]]:
        """The sums of a block: to what was rounded before, and among its own cells along every other dimension."""
        yield sparse.csr_matrix((0, numbers.size), dtype=np.int64), np.zeros(0, np.int64)
        for axis, siblings in enumerate(block):
            if siblings.parent is not None:
                above = list(cells)
                above[axis] = np.full_like(cells[axis].take([0], axis), siblings.parent)
                parts = np.moveaxis(numbers, axis, 0).reshape(len(siblings.places), -1)
                yield _equations(parts.T, numbers.size), np.moveaxis(self._multiples[tuple(above)], axis, 0).ravel()
        for axis in range(len(block), numbers.ndim):
            along = np.moveaxis(numbers, axis, 0).reshape(numbers.shape[axis], -1)
            for siblings in self._trees[axis].lists[1:]:
                parts, total = along[siblings.places].T, along[[siblings.parent]].T
                equations = _equations(parts, numbers.size) - _equations(total, numbers.size)
                yield equations, np.zeros(len(parts), np.int64)


def _equations(parts: Grid, size: int) -> sparse.csr_matrix:
    """A row for each row of `parts`, which numbers the cells that it adds."""
    starts = np.arange(len(parts) + 1) * parts.shape[1]
    return sparse.csr_matrix((np.ones(parts.size, np.int64), parts.ravel(), starts), shape=(len(parts), size))
