"""Complementary suppression: hide cells until everything that must stay possible has been shown to be possible.

Unsafe cells are taken from the totals downwards. For each goal that no move found so far meets, the cheapest move that
meets it is looked for, in ever wider scopes, and the cells that it moves are hidden. In the end moves that others make
needless are dropped, and cells that no kept move uses are published again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from anonymizer.equations import Flags, Numbers, System
from anonymizer.errors import ProtectionImpossible
from anonymizer.moves import Goals, Move
from anonymizer.pattern import Pattern
from anonymizer.policy import Policy, Possible
from anonymizer.programs import Program
from anonymizer.scopes import Scope, held_in, movable_in, scopes_around

__all__ = ["Change", "Progress", "Suppression", "suppress"]

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Change:
    """How an alternative table differs from the true one: unknowns by number, and persons more or less."""

    cells: Numbers
    persons: Numbers


@dataclass(frozen=True, eq=False)
class Suppression:
    """The hidden cells of a system, the unsafe among them, and the alternatives that answer for those."""

    hidden: Flags
    unsafe: Flags
    alternatives: tuple[Change, ...]


def suppress(system: System, policy: Policy, progress: Progress | None = None) -> Suppression:
    """Hide what must be hidden; raises `ProtectionImpossible`. `progress` is told how many goals are met, and of how many."""
    search = _Search(system, policy)
    for cell in _from_totals_down(system, search.goals.open):
        search.protect(cell)
        if progress:
            progress(search.goals.number - search.goals.remaining, search.goals.number)
    moves = _needed(search.moves, search.goals, search.pattern)
    hidden = search.pattern.unsafe.copy()
    for move in moves:
        hidden[move.cells] = True
    return Suppression(hidden, search.pattern.unsafe, _alternatives(moves, search.goals))


class _Search:
    """The state of one suppression: the pattern, the goals, the moves found, and the programs of scopes seen before."""

    def __init__(self, system: System, policy: Policy) -> None:
        self.system, self.policy = system, policy
        self.pattern = Pattern(system, policy)
        self.goals = Goals(system, policy, self.pattern.unsafe)
        self.moves: list[Move] = []
        self._programs: dict[Scope, Program] = {}

    def protect(self, cell: int) -> None:
        """Find moves for all open goals of a cell."""
        while cell in self.goals.open:
            move = self._cheapest(cell, self.goals.open[cell][0])
            self.pattern.hide(move.cells)
            self.goals.close(move)
            self.moves.append(move)

    def _cheapest(self, cell: int, goal: Possible) -> Move:
        for scope in scopes_around(self.system, cell, grand_total=self.policy.hide_grand_total):
            if move := self._program(scope).find(cell, goal):
                return move
        table, level = self.system.describe(cell)
        raise ProtectionImpossible(table=table, level=level)

    def _program(self, scope: Scope) -> Program:
        if scope not in self._programs:
            cells = movable_in(self.system, self.pattern, scope)
            self._programs[scope] = Program(self.system, self.pattern, cells, held_in(self.system, scope))
        return self._programs[scope]


def _from_totals_down(system: System, cells: Iterable[int]) -> list[int]:
    height = system.height
    return sorted(cells, key=lambda cell: (-height[cell], -system.persons[cell], cell))


def _needed(moves: list[Move], goals: Goals, pattern: Pattern) -> list[Move]:
    """Drop moves whose goals are all met by others, those that hide the most first."""
    meets = [{(cell, goal) for cell, goal, _ in goals.met_by(move)} for move in moves]
    answers: dict[tuple[int, Possible], int] = {}
    for met in meets:
        for goal in met:
            answers[goal] = answers.get(goal, 0) + 1
    costs = [float(np.sum(pattern.cost[move.cells[~pattern.unsafe[move.cells]]])) for move in moves]
    kept = set(range(len(moves)))
    for at in sorted(kept, key=lambda at: (-costs[at], at)):
        if all(answers[goal] > 1 for goal in meets[at]):
            kept.remove(at)
            for goal in meets[at]:
                answers[goal] -= 1
    return [moves[at] for at in sorted(kept)]


def _alternatives(moves: list[Move], goals: Goals) -> tuple[Change, ...]:
    """One alternative for each goal, taken from the first move that meets it; most serve many goals."""
    answered: set[tuple[int, Possible]] = set()
    alternatives = []
    for move in moves:
        multiples = set()
        for cell, goal, multiple in goals.met_by(move):
            if (cell, goal) not in answered:
                answered.add((cell, goal))
                multiples.add(multiple)
        alternatives += [Change(move.cells, move.step * multiple) for multiple in sorted(multiples)]
    return tuple(alternatives)
