"""What contributors know already must not give them what others hide.

Whoever contributes alone to a cell knows its number, and that of every cell below it. For such a knower these cells do not
move: an alternative that leaves them as they are is one for the knower too, any other is none. So each unsafe cell needs, for each
goal and each knower of other cells, a move that touches nothing which that knower knows.

Who reports is not told here, so knowers are told apart by their cells: cells of one report each that are parts of one
another belong to one knower. One who reports alone in two places that have nothing to do with each other counts as two.
Two knowers who put their heads together are asked for where the policy wants it, and so are the only two of a cell.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from anonymizer.suppression.equations import Flags, Numbers, System

__all__ = ["Knowers", "Touched", "knowers_of", "left_out"]

Touched = frozenset[int]
"""The knowers, by number, that know something which a move changes."""

Knower = tuple[int, ...]
"""One knower, or two who put their heads together."""


@dataclass(frozen=True, eq=False)
class Knowers:
    """Who knows which unknowns: a row for each knower. The first `single` of them are alone in a cell, the others are two."""

    known: sparse.csr_matrix
    single: int

    def touched(self, cells: Numbers) -> Touched:
        """The knowers of any of some unknowns."""
        across = self._by_cell[:, cells]
        return frozenset(across.indices.tolist())

    def cells(self, knower: Knower) -> Numbers:
        """The unknowns that a knower, or two together, know."""
        return np.unique(self.known[list(knower)].indices)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_cell", self.known.tocsc())

    _by_cell: sparse.csc_matrix = None


def knowers_of(system: System, together: int) -> Knowers:
    """The knowers of a system; `together` 2 adds the only two of a cell."""
    below = _below(system)
    alone = (system.persons > 0) & (system.reports == 1)
    single = _singles(below, alone)
    known = _down(below, single)
    if together < 2:
        return Knowers(known, known.shape[0])
    pairs = np.flatnonzero((system.persons > 0) & (system.reports == 2))
    cells = sparse.csr_matrix((np.ones(len(pairs), bool), (np.arange(len(pairs)), pairs)), shape=(len(pairs), system.size))
    covered = _down(below, cells)
    # what one of the two knows alone, wherever it stands, both know together
    of_one = (covered.astype(np.int64) @ single.T.astype(np.int64)) > 0
    both = ((covered.astype(np.int64) + of_one.astype(np.int64) @ known.astype(np.int64)) > 0).tocsr()
    return Knowers(sparse.vstack([known, both], format="csr"), known.shape[0])
