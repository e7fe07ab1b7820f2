"""What must be shown to be possible: goals, what moves have shown of them so far, and to whom."""

from collections.abc import Iterable, Sequence
from copy import copy
from functools import partial
from typing import Final, NamedTuple

import numpy as np

from anonymizer.policy import Possible
from anonymizer.suppression.equations import NO_CELLS, Flags, Numbers, System, ranges
from anonymizer.suppression.guards import Guards
from anonymizer.suppression.knowers import Knower
from anonymizer.suppression.moves import FAR, Move, nearest_multiples
from anonymizer.suppression.own_knowledge import OwnKnowledge, Touched

__all__ = ["Goals", "Met"]


NOBODY: Final = Touched()


class Met(NamedTuple):
    """Which goals some moves meet: by number of the move (ascending), number of the goal, and the multiple that does."""

    move: Numbers
    goal: Numbers
    multiple: Numbers


class Goals:
    """What must stay possible for some suppressed cells, and what of it has not been shown yet.

    Goals are numbered; those of a cell follow each other, the nearest first: a short move hides less than a long one.
    With `knowledge` each is to be shown to all who have some, too.
    """

    def __init__(self, system: System, guards: Guards, cells: Flags) -> None:
        self._persons, self._guards = system.persons, guards
        self.knowledge: OwnKnowledge | None = None
        self.shown: dict[tuple[int, Possible], tuple[Touched, ...]] = {}  # by open goal, of the moves that meet it
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

    def forget(self, cells: Iterable[int]) -> None:
        """Ask no more of cells that are not to be hidden."""
        for cell in cells:
            del self.wanted[cell]
            self.open.pop(cell, None)
            self._end[cell] = self._begin[cell]
            self.unmet[cell] = False

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
        other.shown = dict(self.shown)
        other.wanted = {cell: self.wanted[cell] for cell in cells}
        other.open = {cell: list(self.open[cell]) for cell in other.wanted if cell in self.open}
        other.unmet = np.zeros(len(self.unmet), bool)
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

    def mind(self, knowledge: OwnKnowledge, moves: Sequence[Move]) -> None:
        """From now on show all goals to those who know something too, beginning with what the moves found show them."""
        self.knowledge = knowledge
        self.open = {cell: list(goals) for cell, goals in self.wanted.items() if goals}
        self.unmet[list(self.open)] = True
        self.close(moves)

    def held(self, cell: int, goal: Possible) -> Numbers:
        """What the next move for an open goal must leave as it is."""
        return self.to_hold(cell, goal, self.shown.get((cell, goal), ()))

    def to_hold(self, cell: int, goal: Possible, shown: Sequence[Touched]) -> Numbers:
        """What another move for a goal must leave as it is, beside those that touch what some know: what one knows to whom they
        do not show it. Who else is left out mostly need not be asked for then."""
        left = self.left_out(cell, goal, shown) if shown else set()
        return self.knowledge.cells(min(left)) if left and self.knowledge else NO_CELLS

    def are_met(self, cell: int, goal: Possible, shown: Sequence[Touched]) -> bool:
        """Whether moves that meet a goal show it to everybody, by whose knowledge each touches."""
        return bool(shown) and not self.left_out(cell, goal, shown)

    def left_out(self, cell: int, goal: Possible, shown: Sequence[Touched]) -> set[Knower]:
        """To whom some moves that meet a goal do not show it."""
        return self.knowledge.left_out(cell, goal, shown) if self.knowledge else set()

    def touched(self, move: Move) -> Touched:
        """Whose knowledge a move touches."""
        return self.knowledge.touched(move) if self.knowledge else NOBODY

    def close(self, moves: Sequence[Move]) -> None:
        """Strike off what moves show to be possible."""
        for move in moves:
            unmet = np.flatnonzero(self.unmet[move.cells])  # few cells: single numbers are faster than arrays
            for cell, step in zip(move.cells[unmet].tolist(), move.step[unmet].tolist(), strict=True):
                persons = int(self._persons[cell])
                left = [
                    goal
                    for goal in self.open[cell]
                    if not (_meets(goal, persons, step, move) and self._is_shown(cell, goal, move))
                ]
                if left:
                    self.open[cell] = left
                else:
                    del self.open[cell]
                    self.unmet[cell] = False

    def _is_shown(self, cell: int, goal: Possible, move: Move) -> bool:
        """Whether a goal that a move meets has been shown to everybody by now."""
        if self.knowledge is None:
            return True
        shown = self.shown[cell, goal] = (*self.shown.get((cell, goal), ()), self.knowledge.touched(move))
        return not self.left_out(cell, goal, shown)


def _meets(goal: Possible, persons: int, step: int, move: Move) -> bool:
    """Whether a multiple of a move, which changes a cell by `step`, takes it where a goal wants it."""
    least, most = goal.least - persons, (FAR if goal.most is None else goal.most) - persons
    if step < 0:
        step, least, most = -step, -most, -least
    return max(-(-least // step), move.back) <= min(most // step, move.forth)


def _distance(persons: int, goal: Possible) -> tuple[int, int]:
    away = goal.least - persons if goal.most is None or goal.least > persons else persons - goal.most
    return away, goal.least
