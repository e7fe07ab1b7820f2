"""Tables that differ from a known one in as few places as can be: for what programs over many cells have left open.

A program in changes: each costs something, up or down. It starts where nothing is changed yet and one cell is pushed to
where it is wanted, and has to mend only the sums that this breaks. So it takes as many steps as the move is long, however
large the system is, and short moves are mostly whole by themselves. Of one that is broken the column that is in most sums, a
total rather than its parts, is made whole and the program goes on from there: what hangs together with it follows.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import highspy
import numpy as np
from scipy import sparse

from anonymizer.attacker.deduction import FAR
from anonymizer.attacker.joint_program import NEAR, Reals, load_program
from anonymizer.attacker.unknowns import Equations, Whole

__all__ = ["Push", "ShortMoves"]

GAIN: Final = 1e4  # of a column at its goal, against 1 to 2 for a person moved elsewhere
STATUS: Final = highspy.HighsModelStatus
STEPS: Final = 5000  # of the simplex; a move that takes more is not short
DECIDED: Final = 20  # columns one after the other; a move that is broken still is tried another way


class Push(NamedTuple):
    """A column, and the value that it is to have."""

    column: int
    goal: int


class ShortMoves:
    """Moves away from the table `base`, which keeps the equations between `lower` and `upper` (`FAR` is no end)."""

    def __init__(self, equations: Equations, lower: Whole, upper: Whole, base: Whole) -> None:
        self._base = base
        self._sums: Final = np.diff(equations.signs.tocsc().indptr)
        self._room: Final = np.concatenate([np.where(upper == FAR, np.inf, upper - base), base - lower])
        self._changes: Final = np.arange(2 * len(base), dtype=np.int32)
        nothing = np.zeros(2 * len(base))
        signs = sparse.hstack([equations.signs, -equations.signs], format="csr")
        self._solver: Final = load_program(signs, np.zeros(len(equations.amounts), np.int64), nothing, self._room, nothing)
        self._solver.setOptionValue("simplex_iteration_limit", STEPS)

    def table(self, pushes: Sequence[Push], chance: np.random.Generator) -> Whole | None:
        """Whole values near the base with as many columns at their goals as can be in fractions; None where none were found.

        They are to be checked by whoever takes them. Changes cost what `chance` draws, so another call goes another way.
        """
        costs, room = 1 + chance.random(len(self._room)), self._room.copy()
        for push in pushes:
            towards, back, far = self._ways(push)
            costs[towards], room[towards], room[back] = -GAIN, far, 0
        self._begin(costs, np.zeros(len(room)), room)
        for _ in range(DECIDED):
            if self._run() != STATUS.kOptimal:
                return None
            change = self._change()
            broken = np.flatnonzero(np.abs(change - np.rint(change)) > NEAR)
            if not len(broken):
                return self._base + np.rint(change).astype(np.int64)
            # where a goal was reached it is not given up again
            reached = [column for column, goal in pushes if abs(self._base[column] + change[column] - goal) < NEAR]
            self._hold([int(broken[np.argmax(self._sums[broken])]), *reached], change)
        return None

    def rules_out(self, push: Push) -> bool:
        """Whether no values at all, in fractions neither, have a column at its goal or beyond: proven, if it is told."""
        least, room = np.zeros(len(self._room)), self._room.copy()
        towards, back, far = self._ways(push)
        least[towards], room[back] = far, 0
        self._begin(np.ones(len(room)), least, room)
        return self._run() == STATUS.kInfeasible

    def _ways(self, push: Push) -> tuple[int, int, int]:
        """The change towards a goal, the one away from it, and how far it is."""
        far, up, down = push.goal - int(self._base[push.column]), push.column, push.column + len(self._base)
        return (up, down, far) if far > 0 else (down, up, -far)

    def _begin(self, costs: Reals, least: Reals, room: Reals) -> None:
        solver, count = self._solver, len(self._changes)
        solver.changeColsCost(count, self._changes, costs)
        solver.changeColsBounds(count, self._changes, least, room)
        solver.setBasis()  # where nothing is changed: from the last move it would be a long way

    def _run(self) -> highspy.HighsModelStatus:
        self._solver.run()
        return self._solver.getModelStatus()

    def _change(self) -> Reals:
        up, down = np.split(np.array(self._solver.getSolution().col_value), 2)
        change: Reals = up - down
        return change

    def _hold(self, columns: Sequence[int], change: Reals) -> None:
        """Decide columns: each changes from now on by the whole number nearest to what it changes by."""
        for column in columns:
            whole = float(np.rint(change[column]))
            for way, far in ((column, max(whole, 0.0)), (column + len(self._base), max(-whole, 0.0))):
                self._solver.changeColBounds(way, far, far)
