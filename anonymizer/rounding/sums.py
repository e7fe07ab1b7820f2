"""The sums that some free cells of a table have to keep, while all others stay as they were rounded."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from anonymizer.rounding.siblings import Grid, Siblings, Tree

__all__ = ["UNDONE", "sums_of"]

UNDONE = -1
"""In place of the multiple of a cell that was not rounded yet."""


def sums_of(multiples: Grid, trees: Sequence[Tree], free: Sequence[Grid]) -> tuple[sparse.csr_matrix, Grid]:
    """Equations over the cells whose places are free in every dimension, in a row: a matrix, and what it gives.

    Sums with a cell that is neither free nor rounded yet are left out: they are kept when that one is rounded.
    """
    shape = tuple(len(places) for places in free)
    numbers = np.arange(int(np.prod(shape))).reshape(shape)
    rows, amounts = [_adding(np.zeros((0, 0), np.int64), numbers.size)], [np.zeros(0, np.int64)]
    for axis, tree in enumerate(trees):
        along = np.moveaxis(numbers, axis, 0)
        slabs = np.moveaxis(multiples[np.ix_(*free[:axis], np.arange(multiples.shape[axis]), *free[axis + 1 :])], axis, 0)
        at = np.full(multiples.shape[axis], UNDONE)
        at[free[axis]] = np.arange(len(free[axis]))
        for siblings in tree.lists[1:]:
            if (found := _sum(siblings, at, along, slabs)) is not None:
                rows.append(found[0])
                amounts.append(found[1])
    return sparse.vstack(rows, format="csr"), np.concatenate(amounts)


def _sum(siblings: Siblings, at: Grid, along: Grid, slabs: Grid) -> tuple[sparse.csr_matrix, Grid] | None:
    """Siblings minus their parent is nothing: of the free cells, minus the same of those that stay."""
    signs = np.append(np.ones(len(siblings.places), np.int64), -1)
    places = np.append(siblings.places, siblings.parent)
    open_ = at[places] != UNDONE
    stays = slabs[places[~open_]]
    if not np.any(open_) or np.any(stays == UNDONE):
        return None
    cells = along[at[places[open_]]].reshape(np.count_nonzero(open_), -1).T
    size = along.size
    equations = _adding(cells, size, np.tile(signs[open_], len(cells)))
    amount: Grid = -np.tensordot(signs[~open_], stays, (0, 0)).ravel()
    return equations, amount


def _adding(cells: Grid, size: int, signs: Grid | None = None) -> sparse.csr_matrix:
    """A row for each row of `cells`, which numbers the cells that it adds, each with its sign."""
    starts = np.arange(len(cells) + 1) * cells.shape[1]
    values = np.ones(cells.size, np.int64) if signs is None else signs
    return sparse.csr_matrix((values, cells.ravel(), starts), shape=(len(cells), size))
