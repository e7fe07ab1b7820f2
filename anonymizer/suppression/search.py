"""The search for moves: cell by cell and goal by goal, in ever wider scopes, hiding what the moves found change."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

import numpy as np

from anonymizer.policy import Possible
from anonymizer.suppression.equations import Numbers, System
from anonymizer.suppression.goals import Goals
from anonymizer.suppression.hidden import Hidden
from anonymizer.suppression.moves import Move
from anonymizer.suppression.pattern import Pattern
from anonymizer.suppression.programs import Program
from anonymizer.suppression.scopes import Scope

__all__ = ["Scopes", "Search", "in_order"]

PROGRAMS: Final = 48  # of those asked last that are kept: a block's cells follow each other

Scopes: TypeAlias = Callable[[int], Iterable[Scope]]


class Search:
    """The state of a suppression, or of a part of it: the pattern, the goals, and the moves found."""

    def __init__(self, system: System, pattern: Pattern, goals: Goals) -> None:
        self.system, self.pattern, self.goals = system, pattern, goals
        self.moves: list[Move] = []
        self._programs: OrderedDict[Scope, Program] = OrderedDict()

    def protect(self, cell: int, scopes: Scopes) -> bool:
        """Find moves for all open goals of a cell; False where these scopes hold none for one of them."""
        while cell in self.goals.open:
            move = self._cheapest(cell, self.goals.open[cell][0], scopes)
            if move is None:
                return False
            self.take([move])
        return True

    def protect_freely(self, cells: Iterable[int], within: Numbers | None = None) -> None:
        """Find moves for open goals of cells that are hidden, as far as hidden cells alone can meet them."""
        hidden = Hidden(self.system, self.pattern, within)
        for cell in cells:
            for beyond in (True, False):
                self._protect_far(cell, hidden, beyond=beyond)
            while cell in self.goals.open:
                goal = self.goals.open[cell][0]
                move = hidden.find(cell, goal, self.goals.held(cell, goal))
                if move is None:
                    break
                self.take([move])

    def _protect_far(self, cell: int, hidden: Hidden, *, beyond: bool) -> None:
        """Take a cell as far up (`beyond`) or down as it is asked to go, and then only some of the way by parts of that move.

        Hidden cells cost next to nothing, so a long move may come first: a program of its own cells is a small one, and meets
        nearly all goals that lie between.
        """
        persons = int(self.system.persons[cell])
        asked = [goal for goal in self.goals.open.get(cell, ()) if (goal.least > persons) == beyond]
        if len(asked) < 2:
            return
        *between, farthest = asked
        move = hidden.find(cell, farthest, self.goals.held(cell, farthest))
        if move is None:
            return
        self.take([move])
        parts = hidden.inside(move)
        for goal in between:
            if goal in self.goals.open.get(cell, ()) and (part := parts.find(cell, goal, self.goals.held(cell, goal))):
                self.take([part])

    def take(self, moves: Sequence[Move]) -> None:
        """Hide the cells of some moves, and strike off what they show to be possible."""
        for move in moves:
            self.pattern.hide(move.cells)
        self.goals.close(moves)
        self.moves += moves

    def keep(self, moves: list[Move]) -> None:
        """Go on with some of the moves found: what no other needs is no longer hidden."""
        self.moves = moves
        self.pattern.begin_again()
        for move in moves:
            self.pattern.hide(move.cells)

    def as_it_stands(self) -> "Search":
        """The same, for parts to begin from while this one goes on."""
        return Search(self.system, self.pattern.copy(), self.goals.only(self.goals.wanted))

    def ask(self, cells: Numbers) -> None:
        """Ask for more cells, beginning with what the moves found show of them already."""
        self.goals.add(cells)
        self.goals.close(self.moves)

    def _cheapest(self, cell: int, goal: Possible, scopes: Scopes) -> Move | None:
        still = self.goals.held(cell, goal)
        return next((move for scope in scopes(cell) if (move := self._program(scope).find(cell, goal, still))), None)

    def _program(self, scope: Scope) -> Program:
        program = self._programs.pop(scope, None) or Program.of_scope(self.system, self.pattern, scope)
        self._programs[scope] = program
        if len(self._programs) > PROGRAMS:
            self._programs.popitem(last=False)
        return program


def in_order(system: System, cells: Iterable[int]) -> list[int]:
    """From totals down, then block by block: siblings in every dimension are looked at together."""
    numbers = np.array(list(cells), np.int64)
    if not len(numbers):
        return []
    blocks = [shape.parent[codes] for shape, codes in zip(system.shapes, system.codes[numbers].T, strict=True)]
    order = np.lexsort((numbers, system.persons[numbers], *reversed(blocks), -system.height[numbers]))
    ordered: list[int] = numbers[order].tolist()
    return ordered
