"""Some cells and their sums as columns of a linear program: those that can change, in groups that are always equal.

Programs are many and small, so all of it is worked out on plain arrays: a sparse matrix checks itself at every step, which
takes longer than the step.
"""

from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from anonymizer.suppression.equations import Flags, Numbers, ranges

__all__ = ["Columns", "columns_of", "with_opposites"]


class Columns(NamedTuple):
    """A matrix column by column: where each begins, and the rows and numbers of what stands in them, rows ascending."""

    rows: int
    starts: Numbers
    row: Numbers
    value: Numbers


def columns_of(sums: sparse.csr_matrix, free: Flags) -> tuple[Flags, Numbers, Columns]:
    """Which of some cells can change, where all but those that are `free` stand; of those the group of each, and its column.

    Sums that hold whatever the groups do are left out.
    """
    row, cell = np.repeat(np.arange(sums.shape[0]), np.diff(sums.indptr)), sums.indices.astype(np.int64)
    free = _movable(row, cell, free)
    moving = free[cell]
    row, cell, sign = row[moving], (np.cumsum(free) - 1)[cell[moving]], sums.data[moving]
    group = _equal(row, cell, sign, int(np.count_nonzero(free)))
    return free, group, _merged(row, group[cell], sign, int(group.max(initial=-1)) + 1)


def with_opposites(columns: Columns, of: Numbers) -> Columns:
    """The same with the opposite of some columns behind them."""
    begin, end = columns.starts[of], columns.starts[of + 1]
    entries = ranges(begin, end)
    return Columns(
        columns.rows,
        np.concatenate([columns.starts, columns.starts[-1] + np.cumsum(end - begin)]),
        np.concatenate([columns.row, columns.row[entries]]),
        np.concatenate([columns.value, -columns.value[entries]]),
    )


def _movable(row: Numbers, cell: Numbers, free: Flags) -> Flags:
    """The cells that can change at all: not what stands as it was shown, nor what is alone with such cells in a sum."""
    free = free.copy()
    while True:
        moving = free[cell]
        alone = np.bincount(row[moving], minlength=int(row.max(initial=0)) + 1) == 1
        stuck = cell[moving & alone[row]]
        if not len(stuck):
            return free
        free[stuck] = False


def _equal(row: Numbers, cell: Numbers, sign: Numbers, size: int) -> Numbers:
    """The group of each cell: a total and its only part are always equal. Entries are in the order of their rows."""
    first = np.flatnonzero((np.bincount(row) == 2)[row])[::2]
    first = first[sign[first] * sign[first + 1] < 0]
    if not len(first):
        return np.arange(size)
    links = sparse.coo_matrix((np.ones(len(first)), (cell[first], cell[first + 1])), shape=(size, size))
    return connected_components(links, directed=False)[1].astype(np.int64)


def _merged(row: Numbers, group: Numbers, sign: Numbers, groups: int) -> Columns:
    """The column of each group: what its cells say added up."""
    order = np.lexsort((row, group))
    row, group, sign = row[order], group[order], sign[order]
    first = np.flatnonzero((np.diff(row, prepend=-1) != 0) | (np.diff(group, prepend=-1) != 0))
    value = np.add.reduceat(sign, first) if len(first) else sign
    stands = first[value != 0]
    used, row = np.unique(row[stands], return_inverse=True)
    starts = np.concatenate([[0], np.cumsum(np.bincount(group[stands], minlength=groups))])
    return Columns(len(used), starts, row, value[value != 0])
