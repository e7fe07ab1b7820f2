"""Which cells are hidden so far, and what hiding another one would cost."""

from collections.abc import Collection, Sequence
from copy import copy
from typing import Final

import numpy as np
from numpy.typing import NDArray

from anonymizer.errors import ReleasedOtherwise
from anonymizer.primary import Primary
from anonymizer.published import Identity, Standing
from anonymizer.suppression.equations import Flags, Numbers, System
from anonymizer.suppression.guards import Guards

__all__ = ["Pattern"]

ALSO_OF_THE_MONTH: Final = 2.0  # how many times as much a cell costs that no earlier week of the month hides


class Pattern:
    """The hidden cells of a system; at first the unsafe ones and those hidden before, later their complements too.

    What was `shown` before stays shown, even where it would be unsafe by now. So does what is declared to be zero: it hides
    nothing, since everybody knows it. What others publish may be hidden as unsafe, and hides nothing: it is not `guarded`.

    Costs keep what readers need most: totals before their parts, large cells before small ones, and numbers before zeros,
    and what the policy says beyond that. Where there is what is `hidden_before`, by earlier weeks of the same month, all else
    costs twice as much: to hide it mostly means to hide the month's cell, too.
    """

    def __init__(
        self, system: System, guards: Guards, standing: Standing | None = None, hidden_before: Collection[Identity] = ()
    ) -> None:
        self.shown, hidden = _stands(system, standing or {})
        self.unsafe = np.zeros(system.size, bool)
        self.unsafe[list(guards.unsafe)] = True
        self.unsafe &= ~self.shown
        self.shown = (self.shown | guards.structural) & ~hidden
        self.guarded = self.unsafe.copy()
        self.guarded[system.given_away] = False
        self.first = self.unsafe | hidden
        self.hidden = self.first.copy()
        self.version = 0
        self.cost = _costs(system, guards.primaries)
        for unknown in range(system.cells) if hidden_before else ():
            if system.identity(unknown) not in hidden_before:
                self.cost[unknown] *= ALSO_OF_THE_MONTH
        # zeros below a published zero are known to be zero; to hide one means to hide what lies above it as well
        self.closed = self._below_zero(system)

    def copy(self) -> "Pattern":
        """The pattern as it is, to go on from apart."""
        other = copy(self)
        other.hidden = self.hidden.copy()
        return other

    def begin_again(self) -> None:
        """Hide what was hidden at first, and nothing else."""
        self.hidden = self.first.copy()
        self.version += 1

    def hide(self, cells: Numbers) -> None:
        """Hide more cells, given by number."""
        fresh = cells[~self.hidden[cells]]
        if len(fresh):
            self.hidden[fresh] = True
            self.version += 1

    def show(self, cell: int) -> None:
        """Hide one cell no longer."""
        self.hidden[cell] = False
        self.version += 1

    @staticmethod
    def _below_zero(system: System) -> Flags:
        entries = system.sums.tocoo()
        child = (entries.data == 1) & (system.totals[entries.row] >= 0) & (system.persons[system.totals[entries.row]] == 0)
        below = np.zeros(system.size, bool)
        below[entries.col[child]] = True
        return below


def _stands(system: System, standing: Standing) -> tuple[Flags, Flags]:
    """The unknowns that were shown before, and those that were hidden; raises `ReleasedOtherwise`."""
    shown, hidden = np.zeros(system.size, bool), np.zeros(system.size, bool)
    for unknown in range(system.cells) if standing else ():
        name = system.identity(unknown)
        if name in standing:
            number = standing[name]
            shown[unknown], hidden[unknown] = number is not None, number is None
            if number not in {None, int(system.persons[unknown])}:
                table, level = system.describe(unknown)
                raise ReleasedOtherwise(table=table, level=level)
    if len(system.rest_of):  # what is left of a total without a cell is shown where both are
        shown[system.cells :] = shown[system.rest_of] & shown[system.totals[-len(system.rest_of) :]]
    return shown, hidden


def _costs(system: System, primaries: Sequence[Primary]) -> NDArray[np.float64]:
    """What hiding a cell costs; of a cell that stands in several tables, the most of what they say. A rest costs nothing."""
    cost = np.zeros(system.size)
    names = [shape.name for shape in system.shapes]
    for table, primary in zip(system.counted, primaries, strict=True):
        cells, rules = system.numbers(table).ravel(), primary.rules
        along = [names.index(dimension.name) for dimension in table.dimensions]
        loss = np.where(system.persons[cells] > 0, 1 + np.log2(1 + system.persons[cells]), rules.policy.zero_cost)
        # how far above the innermost cells of its table a cell stands, steps of all dimensions added
        height = np.sum([system.shapes[axis].height[system.codes[cells, axis]] for axis in along], axis=0)
        np.maximum.at(cost, cells, loss * rules.policy.keep_totals**height * rules.cost)
    return cost
