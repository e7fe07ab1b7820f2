"""How near does the search come to the least that could be hidden? Small tables, against an integer program.

Run: PYTHONPATH=. .venv/bin/python bench/optimum.py [--tables N] [--largest CELLS] [--nodes N] [--rounds N]

Complementary suppression at least cost, after Fischetti and Salazar-Gonzalez (Solving the cell suppression problem on tabular
data with linear constraints, Management Science 47, 2001): a master program chooses the cells, and for each unsafe cell and
each hidden zero a linear program looks whether it can go where it must. Where it cannot, the dual solution is a sum of cells of
which more must be hidden (a capacity constraint), and is added. Costs and goals are those of the search.

Moves are in fractions here, in the search they are whole; branching ends after some nodes, and sums are added for some rounds
of whole choices. So what is printed is the highest of the bounds found, which no pattern can be below, and the ratio to it is
at least what the ratio to the optimum is. A bound with + rose until the rounds were over.
"""

import argparse
import time
from collections.abc import Iterator
from itertools import count

import highspy
import numpy as np
from numpy.typing import NDArray

from anonymizer import Policy
from anonymizer.primary import primary_of
from anonymizer.suppression import System, build_system, suppress
from anonymizer.suppression.guards import guard
from anonymizer.suppression.pattern import Pattern
from bench.protect_tables import draw_table

POLICY = Policy(contributors=1)
SHAPES = [(1, 3), (1, 4), (2, 4), (1, 5), (2, 5), (2, 6), (3, 6), (2, 7), (3, 7), (2, 8), (3, 8), (3, 9)]
"""Regions and districts of the tables, from 150 to 1,014 cells; three records for each cell."""
NEAR = 1e-6
FAR = 1000.0  # persons by which a hidden cell may grow


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tables", type=int, default=len(SHAPES))
    arguments.add_argument("--largest", type=int, default=1014)
    arguments.add_argument("--nodes", type=int, default=2000)
    arguments.add_argument("--rounds", type=int, default=1000)
    given = arguments.parse_args()
    print(f"{'cells':>6}{'unsafe':>8}{'hidden beside':>15}{'cost':>10}{'bound':>10}{'ratio':>8}{'search':>8}{'bound':>8}")
    for seed, (regions, districts) in enumerate(SHAPES[: given.tables]):
        table = draw_table(regions, districts, 3 * 6 * (1 + regions + districts) ** 2, np.random.default_rng(seed))
        system = build_system([table])
        if system.size <= given.largest:
            compare(system, given.nodes, given.rounds)


def compare(system: System, nodes: int, rounds: int) -> None:
    start = time.process_time()
    found = suppress(system, POLICY)
    beside = found.hidden & ~found.unsafe
    _, guards = guard(system, primary_of(system.counted, POLICY))
    pattern = Pattern(system, guards)
    cost = float(pattern.cost[beside].sum())
    took = time.process_time() - start
    bound, closed = least_cost(system, pattern, nodes, rounds)
    ratio, more = cost / bound if bound else 1.0, " " if closed else "+"
    print(
        f"{system.size:6}{np.sum(found.unsafe):8}{np.sum(beside):15}{cost:10.1f}{bound:10.1f}{more}{ratio:7.3f}"
        f"{took:7.1f}s{time.process_time() - start - took:7.1f}s",
        flush=True,
    )


def least_cost(system: System, pattern: Pattern, nodes: int, rounds: int) -> tuple[float, bool]:
    """A bound below the cost of every pattern, and whether more rounds would add nothing."""
    master, reach, highest = Master(pattern), Reach(system), 0.0
    for whole in (False, True):  # most sums are found while the choice is still in fractions
        for _ in range(rounds) if whole else count():
            bound, chosen = master.solve(nodes, whole=whole)
            highest = max(highest, bound)
            sums = list(broken(system, pattern, reach, chosen))
            for coefficients, least in sums:
                master.add(coefficients, least)
            if not sums:
                break
    return highest, not sums


def broken(
    system: System, pattern: Pattern, reach: "Reach", chosen: NDArray[np.float64]
) -> Iterator[tuple[NDArray[np.float64], float]]:
    """The sums of cells of which too little is chosen, as coefficients and the least that they must add up to."""
    reach.bound(chosen)
    top = POLICY.threshold - 1
    for cell in np.flatnonzero((chosen > NEAR) & (pattern.unsafe | (system.persons == 0))).tolist():
        persons = int(system.persons[cell])
        wanted = [(1, top)] if persons == 0 else [(1, top - persons), (-1, persons - 1)]
        for sign, distance in wanted:
            if distance and (sums := reach.short_of(cell, sign, distance, chosen)) is not None:
                least = float(distance)
                if persons == 0:  # only if it is hidden itself
                    sums[cell] -= distance
                    least = 0.0
                yield sums, least


class Master:
    """The choice of cells: unsafe ones are chosen, and of each sum found so far enough."""

    def __init__(self, pattern: Pattern) -> None:
        size = len(pattern.cost)
        self._solver = highspy.Highs()
        self._solver.silent()
        self._size = size
        for cell in range(size):
            self._solver.addCol(
                0.0 if pattern.first[cell] else float(pattern.cost[cell]), float(pattern.first[cell]), 1.0, 0, [], []
            )

    def add(self, coefficients: NDArray[np.float64], least: float) -> None:
        cells = np.flatnonzero(np.abs(coefficients) > NEAR).astype(np.int32)
        self._solver.addRow(least, highspy.kHighsInf, len(cells), cells, coefficients[cells])

    def solve(self, nodes: int, *, whole: bool) -> tuple[float, NDArray[np.float64]]:
        kind = highspy.HighsVarType.kInteger if whole else highspy.HighsVarType.kContinuous
        kinds = np.full(self._size, int(kind), np.uint8)
        self._solver.changeColsIntegrality(self._size, np.arange(self._size, dtype=np.int32), kinds)
        self._solver.setOptionValue("mip_max_nodes", nodes)
        self._solver.setOptionValue("threads", 1)
        self._solver.run()
        info = self._solver.getInfo()
        bound = info.mip_dual_bound if whole else info.objective_function_value
        return bound, np.array(self._solver.getSolution().col_value)


class Reach:
    """How far a cell can go while the chosen cells move and all sums hold."""

    def __init__(self, system: System) -> None:
        self._size, self._persons = system.size, system.persons.astype(float)
        program = highspy.HighsLp()
        matrix = system.sums.tocsr()
        program.num_row_, program.num_col_ = matrix.shape
        program.col_cost_ = program.col_lower_ = program.col_upper_ = np.zeros(system.size)
        program.row_lower_ = program.row_upper_ = np.zeros(matrix.shape[0])
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_, program.a_matrix_.index_ = matrix.indptr, matrix.indices
        program.a_matrix_.value_ = matrix.data.astype(float)
        self._solver = highspy.Highs()
        self._solver.silent()
        self._solver.setOptionValue("presolve", "off")
        self._solver.passModel(program)

    def bound(self, chosen: NDArray[np.float64]) -> None:
        columns = np.arange(self._size, dtype=np.int32)
        self._solver.changeColsBounds(self._size, columns, -self._persons * chosen, FAR * chosen)

    def short_of(self, cell: int, sign: int, distance: int, chosen: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """The sum of cells that keeps one from going as far as it must, in proportion to how far it is chosen itself."""
        self._solver.changeColCost(cell, -float(sign))
        self._solver.run()
        solution = self._solver.getSolution()
        self._solver.changeColCost(cell, 0.0)
        needed = distance * (chosen[cell] if self._persons[cell] == 0 else 1.0)
        if sign * solution.col_value[cell] >= needed - NEAR * 10:
            return None
        reduced = np.array(solution.col_dual)  # negative at an upper bound, positive at a lower
        rise, fall = np.maximum(-reduced, 0), np.maximum(reduced, 0)
        return np.minimum(FAR * rise + self._persons * fall, float(distance))


if __name__ == "__main__":
    main()
