"""Counted tables as one system: unknowns, and the sums that hold between them.

A cell is what its codes below the total say it is: (destination XM0101) is one unknown, whether it stands at the edge
of `movements` or of `arrivals`. Unknowns are numbered; everything here is an array over those numbers. The sums are
rows of a sparse matrix, one for each cell and each dimension along which it has children: children minus parent is 0.

What others publish of the same people is known whatever is hidden: rows at the end, whose cells together do not change.

Of many tables most stand in others with all their cells, as margins or in a coarser form. They add nothing to the system.

This is the suppression engine's view. The proof does not use it: it has its own, in `attack.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from anonymizer.counted_week import CountedTable
from anonymizer.dimension import TOTAL, Dimension
from anonymizer.errors import CountsUnfit
from anonymizer.outside import Outside, given_away
from anonymizer.suppression.layers import Layers

__all__ = ["NO_CELLS", "Flags", "Numbers", "Shape", "System", "build_system", "ranges"]

Numbers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
NO_CELLS: Final[Numbers] = np.zeros(0, np.int64)
NONE: Final = -1  # of a row without a total
Axes: TypeAlias = tuple[tuple[int, ...], ...]


class Shape:
    """A dimension as arrays over the positions of its codes."""

    def __init__(self, dimension: Dimension) -> None:
        self.name: Final = dimension.name
        self.codes: Final = tuple(dimension.parents)
        position = {code: at for at, code in enumerate(self.codes)}
        self.position: Final = position
        self.root: Final = position[TOTAL]
        self.children: Final = {
            position[parent]: np.array([position[code] for code in below]) for parent, below in dimension.children.items()
        }
        self.parent: Final = np.array([position[parent or TOTAL] for parent in dimension.parents.values()])
        # at_or_above[i, j]: code j is code i or lies above it
        self.at_or_above: Final = np.zeros((len(self.codes), len(self.codes)), bool)
        for at, code in enumerate(self.codes):
            self.at_or_above[at, [position[above] for above in dimension.climb(code)]] = True
        self.innermost: Final = np.array([at not in self.children for at in range(len(self.codes))])
        self.height: Final = np.array([_height(dimension, code) for code in self.codes])
        self._reached: Final[dict[int, Flags]] = {}

    def reach(self, top: int) -> Flags:
        """The codes that innermost codes under `top` add to: they themselves and everything above them."""
        if top not in self._reached:
            self._reached[top] = np.any(self.at_or_above[self.innermost & self.at_or_above[:, top]], axis=0)
        return self._reached[top]

    def above(self, top: int) -> Flags:
        """The codes above one."""
        above: Flags = self.at_or_above[top].copy()
        above[top] = False
        return above


def ranges(begin: Numbers, end: Numbers) -> Numbers:
    """The numbers from each begin up to its end, one after the other."""
    lengths = end - begin
    steps = np.repeat(begin - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    ranges: Numbers = steps + np.arange(len(steps))
    return ranges


def _height(dimension: Dimension, code: str) -> int:
    return 1 + max(_height(dimension, child) for child in dimension.children[code]) if code in dimension.children else 0


@dataclass(frozen=True, eq=False)
class System:
    """The unknowns of some tables and their sums.

    `tables` are those that do not stand in another with all their cells. `codes` has a row for each unknown and a column
    for each shape; `axes` says which shapes each table has; `grids` holds, over the codes of these, the number of the
    unknown in each cell, where a table that has a coarser form of a dimension shows for a code the one that it is part of;
    `sums` a row for each equation, whose total is the unknown `totals[row]`, or -1 for the cells of a total that is known from
    outside: they do not change together. `given_away` are the unknowns that such totals tell by themselves. `counted` are all
    tables. The last unknowns may be rests, each that of the cell `rest_of`: see `with_rests`. A period
    beside its parts has `layers`.
    """

    shapes: tuple[Shape, ...]
    tables: tuple[CountedTable, ...]
    axes: tuple[tuple[int, ...], ...]
    grids: tuple[Numbers, ...]
    codes: Numbers
    persons: Numbers
    reports: Numbers
    sums: sparse.csr_matrix
    totals: Numbers
    counted: tuple[CountedTable, ...] = ()
    rest_of: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    given_away: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    layers: Layers | None = None

    @property
    def size(self) -> int:
        return len(self.persons)

    @property
    def cells(self) -> int:
        """How many of the unknowns are cells of tables."""
        return self.size - len(self.rest_of)

    @cached_property
    def height(self) -> Numbers:
        """How far above the innermost cells each unknown stands: steps of all dimensions, added."""
        steps = [shape.height[codes] for shape, codes in zip(self.shapes, self.codes.T, strict=True)]
        height: Numbers = np.sum(steps, axis=0)
        return height

    @cached_property
    def grand_total(self) -> Flags:
        """The unknown that is the total of every dimension."""
        every: Flags = np.all(self.codes == np.array([shape.root for shape in self.shapes]), axis=1)
        return every

    @cached_property
    def inside(self) -> Flags:
        """For each table (rows), the unknowns that stand in it."""
        flags = np.zeros((len(self.tables), self.size), bool)
        for own, grid in zip(flags, self.grids, strict=True):
            own[grid.ravel()] = True
        flags[:, self.cells :] = flags[:, self.rest_of]
        return flags

    @cached_property
    def sums_by_unknown(self) -> sparse.csc_matrix:
        """The sums, to be looked up by unknown."""
        return self.sums.tocsc()

    @cached_property
    def _by_total(self) -> tuple[Numbers, Numbers]:
        """The equations in order of their totals, and where those of each total begin."""
        order = np.argsort(self.totals, kind="stable")
        return order, np.searchsorted(self.totals[order], np.arange(self.size + 1))

    def sums_within(self, cells: Numbers) -> sparse.csr_matrix:
        """The equations whose totals are among some unknowns, in ascending order, as far as those go: a column for each.

        The cost is that of the equations, not of the system.
        """
        order, starts = self._by_total
        rows = np.concatenate([order[ranges(starts[cells], starts[cells + 1])], self._outside_rows(cells)])
        begin, end = (self.sums.indptr[at].astype(np.int64) for at in (rows, rows + 1))
        entries = ranges(begin, end)
        unknowns = self.sums.indices[entries]
        at = np.minimum(np.searchsorted(cells, unknowns), len(cells) - 1)
        kept = cells[at] == unknowns
        lengths = np.add.reduceat(kept, np.cumsum(end - begin) - (end - begin)) if len(rows) else np.zeros(0, np.int64)
        indptr = np.concatenate([[0], np.cumsum(lengths)])
        return sparse.csr_matrix((self.sums.data[entries][kept], at[kept], indptr), shape=(len(rows), len(cells)))

    def _outside_rows(self, cells: Numbers) -> Numbers:
        """The rows of outside totals that some unknowns are part of."""
        rows = np.flatnonzero(self.totals == NONE)
        if not len(rows):
            return rows
        outside = self.sums[rows]
        touched = np.isin(outside.indices, cells)
        return rows[np.unique(np.repeat(np.arange(len(rows)), np.diff(outside.indptr))[touched])]

    def numbers(self, table: CountedTable) -> Numbers:
        """The unknown in each cell of a table, in the order of its codes; it may stand in one of the system's."""
        at = next(at for at, wide in enumerate(self.tables) if _stands_in(table, wide))
        return _numbers(table, self.shapes, self.axes[at], self.grids[at])

    def with_rests(self, cells: Numbers, totals: Numbers) -> "System":
        """The same with an unknown more for each of some cells: what is left of a total without the cell.

        A rest has the codes of its cell, and is searched where that is.
        """
        count = len(cells)
        rows = np.repeat(np.arange(count), 3)
        columns = np.stack([totals, cells, self.size + np.arange(count)], axis=1).ravel()
        sums = sparse.csr_matrix((np.tile([-1, 1, 1], count), (rows, columns)), shape=(count, self.size + count))
        shape = (self.sums.shape[0], self.size + count)
        wider = sparse.csr_matrix((self.sums.data, self.sums.indices, self.sums.indptr), shape=shape)
        return replace(
            self,
            codes=np.concatenate([self.codes, self.codes[cells]]),
            persons=np.concatenate([self.persons, self.persons[totals] - self.persons[cells]]),
            reports=np.concatenate([self.reports, self.reports[cells]]),
            sums=sparse.vstack([wider, sums], format="csr", dtype=np.int64),
            totals=np.concatenate([self.totals, totals]),
            rest_of=cells,
        )

    def and_rests(self, cells: Numbers) -> Numbers:
        """Some cells, in ascending order, and the rests beside them."""
        if not len(self.rest_of):
            return cells
        return np.concatenate([cells, self.cells + np.flatnonzero(np.isin(self.rest_of, cells))])

    def describe(self, unknown: int) -> tuple[str, str]:
        """The first table that an unknown stands in, and its level: the dimensions in which it is not a total."""
        table = int(np.argmax(self.inside[:, unknown]))
        named = [shape.name for shape, code in zip(self.shapes, self.codes[unknown], strict=True) if code != shape.root]
        return self.tables[table].name, " x ".join(named) or "total"

    def identity(self, unknown: int) -> tuple[tuple[str, str], ...]:
        """The codes below the total that make a cell what it is, by name of dimension."""
        pairs = zip(self.shapes, self.codes[unknown], strict=True)
        return tuple(sorted((shape.name, shape.codes[code]) for shape, code in pairs if code != shape.root))


def build_system(tables: Sequence[CountedTable], outside: Outside = ()) -> System:
    """Number the unknowns of some tables and write down their sums, and what is known from `outside`.

    Raises `CountsUnfit` where these do not hold.
    """
    shapes = tuple(Shape(dimension) for dimension in _dimensions(tables).values())
    widest = _widest(tables)
    order = [shape.name for shape in shapes]
    axes = tuple(tuple(order.index(dimension.name) for dimension in table.dimensions) for table in widest)
    shown = tuple(
        tuple(_shown_as(shapes[axis], dimension) for axis, dimension in zip(along, table.dimensions, strict=True))
        for along, table in zip(axes, widest, strict=True)
    )
    grids, codes = _number(shapes, axes, shown)
    sums, totals = _sums(shapes, axes, shown, grids, len(codes))
    nothing = np.zeros(len(codes), np.int64)
    empty = System(shapes, widest, axes, grids, codes, nothing, nothing, sums, totals)
    persons, reports = _counts(tables, empty)
    system = replace(empty, persons=persons, reports=reports, counted=tuple(tables))
    _check_sums(system)
    return _with_outside(system, outside) if outside else system


def _with_outside(system: System, outside: Outside) -> System:
    """The same with a row for each total that is known from outside; raises `CountsUnfit` where it is not so."""
    number = {system.identity(unknown): unknown for unknown in range(system.size)}
    parts = []
    for total in outside:
        if any(cell not in number for cell in total.cells):
            raise CountsUnfit(table=system.tables[0].name, reason="a total known from outside is of a cell that no table has")
        cells = np.array([number[cell] for cell in total.cells])
        if np.sum(system.persons[cells]) != total.persons:
            table, level = system.describe(int(cells[0]))
            raise CountsUnfit(table=table, reason=f"a total by {level} that is known from outside is not what was counted")
        parts.append(cells)
    starts = np.concatenate([[0], np.cumsum([len(cells) for cells in parts])])
    columns = np.concatenate(parts)
    rows = sparse.csr_matrix((np.ones(len(columns), np.int64), columns, starts), shape=(len(parts), system.size))
    return replace(
        system,
        sums=sparse.vstack([system.sums, rows], format="csr", dtype=np.int64),
        totals=np.concatenate([system.totals, np.full(len(parts), NONE)]),
        given_away=np.array([number[cell] for cell in given_away(outside)], np.int64),
    )


def _dimensions(tables: Sequence[CountedTable]) -> dict[str, Dimension]:
    """The dimensions by name, each in the finest form that a table has."""
    known: dict[str, Dimension] = {}
    for table in tables:
        for dimension in table.dimensions:
            before = known.setdefault(dimension.name, dimension)
            if dimension.holds(before):
                known[dimension.name] = dimension if len(dimension.parents) > len(before.parents) else before
            elif not before.holds(dimension):
                raise CountsUnfit(table=table.name, reason=f"its {dimension.name} differs from that of another table")
    return known


def _widest(tables: Sequence[CountedTable]) -> tuple[CountedTable, ...]:
    """The tables that do not stand in another with all their cells; of two with the same cells the first."""
    kept: list[CountedTable] = []
    for at, table in enumerate(tables):
        later = (other for other in tables[at + 1 :] if _stands_in(table, other) and not _stands_in(other, table))
        if next(later, None) is None and not any(_stands_in(table, other) for other in kept):
            kept.append(table)
    return tuple(kept)


def _stands_in(table: CountedTable, other: CountedTable) -> bool:
    along = {dimension.name: dimension for dimension in other.dimensions}
    return all(own.name in along and along[own.name].holds(own) for own in table.dimensions)


def _shown_as(shape: Shape, dimension: Dimension) -> Numbers:
    """For each code of a shape the code that stands for it in a form of the dimension: itself, or what it is part of there."""
    own = np.array([code in dimension.parents for code in shape.codes])
    shown = np.arange(len(own))
    while not np.all(own[shown]):
        shown = np.where(own[shown], shown, shape.parent[shown])
    return shown


def _number(shapes: Sequence[Shape], axes: Axes, shown: Sequence[Sequence[Numbers]]) -> tuple[tuple[Numbers, ...], Numbers]:
    """Give each cell of each table its number; cells with the same codes below the total get the same."""
    radix = [len(shape.codes) for shape in shapes]
    places = []
    for along, stands in zip(axes, shown, strict=True):
        own = np.meshgrid(*stands, indexing="ij")
        full = [np.full(own[0].shape if own else (), shape.root) for shape in shapes]
        for at, axis in enumerate(along):
            full[axis] = own[at]
        places.append(np.ravel_multi_index(full, radix))
    distinct, numbers = np.unique(np.concatenate([place.ravel() for place in places]), return_inverse=True)
    parts = np.split(numbers, np.cumsum([place.size for place in places])[:-1])
    grids = tuple(part.reshape(place.shape) for part, place in zip(parts, places, strict=True))
    return grids, np.stack(np.unravel_index(distinct, radix), axis=1)


def _numbers(table: CountedTable, shapes: Sequence[Shape], axes: Sequence[int], grid: Numbers) -> Numbers:
    """The unknowns of a table's cells in the order of its own codes, from the grid of a table that it stands in."""
    own = {dimension.name: dimension for dimension in table.dimensions}
    names = [shapes[axis].name for axis in axes]
    for at, axis in enumerate(axes):
        shape, dimension = shapes[axis], own.get(names[at])
        codes = [shape.root] if dimension is None else [shape.position[code] for code in dimension.parents]
        grid = np.take(grid, codes, axis=at)
    kept = grid.squeeze(tuple(at for at, name in enumerate(names) if name not in own))
    order = [name for name in names if name in own]
    return kept.transpose([order.index(dimension.name) for dimension in table.dimensions])


def _sums(
    shapes: Sequence[Shape], axes: Axes, shown: Sequence[Sequence[Numbers]], grids: Sequence[Numbers], size: int
) -> tuple[sparse.csr_matrix, Numbers]:
    written = np.zeros((len(shapes), size), bool)  # tables that share totals share the equations of those too
    totals, columns, lengths = ([np.zeros(0, np.int64)] for _ in range(3))
    for along, stands, grid in zip(axes, shown, grids, strict=True):
        for at, axis in enumerate(along):
            moved = np.moveaxis(grid, at, 0)
            for parent, children in shapes[axis].children.items():
                if stands[at][children[0]] != children[0]:
                    continue  # this table goes no further down
                fresh = ~written[axis, moved[parent]]
                fresh &= _first_of_each(moved[parent])
                total = moved[parent][fresh]
                written[axis, total] = True
                totals.append(total)
                columns.append(np.concatenate([total[None], moved[children][:, fresh]]).T.ravel())
                lengths.append(np.full(len(total), len(children) + 1))
    starts = np.concatenate([[0], np.cumsum(np.concatenate(lengths))])
    signs = np.ones(int(starts[-1]), np.int64)
    signs[starts[:-1]] = -1
    sums = sparse.csr_matrix((signs, np.concatenate(columns), starts), shape=(len(starts) - 1, size))
    return sums, np.concatenate(totals)


def _first_of_each(grid: Numbers) -> Flags:
    """Where each number of a grid stands for the first time."""
    first = np.zeros(grid.size, bool)
    first[np.unique(grid.ravel(), return_index=True)[1]] = True
    return first.reshape(grid.shape)


def _counts(tables: Sequence[CountedTable], system: System) -> tuple[Numbers, Numbers]:
    persons = np.full(system.size, -1, np.int64)
    reports = np.full(system.size, np.iinfo(np.int64).max, np.int64)
    for table in tables:
        keys = list(product(*(dimension.parents for dimension in table.dimensions)))
        if unknown := table.cells.keys() - set(keys):
            raise CountsUnfit(table=table.name, reason=f"{len(unknown)} of its cells have codes that its dimensions lack")
        counts = [table.count(key) for key in keys]
        if any(type(number) is not int or number < 0 for count in counts for number in (count.persons, count.reports)):
            raise CountsUnfit(table=table.name, reason="a count is not a whole number, 0 or more")
        given = np.array([count.persons for count in counts], np.int64)
        numbers = system.numbers(table).ravel()
        known = persons[numbers]
        if np.any((known >= 0) & (known != given)):
            raise CountsUnfit(table=table.name, reason="its totals differ from those of another table")
        persons[numbers] = given
        reports[numbers] = np.minimum(reports[numbers], [count.reports for count in counts])
    return persons, reports


def _check_sums(system: System) -> None:
    if wrong := np.flatnonzero(system.sums @ system.persons).tolist():
        table, level = system.describe(int(system.totals[wrong[0]]))
        raise CountsUnfit(table=table, reason=f"a cell by {level} is not the sum of its parts")
