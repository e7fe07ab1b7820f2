"""How far one unknown can go: a program of its own, for those that no joint program has settled."""

from math import ceil
from typing import Final

import highspy
import numpy as np

from anonymizer.attacker.deduction import FAR, Contradiction, Core
from anonymizer.attacker.joint_program import NEAR, Reals, load_program
from anonymizer.attacker.possible_tables import PossibleTables
from anonymizer.attacker.whole_tables import extreme_whole, whole_near
from anonymizer.errors import SolverGaveUp

__all__ = ["Extremes"]

PRIMAL: Final = int(highspy.simplex_constants.SimplexStrategy.kSimplexStrategyPrimal)
STATUS: Final = highspy.HighsModelStatus
SMALL: Final = 6000  # columns of a system whose ends are looked for in whole numbers
ENDLESS: Final = (STATUS.kUnbounded, STATUS.kUnboundedOrInfeasible)


class Extremes:
    """The ends of columns, beside what joint programs showed and proved; all that is found out here is added to that."""

    def __init__(self, core: Core, possible: PossibleTables) -> None:
        self._core, self._possible = core, possible
        self._solver: highspy.Highs | None = None
        self._solved: set[tuple[int, int]] = set()

    def least(self, column: int) -> int:
        """The least whole number that a column can hold; where that is too much to find out, a number below it."""
        self._settle(column, 1, None)
        return int(self._possible.lower[column])

    def most(self, column: int) -> int:
        """The greatest whole number that a column can hold, or a number above it; `FAR` where there is no end."""
        self._settle(column, -1, None)
        return int(self._possible.upper[column])

    def reaches(self, column: int, low: int, high: int) -> bool:
        """Whether whole tables show a column at `low` or less, and at `high` or more."""
        return all(self._settle(column, sign, goal) for sign, goal in ((1, low), (-1, -high)))

    def _settle(self, column: int, sign: int, goal: int | None) -> bool:
        """Whether `sign` times a column was shown at `goal` or less; without a goal, at the very end that is proven."""
        for step in (self._in_fractions, self._in_whole, None):
            end = self._proven(column, sign)
            if self._shown(column, sign) <= (end if goal is None else goal):
                return True
            if step is None or (goal is not None and end > goal):
                return False
            if goal is None and (column, sign) in self._solved and len(self._core.lower) > SMALL:
                return False  # too large to branch for the very end: the program's, rounded outward, has to do
            step(column, sign, goal)
        return False

    def _shown(self, column: int, sign: int) -> int:
        return int(self._possible.least[column] if sign > 0 else -self._possible.most[column])

    def _proven(self, column: int, sign: int) -> int:
        return int(self._possible.lower[column] if sign > 0 else -self._possible.upper[column])

    def _prove(self, column: int, sign: int, end: float) -> None:
        """Keep the end that a program proved, rounded to the whole numbers that it leaves."""
        if end in (np.inf, -np.inf):
            return
        whole = ceil(end - NEAR)
        if sign > 0:
            self._possible.lower[column] = max(self._possible.lower[column], whole)
        else:
            self._possible.upper[column] = min(self._possible.upper[column], -whole)

    def _in_fractions(self, column: int, sign: int, goal: int | None) -> None:
        """The end in the linear program; where that may be enough, a whole table near it."""
        if (column, sign) in self._solved:
            return
        if goal is not None and len(self._core.lower) > SMALL:
            self._rule_out(column, sign, goal)
            return
        self._solved.add((column, sign))
        status, values = self._solve(column, sign)
        if sign < 0 and status in ENDLESS:
            self._possible.most[column] = FAR
            return
        if status != STATUS.kOptimal:
            raise SolverGaveUp(status=status.name)
        self._prove(column, sign, sign * values[column])
        end = self._proven(column, sign)
        if end < self._shown(column, sign) and (len(self._core.lower) <= SMALL if goal is None else end <= goal):
            whole = whole_near(self._core.equations, values, self._core.lower, self._core.upper)
            if whole is not None:
                self._possible.add(whole)

    def _rule_out(self, column: int, sign: int, goal: int) -> None:
        """In a large system the way to a goal is short, or nowhere; the very end is far."""
        if self._possible.rules_out(column, sign * goal):
            self._prove(column, sign, goal + 1)

    def _solve(self, column: int, sign: int) -> tuple[highspy.HighsModelStatus, Reals]:
        solver = self._solver = self._solver or self._load()
        solver.changeColCost(column, float(sign))
        solver.run()
        if solver.getModelStatus() not in (STATUS.kOptimal, *ENDLESS):
            solver.clearSolver()  # the way on from the last solution was blocked: start afresh
            solver.run()
        answer = solver.getModelStatus(), np.array(solver.getSolution().col_value)
        solver.changeColCost(column, 0.0)
        return answer

    def _in_whole(self, column: int, sign: int, goal: int | None) -> None:
        """The end in whole numbers, as far as branching tells; with a goal only whether there is a table that shows it."""
        if goal is not None and len(self._core.lower) > SMALL:
            self._possible.branch(column, sign * goal)  # over all of it there would be no end
            return
        core, costs = self._core, np.zeros(len(self._core.lower))
        lower, upper = core.lower.copy(), core.upper.copy()
        if goal is None:
            costs[column] = sign
        elif sign > 0:
            upper[column] = min(upper[column], goal)
        else:
            lower[column] = max(lower[column], -goal)
        end = extreme_whole(core.equations, lower, upper, costs)
        if end.values is not None:
            self._possible.add(end.values)
        if goal is None:
            self._prove(column, sign, end.bound)
        elif end.bound == np.inf:
            self._prove(column, sign, goal + 1)

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
