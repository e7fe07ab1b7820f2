"""Counted tables as one system: unknowns, and the sums that hold between them.

A cell is what its codes below the total say it is: (destination XM0101) is one unknown, whether it stands at the edge
of `movements` or of `arrivals`. Unknowns are numbered; everything here is an array over those numbers. The sums are
rows of a sparse matrix, one for each cell and each dimension along which it has children: children minus parent is 0.

This is the suppression engine's view. The proof does not use it: it has its own, in `attack.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from anonymizer.counted_week import CountedTable
from anonymizer.dimension import TOTAL, Dimension
from anonymizer.errors import CountsUnfit

__all__ = ["Flags", "Numbers", "Shape", "System", "build_system", "ranges"]

Numbers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Axes: TypeAlias = tuple[tuple[int, ...], ...]


class Shape:
    """A dimension as arrays over the positions of its codes."""

    def __init__(self, dimension: Dimension) -> None:
        self.name: Final = dimension.name
        self.codes: Final = tuple(dimension.parents)
        position = {code: at for at, code in enumerate(self.codes)}
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

    `codes` has a row for each unknown and a column for each shape; `axes` says which shapes each table has; `grids` holds,
    in the shape of each table, the number of the unknown in each of its cells; `sums` a row for each equation, whose total
    is the unknown `totals[row]`.
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

    @property
    def size(self) -> int:
        return len(self.persons)

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
        rows = order[ranges(starts[cells], starts[cells + 1])]
        begin, end = (self.sums.indptr[at].astype(np.int64) for at in (rows, rows + 1))
        entries = ranges(begin, end)
        unknowns = self.sums.indices[entries]
        at = np.minimum(np.searchsorted(cells, unknowns), len(cells) - 1)
        kept = cells[at] == unknowns
        lengths = np.add.reduceat(kept, np.cumsum(end - begin) - (end - begin)) if len(rows) else np.zeros(0, np.int64)
        indptr = np.concatenate([[0], np.cumsum(lengths)])
        return sparse.csr_matrix((self.sums.data[entries][kept], at[kept], indptr), shape=(len(rows), len(cells)))

    def describe(self, unknown: int) -> tuple[str, str]:
        """The first table that an unknown stands in, and its level: the dimensions in which it is not a total."""
        table = int(np.argmax(self.inside[:, unknown]))
        named = [shape.name for shape, code in zip(self.shapes, self.codes[unknown], strict=True) if code != shape.root]
        return self.tables[table].name, " x ".join(named) or "total"

    def identity(self, unknown: int) -> tuple[tuple[str, str], ...]:
        """The codes below the total that make a cell what it is, by name of dimension."""
        pairs = zip(self.shapes, self.codes[unknown], strict=True)
        return tuple(sorted((shape.name, shape.codes[code]) for shape, code in pairs if code != shape.root))


def build_system(tables: Sequence[CountedTable]) -> System:
    """Number the unknowns of some tables and write down their sums; raises `CountsUnfit` where they do not hold."""
    dimensions = _dimensions(tables)
    shapes = {name: Shape(dimension) for name, dimension in dimensions.items()}
    order = list(shapes)
    axes = tuple(tuple(order.index(dimension.name) for dimension in table.dimensions) for table in tables)
    grids, codes = _number(list(shapes.values()), axes)
    sums, totals = _sums(list(shapes.values()), axes, grids, len(codes))
    persons, reports = _counts(tables, grids, len(codes))
    system = System(tuple(shapes.values()), tuple(tables), axes, grids, codes, persons, reports, sums, totals)
    _check_sums(system)
    return system


def _dimensions(tables: Sequence[CountedTable]) -> dict[str, Dimension]:
    known: dict[str, Dimension] = {}
    for table in tables:
        for dimension in table.dimensions:
            if known.setdefault(dimension.name, dimension) != dimension:
                raise CountsUnfit(table=table.name, reason=f"its {dimension.name} differs from that of another table")
    return known


def _number(shapes: list[Shape], axes: Axes) -> tuple[tuple[Numbers, ...], Numbers]:
    """Give each cell of each table its number; cells with the same codes below the total get the same."""
    radix = [len(shape.codes) for shape in shapes]
    places = []
    for along in axes:
        own = np.indices([radix[axis] for axis in along])
        full = [np.full(own[0].shape, shape.root) for shape in shapes]
        for at, axis in enumerate(along):
            full[axis] = own[at]
        places.append(np.ravel_multi_index(full, radix))
    distinct, numbers = np.unique(np.concatenate([place.ravel() for place in places]), return_inverse=True)
    parts = np.split(numbers, np.cumsum([place.size for place in places])[:-1])
    grids = tuple(part.reshape(place.shape) for part, place in zip(parts, places, strict=True))
    return grids, np.stack(np.unravel_index(distinct, radix), axis=1)


def _sums(shapes: list[Shape], axes: Axes, grids: tuple[Numbers, ...], size: int) -> tuple[sparse.csr_matrix, Numbers]:
    written = np.zeros((len(shapes), size), bool)  # tables that share totals share the equations of those too
    totals, columns, lengths = ([np.zeros(0, np.int64)] for _ in range(3))
    for along, grid in zip(axes, grids, strict=True):
        for at, axis in enumerate(along):
            moved = np.moveaxis(grid, at, 0)
            for parent, children in shapes[axis].children.items():
                fresh = ~written[axis, moved[parent]]
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


def _counts(tables: Sequence[CountedTable], grids: tuple[Numbers, ...], size: int) -> tuple[Numbers, Numbers]:
    persons = np.full(size, -1, np.int64)
    reports = np.full(size, np.iinfo(np.int64).max, np.int64)
    for table, grid in zip(tables, grids, strict=True):
        keys = list(product(*(dimension.parents for dimension in table.dimensions)))
        if unknown := table.cells.keys() - set(keys):
            raise CountsUnfit(table=table.name, reason=f"{len(unknown)} of its cells have codes that its dimensions lack")
        counts = [table.count(key) for key in keys]
        if any(type(number) is not int or number < 0 for count in counts for number in (count.persons, count.reports)):
            raise CountsUnfit(table=table.name, reason="a count is not a whole number, 0 or more")
        given = np.array([count.persons for count in counts], np.int64)
        known = persons[grid.ravel()]
        if np.any((known >= 0) & (known != given)):
            raise CountsUnfit(table=table.name, reason="its totals differ from those of another table")
        persons[grid.ravel()] = given
        reports[grid.ravel()] = np.minimum(reports[grid.ravel()], [count.reports for count in counts])
    return persons, reports


def _check_sums(system: System) -> None:
    if wrong := np.flatnonzero(system.sums @ system.persons).tolist():
        table, level = system.describe(int(system.totals[wrong[0]]))
        raise CountsUnfit(table=table, reason=f"a cell by {level} is not the sum of its parts")
