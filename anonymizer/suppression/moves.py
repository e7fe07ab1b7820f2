"""Moves of persons between cells that change no sum, and what they show to be possible.

A move found in a small part of the system is valid in all of it: it leaves every other cell as it is. The true table plus
a multiple of a move is an alternative: a table that an outsider cannot tell from the true one if it differs in hidden
cells only. So one move, taken back and forth, answers for many unsafe cells at once.
"""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple

import numpy as np

from anonymizer.policy import Possible
from anonymizer.suppression.equations import Flags, Numbers, System, ranges
from anonymizer.suppression.guards import Guards

__all__ = ["FAR", "Goals", "Met", "Move", "make_move", "nearest_multiples"]

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


def make_move(cells: Numbers, change: Numbers, persons: Numbers) -> Move:
    """The move of which a change (no zeros in it) is a multiple; `persons` are the true counts of its cells."""
    size = np.abs(change)
    divisor = np.gcd.reduce(size)
    step, often, falling = change // divisor, persons // (size // divisor), change < 0
    return Move(cells, step, back=-int(often[~falling].min(initial=FAR)), forth=int(often[falling].min(initial=FAR)))


class Met(NamedTuple):
    """Which goals some moves meet: by number of the move (ascending), number of the goal, and the multiple that does."""

    move: Numbers
    goal: Numbers
    multiple: Numbers


class Goals:
    """What must stay possible for some suppressed cells, and what of it has not been shown yet.

    Goals are numbered; those of a cell follow each other, the nearest first: a short move hides less than a long one.
    """

    def __init__(self, system: System, guards: Guards, cells: Flags) -> None:
        self._persons, self._guards = system.persons, guards
        self._begin, self._end = np.zeros(system.size, np.int64), np.zeros(system.size, np.int64)
        self._least, self._most = np.zeros(0, np.int64), np.zeros(0, np.int64)
        self.named: list[tuple[int, Possible]] = []
        self.unmet = np.zeros(system.size, bool)  # the cells with open goals
        self.wanted: dict[int, list[Possible]] = {}
        self.open: dict[int, list[Possible]] = {}
        self.add(np.flatnonzero(cells))

    def add(self, cells: Numbers) -> None:
        """Ask for more cells."""
        self._ask((cell, self._guards.of(cell).possible) for cell in cells.tolist())

    def turn(self, cells: Iterable[int]) -> None:
        """Ask of safe cells that cannot be fewer to be more instead: either way they are not known."""
        self._ask((cell, (Possible(int(self._persons[cell]) + 1, None),)) for cell in cells)

    def _ask(self, asked: Iterable[tuple[int, Iterable[Possible]]]) -> None:
        before = len(self.named)
        for cell, possible in asked:
            persons = int(self._persons[cell])
            goals = [goal for goal in possible if not goal.holds(persons)]
            goals = self.wanted[cell] = sorted(goals, key=partial(_distance, persons))
            self._begin[cell], self._end[cell] = len(self.named), len(self.named) + len(goals)
            self.named += [(cell, goal) for goal in goals]
            if goals:
                self.open[cell] = list(goals)
                self.unmet[cell] = True
        ends = [(goal.least, FAR if goal.most is None else goal.most) for _, goal in self.named[before:]]
        least, most = np.array(ends, np.int64).reshape(-1, 2).T
        self._least, self._most = np.append(self._least, least), np.append(self._most, most)

    def only(self, cells: Iterable[int]) -> "Goals":
        """The goals of some cells, with what is open of them, to go on from apart."""
        other = copy(self)
        other.wanted = {cell: self.wanted[cell] for cell in cells}
        other.open = {cell: list(self.open[cell]) for cell in other.wanted if cell in self.open}
        other.unmet = np.zeros(len(self.unmet), bool)
        other.unmet[list(other.open)] = True
        return other

    def again(self, asked: Iterable[tuple[int, Possible]]) -> "Goals":
        """Some goals, met or not, to be met apart."""
        named = list(asked)
        other = self.only({cell for cell, _ in named})
        other.open = {}
        for cell, goal in named:
            other.open.setdefault(cell, []).append(goal)
        other.unmet[list(other.open)] = True
        return other

    @property
    def number(self) -> int:
        """How many goals there are."""
        return sum(map(len, self.wanted.values()))

    @property
    def remaining(self) -> int:
        """How many goals are open."""
        return sum(map(len, self.open.values()))

    def met_by(self, moves: Sequence[Move]) -> Met:
        """Every goal that some moves meet, and how."""
        if not moves:
            return Met(*np.zeros((3, 0), np.int64))
        cells, steps = np.concatenate([move.cells for move in moves]), np.concatenate([move.step for move in moves])
        ends = np.repeat(np.array([(move.back, move.forth) for move in moves]), [len(move.cells) for move in moves], axis=0)
        at = np.repeat(np.arange(len(moves)), [len(move.cells) for move in moves])
        asked = self._begin[cells] < self._end[cells]
        cells, steps, ends, at = cells[asked], steps[asked], ends[asked], at[asked]
        goals = ranges(self._begin[cells], self._end[cells])
        each = np.repeat(np.arange(len(cells)), self._end[cells] - self._begin[cells])
        persons = self._persons[cells[each]]
        multiples, reached = nearest_multiples(
            steps[each], ends[each], self._least[goals] - persons, self._most[goals] - persons
        )
        return Met(at[each][reached], goals[reached], multiples[reached])

    def close(self, moves: Sequence[Move]) -> None:
        """Strike off what moves show to be possible."""
        for move in moves:
            unmet = np.flatnonzero(self.unmet[move.cells])  # few cells: single numbers are faster than arrays
            for cell, step in zip(move.cells[unmet].tolist(), move.step[unmet].tolist(), strict=True):
                persons = int(self._persons[cell])
                left = [goal for goal in self.open[cell] if not _meets(goal, persons, step, move)]
                if left:
                    self.open[cell] = left
                else:
                    del self.open[cell]
                    self.unmet[cell] = False


def _meets(goal: Possible, persons: int, step: int, move: Move) -> bool:
    """Whether a multiple of a move, which changes a cell by `step`, takes it where a goal wants it."""
    least, most = goal.least - persons, (FAR if goal.most is None else goal.most) - persons
    if step < 0:
        step, least, most = -step, -most, -least
    return max(-(-least // step), move.back) <= min(most // step, move.forth)


def nearest_multiples(step: Numbers, ends: Numbers, least: Numbers, most: Numbers) -> tuple[Numbers, Flags]:
    """The multiples of some steps, nearest to none, that make changes from `least` to `most`; and whether there is one.

    The multiples of each step go from the first to the second of its `ends`; a change of 0 is not among those wanted.
    """
    size, falling = np.abs(step), step < 0
    least, most = np.where(falling, -most, least), np.where(falling, -least, most)
    first, last = np.maximum(-(-least // size), ends[:, 0]), np.minimum(most // size, ends[:, 1])
    return np.where(first > 0, first, last), first <= last


def _distance(persons: int, goal: Possible) -> tuple[int, int]:
    away = goal.least - persons if goal.most is None or goal.least > persons else persons - goal.most
    return away, goal.least
