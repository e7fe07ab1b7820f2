"""What published tables leave unknown, as equations over the suppressed cells: the attacker's view, from what is printed.

A cell is what its codes below the total say it is, in whichever table it stands. Cells are numbered; a table is an array
of these numbers, so that all of its sums are written down at once. Suppressed cells get a column each.

The suppression engine has its own equations; nothing here is shared with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from anonymizer.dimension import TOTAL, Dimension
from anonymizer.errors import TablesContradict
from anonymizer.outside import Outside
from anonymizer.published import Identity, Key, PublishedTable

__all__ = ["FAR", "UNKNOWN", "Equations", "Unknowns", "Whole", "identity"]

Whole: TypeAlias = NDArray[np.int64]
UNKNOWN: Final = -1
FAR: Final = 1 << 40  # no upper end, as a whole number


def identity(dimensions: Sequence[Dimension], key: Key) -> Identity:
    """What a cell is, whichever table it stands in."""
    pairs = zip(dimensions, key, strict=True)
    return tuple(sorted((dimension.name, code) for dimension, code in pairs if code != TOTAL))


@dataclass(frozen=True, eq=False)
class Equations:
    """Sums that hold between unknowns, in whole numbers: `signs` x = `amounts`, a row for each sum."""

    signs: sparse.csr_matrix
    amounts: Whole

    def hold(self, values: Whole) -> bool:
        """Whether these values of the unknowns keep every sum: exactly, without tolerance."""
        return bool(np.array_equal(self.signs @ values, self.amounts))

    def among(self, columns: Whole, values: Whole) -> "Equations":
        """What they say of some columns while all others have these values."""
        others = values.copy()
        others[columns] = 0
        signs = self.signs[:, columns]
        rows = np.flatnonzero(np.diff(signs.indptr))
        return Equations(signs[rows], (self.amounts - self.signs @ others)[rows])


@dataclass(frozen=True, eq=False)
class Rows:
    """What each equation was: the dimension `along` which it adds, and its `total` by number; "" and -1 from outside."""

    along: NDArray[np.str_]
    total: Whole


class Unknowns:
    """The cells of some tables that are suppressed or rounded wherever they stand, and all sums that they are part of.

    `known` are cells of which the attacker knows the number from elsewhere, `outside` sums of cells. `grids` holds, in the
    shape of each table, the number of each of its cells; `values` the true value by number, -1 where none is published;
    `columns` the column of those among the unknowns, which lie between `lower` and `upper` (`FAR` is no end). Raises
    `TablesContradict` where no counts can have given these tables.
    """

    def __init__(self, tables: Sequence[PublishedTable], known: Mapping[Identity, int], outside: Outside = ()) -> None:
        self._tables: Final = tuple(tables)
        self.grids, size = _number(tables)
        self.values: Final = np.full(size, UNKNOWN)
        bounds = np.zeros(size, np.int64), np.full(size, FAR)
        for table, grid in zip(tables, self.grids, strict=True):
            given = np.array([UNKNOWN if (value := table.cells[key]) is None else _count(value, table) for key in _keys(table)])
            if table.rounding is None:
                self._learn(grid.ravel(), given, table)
            else:
                near = table.rounding.within - 1
                np.maximum.at(bounds[0], grid.ravel(), given - near)
                np.minimum.at(bounds[1], grid.ravel(), np.where(given == UNKNOWN, FAR, given + near))
        for name, value in known.items():
            self._learn(np.array([self.number(name)]), np.array([_count(value, tables[0])]), tables[0])
        unknown = self.values == UNKNOWN
        if np.any((bounds[0] > bounds[1]) | (~unknown & ((self.values < bounds[0]) | (self.values > bounds[1])))):
            raise TablesContradict(table=tables[0].name)
        self.lower, self.upper = bounds[0][unknown], bounds[1][unknown]
        self.count: Final = int(np.count_nonzero(unknown))
        self.columns: Final = np.where(unknown, np.cumsum(unknown) - 1, UNKNOWN)
        self.equations, self.rows = self._write_sums(outside)

    def number(self, name: Identity) -> int:
        """The number of a cell; raises KeyError where no table has it."""
        codes = dict(name)
        for table, grid in zip(self._tables, self.grids, strict=True):
            if codes.keys() <= {dimension.name for dimension in table.dimensions}:
                at = (dimension.positions.get(codes.get(dimension.name, TOTAL)) for dimension in table.dimensions)
                if None not in (place := tuple(at)):
                    return int(grid[place])
        raise KeyError(name)

    def hidden(self) -> Iterator[tuple[PublishedTable, Key, int]]:
        """Every suppressed or rounded cell of every table, with its number; one that stands in two tables comes twice."""
        for table, grid in zip(self._tables, self.grids, strict=True):
            for key, number in zip(_keys(table), grid.ravel().tolist(), strict=True):
                if table.rounding is not None or table.cells[key] is None:
                    yield table, key, number

    def names(self) -> dict[Identity, int]:
        """The column of every unknown by what it is."""
        cells = ((identity(table.dimensions, key), int(self.columns[number])) for table, key, number in self.hidden())
        return {name: column for name, column in cells if column != UNKNOWN}

    def _learn(self, numbers: Whole, given: Whole, table: PublishedTable) -> None:
        """Keep what is published somewhere, though it may be suppressed elsewhere."""
        shown = given != UNKNOWN
        before = self.values[numbers[shown]]
        if np.any((before != UNKNOWN) & (before != given[shown])):
            raise TablesContradict(table=table.name)
        self.values[numbers[shown]] = given[shown]

    def _write_sums(self, outside: Outside) -> tuple[Equations, Rows]:
        """Every sum with an unknown in it, once: children minus their total is nothing."""
        rows: list[sparse.csr_matrix] = []
        amounts: list[Whole] = []
        along: list[NDArray[np.str_]] = []
        totals: list[Whole] = []
        written: dict[tuple[str, str, tuple[str, ...]], Whole] = {}
        for table, grid in zip(self._tables, self.grids, strict=True):
            for axis, dimension in enumerate(table.dimensions):
                for (parent, parts), cells in _sums(grid, axis, dimension):
                    # tables that share totals share these sums too
                    sum_of = dimension.name, parent, tuple(sorted(parts))
                    told = written.get(sum_of, cells[:0, 0])
                    fresh = ~np.isin(cells[:, 0], told)
                    written[sum_of] = np.concatenate([told, cells[fresh, 0]])
                    signs, amount, some = self._equations(cells[fresh], table)
                    rows.append(signs)
                    amounts.append(amount)
                    along.append(np.full(len(amount), dimension.name))
                    totals.append(cells[fresh][some, 0])
        for total in outside:
            numbers = np.array([[self.number(cell) for cell in total.cells]], np.int64)
            signs, amount, _ = self._equations(numbers, self._tables[0], total.persons)
            rows.append(signs)
            amounts.append(amount)
            along.append(np.full(len(amount), ""))
            totals.append(np.full(len(amount), UNKNOWN))
        equations = Equations(sparse.vstack(rows, format="csr", dtype=np.int64), np.concatenate(amounts))
        return equations, Rows(np.concatenate(along), np.concatenate(totals))

    def _equations(
        self, cells: Whole, table: PublishedTable, total: int | None = None
    ) -> tuple[sparse.csr_matrix, Whole, NDArray[np.bool_]]:
        """The equations of sums given by number: in each row a total, then its parts; or parts only, with the `total` known.

        Beside them which of the sums they are: those with an unknown.
        """
        signs = np.ones(cells.shape, np.int64)
        signs[:, 0] = -1 if total is None else 1
        values = self.values[cells]
        unknown = values == UNKNOWN
        amounts = (total or 0) - np.sum(np.where(unknown, 0, signs * values), axis=1)
        if np.any(amounts[~np.any(unknown, axis=1)]):
            raise TablesContradict(table=table.name)
        some = np.any(unknown, axis=1)
        row, place = np.nonzero(unknown[some])
        columns = self.columns[cells[some][row, place]]
        shape = (int(np.count_nonzero(some)), self.count)
        return sparse.csr_matrix((signs[some][row, place], (row, columns)), shape=shape), amounts[some], some


def _keys(table: PublishedTable) -> Iterator[Key]:
    return product(*(dimension.parents for dimension in table.dimensions))


def _count(value: int, table: PublishedTable) -> int:
    if value < 0:
        raise TablesContradict(table=table.name)
    return value


def _number(tables: Sequence[PublishedTable]) -> tuple[tuple[Whole, ...], int]:
    """Give each cell of each table its number; cells with the same codes below the total get the same."""
    codes: dict[str, dict[str, int]] = {}
    for dimension in (dimension for table in tables for dimension in table.dimensions):
        numbers = codes.setdefault(dimension.name, {TOTAL: 0})
        for code in dimension.parents:
            numbers.setdefault(code, len(numbers))
    shapes = [tuple(len(dimension.parents) for dimension in table.dimensions) for table in tables]
    sizes = [int(np.prod(shape)) for shape in shapes]
    number = np.zeros(sum(sizes), np.int64)
    size = 1
    for name, numbers in codes.items():
        along = [_along(table, shape, name, numbers) for table, shape in zip(tables, shapes, strict=True)]
        # numbered anew for each dimension: with many of them the product of all their codes has no room in 64 bits
        distinct, number = np.unique(number * len(numbers) + np.concatenate(along), return_inverse=True)
        size = len(distinct)
    parts = np.split(number, np.cumsum(sizes)[:-1])
    return tuple(part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)), size


def _along(table: PublishedTable, shape: tuple[int, ...], name: str, numbers: Mapping[str, int]) -> Whole:
    """The number of each cell's code in one dimension, that of the total where the table does not have it."""
    for axis, dimension in enumerate(table.dimensions):
        if dimension.name == name:
            own = np.array([numbers[code] for code in dimension.parents])
            at = own.reshape([-1 if place == axis else 1 for place in range(len(shape))])
            return np.broadcast_to(at, shape).ravel()
    return np.zeros(int(np.prod(shape)), np.int64)


def _sums(grid: Whole, axis: int, dimension: Dimension) -> Iterator[tuple[tuple[str, tuple[str, ...]], Whole]]:
    """The sums along one dimension of a table, those under one code at a time: in each row a total, then its parts."""
    moved = np.moveaxis(grid, axis, 0)
    for parent, children in dimension.children.items():
        below = [dimension.positions[code] for code in (parent, *children)]
        yield (parent, children), moved[below].reshape(len(below), -1).T
