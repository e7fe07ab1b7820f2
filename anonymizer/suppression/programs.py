"""The linear program of a scope: the cheapest move that takes one cell where it must be able to go.

Minimum-cost perturbation after Kelly, Golden and Assad (Cell suppression: disclosure protection for sensitive tabular
data, Networks 22, 1992), with costs on what is not hidden yet; solved by HiGHS. A solution in fractions is no
alternative table, so the search branches until it is whole.
"""

from typing import Final

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from anonymizer.policy import Possible
from anonymizer.suppression.equations import NO_CELLS, Flags, Numbers, System
from anonymizer.suppression.moves import Move, make_move
from anonymizer.suppression.pattern import Pattern
from anonymizer.suppression.reach import reach
from anonymizer.suppression.scopes import Scope, cells_in, held_in

__all__ = ["Program", "movable"]

FREE: Final = 0.05  # what moving a hidden cell costs: enough to keep moves short
WHOLE: Final = 1e-6
BRANCHES: Final = 200
FEW_BRANCHES: Final = 8  # beside a period's parts, where a wider scope is better than a long search in a small one
SMALL: Final = 800  # cells that can change, of a scope from which there is none that is much wider


class Program:
    """A scope as a linear program. Columns are groups of cells that are always equal: how far a group rises, and falls."""

    def __init__(self, system: System, pattern: Pattern, cells: Numbers, held: Flags, sums: sparse.csr_matrix) -> None:
        free = movable(sums, ~pattern.shown[cells])
        cells, sums = cells[free], sums[:, np.flatnonzero(free)]
        self._system, self._pattern, self._cells = system, pattern, cells
        self._held = held[free]
        matrix, self._group = _merge_equal_cells(sums)
        groups = matrix.shape[1]
        # the cells of a group change alike and need not be equal: it falls as far as its poorest cell can
        self._room = np.full(groups, np.iinfo(np.int64).max)
        np.minimum.at(self._room, self._group, system.persons[cells])
        self._height = np.zeros(groups, np.int64)
        np.maximum.at(self._height, self._group, system.height[cells])
        self._falling = np.flatnonzero(self._room)
        self._fall = np.full(groups, -1)
        self._fall[self._falling] = groups + np.arange(len(self._falling))
        self._columns = np.arange(groups + len(self._falling), dtype=np.int32)
        self._rises, self._falls = reach(matrix, self._room)
        self._solver = _solver(sparse.hstack([matrix, -matrix[:, self._falling]]).tocsc())
        self._version, self._budget = -1, 0
        self._branches = BRANCHES if system.layers is None else FEW_BRANCHES
        self._cost, self._fixed, self._safe = np.full(groups, np.nan), np.zeros(groups, bool), np.zeros(0, bool)
        self._lower, self._upper = np.zeros((2, len(self._columns)))

    @classmethod
    def of_scope(cls, system: System, pattern: Pattern, scope: Scope) -> "Program":
        cells = cells_in(system, pattern, scope)
        held, sums = held_in(system, scope, cells), system.sums_within(cells)
        kept = np.flatnonzero(pattern.hidden[cells] | ~held)  # the others stay as they are
        program = cls(system, pattern, cells[kept], held[kept], sums[:, kept])
        if len(program._cells) > SMALL:
            program._branches = BRANCHES
        return program

    def find(self, unknown: int, goal: Possible, still: Numbers = NO_CELLS) -> Move | None:
        """The cheapest move found that meets a goal (which the true count does not) and leaves some unknowns as they are.

        None where there is none.
        """
        if self._version != self._pattern.version:
            self._refresh()
        at = int(np.searchsorted(self._cells, unknown))
        if at == len(self._cells) or self._cells[at] != unknown:
            return None  # it cannot change, or was shown when this program was written, and held or a closed zero
        group = int(self._group[at])
        if self._fixed[group]:
            return None  # in this scope it is always equal to a cell that stays as it is
        persons = int(self._system.persons[unknown])
        if goal.least - persons > self._rises[group] or (goal.most is not None and persons - goal.most > self._falls[group]):
            return None  # the others in some sum hold fewer, or one that falls with it does
        held = self._groups_of(still)
        if group in held:
            return None
        kept = [*self._bounds(group), *(bound for each in held for bound in self._bounds(each))]
        for column in (column for column, _, _ in kept if column not in {group, self._fall[group]}):
            self._bound(column, 0, 0)
        self._aim(group, persons, goal)
        self._solver.clearSolver()  # to start from no move at all, which is dual feasible, beats the last solution
        self._budget = self._branches
        change = self._whole()
        self._restore(kept)
        if change is None or not goal.holds(persons + int(change[group])):
            return None
        return self._move(change)

    def _refresh(self) -> None:
        """Costs and bounds as the pattern stands now, with no goal. What has not changed since is left as it is."""
        groups, safe = len(self._room), ~self._pattern.hidden[self._cells]
        self._version = self._pattern.version
        if np.array_equal(safe, self._safe):
            return
        self._safe = safe
        cost = FREE + np.bincount(self._group, self._pattern.cost[self._cells] * safe, minlength=groups)
        fixed = np.zeros(groups, bool)
        fixed[self._group[self._held & safe]] = True
        changed = np.flatnonzero((cost != self._cost) | (fixed != self._fixed))
        self._cost, self._fixed = cost, fixed
        if not len(changed):
            return
        falling = changed[self._fall[changed] >= 0]
        columns = np.concatenate([changed, self._fall[falling]]).astype(np.int32)
        rise, fall = np.full(len(changed), highspy.kHighsInf), self._room[falling].astype(float)
        rise[fixed[changed]] = fall[fixed[falling]] = 0.0
        self._upper[columns] = np.concatenate([rise, fall])
        self._solver.changeColsCost(len(columns), columns, np.concatenate([cost[changed], cost[falling]]))
        self._solver.changeColsBounds(len(columns), columns, self._lower[columns], self._upper[columns])

    def _bounds(self, group: int) -> list[tuple[int, float, float]]:
        """The bounds of a group's rise and fall, to be put back."""
        columns = [column for column in (group, int(self._fall[group])) if column >= 0]
        return [(column, float(self._lower[column]), float(self._upper[column])) for column in columns]

    def _groups_of(self, unknowns: Numbers) -> list[int]:
        """The groups of some unknowns that can change so far."""
        if not len(unknowns):
            return []
        at = np.minimum(np.searchsorted(self._cells, unknowns), len(self._cells) - 1)
        groups = np.unique(self._group[at[self._cells[at] == unknowns]])
        found: list[int] = groups[~self._fixed[groups]].tolist()
        return found

    def _restore(self, kept: list[tuple[int, float, float]]) -> None:
        for column, lower, upper in kept:
            self._bound(column, lower, upper)

    def _aim(self, group: int, persons: int, goal: Possible) -> None:
        if goal.least > persons:
            if self._fall[group] >= 0:
                self._bound(self._fall[group], 0, 0)
            self._bound(group, goal.least - persons, highspy.kHighsInf if goal.most is None else goal.most - persons)
        elif goal.most is not None:
            self._bound(group, 0, 0)
            self._bound(self._fall[group], persons - goal.most, min(persons - goal.least, int(self._room[group])))

    def _at_least(self, group: int, change: float) -> None:
        fall = self._fall[group]
        if change > 0:
            self._bound(group, max(change, self._lower[group]), self._upper[group])
        if fall >= 0:
            self._bound(fall, self._lower[fall], min(max(-change, 0), self._upper[fall]))

    def _at_most(self, group: int, change: float) -> None:
        fall = self._fall[group]
        self._bound(group, self._lower[group], min(max(change, 0), self._upper[group]))
        if fall >= 0 and change < 0:
            self._bound(fall, max(-change, self._lower[fall]), self._upper[fall])

    def _bound(self, column: int, lower: float, upper: float) -> None:
        self._lower[column], self._upper[column] = lower, upper
        self._solver.changeColBounds(int(column), lower, upper)

    def _whole(self) -> NDArray[np.float64] | None:
        """Solve; where the solution is broken, decide its highest broken group, the nearer side first."""
        self._budget -= 1
        self._solver.run()
        if self._budget < 0 or self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        change = self._change()
        broken = np.flatnonzero(np.abs(change - np.rint(change)) > WHOLE)
        if not len(broken):
            return np.rint(change)
        group = int(broken[np.argmax(self._height[broken])])
        down, up = (self._at_most, np.floor(change[group])), (self._at_least, np.ceil(change[group]))
        for limit, value in (down, up) if change[group] - down[1] < 0.5 else (up, down):
            kept = self._bounds(group)
            limit(group, float(value))
            found = self._whole()
            self._restore(kept)
            if found is not None:
                return found
        return None

    def _change(self) -> NDArray[np.float64]:
        value = np.fromiter(self._solver.getSolution().col_value, float, len(self._columns))
        change = value[: len(self._room)].copy()
        change[self._falling] -= value[len(self._room) :]
        return change

    def _move(self, change: NDArray[np.float64]) -> Move:
        of_cells = change[self._group].astype(np.int64)
        moved = np.flatnonzero(of_cells)
        cells = self._cells[moved]
        return make_move(cells, of_cells[moved], self._system.persons[cells])


def movable(sums: sparse.csr_matrix, free: Flags) -> Flags:
    """The cells that can change at all: of those that are `free`, the ones that are in no sum alone with what is not."""
    free, entries = free.copy(), abs(sums)
    while True:
        alone = (entries @ free.astype(np.int64)) == 1
        stuck = free & ((entries.T @ alone.astype(np.int64)) > 0)
        if not np.any(stuck):
            return free
        free &= ~stuck


def _merge_equal_cells(equations: sparse.csr_matrix) -> tuple[sparse.csc_matrix, Numbers]:
    """Equations over groups of cells that are always equal (a total and its only part there), and the group of each cell."""
    size = equations.shape[1]
    starts = equations.indptr[:-1][np.diff(equations.indptr) == 2]
    starts = starts[equations.data[starts] * equations.data[starts + 1] < 0]
    pairs = (equations.indices[starts], equations.indices[starts + 1])
    links = sparse.coo_matrix((np.ones(len(starts)), pairs), shape=(size, size))
    groups, group = connected_components(links, directed=False)
    merge = sparse.csr_matrix((np.ones(size), group, np.arange(size + 1)), shape=(size, groups))
    merged = (equations @ merge).tocsr()
    merged.eliminate_zeros()
    return merged[np.diff(merged.indptr) > 0].tocsc(), group.astype(np.int64)


def _solver(matrix: sparse.csc_matrix) -> highspy.Highs:
    """HiGHS with the equations `matrix` x = 0; one thread and no clock, so that the same week gives the same answer."""
    rows, columns = matrix.shape
    nothing, level = np.zeros(columns), np.zeros(rows)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("presolve", "off")
    solver.setOptionValue("simplex_scale_strategy", 0)
    solver.setOptionValue("dual_simplex_cost_perturbation_multiplier", 0.0)  # a fifth faster here, and moves are shorter
    solver.passModel(  # arrays, which are taken as they are; fields of a HighsLp are copied number by number
        columns,
        rows,
        matrix.nnz,
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        nothing,
        nothing,
        np.full(columns, highspy.kHighsInf),
        level,
        level,
        matrix.indptr,
        matrix.indices,
        matrix.data.astype(float),
        np.zeros(columns, np.int32),
    )
    return solver
