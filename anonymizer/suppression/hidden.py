"""What can move without hiding anything more: the hidden cells as a system of their own, asked in neighbourhoods.

Once a pattern is nearly complete, most of what is still to be shown needs no other cell hidden, only cells from further
away. A program over everything would cost more the larger the table; one over the nearest thousand hidden cells does not.
What is far is asked of all hidden cells, which are a fraction of everything.
"""

import sys
from typing import Final

import numpy as np
from scipy import sparse

from anonymizer.policy import Possible
from anonymizer.suppression.equations import NO_CELLS, Numbers, System, ranges
from anonymizer.suppression.moves import Move
from anonymizer.suppression.pattern import Pattern
from anonymizer.suppression.programs import Program, movable

__all__ = ["Hidden"]

SIZES: Final = (1000, 3000, 10_000, 30_000, sys.maxsize)
"""Cells of a neighbourhood, at last all: of 200 cells one in twenty had room enough, of 1,000 one in two."""

INNER: Final = 3  # a neighbourhood is good for the nearest third of its cells, which have enough around them


class Hidden:
    """The hidden cells of a pattern as it stands, or those of them that are `within` some unknowns, and their sums."""

    def __init__(self, system: System, pattern: Pattern, within: Numbers | None = None) -> None:
        self._system, self._pattern = system, pattern
        self._cells = np.flatnonzero(pattern.hidden) if within is None else within[pattern.hidden[within]]
        along = _filled(system.sums_by_unknown[:, self._cells].tocsr())
        free = np.flatnonzero(movable(along, ~pattern.shown[self._cells]))
        self._cells, self._along = self._cells[free], _filled(along[:, free])
        self._across = self._along.tocsc()
        self._lengths = np.diff(self._along.indptr)
        self._programs: list[Program] = []
        self._homes = {size: np.full(len(self._cells), -1) for size in SIZES}

    def find(self, unknown: int, goal: Possible, still: Numbers = NO_CELLS) -> Move | None:
        """The cheapest move found of hidden cells alone that meets a goal and leaves some `still`; None where none is near."""
        at = int(np.searchsorted(self._cells, unknown))
        if at == len(self._cells) or self._cells[at] != unknown:
            return None  # it is in a sum alone with what stays as it is
        sizes = [size for smaller, size in zip((0, *SIZES), SIZES, strict=False) if smaller < len(self._cells)]
        return next((move for size in sizes if (move := self._near(at, size).find(unknown, goal, still))), None)

    def inside(self, move: Move) -> Program:
        """The program of the cells of a move that was found here: what can be moved in part."""
        return self._program(np.searchsorted(self._cells, move.cells))

    def _near(self, at: int, size: int) -> Program:
        """The program of the neighbourhood in which a cell is well inside."""
        homes = self._homes[size]
        if homes[at] < 0:
            near = self._around(at, size)
            inner = near if len(near) < size else near[: size // INNER]
            homes[inner] = len(self._programs)
            self._programs.append(self._program(np.sort(near)))
        return self._programs[int(homes[at])]

    def _program(self, near: Numbers) -> Program:
        sums, held = _filled(self._across[:, near].tocsr()), np.zeros(len(near), bool)
        return Program(self._system, self._pattern, self._cells[near], held, sums)

    def _around(self, seed: int, size: int) -> Numbers:
        """The cells nearest to one, itself first: those in its sums, short sums before long ones, then those in theirs."""
        found = fresh = np.array([seed])
        inside, seen = np.zeros(len(self._cells), bool), np.zeros(len(self._lengths), bool)
        inside[seed] = True
        while len(fresh) and len(found) < size:
            rows = np.unique(_entries(self._across, fresh))
            rows = rows[~seen[rows]]
            seen[rows] = True
            cells = _entries(self._along, rows[np.argsort(self._lengths[rows], kind="stable")])
            cells = cells[~inside[cells]]
            _, first = np.unique(cells, return_index=True)
            fresh = cells[np.sort(first)][: size - len(found)]
            inside[fresh] = True
            found = np.concatenate([found, fresh])
        return found


def _filled(sums: sparse.csr_matrix) -> sparse.csr_matrix:
    """The rows in which there is something."""
    return sums[np.flatnonzero(np.diff(sums.indptr))]


def _entries(matrix: sparse.csr_matrix | sparse.csc_matrix, at: Numbers) -> Numbers:
    """The places of what stands in some rows of a matrix by rows, or columns of one by columns, one after the other."""
    begin, end = (matrix.indptr[each].astype(np.int64) for each in (at, at + 1))
    return matrix.indices[ranges(begin, end)].astype(np.int64)
