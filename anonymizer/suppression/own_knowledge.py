"""What contributors know already must not give them what others hide.

For whoever knows a cell it does not move: an alternative that leaves it as it is is one for the knower too, any other is
none. So each unsafe cell needs, for each of its goals and for each knower of other cells, a move that changes nothing which
that knower knows. Where none of the moves found is such a one, it is looked for with those cells held at their numbers.

Of a cell that a knower is part of, no fewer persons can be possible than the knower's own: what asks for so few is not asked
for that knower, who must still be unable to tell how many more there are.

Two who put their heads together know the cells of both. They are looked at where every move touches what one of them knows.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import numpy as np

from anonymizer.policy import Possible
from anonymizer.suppression.knowers import Knower, Knowers
from anonymizer.suppression.moves import Move
from anonymizer.suppression.scopes import scopes_around
from anonymizer.suppression.search import Search, in_order

__all__ = ["OwnKnowledge"]

Goal: TypeAlias = tuple[int, Possible]


class OwnKnowledge:
    """The search for what must stay possible to those who know something, beside a search that met all goals for the others."""

    def __init__(self, search: Search, together: int) -> None:
        self._search, self._together = search, together
        self._knowers = Knowers(search.system, together)
        self._goals = [(cell, goal) for cell, goals in search.goals.wanted.items() for goal in goals]
        self.failed: list[int] = []

    def protect(self, *, grand_total: bool) -> Iterator[None]:
        """Find the moves that are missing; cells for which there is none are `failed`."""
        met = _Met(self._search.moves, self._search, self._knowers)
        while (missing := self._missing(met)) and not self.failed:
            for knower in sorted(missing):
                asked = [goal for goal in missing[knower] if all(touched & {*knower} for touched in met.touched(goal))]
                for move in self._search_without(knower, asked, grand_total=grand_total) if asked else ():
                    self._search.take([move])
                    met.add(move)
                yield

    def _missing(self, met: "_Met") -> dict[Knower, list[Goal]]:
        """The goals that no move meets for a knower. Where one is left out, no two are asked for: so it is asked again."""
        missing: dict[Knower, list[Goal]] = {}
        for goal in self._goals:
            for knower in self._left_out(goal, met.touched(goal)):
                missing.setdefault(knower, []).append(goal)
        return missing

    def needed(self) -> list[Move]:
        """The moves without those whose goals are met by others, for all knowers too; those that hide the most go first."""
        moves, pattern = self._search.moves, self._search.pattern
        met = _Met(moves, self._search, self._knowers)
        costs = [float(np.sum(pattern.cost[move.cells[~pattern.first[move.cells]]])) for move in moves]
        for at in sorted(range(len(moves)), key=lambda at: (-costs[at], at)):
            others = {goal: met.touched(goal, without=at) for goal in met.goals_of(at) or ()}
            if all(others.values()) and not any(self._left_out(goal, rest) for goal, rest in others.items()):
                met.drop(at)
        return [move for at, move in enumerate(moves) if met.goals_of(at) is not None]

    def _left_out(self, goal: Goal, touched: Sequence[frozenset[int]]) -> set[Knower]:
        """The knowers to whom none of some moves meets a goal, by what each move touches."""
        cell, possible = goal
        persons, known_by = self._knowers.own_persons(cell), self._knowers.of(np.array([cell]))
        exempt = known_by | {knower for knower, own in persons.items() if _asks_too_few(possible, own)}
        known = [each - exempt for each in touched]
        if not all(known):
            return set()
        every = frozenset.intersection(*known) if known else frozenset()
        left: set[Knower] = {(knower,) for knower in every}
        for one in min(known, key=len, default=frozenset()) - every if self._together > 1 else ():
            for other in frozenset.intersection(*(each for each in known if one not in each)) - every:
                of_both = persons.get(one, 0) + persons.get(other, 0)
                if max(one, other) < self._knowers.singles and not (
                    _asks_too_few(possible, of_both) or self._knowers.are_the_two(cell, one, other)
                ):
                    left.add((min(one, other), max(one, other)))
        return left

    def _search_without(self, knower: Knower, asked: Sequence[Goal], *, grand_total: bool) -> list[Move]:
        """Moves that meet some goals and change nothing which a knower knows."""
        system, held = self._search.system, self._knowers.cells(knower)
        pattern = self._search.pattern.copy()
        pattern.shown = pattern.shown.copy()
        pattern.shown[held], pattern.hidden[held] = True, False
        search = Search(system, pattern, self._search.goals.again(asked))
        for cell in in_order(system, list(search.goals.open)):
            if not search.protect(cell, lambda unknown: scopes_around(system, unknown, grand_total=grand_total)):
                self.failed.append(cell)
        return search.moves

    def alternatives(self) -> Iterator[tuple[Move, int]]:
        """Moves and multiples that show each goal to all knowers."""
        met = _Met(self._search.moves, self._search, self._knowers)
        for goal in self._goals:
            shown: list[frozenset[int]] = []
            left: set[Knower] | None = None
            for at, multiple in met.moves_of(goal):
                still = self._left_out(goal, [*shown, met.of_move(at)])
                if left is None or still != left:
                    shown.append(met.of_move(at))
                    yield self._search.moves[at], multiple
                left = still
                if not left:
                    break


def _asks_too_few(possible: Possible, own: int) -> bool:
    return possible.most is not None and possible.most <= own


class _Met:
    """Which goals some moves meet, and whose knowledge each of them touches."""

    def __init__(self, moves: Iterable[Move], search: Search, knowers: Knowers) -> None:
        self._search, self._knowers = search, knowers
        self._touched: list[frozenset[int]] = []
        self._goals: list[tuple[Goal, ...] | None] = []
        self._moves: dict[Goal, dict[int, int]] = {}
        for move in moves:
            self.add(move)

    def add(self, move: Move) -> None:
        at = len(self._touched)
        self._touched.append(self._knowers.of(move.cells))
        goals = self._search.goals
        found = goals.met_by([move])
        met = {goals.named[goal]: multiple for goal, multiple in zip(found.goal.tolist(), found.multiple.tolist(), strict=True)}
        self._goals.append(tuple(met))
        for goal, multiple in met.items():
            self._moves.setdefault(goal, {})[at] = multiple

    def drop(self, at: int) -> None:
        for goal in self._goals[at] or ():
            del self._moves[goal][at]
        self._goals[at] = None

    def goals_of(self, at: int) -> tuple[Goal, ...] | None:
        """What a move meets; None of one that was dropped."""
        return self._goals[at]

    def moves_of(self, goal: Goal) -> Iterable[tuple[int, int]]:
        """The moves that meet a goal, each with the multiple of it that does."""
        return self._moves.get(goal, {}).items()

    def of_move(self, at: int) -> frozenset[int]:
        return self._touched[at]

    def touched(self, goal: Goal, without: int | None = None) -> list[frozenset[int]]:
        """What each of the moves that meet a goal touches."""
        return [self._touched[at] for at, _ in self.moves_of(goal) if at != without]
