"""A linear program that asks for many unknowns at once: some as far up as they are wanted, others as far down.

Each column is split into a near part, which counts up to where it is wanted, and a far part, which may go on without
gain: so a solution takes as many columns to their goals as it can, and none pays for another that goes beyond. Solved by
HiGHS, on one thread and without a clock, so that the same tables give the same answer.
"""

from typing import Final, TypeAlias

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from anonymizer.attacker.deduction import FAR
from anonymizer.attacker.unknowns import Equations, Whole
from anonymizer.errors import SolverGaveUp

__all__ = ["NEAR", "Flags", "JointProgram", "Reals", "load_program"]

Reals: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
NEAR: Final = 1e-6


class JointProgram:
    """Equations between `lower` and `upper`, solved for one choice of goals after the other."""

    def __init__(self, equations: Equations, lower: Whole, upper: Whole) -> None:
        self._lower = lower
        self._room: Final = np.where(upper == FAR, np.inf, upper - lower)
        self._columns: Final = np.arange(2 * len(lower), dtype=np.int32)
        signs = sparse.hstack([equations.signs, equations.signs], format="csr")
        amounts = equations.amounts - equations.signs @ lower
        nothing = np.zeros(2 * len(lower))
        self._solver: Final = load_program(signs, amounts, nothing, nothing, nothing)

    def solve(self, low: Whole, high: Whole, falling: Flags, rising: Flags, weights: Reals | float = 1.0) -> Reals | None:
        """Values of all columns where as many as can be of the `falling` ones are at `low` or less, of the `rising` at `high`.

        Each counts by its weight. None where no values keep the equations. Raises `SolverGaveUp`.
        """
        wanted = np.select([rising, falling], [high, low], self._lower)
        near = np.clip(wanted - self._lower, 0, self._room)
        room = np.concatenate([self._room - near, near])
        self._solver.changeColsCost(len(room), self._columns, np.concatenate([weights * falling, -weights * rising]))
        self._solver.changeColsBounds(len(room), self._columns, np.zeros(len(room)), room)
        self._solver.run()
        status = self._solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise SolverGaveUp(status=status.name)
        far, close = np.split(np.array(self._solver.getSolution().col_value), 2)
        values: Reals = self._lower + far + close
        return values


def load_program(signs: sparse.csr_matrix, amounts: Whole, lower: Reals, upper: Reals, costs: Reals) -> highspy.Highs:
    """HiGHS with a program whose rows are equations."""
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = signs.shape
    program.col_cost_, program.col_lower_, program.col_upper_ = costs, lower, upper
    program.row_lower_ = program.row_upper_ = amounts.astype(float)
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_, program.a_matrix_.index_ = signs.indptr, signs.indices
    program.a_matrix_.value_ = signs.data.astype(float)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("presolve", "off")
    solver.passModel(program)
    return solver
