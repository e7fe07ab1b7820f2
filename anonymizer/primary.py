"""Primary suppression: what of some counted tables is unsafe under a policy, and why.

Unsafe by itself is a cell with few persons, with few contributors, or with one or two who make up most of it. Unsafe beside its
total is a cell when little or nothing is left of the total without it: the *rest*, which is the total minus the cell. A rest
of few persons is a small group like any other; a rest of nobody says of everybody in the total that they are in the cell,
which may not be told of a sensitive category. The rest is published nowhere and can be subtracted by anybody, so it is guarded
as a number of its own (Hundepool and others, Statistical disclosure control, 2012, section 4.2: group disclosure).

Everything that asks for the reason of a cell asks here: the engine, the proof, `explain` and `losses`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from anonymizer.counted_week import Count, CountedTable
from anonymizer.dimension import TOTAL
from anonymizer.errors import CountsUnfit
from anonymizer.policy import Policy, Possible, TableRules, rules_of
from anonymizer.policy.selection import Flags

__all__ = ["Guarded", "Primary", "Reason", "Rest", "primary_of"]

Whole: TypeAlias = NDArray[np.int64]


class Reason(StrEnum):
    """Why a number is guarded, or why a cell is not published."""

    FEW_PERSONS = "fewer persons than the threshold"
    FEW_CONTRIBUTORS = "fewer contributors than the policy asks for"
    DOMINATED = "one or a few contributors make up most of it"
    SMALL_REST = "all of a total but fewer persons than the threshold"
    WHOLE_GROUP = "everybody of a total, in a sensitive category"
    HIDDEN_ZERO = "a zero hidden for the sake of others"
    FOR_OTHERS = "hidden for the sake of others"
    NOT_HIDDEN = "it is published"


@dataclass(frozen=True)
class Guarded:
    """A number that nobody may learn: what it is, why, and which interval and which values of it must stay possible."""

    persons: int
    reason: Reason
    interval: tuple[int, int]
    possible: tuple[Possible, ...]

    def __or__(self, other: "Guarded") -> "Guarded":
        """What two tables ask for the same number: both."""
        interval = min(self.interval[0], other.interval[0]), max(self.interval[1], other.interval[1])
        reason = other.reason if self.reason is Reason.HIDDEN_ZERO else self.reason
        return Guarded(self.persons, reason, interval, tuple(dict.fromkeys(self.possible + other.possible)))


@dataclass(frozen=True)
class Rest:
    """What is left of a total without one of its cells, both given by their place in the order of a table's codes."""

    cell: int
    total: int
    guarded: Guarded


class Primary:
    """What is unsafe in one counted table: the `persons` of its cells and which are `unsafe`, in order of its codes."""

    def __init__(self, table: CountedTable, rules: TableRules) -> None:
        self._table, self.rules = table, rules
        keys = list(product(*(dimension.parents for dimension in table.dimensions)))
        self._counts = [table.count(key) for key in keys]
        self.persons: Whole = np.array([count.persons for count in self._counts], np.int64)
        if np.any(self.persons[rules.structural]):
            key = keys[int(np.argmax(rules.structural & (self.persons != 0)))]
            level = " x ".join(along.name for along, code in zip(table.dimensions, key, strict=True) if code != TOTAL)
            raise CountsUnfit(table=table.name, reason=f"a cell by {level} that is declared a structural zero holds somebody")
        held = [rules.variants[variant] for variant in rules.variant.tolist()]
        self.unsafe: Flags = np.array([policy.is_unsafe(count) for policy, count in zip(held, self._counts, strict=True)])

    def guarded(self, cell: int) -> Guarded:
        """What is asked for an unsafe cell, or for a zero that is hidden."""
        count, policy = self._counts[cell], self.rules.at(cell)
        return Guarded(
            count.persons, self._reason(count, policy), policy.required_interval(count), policy.must_stay_possible(count)
        )

    def rests(self) -> Iterator[Rest]:
        """The rests that are guarded. What is left beside a cell's only sibling is that sibling, small or not."""
        grid = np.arange(len(self.persons)).reshape([len(dimension.parents) for dimension in self._table.dimensions])
        for axis, dimension in enumerate(self._table.dimensions):
            group = self.rules.group.get(dimension.name)
            if group is None and not self.rules.policy.complements:
                continue
            moved = np.moveaxis(grid, axis, 0)
            for parent, children in dimension.children.items():
                for child in children if len(children) > 1 else ():
                    cells, totals = (moved[dimension.positions[code]].ravel() for code in (child, parent))
                    if self.rules.policy.complements and len(children) > 2:
                        yield from self._small_rests(cells, totals)
                    if group is not None:
                        yield from self._whole_groups(cells[group[cells]], totals[group[cells]])

    def _small_rests(self, cells: Whole, totals: Whole) -> Iterator[Rest]:
        """Beside cells that are large enough themselves: a small one is hidden, and what is left of its total with it."""
        rest, threshold = self.persons[totals] - self.persons[cells], self.rules.threshold[cells]
        for at in np.flatnonzero((rest > 0) & (rest < threshold) & (self.persons[cells] >= threshold)).tolist():
            policy, count = self.rules.at(cells[at]), Count(int(rest[at]), 0)
            interval, possible = policy.required_interval(count), policy.must_stay_possible(count)
            yield Rest(int(cells[at]), int(totals[at]), Guarded(count.persons, Reason.SMALL_REST, interval, possible))

    def _whole_groups(self, cells: Whole, totals: Whole) -> Iterator[Rest]:
        """Where nobody is left, as many as in a hidden zero must be possible, and one at least."""
        for at in np.flatnonzero((self.persons[totals] == self.persons[cells]) & (self.persons[cells] > 0)).tolist():
            most = max(1, self.rules.at(cells[at]).small_interval[1])
            yield Rest(int(cells[at]), int(totals[at]), Guarded(0, Reason.WHOLE_GROUP, (0, most), (Possible(most, None),)))

    def _reason(self, count: Count, policy: Policy) -> Reason:
        if count.persons == 0:
            return Reason.HIDDEN_ZERO
        if count.persons < policy.threshold:
            return Reason.FEW_PERSONS
        return Reason.FEW_CONTRIBUTORS if count.reports < policy.contributors else Reason.DOMINATED


def primary_of(tables: Sequence[CountedTable], policy: Policy) -> list[Primary]:
    """What is unsafe in each of some tables; raises `CountsUnfit` where a structural zero is none."""
    return [Primary(table, rules_of(table.name, table.dimensions, policy)) for table in tables]
