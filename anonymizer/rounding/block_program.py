"""The program of one block: whole numbers of steps that keep some sums, each cell at a multiple next to its count.

Asked for is first a solution in which every cell stands at one of the two multiples next to it (or at its count, if that
is one), as it leans if that can be. Where there is none, as few cells as can be go further. Solved by HiGHS, on one thread
and with a limit on its branches instead of a clock, so that the same table and secret give the same answer.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from anonymizer.errors import SolverGaveUp
from anonymizer.rounding.lean import Flags

__all__ = ["Cells", "least_steps", "next_steps"]

Numbers: TypeAlias = NDArray[np.int64]
Reals: TypeAlias = NDArray[np.float64]

BRANCHES: Final = 200
MANY: Final = 100_000  # branches, where some solution has to be found
NEAR_BEST: Final = 0.2  # how far from the best a solution may be: to lean is a wish only
STEP: Final = 1000.0  # the cost of a multiple further, where to go against the leaning costs 1
FROM_ZERO: Final = 3  # times as much for a cell that holds nothing
FAR: Final = 10  # multiples, at most


class Cells(NamedTuple):
    """Cells to be rounded: how many whole multiples each holds, whether something is left over, to which side it leans, and
    whether it must stay at nothing."""

    floors: Numbers
    loose: Flags
    up: Flags
    empty: Flags

    def turned(self, order: Sequence[int]) -> "Cells":
        """The same cells with their axes in another order."""
        return Cells(*(np.transpose(each, order) for each in self))  # type: ignore[arg-type]

    def among(self, places: tuple[Numbers, ...]) -> "Cells":
        """Some of the cells, in a row."""
        return Cells(*(each[places].ravel() for each in self))  # type: ignore[arg-type]


def least_steps(sums: sparse.csr_matrix, amounts: Numbers, cells: Cells) -> Numbers:
    """How many multiples above its floor each cell (column) is to be: mostly 0 or 1.

    `sums` times the multiples of all cells is `amounts`. Raises `SolverGaveUp`.
    """
    found = next_steps(sums, amounts, cells)
    if found is not None:
        return found
    left, next_to, against = amounts - sums @ cells.floors, cells.loose.astype(float), _against(cells)
    zero = (cells.floors == 0) & ~cells.loose
    costs = np.where(zero, FROM_ZERO, 1) * STEP
    both = sparse.hstack([sums, sums, -sums], format="csr")
    most = np.concatenate([next_to, np.where(cells.empty, 0.0, FAR), np.minimum(cells.floors, FAR)])
    for branches in (BRANCHES, MANY):
        found = _solve(both, left, most, np.concatenate([against, costs, costs]), branches)
        if found is not None:
            within, above, below = np.split(found, 3)
            return within + above - below
    raise SolverGaveUp(status="no multiples add up")


def next_steps(sums: sparse.csr_matrix, amounts: Numbers, cells: Cells) -> Numbers | None:
    """The same with 0 or 1 for every cell; None where no such solution was found."""
    return _solve(sums, amounts - sums @ cells.floors, cells.loose.astype(float), _against(cells), BRANCHES)


def _against(cells: Cells) -> Reals:
    """What it costs each cell to go up: as much as it costs others not to."""
    costs: Reals = np.where(cells.loose, 1.0 - 2.0 * cells.up, 0.0)
    return costs


def _solve(sums: sparse.csr_matrix, amounts: Numbers, most: Reals, costs: Reals, branches: int) -> Numbers | None:
    """Whole numbers from 0 to `most` that keep the sums, at little cost; None where none were found."""
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = sums.shape
    program.col_cost_, program.col_lower_, program.col_upper_ = costs, np.zeros(len(costs)), most
    program.row_lower_ = program.row_upper_ = amounts.astype(float)
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_, program.a_matrix_.index_ = sums.indptr, sums.indices
    program.a_matrix_.value_ = sums.data.astype(float)
    program.integrality_ = [highspy.HighsVarType.kInteger] * len(costs)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("mip_max_nodes", branches)
    solver.setOptionValue("mip_rel_gap", NEAR_BEST)
    solver.passModel(program)
    solver.run()
    if solver.getInfo().primal_solution_status != int(highspy.SolutionStatus.kSolutionStatusFeasible):
        return None
    return np.rint(solver.getSolution().col_value).astype(np.int64)
