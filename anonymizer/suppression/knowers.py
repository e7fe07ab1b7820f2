"""Who knows what of a system before anything is published: contributors know the cells that rest on them alone.

Whoever is alone in a cell knows its number, and that of every cell below it. Where it is told who contributes, cells of one
contributor belong together. Where it is not, knowers are told apart by their cells: cells of one report that are parts of
one another belong to one knower, and one who is alone in two places that have nothing to do with each other counts as two.
"""

from collections.abc import Hashable, Iterator, Sequence
from itertools import product

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from anonymizer.suppression.equations import Flags, Numbers, System

__all__ = ["Knower", "Knowers", "contributors_of"]

Knower = tuple[int, ...]
"""One knower by number, or two who put their heads together."""


class Knowers:
    """The knowers of a system by number. The first `singles` are one contributor each, every other the only two of a cell.

    `together` 1 is for those who keep what they know to themselves, 2 for two who do not.
    """

    def __init__(self, system: System, together: int) -> None:
        parts = _parts(system)
        own = _own_cells(system, parts)
        known = _with_parts(parts, own)
        self.singles = known.shape[0]
        self._both: dict[int, frozenset[int]] = {}
        if together > 1:
            pairs = np.flatnonzero(_resting_on(system, 2))
            inside = _inside(parts, pairs, own)
            self._both = dict(zip(pairs.tolist(), inside, strict=True))
            names: list[Hashable] = [two if len(two) == 2 else -1 - at for at, two in enumerate(inside)]
            group = _together(parts, pairs, names)
            below = _with_parts(parts, _rows(group, pairs, system.size))
            # what one of the two knows, wherever that is, both know together
            of_one = (below @ own.T > 0).astype(float)
            known = sparse.vstack([known, below + of_one @ known], format="csr")
        self._known, self._of_cell = known, known.tocsc()
        self._system = system
        self._own: dict[int, dict[int, int]] = {}
        self._touched: dict[int, frozenset[int]] = {}

    def of(self, cells: Numbers) -> frozenset[int]:
        """All who know one of some cells, or more."""
        return frozenset().union(*map(self._of, cells.tolist()))

    def cells(self, knower: Knower) -> Numbers:
        """What a knower knows, or two together."""
        cells: Numbers = np.unique(self._known[list(knower)].indices)
        return cells

    def own_persons(self, knower: int, cell: int) -> int:
        """How many persons of a cell a knower knows at least: nobody can make them believe that it holds fewer."""
        if knower not in self._own:
            self._own[knower] = _own_persons(self._system, self.cells((knower,)))
        return self._own[knower].get(cell, 0)

    def are_the_two(self, of: int, one: int, other: int) -> bool:
        """Whether two are the only ones in a cell, so that nothing of it is to be kept from them."""
        return {one, other} <= self._both.get(of, frozenset())

    def _of(self, cell: int) -> frozenset[int]:
        if cell not in self._touched:
            begin, end = self._of_cell.indptr[cell : cell + 2]
            self._touched[cell] = frozenset(self._of_cell.indices[begin:end].tolist())
        return self._touched[cell]


def contributors_of(system: System) -> Numbers:
    """For each unknown of which it is told who its only contributor is the first that is that one's, too; -1 for the others."""
    first: dict[int, int] = {}
    contributors = np.full(system.size, -1)
    for cell, name in sorted(_named(system).items()):
        contributors[cell] = first.setdefault(name, cell)
    return contributors


def _resting_on(system: System, reports: int) -> Flags:
    resting: Flags = (system.persons > 0) & (system.reports == reports)
    resting[system.cells :] = False
    return resting


def _parts(system: System) -> sparse.csr_matrix:
    """The cells (columns) that each cell (rows) is a sum of."""
    entries = system.sums.tocoo()
    total = system.totals[entries.row]
    part = (entries.data == 1) & (total >= 0)
    ends = total[part], entries.col[part]
    return sparse.csr_matrix((np.ones(len(ends[0])), ends), shape=(system.size, system.size))


def _own_persons(system: System, known: Numbers) -> dict[int, int]:
    """What follows of cells from those that are known: no fewer persons than known parts add up to; and in a part that alone is
    not known, no fewer than are left of its total."""
    own = {cell: persons for cell, persons in zip(known.tolist(), system.persons[known].tolist(), strict=True) if persons}
    inside, ahead = set(known.tolist()), list(own)
    while ahead:
        for total, parts in _sums_of(system, ahead.pop()):
            unknown = [part for part in parts if part not in inside]
            bounds = [(total, sum(own.get(part, 0) for part in parts))]
            if len(unknown) == 1:
                bounds.append((unknown[0], own.get(total, 0) - sum(own.get(part, 0) for part in parts if part in inside)))
            for cell, persons in bounds:
                if persons > own.get(cell, 0):
                    own[cell] = persons
                    ahead.append(cell)
    return own


def _sums_of(system: System, unknown: int) -> Iterator[tuple[int, list[int]]]:
    """The sums that an unknown stands in, each as its total and parts; not those that are known from outside."""
    along, sums = system.sums_by_unknown, system.sums
    for row in along.indices[along.indptr[unknown] : along.indptr[unknown + 1]].tolist():
        if (total := int(system.totals[row])) >= 0:
            cells: list[int] = sums.indices[sums.indptr[row] : sums.indptr[row + 1]].tolist()
            yield total, [cell for cell in cells if cell != total]


def _own_cells(system: System, parts: sparse.csr_matrix) -> sparse.csr_matrix:
    """The cells of each who is alone: those of one name, and those that are parts of one another."""
    cells = np.flatnonzero(_resting_on(system, 1))
    named = _named(system)
    return _rows(_together(parts, cells, [named.get(cell, -1 - cell) for cell in cells.tolist()]), cells, system.size)


def _named(system: System) -> dict[int, int]:
    """The only contributor of each cell of which that is told."""
    named: dict[int, int] = {}
    for table in system.counted:
        numbers = system.numbers(table).ravel().tolist()
        for number, key in zip(numbers, product(*(dimension.parents for dimension in table.dimensions)), strict=True):
            if (alone := table.count(key).alone) is not None:
                named[number] = alone
    return named


def _inside(parts: sparse.csr_matrix, cells: Numbers, own: sparse.csr_matrix) -> list[frozenset[int]]:
    """Who is alone somewhere inside each of some cells."""
    found = (_with_parts(parts, _rows(np.arange(len(cells)), cells, parts.shape[0])) @ own.T).tocsr()
    ends = zip(found.indptr[:-1].tolist(), found.indptr[1:].tolist(), strict=True)
    return [frozenset(found.indices[begin:end].tolist()) for begin, end in ends]


def _together(parts: sparse.csr_matrix, cells: Numbers, names: Sequence[Hashable]) -> Numbers:
    """The group of each of some cells: those that are parts of one another, and those of the same name."""
    links = parts[cells][:, cells].tocoo()
    first: dict[Hashable, int] = {}
    alike = [first.setdefault(name, at) for at, name in enumerate(names)]
    one, other = np.concatenate([links.row, np.arange(len(cells))]), np.concatenate([links.col, np.array(alike, np.int64)])
    graph = sparse.csr_matrix((np.ones(len(one)), (one, other)), shape=(len(cells), len(cells)))
    group: Numbers = connected_components(graph, directed=False)[1].astype(np.int64)
    return group


def _rows(group: Numbers, cells: Numbers, size: int) -> sparse.csr_matrix:
    """Some of `size` cells, a row for each group of them."""
    return sparse.csr_matrix((np.ones(len(cells)), (group, cells)), shape=(int(group.max(initial=-1)) + 1, size))


def _with_parts(parts: sparse.csr_matrix, cells: sparse.csr_matrix) -> sparse.csr_matrix:
    """Cells (a row for each knower) and everything below them: who knows that nobody else is in a cell knows its zeros."""
    every = fresh = cells
    while fresh.nnz:
        fresh = fresh @ parts
        fresh = (fresh > 0).astype(float)
        fresh = (fresh - fresh.multiply(every > 0)).tocsr()
        fresh.eliminate_zeros()
        every = every + fresh
    return every
