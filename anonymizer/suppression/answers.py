"""Which goals some moves meet, and which rest on which moves: no other shows them, or not to everybody."""

from collections.abc import Collection, Iterable, Iterator
from itertools import count
from typing import Final

from anonymizer.suppression.goals import Goals
from anonymizer.suppression.knowers import Knower
from anonymizer.suppression.moves import Move
from anonymizer.suppression.own_knowledge import Touched

__all__ = ["Answers"]


class Answers:
    """Moves by number, in the order in which they came, and what they answer."""

    def __init__(self, goals: Goals, moves: Iterable[Move]) -> None:
        self._goals, self._numbers = goals, count()
        self.moves: Final[dict[int, Move]] = {}
        self._meets: dict[int, list[int]] = {}
        self._multiples: dict[int, dict[int, int]] = {}  # of each goal, by move
        self._touched: dict[int, Touched] = {}
        self.add(list(moves))

    def add(self, moves: list[Move]) -> list[int]:
        """Take more moves; their numbers."""
        numbers = [next(self._numbers) for _ in moves]
        met = self._goals.met_by(moves)
        for at, move in zip(numbers, moves, strict=True):
            self.moves[at], self._meets[at], self._touched[at] = move, [], self._goals.touched(move)
        for at, goal, multiple in zip(*(each.tolist() for each in met), strict=True):
            self._meets[numbers[at]].append(goal)
            self._multiples.setdefault(goal, {})[numbers[at]] = multiple
        return numbers

    def drop(self, at: int) -> Move:
        """Do without a move."""
        del self._touched[at]
        for goal in self._meets.pop(at):
            del self._multiples[goal][at]
        return self.moves.pop(at)

    def resting_on(self, moves: Collection[int]) -> list[int]:
        """The goals, by number, that the others do not meet, or not for everybody."""
        asked, named = {goal for at in moves for goal in self._meets[at]}, self._goals.named
        return sorted(goal for goal in asked if not self._goals.are_met(*named[goal], self.touched(goal, without=moves)))

    def touched(self, goal: int, without: Collection[int] = ()) -> list[Touched]:
        """Whose knowledge each of the moves touches that meet a goal."""
        return [self._touched[at] for at in self._multiples.get(goal, {}) if at not in without]

    def for_everybody(self) -> list[tuple[Move, int]]:
        """Moves and multiples of them that show each goal to everybody, the first that do; most serve many goals."""
        taken = {(at, multiple) for goal in self._multiples for at, multiple in self._of_goal(goal)}
        return [(self.moves[at], multiple) for at, multiple in sorted(taken)]

    def _of_goal(self, goal: int) -> Iterator[tuple[int, int]]:
        shown: list[Touched] = []
        left: set[Knower] | None = None
        for at, multiple in self._multiples[goal].items():
            still = self._goals.left_out(*self._goals.named[goal], [*shown, self._touched[at]])
            if still != left:
                shown.append(self._touched[at])
                yield at, multiple
            left = still
            if not left:
                return
