"""The proof that contributors cannot work out what others hide, from the cells that they alone contribute to.

On a path that the engine has no part in: who knows what is read off the counted tables by the names of their cells, and an
alternative counts for a knower only where it leaves every cell as it is that the knower knows. All in whole numbers.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import TypeAlias

from anonymizer.attacker import identity
from anonymizer.counted_week import Count, CountedTable
from anonymizer.policy import Possible
from anonymizer.primary import Guarded
from anonymizer.published import Identity

__all__ = ["Contributors", "betrayed_to_knowers"]

Cells: TypeAlias = frozenset[Identity]
Sums: TypeAlias = Mapping[Identity, Sequence[Sequence[Identity]]]


def betrayed_to_knowers(
    counted: Sequence[CountedTable],
    guarded: Mapping[Identity, Guarded],
    alternatives: Sequence[Mapping[Identity, int]],
    together: int,
) -> Iterator[Identity]:
    """The guarded cells of which the alternatives do not show somebody who knows other cells all that must stay possible.

    `together` 0 asks for nobody, 1 for each contributor, 2 for any two of them and for the only two of a cell as well.
    """
    if not together:
        return
    contributors = Contributors(counted, together)
    touched = [contributors.knowing(other) for other in alternatives]
    changing: dict[Identity, list[int]] = {}
    for at, other in enumerate(alternatives):
        for cell in guarded.keys() & other.keys():
            changing.setdefault(cell, []).append(at)
    for cell, asked in guarded.items():
        for goal in asked.possible:
            shows = [at for at in changing.get(cell, ()) if goal.holds(asked.persons + alternatives[at][cell])]
            if not goal.holds(asked.persons) and contributors.are_left_out(cell, goal, [touched[at] for at in shows]):
                yield cell
                break


class Contributors:
    """Who knows which cells: each contributor who is alone in one, by number, and after them the only two of a cell.

    Cells of one report belong to one contributor where one is part of the other, or where it is told that they do.
    """

    def __init__(self, counted: Sequence[CountedTable], together: int) -> None:
        self._together = together
        self._counts, self._sums = _counts_and_sums(counted)
        self._parts = {cell: {part for parts in sums for part in parts} for cell, sums in self._sums.items()}
        self._below: dict[Identity, Cells] = {}
        named = {cell: count.alone for cell, count in self._counts.items() if count.alone is not None}
        alone = list(self._groups(1, named))
        self.cells = [self._with_all_parts(cells) for cells in alone]
        self._singles = len(alone)
        self._both: dict[Identity, frozenset[int]] = {}
        if together > 1:
            self._add_pairs(alone)
        self._knowers: dict[Identity, set[int]] = {}
        for number, known in enumerate(self.cells):
            for cell in known:
                self._knowers.setdefault(cell, set()).add(number)

    def knowing(self, cells: Iterable[Identity]) -> frozenset[int]:
        """All who know one of some cells, or more."""
        return frozenset[int]().union(*(self._knowers.get(cell, ()) for cell in cells))

    def are_left_out(self, cell: Identity, goal: Possible, touched: Sequence[frozenset[int]]) -> bool:
        """Whether somebody knows something of every alternative that shows a goal; with two together, whether some two do.

        Left aside is who knows the cell, and who knows of so many persons in it that the goal would be too few.
        """
        others = [each - self._knowers.get(cell, set()) for each in touched]
        if not all(others):
            return False
        too_few = {one for one in frozenset[int]().union(*others) if self._too_few(cell, goal, one)}
        others = [each - too_few for each in others]
        if not all(others) or not others:
            return not others
        if frozenset.intersection(*others):
            return True
        singles = frozenset(range(self._singles if self._together > 1 else 0))
        for one in others[0] & singles:
            for other in frozenset.intersection(singles, *(each for each in others if one not in each)):
                if not self._may_know(cell, goal, one, other):
                    return True
        return False

    def _may_know(self, cell: Identity, goal: Possible, one: int, other: int) -> bool:
        return {one, other} <= self._both.get(cell, frozenset()) or self._too_few(cell, goal, one, other)

    def _too_few(self, cell: Identity, goal: Possible, *knowers: int) -> bool:
        return goal.most is not None and goal.most <= sum(self._own_persons(cell, self.cells[knower], {}) for knower in knowers)

    def _own_persons(self, cell: Identity, known: Cells, found: dict[Identity, int]) -> int:
        """How many persons of a cell known parts of it add up to, along the dimension where that is most."""
        if cell in known:
            return self._counts[cell].persons
        if not self._parts_below(cell) & known:
            return 0
        if cell not in found:
            sums = self._sums.get(cell, ())
            found[cell] = max((sum(self._own_persons(part, known, found) for part in parts) for parts in sums), default=0)
        return found[cell]

    def _parts_below(self, cell: Identity) -> Cells:
        if cell not in self._below:
            self._below[cell] = self._with_all_parts(self._parts.get(cell, ()))
        return self._below[cell]

    def _add_pairs(self, alone: Sequence[set[Identity]]) -> None:
        """What the only two of a cell know: it, what is below, and whatever one of them is alone in."""
        for cell, count in self._counts.items():
            if count.persons and count.reports == 2:
                inside = self._with_all_parts([cell])
                self._both[cell] = frozenset(number for number, own in enumerate(alone) if inside & own)
        for cells in list(self._groups(2, {cell: two for cell, two in self._both.items() if len(two) == 2})):
            singles = frozenset[int]().union(*(self._both[cell] for cell in cells))
            self.cells.append(self._with_all_parts(cells).union(*(self.cells[number] for number in singles)))

    def _groups(self, reports: int, named: Mapping[Identity, Hashable]) -> Iterator[set[Identity]]:
        """The cells of so many reports, those of the same contributors together: of one name, or parts of one another."""
        left = {cell for cell, count in self._counts.items() if count.persons and count.reports == reports}
        beside: dict[Identity | Hashable, set[Identity]] = {}
        for cell in left:
            for part in self._parts.get(cell, set()) & left:
                beside.setdefault(part, set()).add(cell)
            if cell in named:
                beside.setdefault((named[cell],), set()).add(cell)
        while left:
            found, ahead = set[Identity](), [left.pop()]
            while ahead:
                found.add(cell := ahead.pop())
                of_name = beside.pop((named[cell],), set()) if cell in named else set()
                fresh = left & (self._parts.get(cell, set()) | beside.get(cell, set()) | of_name)
                left -= fresh
                ahead += fresh
            yield found

    def _with_all_parts(self, cells: Iterable[Identity]) -> Cells:
        """Cells and everything below them: who knows that nobody else is in a cell knows its zeros."""
        ahead = list(cells)
        found = set(ahead)
        while ahead:
            fresh = self._parts.get(ahead.pop(), set()) - found
            found |= fresh
            ahead += fresh
        return frozenset(found)


def _counts_and_sums(counted: Sequence[CountedTable]) -> tuple[dict[Identity, Count], Sums]:
    """Every cell's count, and of which cells it is the sum, once for each dimension along which it is one."""
    counts: dict[Identity, Count] = {}
    sums: dict[Identity, dict[str, list[Identity]]] = {}
    for table in counted:
        for key in product(*(dimension.parents for dimension in table.dimensions)):
            name = identity(table.dimensions, key)
            counts[name] = table.count(key)
            for axis, dimension in enumerate(table.dimensions):
                if parts := dimension.children.get(key[axis]):
                    cells = [identity(table.dimensions, (*key[:axis], code, *key[axis + 1 :])) for code in parts]
                    sums.setdefault(name, {})[dimension.name] = cells
    return counts, {name: list(along.values()) for name, along in sums.items()}
