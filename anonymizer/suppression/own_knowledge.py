"""What contributors know already must not give them what others hide.

For whoever knows a cell it does not move: an alternative that leaves it as it is is one for the knower too, any other is
none. So each unsafe cell needs, for each of its goals and for each knower of other cells, a move that changes nothing which
that knower knows. Who knows something of every move that meets a goal is *left out*, and the goal stays open until nobody is.

Of a cell that a knower is part of, no fewer persons can be possible than the knower's own: what asks for so few is not asked
for that knower, who must still be unable to tell how many more there are.

Two who put their heads together know the cells of both. They are looked at where every move touches what one of them knows.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from anonymizer.policy import Possible
from anonymizer.suppression.equations import Numbers, System
from anonymizer.suppression.knowers import Knower, Knowers
from anonymizer.suppression.moves import Move

__all__ = ["OwnKnowledge", "Touched"]

Touched = frozenset[int]
"""Who knows something of the cells of a move."""


class OwnKnowledge:
    """Who must not learn what: nothing of an unknown may follow from what others know.

    `together` says for each unknown of a system for whom that is asked: 0 for nobody, 1 for those who keep what they know to
    themselves, 2 for two who do not.
    """

    def __init__(self, system: System, together: Numbers) -> None:
        self._together = together
        self._knowers = Knowers(system, int(together.max(initial=0)))
        self._touched: dict[Move, Touched] = {}
        self._cells: dict[Knower, Numbers] = {}

    def touched(self, move: Move) -> Touched:
        """Who knows something of what a move changes, and so knows that it is none."""
        if move not in self._touched:
            self._touched[move] = self._knowers.of(move.cells)
        return self._touched[move]

    def cells(self, knower: Knower) -> Numbers:
        """What one knower knows, or two together."""
        if knower not in self._cells:
            self._cells[knower] = self._knowers.cells(knower)
        return self._cells[knower]

    def left_out(self, cell: int, goal: Possible, touched: Sequence[Touched]) -> set[Knower]:
        """The knowers to whom none of some moves meets a goal, by what each move touches. Where there is one, no two are
        asked for: so it is asked again when that one is not left out any more."""
        together = int(self._together[cell])
        if not together or not all(touched):
            return set()
        inside = self._knowers.of(np.array([cell]))
        left = frozenset[int]().union(*touched[:1]).intersection(*touched[1:]) - inside
        asked = {knower for knower in left if not self._asks_too_few(cell, goal, knower)}
        if together == 1:
            return {(knower,) for knower in asked if knower < self._knowers.singles}
        if asked:
            return {(knower,) for knower in asked}
        return set(self._pairs_left_out(cell, goal, [each - inside for each in touched]))

    def _pairs_left_out(self, cell: int, goal: Possible, touched: Sequence[Touched]) -> Iterable[Knower]:
        every = frozenset[int]().union(*touched)
        too_few = {knower for knower in every if self._asks_too_few(cell, goal, knower)}
        known, singles = [each - too_few for each in touched], frozenset(range(self._knowers.singles))
        for one in min(known, key=len) & singles:
            for other in frozenset.intersection(singles, *(each for each in known if one not in each)):
                if not self._asks_too_few(cell, goal, one, other) and not self._knowers.are_the_two(cell, one, other):
                    yield min(one, other), max(one, other)

    def _asks_too_few(self, cell: int, goal: Possible, *knowers: int) -> bool:
        """Whether a goal wants no more persons in a cell than some knowers know to be there."""
        return goal.most is not None and goal.most <= sum(self._knowers.own_persons(each, cell) for each in knowers)
