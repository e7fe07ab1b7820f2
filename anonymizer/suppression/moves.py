"""Moves of persons between cells that change no sum, and what they show to be possible.

A move found in a small part of the system is valid in all of it: it leaves every other cell as it is. The true table plus
a multiple of a move is an alternative: a table that an outsider cannot tell from the true one if it differs in hidden
cells only. So one move, taken back and forth, answers for many unsafe cells at once.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Final

import numpy as np

from anonymizer.policy import Possible
from anonymizer.suppression.equations import Flags, Numbers, System
from anonymizer.suppression.guards import Guards

__all__ = ["Goals", "Move", "make_move"]

FAR: Final = 1 << 40  # no end, as a whole number


@dataclass(frozen=True, eq=False)
class Move:
    """A whole-number change of some unknowns, without common divisor, that keeps every sum.

    Every multiple from `back` to `forth` leaves all cells at zero or more.
    """

    cells: Numbers
    step: Numbers
    back: int
    forth: int

    def multiple(self, step: int, persons: int, possible: Possible) -> int | None:
        """The multiple nearest to none that takes a cell of this step into the values wanted, where the truth is not."""
        least, most = possible.least - persons, FAR if possible.most is None else possible.most - persons
        if step < 0:
            least, most = -most, -least
        first = max(-(-least // abs(step)), self.back)
        last = min(most // abs(step), self.forth)
        if first > last:
            return None
        return first if first > 0 else last


def make_move(cells: Numbers, change: Numbers, persons: Numbers) -> Move:
    """The move of which a change (no zeros in it) is a multiple; `persons` are the true counts of its cells."""
    step = change // np.gcd.reduce(np.abs(change))
    return Move(cells, step, back=-_room(step, persons), forth=_room(-step, persons))


def _room(falling: Numbers, persons: Numbers) -> int:
    """How often cells can give what `falling` takes from them."""
    giving = falling > 0
    return int(np.min(persons[giving] // falling[giving])) if np.any(giving) else FAR


class Goals:
    """What must stay possible for some suppressed cells, and what of it has not been shown yet."""

    def __init__(self, system: System, guards: Guards, cells: Flags) -> None:
        self._persons, self._guards = system.persons.tolist(), guards
        self.wanted: dict[int, list[Possible]] = {}
        self.open: dict[int, list[Possible]] = {}
        self.number = 0
        self.add(np.flatnonzero(cells))

    def add(self, cells: Numbers) -> None:
        """Ask for more cells."""
        for cell in cells.tolist():
            persons = self._persons[cell]
            goals = [goal for goal in self._guards.of(cell).possible if not goal.holds(persons)]
            self.wanted[cell] = _farthest_first(goals, persons)
            if goals:
                self.open[cell] = list(goals)
            self.number += len(goals)

    def only(self, cells: Iterable[int]) -> "Goals":
        """The goals of some cells, with what is open of them, to go on from apart."""
        other = copy(self)
        other.wanted = {cell: self.wanted[cell] for cell in cells}
        other.open = {cell: list(self.open[cell]) for cell in other.wanted if cell in self.open}
        other.number = sum(map(len, other.wanted.values()))
        return other

    @property
    def remaining(self) -> int:
        """How many goals are open."""
        return sum(map(len, self.open.values()))

    def met_by(self, move: Move) -> Iterator[tuple[int, Possible, int]]:
        """Every goal that a move meets, with the multiple of it that does."""
        return self._met(move, self.wanted)

    def close(self, move: Move) -> None:
        """Strike off what a move shows to be possible."""
        for cell, goal, _ in list(self._met(move, self.open)):
            self.open[cell].remove(goal)
            if not self.open[cell]:
                del self.open[cell]

    def _met(self, move: Move, goals: Mapping[int, list[Possible]]) -> Iterator[tuple[int, Possible, int]]:
        for cell, step in zip(move.cells.tolist(), move.step.tolist(), strict=True):
            for goal in goals.get(cell, ()):
                if (multiple := move.multiple(step, self._persons[cell], goal)) is not None:
                    yield cell, goal, multiple


def _farthest_first(goals: list[Possible], persons: int) -> list[Possible]:
    """The move that reaches the farthest goal often passes the others."""

    def distance(goal: Possible) -> int:
        return goal.least - persons if goal.most is None or goal.least > persons else persons - goal.most

    return sorted(goals, key=lambda goal: (-distance(goal), goal.least))
