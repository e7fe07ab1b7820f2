"""Which goals rest on which of some moves: no other shows them, or not to everybody."""

from collections.abc import Collection, Iterator, Sequence
from itertools import count
from typing import Final

import numpy as np

from anonymizer.policy import Possible
from anonymizer.suppression.equations import NO_CELLS, Numbers
from anonymizer.suppression.goals import Goals
from anonymizer.suppression.knowers import Knower
from anonymizer.suppression.moves import Move
from anonymizer.suppression.own_knowledge import Touched
from anonymizer.suppression.pattern import Pattern

__all__ = ["Answers", "alternatives"]


class Answers:
    """Moves by number, in the order in which they came, and the goals that they meet.

    Who knows something of each is looked at only where goals are to be shown to those.
    """

    def __init__(self, goals: Goals, moves: Sequence[Move]) -> None:
        self._goals, self._numbers = goals, count()
        self.moves: Final[dict[int, Move]] = {}
        self._meets: dict[int, Numbers] = {}
        self._answers = np.zeros(len(goals.named), np.int64)
        self._touched: dict[int, dict[int, Touched]] = {}  # of each goal, by move
        self.add(moves)

    def add(self, moves: Sequence[Move]) -> list[int]:
        """Take more moves; their numbers."""
        numbers = [next(self._numbers) for _ in moves]
        met = self._goals.met_by(moves)
        meets = np.split(met.goal, np.searchsorted(met.move, np.arange(1, len(moves))))
        for at, move, goals in zip(numbers, moves, meets, strict=False):
            self.moves[at], self._meets[at] = move, goals
            self._answers[goals] += 1
            for goal in goals.tolist() if self._goals.knowledge else ():
                self._touched.setdefault(goal, {})[at] = self._goals.touched(move)
        return numbers

    def drop(self, at: int) -> Move:
        """Do without a move."""
        goals = self._meets.pop(at)
        self._answers[goals] -= 1
        for goal in goals.tolist() if self._goals.knowledge else ():
            del self._touched[goal][at]
        return self.moves.pop(at)

    def drop_needless(self, pattern: Pattern) -> None:
        """Do without moves whose goals are all met by others, those that hide the most first."""
        optional = {at: move.cells[~pattern.first[move.cells]] for at, move in self.moves.items()}
        costs = {at: float(np.sum(pattern.cost[cells])) for at, cells in optional.items()}
        for at in sorted(costs, key=lambda at: (-costs[at], at)):
            if not self.resting_on((at,)):
                self.drop(at)

    def resting_on(self, moves: Collection[int]) -> list[int]:
        """The goals, by number, that the others do not meet, or not for everybody."""
        asked, meeting = np.unique(np.concatenate([NO_CELLS, *(self._meets[at] for at in moves)]), return_counts=True)
        alone = self._answers[asked] == meeting
        resting: list[int] = asked[alone].tolist()
        if self._goals.knowledge:
            resting += [goal for goal in asked[~alone].tolist() if not self._are_met(goal, moves)]
        return sorted(resting)

    def touched(self, goal: int, without: Collection[int]) -> list[Touched]:
        """Whose knowledge each of the other moves touches that meet a goal."""
        return [touched for at, touched in self._touched.get(goal, {}).items() if at not in without]

    def _are_met(self, goal: int, without: Collection[int]) -> bool:
        return self._goals.are_met(*self._goals.named[goal], self.touched(goal, without))


def alternatives(goals: Goals, moves: Sequence[Move]) -> list[tuple[Move, int]]:
    """Moves and multiples of them that show each goal to everybody, the first that do; most serve many goals."""
    met = goals.met_by(moves)
    order = np.argsort(met.goal, kind="stable")
    begins = np.flatnonzero(np.diff(met.goal[order], prepend=-1))
    if goals.knowledge is None:
        taken = {(int(met.move[at]), int(met.multiple[at])) for at in order[begins].tolist()}
    else:
        ways = np.split(np.stack([met.move, met.multiple], axis=1)[order], begins[1:])
        named = (goals.named[goal] for goal in met.goal[order][begins].tolist())
        shown = ((cell, goal, found.tolist()) for (cell, goal), found in zip(named, ways, strict=False))
        taken = {way for cell, goal, found in shown for way in _for_everybody(goals, cell, goal, found, moves)}
    return [(moves[at], multiple) for at, multiple in sorted(taken)]


def _for_everybody(
    goals: Goals, cell: int, goal: Possible, found: Sequence[Sequence[int]], moves: Sequence[Move]
) -> Iterator[tuple[int, int]]:
    """The first moves that show a goal to more, with their multiples, of those that are found to meet it."""
    shown: list[Touched] = []
    left: set[Knower] | None = None
    for at, multiple in found:
        still = goals.left_out(cell, goal, [*shown, goals.touched(moves[at])])
        if still != left:
            shown.append(goals.touched(moves[at]))
            yield at, multiple
        left = still
        if not left:
            return
