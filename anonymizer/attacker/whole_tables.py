"""From values in fractions to whole ones: a linear program may answer with half a person, which no table holds.

Few columns of a solution are broken. They and what shares a sum with them are solved again in whole numbers, and the rest
stays; when that does not do, the neighbours' neighbours too. What comes out is checked in exact arithmetic by whoever
asks. Solved by HiGHS, with a limit on its branches and no clock, so that the same tables give the same answer.
"""

from typing import Final, NamedTuple

import highspy
import numpy as np

from anonymizer.attacker.deduction import FAR
from anonymizer.attacker.joint_program import NEAR, Reals, load_program
from anonymizer.attacker.unknowns import Equations, Whole

__all__ = ["Extreme", "extreme_whole", "some_whole", "whole_near"]

RINGS: Final = 3
BRANCHES: Final = 200
SPARE: Final = 1000  # columns; of twice, three times as many a half, a third of the branches is enough
OPTIMAL, INFEASIBLE = highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible


class Extreme(NamedTuple):
    """How far a column goes in whole numbers: no value lies beyond `bound`, and `values` are a table if one was found."""

    bound: float
    values: Whole | None


def whole_near(equations: Equations, values: Reals, lower: Whole, upper: Whole) -> Whole | None:
    """Whole values near these that keep the equations; None where none were found, though there may be some."""
    whole = np.rint(values).astype(np.int64)
    free = np.abs(values - whole) > NEAR
    if not np.any(free):
        return whole
    touches = abs(equations.signs)
    for _ in range(RINGS):
        free = (touches.T @ (touches @ free.astype(np.int64))) > 0
        inside = np.flatnonzero(free)
        part = equations.among(inside, whole)
        near = np.floor(values[inside]) - 1, np.ceil(values[inside]) + 1
        bounds = np.maximum(near[0], lower[inside]), np.minimum(near[1], upper[inside])
        found = _solve(part, *bounds, np.zeros(len(inside)), BRANCHES // (1 + len(inside) // SPARE)).values
        if found is not None:
            whole[inside] = found
            return whole
    return None


def extreme_whole(equations: Equations, lower: Whole, upper: Whole, costs: Reals) -> Extreme:
    """The least cost that whole values can have, as far as some branching tells."""
    return _solve(equations, lower.astype(float), np.where(upper == FAR, np.inf, upper), costs, BRANCHES)


def some_whole(equations: Equations, values: Reals, lower: Whole, upper: Whole, columns: Whole) -> Whole | None:
    """Whole values of some columns, near these, beside which values of the others keep the equations, in fractions maybe."""
    ends = lower.astype(float), np.where(upper == FAR, np.inf, upper)
    near = (
        np.maximum(np.floor(values[columns]) - 1, ends[0][columns]),
        np.minimum(np.ceil(values[columns]) + 1, ends[1][columns]),
    )
    ends[0][columns], ends[1][columns] = near
    found = _solve(equations, *ends, np.zeros(len(lower)), BRANCHES, columns=columns).values
    return None if found is None else found[columns]


def _solve(
    equations: Equations, lower: Reals, upper: Reals, costs: Reals, branches: int, *, columns: Whole | None = None
) -> Extreme:
    """The least cost where some columns are whole, or all of them; the values of the others are rounded."""
    solver = load_program(equations.signs, equations.amounts, lower, upper, costs)
    count = len(costs)
    solver.setOptionValue("presolve", "choose")
    solver.setOptionValue("mip_max_nodes", branches)
    solver.setOptionValue("mip_rel_gap", 0.0)
    integer = np.arange(count, dtype=np.int32) if columns is None else columns.astype(np.int32)
    solver.changeColsIntegrality(len(integer), integer, np.full(len(integer), int(highspy.HighsVarType.kInteger), np.uint8))
    solver.run()
    if solver.getModelStatus() == INFEASIBLE:
        return Extreme(np.inf, None)
    info = solver.getInfo()
    found = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    return Extreme(info.mip_dual_bound, np.rint(solver.getSolution().col_value).astype(np.int64) if found else None)
