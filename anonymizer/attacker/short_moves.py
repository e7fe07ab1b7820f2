"""Tables that differ from a known one in as few places as can be: for what programs over many cells have left open.

A program in changes: each costs something, up or down. It starts where nothing is changed yet and one cell is pushed to where it
is wanted, and has to mend only the sums that this breaks. So it takes as many steps as the move is long, however
large the system is, and short moves are mostly whole by themselves.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import highspy
import numpy as np
from scipy import sparse

from anonymizer.attacker.deduction import FAR
from anonymizer.attacker.joint_program import Reals, load_program
from anonymizer.attacker.unknowns import Equations, Whole
from anonymizer.attacker.whole_tables import whole_near

__all__ = ["Push", "ShortMoves"]

GAIN: Final = 1e4  # of a column at its goal, against 1 to 2 for a person moved elsewhere
STEPS: Final = 5000  # of the simplex; a move that takes more is not short
BROKEN: Final = 2000  # columns that are made whole together at most


class Push(NamedTuple):
    """A column, and the value that it is to have."""

    column: int
    goal: int


class ShortMoves:
    """Moves away from the table `base`, which keeps the equations between `lower` and `upper` (`FAR` is no end)."""

    def __init__(self, equations: Equations, lower: Whole, upper: Whole, base: Whole) -> None:
        self._equations, self._lower, self._upper, self._base = equations, lower, upper, base
        self._room: Final = np.concatenate([np.where(upper == FAR, np.inf, upper - base), base - lower])
        self._changes: Final = np.arange(2 * len(base), dtype=np.int32)
        nothing = np.zeros(2 * len(base))
        signs = sparse.hstack([equations.signs, -equations.signs], format="csr")
        self._solver: Final = load_program(signs, np.zeros(len(equations.amounts), np.int64), nothing, self._room, nothing)
        self._solver.setOptionValue("simplex_iteration_limit", STEPS)

    def table(self, pushes: Sequence[Push], chance: np.random.Generator) -> Whole | None:
        """Whole values near the base with as many columns at their goals as can be; None where none were found.

        They are to be checked by whoever takes them. What a change costs is drawn by `chance`, so another call goes another way.
        """
        costs, room, count = 1 + chance.random(len(self._changes)), self._room.copy(), len(self._base)
        for column, goal in pushes:
            far = goal - int(self._base[column])
            towards, back = (column, column + count) if far > 0 else (column + count, column)
            costs[towards], room[towards], room[back] = -GAIN, abs(far), 0
        values = self._solve(costs, room)
        if values is None:
            return None
        return whole_near(self._equations, values, self._lower, self._upper, most=BROKEN)

    def _solve(self, costs: Reals, room: Reals) -> Reals | None:
        solver, count = self._solver, len(self._changes)
        solver.changeColsCost(count, self._changes, costs)
        solver.changeColsBounds(count, self._changes, np.zeros(count), room)
        solver.setBasis()  # where nothing is changed: from the last move it would be a long way
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        up, down = np.split(np.array(solver.getSolution().col_value), 2)
        values: Reals = self._base + up - down
        return values
