"""The attacker: what anybody can work out who knows every published number and the rules.

Built from published tables alone, on its own path: it shares no equation, no number and no program with the engine
that suppressed. Unknown are the suppressed cells; known is that every total is the sum of its parts, and that counts
are not negative. Zeros may be suppressed too, so an unknown may be 0.

Knowing the rules adds nothing to that. They say of a published number other than 0 that it is at least the threshold
and comes from enough reports; the number itself says the first, and in any table of whole numbers each person can have
come in a report of one, which grants the second. Of a suppressed cell they say nothing, as one mark stands for all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil, floor
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from anonymizer.dimension import TOTAL, Dimension
from anonymizer.errors import SolverGaveUp, TablesContradict
from anonymizer.published import Identity, Key, PublishedTable

__all__ = ["Attacker", "Interval", "attack", "identity"]

NEAR: Final = 1e-6
DOWN, UP = 1.0, -1.0
PRIMAL: Final = int(highspy.simplex_constants.SimplexStrategy.kSimplexStrategyPrimal)
ENDLESS: Final = (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible)
ANSWERS: Final = (highspy.HighsModelStatus.kOptimal, *ENDLESS)

NOTHING: Final[Mapping[Identity, int]] = MappingProxyType({})

Reals: TypeAlias = NDArray[np.float64]


class Interval(NamedTuple):
    """The least and the greatest number that a suppressed cell can hold; None is no end."""

    low: int
    high: int | None


class _Equation(NamedTuple):
    """Unknowns with their signs, and what they add up to."""

    terms: dict[Identity, int]
    amount: int


def attack(
    tables: Sequence[PublishedTable], *, zeros_visible: bool = False, known: Mapping[Identity, int] = NOTHING
) -> dict[tuple[str, Key], Interval]:
    """The tightest intervals for all suppressed cells, by table name and codes; raises `TablesContradict`.

    `zeros_visible` and `known` are what the attacker assumes beside the tables: that no suppressed cell is zero, and
    the true counts of some of them.

    Two linear programs for each unknown: some seconds for a week of a hundred districts or less.
    """
    attacker = Attacker(tables, zeros_visible=zeros_visible, known=known)
    hidden = [(table, key) for table in tables for key, value in table.cells.items() if value is None]
    names = {(table.name, key): identity(table.dimensions, key) for table, key in hidden}
    intervals = {name: attacker.interval(name) for name in dict.fromkeys(names.values())}
    return {cell: intervals[name] for cell, name in names.items()}


def identity(dimensions: Sequence[Dimension], key: Key) -> Identity:
    """What a cell is, whichever table it stands in."""
    pairs = zip(dimensions, key, strict=True)
    return tuple(sorted((dimension.name, code) for dimension, code in pairs if code != TOTAL))


class Attacker:
    """A linear program over what some published tables leave unknown. Raises `TablesContradict`."""

    def __init__(
        self, tables: Sequence[PublishedTable], *, zeros_visible: bool = False, known: Mapping[Identity, int] = NOTHING
    ) -> None:
        self._known = _known(tables)
        for name, value in known.items():
            if self._known.setdefault(name, value) != value:
                raise TablesContradict(table=tables[0].name)
        hidden = (identity(table.dimensions, key) for table in tables for key, value in table.cells.items() if value is None)
        names = dict.fromkeys(name for name in hidden if name not in self._known)
        self.unknowns: Final = {name: at for at, name in enumerate(names)}
        equations = [equation for table in tables for equation in _equations(table, self._known)]
        self.equations: Final = _matrix([equation.terms for equation in equations], self.unknowns)
        amounts = np.array([equation.amount for equation in equations], float)
        self._solver = _solver(self.equations, amounts, least=float(zeros_visible))
        self._solver.run()
        # From one objective to the next the solution stays feasible: the primal simplex goes on from where it is.
        self._solver.setOptionValue("presolve", "off")
        self._solver.setOptionValue("simplex_strategy", PRIMAL)
        if names and self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise TablesContradict(table=tables[0].name)

    def interval(self, name: Identity) -> Interval:
        """The tightest interval for a cell, in whole numbers."""
        if name in self._known:
            return Interval(self._known[name], self._known[name])
        column = self.unknowns[name]
        lowest, highest = self._at_extreme(column, DOWN)[column], self._at_extreme(column, UP)[column]
        return Interval(ceil(lowest - NEAR), None if highest == np.inf else floor(highest + NEAR))

    def out_of_reach(self, wanted: Mapping[Identity, tuple[int, int]]) -> list[Identity]:
        """The cells that can be bounded more tightly than the interval wanted for each of them.

        Every solution shows a possible value of all cells, so most cells are never asked for by themselves.
        """
        least, most = np.full(len(self.unknowns), np.inf), np.full(len(self.unknowns), -np.inf)
        short = [name for name in wanted if name in self._known]
        for name in [name for name in wanted if name not in self._known]:
            low, high = wanted[name]
            column = self.unknowns[name]
            if least[column] > low + NEAR:
                least = np.fmin(least, self._at_extreme(column, DOWN))
            if most[column] < high - NEAR:
                most = np.fmax(most, self._at_extreme(column, UP))
            if least[column] > low + NEAR or most[column] < high - NEAR:
                short.append(name)
        return short

    def _at_extreme(self, column: int, direction: float) -> Reals:
        """A possible value of every unknown, where one of them is least or greatest.

        Where nothing bounds that one its value is infinite, and the others are not numbers.
        Raises `SolverGaveUp`.
        """
        self._solver.changeColCost(column, direction)
        self._solver.run()
        if self._solver.getModelStatus() not in ANSWERS:
            self._solver.clearSolver()  # the way on from the last solution was blocked: start afresh
            self._solver.run()
        status = self._solver.getModelStatus()
        values = np.array(self._solver.getSolution().col_value)
        self._solver.changeColCost(column, 0.0)
        if direction == UP and status in ENDLESS:
            return np.where(np.arange(len(self.unknowns)) == column, np.inf, np.nan)
        if status != highspy.HighsModelStatus.kOptimal:
            raise SolverGaveUp(status=status.name)
        return values


def _known(tables: Iterable[PublishedTable]) -> dict[Identity, int]:
    """What is published somewhere, though it may be suppressed elsewhere."""
    known: dict[Identity, int] = {}
    for table in tables:
        for key, value in table.cells.items():
            if value is not None and known.setdefault(identity(table.dimensions, key), value) != value:
                raise TablesContradict(table=table.name)
    return known


def _equations(table: PublishedTable, known: Mapping[Identity, int]) -> Iterator[_Equation]:
    """Every sum of a table that has an unknown in it: its children minus their total is nothing."""
    names = {key: identity(table.dimensions, key) for key in table.cells}
    for key in table.cells:
        for axis, dimension in enumerate(table.dimensions):
            children = dimension.children.get(key[axis], ())
            parts = [(names[(*key[:axis], child, *key[axis + 1 :])], 1) for child in children]
            signed = [(names[key], -1), *parts] if parts else []
            terms = {name: sign for name, sign in signed if name not in known}
            amount = -sum(sign * known[name] for name, sign in signed if name in known)
            if terms:
                yield _Equation(terms, amount)
            elif amount:
                raise TablesContradict(table=table.name)


def _matrix(equations: Sequence[Mapping[Identity, int]], unknowns: Mapping[Identity, int]) -> sparse.csr_matrix:
    rows = [row for row, terms in enumerate(equations) for _ in terms]
    columns = [unknowns[name] for terms in equations for name in terms]
    signs = [sign for terms in equations for sign in terms.values()]
    return sparse.csr_matrix((np.array(signs, np.int64), (rows, columns)), shape=(len(equations), len(unknowns)))


def _solver(matrix: sparse.csr_matrix, amounts: Reals, least: float) -> highspy.Highs:
    rows, columns = matrix.shape
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = rows, columns
    program.col_cost_, program.col_lower_ = np.zeros(columns), np.full(columns, least)
    program.col_upper_ = np.full(columns, highspy.kHighsInf)
    program.row_lower_ = program.row_upper_ = amounts
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_, program.a_matrix_.index_ = matrix.indptr, matrix.indices
    program.a_matrix_.value_ = matrix.data.astype(float)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    solver.setOptionValue("threads", 1)
    solver.passModel(program)
    return solver
