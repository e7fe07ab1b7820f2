"""Small tables are searched again where hiding costs most, and what hides less is kept.

A search goes goal by goal, so it does not see that goals which each went their own way could share another, or spare a dear
cell by a detour of all. Here one hidden cell after the other is looked at, the dearest first: every move that needs it is given
up, with all that only those moves hide, and what rested on them is looked for anew in the whole table, where what the other
moves hide costs nothing. What comes out is kept if it costs less.

Zeros that were hidden stay so where hidden cells alone answer for them. They are cheap to hide, and without them nearly every
hidden cell would hold somebody: whoever believes that of all of them would seldom be refuted.

A table of some thousand cells takes more programs for that than for everything before, so it is not done there. How many are
asked is counted, not timed: the same table always gives the same.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from anonymizer.policy import Possible
from anonymizer.suppression.answers import Answers
from anonymizer.suppression.equations import NO_CELLS, Numbers
from anonymizer.suppression.moves import Move
from anonymizer.suppression.own_knowledge import Touched
from anonymizer.suppression.programs import Program
from anonymizer.suppression.scopes import everything
from anonymizer.suppression.search import Search, in_order

__all__ = ["hide_less"]

SMALL: Final = 1200  # unknowns of a system that is searched again
ASKED: Final = 1  # programs at most for each unknown


def hide_less(search: Search) -> None:
    """Go on with moves that hide less, where there are such; what all moves met before is met after."""
    if search.system.size > SMALL or not search.moves:
        return
    zeros = np.flatnonzero(search.pattern.hidden & (search.system.persons == 0))
    again = _Again(search)
    while again.try_all():
        pass
    search.keep([*again.answers.moves.values()])
    _keep_zeros(search, zeros)


def _keep_zeros(search: Search, zeros: Numbers) -> None:
    """Hide zeros for which hidden cells alone answer. The others are not asked for, and shown; those that such an answer needs
    are asked for afterwards, as all zeros are that something hides."""
    search.pattern.hide(zeros)
    search.ask(zeros)
    search.protect_freely(in_order(search.system, zeros.tolist()))
    search.goals.forget(search.goals.open.keys() & set(zeros.tolist()))
    search.keep(search.moves)


class _Again:
    """The moves as they stand, and a program over everything."""

    def __init__(self, search: Search) -> None:
        self._goals, self._pattern = search.goals, search.pattern.copy()
        self.answers = Answers(search.goals, search.moves)
        self._program: Final = Program.of_scope(search.system, self._pattern, everything(search.system))
        self._left = ASKED * search.system.size

    def try_all(self) -> bool:
        """Try every hidden cell once, the dearest first, as long as programs may be asked; whether that hid less."""
        optional = np.flatnonzero(self._pattern.hidden & ~self._pattern.first)
        dearest = optional[np.lexsort((optional, -self._pattern.cost[optional]))].tolist()
        tried = [self._look_anew(cell) for cell in dearest if self._left and self._pattern.hidden[cell]]
        return any(tried)

    def _look_anew(self, cell: int) -> bool:
        """Look anew for all that rests on moves of a cell, and keep what is found if it costs less."""
        before, answers = self._cost(), self.answers
        using = [at for at, move in answers.moves.items() if cell in move.cells]
        resting = {goal: answers.touched(goal, using) for goal in answers.resting_on(using)}
        given_up = [answers.drop(at) for at in using]
        self._hide_what_moves_need()
        found = self._find_all(resting, before)
        answers.add(given_up if found is None else found)
        if found is not None:
            answers.drop_needless(self._pattern)
        self._hide_what_moves_need()
        return found is not None

    def _find_all(self, resting: Mapping[int, Sequence[Touched]], most: float) -> list[Move] | None:
        """Moves that meet some goals, if what is hidden then costs less than so much.

        Goals are given by number, each with whose knowledge those moves touch that meet it already, though not for everybody.
        """
        found: list[Move] = []
        touched = {goal: list(shown) for goal, shown in resting.items()}
        for goal, shown in touched.items():
            cell, wanted = self._goals.named[goal]
            while not self._goals.are_met(cell, wanted, shown):
                move = self._find(cell, wanted, self._goals.to_hold(cell, wanted, shown))
                if move is None:
                    return None
                self._pattern.hide(move.cells)
                if self._cost() >= most:
                    return None
                found.append(move)
                for met in set(self._goals.met_by([move]).goal.tolist()) & touched.keys():
                    touched[met].append(self._goals.touched(move))
        return found

    def _find(self, cell: int, wanted: Possible, still: Numbers) -> Move | None:
        """The cheapest move that meets a goal, as long as programs may be asked."""
        if not self._left:
            return None
        self._left -= 1
        return self._program.find(cell, wanted, still)

    def _hide_what_moves_need(self) -> None:
        self._pattern.begin_again()
        self._pattern.hide(np.concatenate([NO_CELLS, *(move.cells for move in self.answers.moves.values())]))

    def _cost(self) -> float:
        return float(np.sum(self._pattern.cost[self._pattern.hidden & ~self._pattern.first]))
