"""How far one unknown can go: a program of its own, for those that no joint program has settled."""

from math import ceil
from typing import Final

import highspy
import numpy as np

from anonymizer.deduction import FAR, Contradiction, Core
from anonymizer.errors import SolverGaveUp
from anonymizer.joint_program import NEAR, load_program
from anonymizer.possible_tables import PossibleTables
from anonymizer.whole_tables import extreme_whole, whole_near

__all__ = ["Extremes"]

PRIMAL: Final = int(highspy.simplex_constants.SimplexStrategy.kSimplexStrategyPrimal)
STATUS: Final = highspy.HighsModelStatus
ENDLESS: Final = (STATUS.kUnbounded, STATUS.kUnboundedOrInfeasible)


class Extremes:
    """The ends of columns, beside the tables that were found possible; every table found here is added to those."""

    def __init__(self, core: Core, possible: PossibleTables) -> None:
        self._core, self._possible = core, possible
        self._solver: highspy.Highs | None = None
        self._told: dict[tuple[int, int], int] = {}

    def least(self, column: int) -> int:
        """The least whole number that a column can hold; where branching came to no end, a number below it."""
        return self._end(column, 1)

    def most(self, column: int) -> int:
        """The greatest whole number that a column can hold, or a number above it; `FAR` where there is no end."""
        return -self._end(column, -1)

    def reaches(self, column: int, low: int, high: int) -> bool:
        """Whether whole tables show a column at `low` or less, and at `high` or more."""
        return self._shows(column, 1, low) and self._shows(column, -1, -high)

    def _end(self, column: int, sign: int) -> int:
        """The least value of `sign` times a column."""
        end = self._in_fractions(column, sign)
        if end == -FAR or self._shown(column, sign) <= end:
            return end
        return max(end, self._in_whole(column, sign, FAR))

    def _shows(self, column: int, sign: int, goal: int) -> bool:
        if self._shown(column, sign) <= goal:
            return True
        if self._in_fractions(column, sign) > goal:
            return False
        if self._shown(column, sign) > goal:
            self._in_whole(column, sign, goal)
        return self._shown(column, sign) <= goal

    def _shown(self, column: int, sign: int) -> int:
        return int(self._possible.least[column] if sign > 0 else -self._possible.most[column])

    def _in_fractions(self, column: int, sign: int) -> int:
        """The end in the linear program, rounded inward to a whole number; -FAR where there is none."""
        if (column, sign) not in self._told:
            self._told[column, sign] = self._solve(column, sign)
        return self._told[column, sign]

    def _solve(self, column: int, sign: int) -> int:
        solver = self._solver = self._solver or self._load()
        solver.changeColCost(column, float(sign))
        solver.run()
        if solver.getModelStatus() not in (STATUS.kOptimal, *ENDLESS):
            solver.clearSolver()  # the way on from the last solution was blocked: start afresh
            solver.run()
        status, values = solver.getModelStatus(), np.array(solver.getSolution().col_value)
        solver.changeColCost(column, 0.0)
        if sign < 0 and status in ENDLESS:
            self._possible.most[column] = FAR
            return -FAR
        if status != STATUS.kOptimal:
            raise SolverGaveUp(status=status.name)
        whole = whole_near(self._core.equations, values, self._core.lower, self._core.upper)
        if whole is not None:
            self._possible.add(whole)
        return ceil(sign * values[column] - NEAR)

    def _in_whole(self, column: int, sign: int, goal: int) -> int:
        """The end in whole numbers, rounded outward, of which a table shows `goal` if there is one (and was found)."""
        core = self._core
        lower, upper = core.lower.copy(), core.upper.copy()
        if sign > 0:
            upper[column] = min(upper[column], goal)
        else:
            lower[column] = max(lower[column], -goal)
        costs = np.zeros(len(lower))
        costs[column] = sign
        end = extreme_whole(core.equations, lower, upper, costs)
        if end.values is not None:
            self._possible.add(end.values)
        return FAR if end.bound == np.inf else ceil(end.bound - NEAR) if end.bound > -np.inf else -FAR

    def _load(self) -> highspy.Highs:
        """The program in any solution; from one objective to the next it stays feasible, for the primal simplex to go on."""
        core, count = self._core, len(self._core.lower)
        upper = np.where(core.upper == FAR, np.inf, core.upper)
        solver = load_program(core.equations.signs, core.equations.amounts, core.lower.astype(float), upper, np.zeros(count))
        solver.run()
        if solver.getModelStatus() != STATUS.kOptimal:
            raise Contradiction
        solver.setOptionValue("simplex_strategy", PRIMAL)
        return solver
