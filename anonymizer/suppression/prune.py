"""Publish again what was hidden for others and can be done without, because other moves show all that rested on it.

A cell on which much rests is seldom dispensable, and it costs a program for each goal to find out; so only those are tried
on which little rests. Nothing else is hidden for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from anonymizer.suppression.answers import Answers
from anonymizer.suppression.checkpoint import Checkpoint, Piece
from anonymizer.suppression.moves import Move
from anonymizer.suppression.own_knowledge import Touched
from anonymizer.suppression.parts import WORTHWHILE, Part, divide
from anonymizer.suppression.pattern import Pattern
from anonymizer.suppression.programs import Program
from anonymizer.suppression.scopes import Scope, cells_in, scopes_beside
from anonymizer.suppression.search import Search

__all__ = ["prune"]

FEW: Final = 5  # goals that may rest on a cell; with twelve the search took three times as long and found half as many more


def prune(search: Search, checkpoint: Checkpoint, processes: int) -> None:
    """Publish cells again, part by part; the moves that are kept meet all that the moves before met."""
    hidden = np.flatnonzero(search.pattern.hidden & ~search.pattern.first)
    parts = divide(search.system, hidden.tolist())
    found = list(checkpoint.pieces(_prune_part, search, parts, processes if len(hidden) >= WORTHWHILE else 1))
    dropped = np.zeros(search.system.size, bool)
    dropped[[cell for part in found for cell in part.shown]] = True
    kept = [move for move in search.moves if not np.any(dropped[move.cells])]
    search.keep(kept + [move for part in found for move in part.moves])


def _prune_part(search: Search, part: Part) -> Piece:
    """What a part can do without, and the moves that take the place of those that needed it."""
    pattern, moves = search.pattern.copy(), _MovesWithin(search, part)
    blocks = _Blocks(search, pattern, part)
    dropped = []
    for cell in sorted(moves.using, key=lambda cell: (-pattern.cost[cell], cell)):
        resting = moves.resting_on(cell)
        if len(resting) > FEW:
            continue
        pattern.show(cell)
        found = blocks.find_all(resting)
        if found is None:
            pattern.hide(np.array([cell]))
        else:
            moves.replace(cell, found)
            dropped.append(cell)
    return Piece(moves.added(), dropped)


class _MovesWithin:
    """The moves found so far that need none of another part's cells, and which goals rest on which of this part's cells.

    A cell that also a move from outside needs stays out of it. So what one part publishes, no other relies upon.
    """

    def __init__(self, search: Search, part: Part) -> None:
        self.using: Final[dict[int, set[int]]] = {cell: set() for cell in part.cells}
        optional = search.pattern.hidden & ~search.pattern.first
        own = np.zeros(search.system.size, bool)
        own[list(part.cells)] = True
        cells = np.concatenate([move.cells for move in search.moves])
        at = np.repeat(np.arange(len(search.moves)), [len(move.cells) for move in search.moves])
        inside, outside = own[cells], np.zeros(len(search.moves), bool)
        outside[at[~inside & optional[cells]]] = True
        for cell in np.unique(cells[inside & outside[at]]).tolist():
            self.using.pop(cell, None)
        kept = search.moves if search.goals.knowledge else [search.moves[at] for at in np.flatnonzero(~outside).tolist()]
        self._answers = Answers(search.goals, kept)
        self._use(self._answers.moves)
        self._before = len(kept)

    def resting_on(self, cell: int) -> dict[int, list[Touched]]:
        """The goals, by number, that are not met for everybody without this cell, with whose knowledge other moves touch."""
        using = self.using[cell]
        return {goal: self._answers.touched(goal, without=using) for goal in self._answers.resting_on(using)}

    def replace(self, cell: int, moves: list[Move]) -> None:
        """Let go of the moves that need a cell, and take others instead."""
        for at in self.using.pop(cell):
            for other in self._answers.drop(at).cells.tolist():
                self.using.get(other, set()).discard(at)
        self._use(self._answers.add(moves))

    def added(self) -> list[Move]:
        """The moves that were taken instead of others and are needed still."""
        return [move for at, move in self._answers.moves.items() if at >= self._before]

    def _use(self, moves: Iterable[int]) -> None:
        for at in moves:
            for cell in self._answers.moves[at].cells.tolist():
                if cell in self.using:
                    self.using[cell].add(at)


class _Blocks:
    """Programs of siblings that hide nothing more, each written when it is first asked."""

    def __init__(self, search: Search, pattern: Pattern, part: Part) -> None:
        self._system, self._goals, self._pattern, self._axis = search.system, search.goals, pattern, part.axis or 0
        self._hidden: Final = pattern.hidden.copy()  # what is shown for a trial may be hidden again
        self._programs: dict[Scope, Program] = {}

    def find_all(self, resting: Mapping[int, Sequence[Touched]]) -> list[Move] | None:
        """Moves that meet these goals with the cells that the pattern hides now; None if one is not met.

        Goals are given by number, each with what those moves touch that meet it already, though not for everybody.
        """
        moves: list[Move] = []
        touched = {goal: list(shown) for goal, shown in resting.items()}
        for goal, shown in touched.items():
            cell, wanted = self._goals.named[goal]
            while not self._goals.are_met(cell, wanted, shown):
                move = self._program(cell).find(cell, wanted, self._goals.to_hold(cell, wanted, shown))
                if move is None:
                    return None
                moves.append(move)
                for met in set(self._goals.met_by([move]).goal.tolist()) & touched.keys():
                    touched[met].append(self._goals.touched(move))
        return moves

    def _program(self, cell: int) -> Program:
        scope = next(iter(scopes_beside(self._system, [cell], self._axis)[cell]))
        if scope not in self._programs:
            cells = cells_in(self._system, self._pattern, scope)
            own = np.flatnonzero(self._hidden[cells])
            held, sums = np.ones(len(own), bool), self._system.sums_within(cells)[:, own]
            self._programs[scope] = Program(self._system, self._pattern, cells[own], held, sums)
        return self._programs[scope]
