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
    together: Mapping[Identity, int],
) -> Iterator[Identity]:
    """The guarded cells of which the alternatives do not show somebody who knows other cells all that must stay possible.

    `together` says for each: 0 asks for nobody, 1 for each contributor, 2 for any two of them and for the only two of a cell.
    """
    if not (most := max(together.values(), default=0)):
        return
    contributors = Contributors(counted, most)
    touched = [contributors.knowing(other) for other in alternatives]
    changing: dict[Identity, list[int]] = {}
    for at, other in enumerate(alternatives):
        for cell in guarded.keys() & other.keys():
            changing.setdefault(cell, []).append(at)
    for cell, asked in guarded.items():
        for goal in asked.possible if together[cell] else ():
            shows = [at for at in changing.get(cell, ()) if goal.holds(asked.persons + alternatives[at][cell])]
            knowing = [touched[at] for at in shows]
            if not goal.holds(asked.persons) and contributors.are_left_out(cell, goal, knowing, together[cell]):
                yield cell
                break


class Contributors:
    """Who knows which cells: each contributor who is alone in one, by number, and after them the only two of a cell.

    Cells of one report belong to one contributor where one is part of the other, or where it is told that they do.
    """

    def __init__(self, counted: Sequence[CountedTable], together: int) -> None:
        self._counts, self._sums = _counts_and_sums(counted)
        self._parts = {cell: {part for parts in sums for part in parts} for cell, sums in self._sums.items()}
        self._above: dict[Identity, set[Identity]] = {}
        for total, parts in self._parts.items():
            for part in parts:
                self._above.setdefault(part, set()).add(total)
        self._own: dict[int, Mapping[Identity, int]] = {}
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

    def are_left_out(self, cell: Identity, goal: Possible, touched: Sequence[frozenset[int]], together: int) -> bool:
        """Whether somebody knows something of every alternative that shows a goal; with two together, whether some two do.

        Left aside is who knows the cell, and who knows of so many persons in it that the goal would be too few.
        """
        if not touched:
            return True
        inside, singles = self._knowers.get(cell, set()), frozenset(range(self._singles))
        others = [each - inside if together > 1 else (each - inside) & singles for each in touched]
        if any(not self._too_few(cell, goal, one) for one in frozenset.intersection(*others)):
            return True
        return together > 1 and self._two_are_left_out(cell, goal, others)

    def _two_are_left_out(self, cell: Identity, goal: Possible, others: Sequence[frozenset[int]]) -> bool:
        too_few = {one for one in frozenset[int]().union(*others) if self._too_few(cell, goal, one)}
        others = [each - too_few for each in others]
        singles = frozenset(range(self._singles))
        for one in min(others, key=len) & singles:
            for other in frozenset.intersection(singles, *(each for each in others if one not in each)):
                if not self._may_know(cell, goal, one, other):
                    return True
        return False

    def _may_know(self, cell: Identity, goal: Possible, one: int, other: int) -> bool:
        return {one, other} <= self._both.get(cell, frozenset()) or self._too_few(cell, goal, one, other)

    def _too_few(self, cell: Identity, goal: Possible, *knowers: int) -> bool:
        return goal.most is not None and goal.most <= sum(self._own_persons(knower).get(cell, 0) for knower in knowers)

    def _own_persons(self, knower: int) -> Mapping[Identity, int]:
        """How many persons of each cell a knower knows at least, round by round until nothing more follows: as many as known
        parts of it add up to, or as are left of a total of which all other parts are known."""
        if knower not in self._own:
            known = self.cells[knower]
            own = {cell: persons for cell in known if (persons := self._counts[cell].persons)}
            fresh = set(own)
            while fresh:
                about = {total for cell in fresh for total in (cell, *self._above.get(cell, ()))}
                found = [each for total in about for each in self._bounds(total, known, own)]
                fresh = {cell for cell, persons in found if persons > own.get(cell, 0)}
                for cell, persons in found:
                    own[cell] = max(persons, own.get(cell, 0))
            self._own[knower] = own
        return self._own[knower]

    def _bounds(self, total: Identity, known: Cells, own: Mapping[Identity, int]) -> Iterator[tuple[Identity, int]]:
        for parts in self._sums.get(total, ()):
            there = {part: own.get(part, 0) for part in parts}
            yield total, sum(there.values())
            if len(open_parts := there.keys() - known) == 1:
                [part] = open_parts
                yield part, own.get(total, 0) - sum(persons for cell, persons in there.items() if cell != part)

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
