"""A table beside its parts, as a month beside its weeks: where the parts hang together in few cells only.

Along some dimension of all tables each innermost code is a *layer*. What totals along it say of each other follows from what
the layers say. A total that is suppressed gives way: it is whatever its parts make it. So layers hang together only where a
total is shown of which several of them hide a part. These parts are *ties*: once they are decided, every layer is a table of
its own.

Nothing here says what is possible, only what is worth asking together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from scipy import sparse

from anonymizer.attacker.deduction import FAR, Core, deduce, tidy
from anonymizer.attacker.groups import columns_by
from anonymizer.attacker.joint_program import Flags
from anonymizer.attacker.unknowns import UNKNOWN, Equations, Unknowns, Whole
from anonymizer.dimension import TOTAL
from anonymizer.published import PublishedTable

__all__ = ["Layers", "find_layers"]

FEW: Final = 10  # of so many unknowns one may be a tie; in tables that are no table and its parts nearly all are
SMALL: Final = 500  # columns up to which all are asked together at no cost
BESIDE: Final = 4  # layers beside which each is asked for
NONE: Final = -1


@dataclass(frozen=True, eq=False)
class Layers:
    """What of some unknowns is in which layer, by the columns of a core.

    `equations` are those of the core without those that follow from them; `own` are the columns of each layer, `totals` those
    of none, `several` those of more than one. `apart` is what is left to decide, by itself.
    """

    equations: Equations
    own: tuple[Whole, ...]
    totals: Whole
    several: Whole
    apart: "Apart"

    @cached_property
    def leading(self) -> dict[int, list[int]]:
        """By equation the totals in it, where it has others beside them: through it the way leads to these only."""
        total = np.zeros(self.equations.signs.shape[1], np.int64)
        total[self.totals] = 1
        signs = self.equations.signs
        entries = signs.tocoo()
        number = np.bincount(entries.row, total[entries.col], minlength=signs.shape[0])
        rows = np.flatnonzero((number > 0) & (number < np.diff(signs.indptr)))
        columns = ((row, signs.indices[signs.indptr[row] : signs.indptr[row + 1]]) for row in rows.tolist())
        return {row: of[total[of] > 0].tolist() for row, of in columns}

    def rounds(self) -> Iterator[list[Whole]]:
        """The columns of each layer with all totals; then of two that are tied, so that no round has a layer twice."""
        yield [self._of(layer) for layer in range(len(self.own))]
        rounds: list[dict[int, int]] = []
        for one, other in self._tied():
            free = (taken for taken in rounds if one not in taken and other not in taken)
            taken = next(free, None)
            if taken is None:
                rounds.append(taken := {})
            taken |= {one: other, other: one}
        yield from ([self._of(one, other) for one, other in taken.items() if one < other] for taken in rounds)

    def _of(self, *layers: int) -> Whole:
        """The columns of some layers, and of several together what is in more than one."""
        several = self.several if len(layers) > 1 else self.several[:0]
        return np.sort(np.concatenate([self.totals, several, *(self.own[layer] for layer in layers)]))

    def _tied(self) -> list[tuple[int, int]]:
        """Pairs of layers: each with those that it has most equations in common with, in which no total gives way."""
        home = np.full(self.equations.signs.shape[1], NONE)
        for layer, columns in enumerate(self.own):
            home[columns] = layer
        columns, rows = np.flatnonzero(home != NONE), np.delete(np.arange(len(self.equations.amounts)), list(self.leading))
        shape = len(home), len(self.own)
        inside = sparse.csr_matrix((np.ones(len(columns), np.int64), (columns, home[columns])), shape=shape)
        tied = ((abs(self.equations.signs[rows]) @ inside).toarray() > 0).astype(np.int64)
        common = tied.T @ tied
        np.fill_diagonal(common, 0)
        most = np.argsort(-common, axis=1, kind="stable")[:, :BESIDE]
        pairs = ((one, other) for one, others in enumerate(most.tolist()) for other in others if common[one, other])
        return sorted({(min(pair), max(pair)) for pair in pairs})


@dataclass(frozen=True, eq=False)
class Apart:
    """The system without the totals that give way: its `core`, whose unknowns are those numbered `left` in the whole.

    Of its columns some are `ties`, the others in the layers `own`. Each of the `given` unknowns follows from
    the equation of `giving` beside it, those last which others need.
    """

    core: Core
    left: Whole
    ties: Whole
    own: tuple[Whole, ...]
    given: Whole
    giving: Equations

    def complete(self, columns: Whole) -> Whole:
        """The values of all unknowns, from those of the columns."""
        values = np.zeros(len(self.left) + len(self.given), np.int64)
        values[self.left] = self.core.unknowns(columns)
        signs, amounts = self.giving.signs, self.giving.amounts
        for row in range(len(self.given) - 1, -1, -1):
            unknown, entries = self.given[row], slice(signs.indptr[row], signs.indptr[row + 1])
            of, sign = signs.indices[entries], signs.data[entries]
            values[unknown] = (amounts[row] - sign @ values[of]) * sign[of == unknown][0]
        return values


def find_layers(tables: Sequence[PublishedTable], unknowns: Unknowns, core: Core) -> Layers | None:
    """The layers along that dimension which ties the fewest unknowns; None where those are many along each.

    Raises `Contradiction`.
    """
    if len(core.lower) <= SMALL:
        return None
    found = [_Along(unknowns, _layer_of_unknowns(name, tables, unknowns), name) for name in _shared(tables)]
    best = min(found, key=lambda along: along.tied, default=None)
    return best.finish(core) if best and best.tied * FEW <= unknowns.count else None


def _shared(tables: Sequence[PublishedTable]) -> Iterator[str]:
    """The dimensions that all tables have, with the same codes."""
    first, *others = ({dimension.name: dimension for dimension in table.dimensions} for table in tables)
    return (name for name, dimension in first.items() if all(other.get(name) == dimension for other in others))


def _layer_of_unknowns(name: str, tables: Sequence[PublishedTable], unknowns: Unknowns) -> Whole:
    """For each cell the innermost code that it has along a dimension, by position there; -1 where it is a total."""
    layer = np.full(len(unknowns.values), NONE)
    for table, grid in zip(tables, unknowns.grids, strict=True):
        [axis] = (axis for axis, dimension in enumerate(table.dimensions) if dimension.name == name)
        moved, dimension = np.moveaxis(grid, axis, 0), table.dimensions[axis]
        for code, at in dimension.positions.items():
            if code != TOTAL and code not in dimension.children:
                layer[moved[at].ravel()] = at
    return layer


class _Along:
    """The layers along one dimension, given that of each cell."""

    def __init__(self, unknowns: Unknowns, layer: Whole, name: str) -> None:
        self._unknowns, rows = unknowns, unknowns.rows
        self._layer = layer[unknowns.columns != UNKNOWN]
        follows = (rows.along != name) & (rows.total != UNKNOWN) & (layer[rows.total] == NONE)
        self._rows = np.flatnonzero(~follows)
        signs = unknowns.equations.signs[self._rows]
        self._given, self._giving = _giving_way(signs, (self._layer == NONE) & (unknowns.lower == 0) & (unknowns.upper == FAR))
        self._kept = np.delete(np.arange(len(self._rows)), self._giving)
        self.tied: Final = int(np.count_nonzero(_across(signs[self._kept], self._layer)))

    def finish(self, core: Core) -> Layers | None:
        every, layer = self._unknowns.equations, self._layer
        needed = Equations(every.signs[self._rows], every.amounts[self._rows])
        own, total = columns_by(layer, core), np.ones(len(core.lower), bool)
        if len(own) < 2:
            return None
        total[core.column[(core.factor != 0) & (layer != NONE)]] = False
        several = np.setdiff1d(np.flatnonzero(~total), np.concatenate(own))
        return Layers(_substituted(needed, core), tuple(own), np.flatnonzero(total), several, self._apart())

    def _apart(self) -> Apart:
        every, unknowns = self._unknowns.equations, self._unknowns
        left, rows = np.delete(np.arange(unknowns.count), self._given), self._rows[self._kept]
        equations = Equations(every.signs[rows][:, left], every.amounts[rows])
        core = deduce(equations, unknowns.lower[left], unknowns.upper[left])
        own = columns_by(self._layer[left], core)
        home = np.full(len(core.lower), NONE)
        for at, columns in enumerate(own):
            home[columns] = at
        tied = (home == NONE) | _across(core.equations.signs, home)
        giving = Equations(every.signs[self._rows[self._giving]], every.amounts[self._rows[self._giving]])
        free = tuple(columns[~tied[columns]] for columns in own)
        return Apart(core, left, np.flatnonzero(tied), free, self._given, giving)


def _substituted(equations: Equations, core: Core) -> Equations:
    """Equations as they read after what was deduced."""
    free = np.flatnonzero(core.factor)
    deduced = sparse.csr_matrix((core.factor[free], (free, core.column[free])), shape=(len(core.factor), len(core.lower)))
    return tidy(Equations((equations.signs @ deduced).tocsr(), equations.amounts - equations.signs @ core.offset))


def _giving_way(signs: sparse.csr_matrix, totals: Flags) -> tuple[Whole, Whole]:
    """The totals that no row but their own needs, and that row of each, those first which no other of them needs.

    In a row of its own a total stands against its parts, so it is never negative before one of them is.
    """
    left = np.arange(signs.shape[0])
    columns, rows = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    while True:
        entries = signs[left].tocoo()
        once = np.bincount(entries.col, minlength=signs.shape[1]) == 1
        gives = once[entries.col] & totals[entries.col] & (entries.data == -1)
        if not np.any(gives):
            return np.concatenate(columns), np.concatenate(rows)
        columns.append(entries.col[gives].astype(np.int64))
        rows.append(left[entries.row[gives]])
        left = np.delete(left, entries.row[gives])


def _across(signs: sparse.csr_matrix, home: Whole) -> Flags:
    """The columns in rows that are not of one layer alone."""
    entries = signs.tocoo()
    least, most = np.full(signs.shape[0], len(home)), np.full(signs.shape[0], NONE)
    np.minimum.at(least, entries.row, home[entries.col])
    np.maximum.at(most, entries.row, home[entries.col])
    across = np.zeros(len(home), bool)
    across[entries.col[((least != most) | (least == NONE))[entries.row]]] = True
    return across
