"""Which cells are hidden so far, and what hiding another one would cost."""

from copy import copy

import numpy as np

from anonymizer.counted_week import Count
from anonymizer.errors import ReleasedOtherwise
from anonymizer.policy import Policy
from anonymizer.published import Standing
from anonymizer.suppression.equations import Flags, Numbers, System

__all__ = ["Pattern"]


class Pattern:
    """The hidden cells of a system; at first the unsafe ones and those hidden before, later their complements too.

    What was `shown` before stays shown, even where it would be unsafe by now.

    Costs keep what readers need most: totals before their parts, large cells before small ones, and numbers before zeros.
    """

    def __init__(self, system: System, policy: Policy, standing: Standing | None = None) -> None:
        counts = zip(system.persons.tolist(), system.reports.tolist(), strict=True)
        self.shown, hidden = _stands(system, standing or {})
        self.unsafe = np.array([policy.is_unsafe(Count(*count)) for count in counts]) & ~self.shown
        self.first = self.unsafe | hidden
        self.hidden = self.first.copy()
        self.version = 0
        loss = np.where(system.persons > 0, 1 + np.log2(1 + system.persons), policy.zero_cost)
        self.cost = loss * policy.keep_totals ** _height_in_tables(system)
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
        child = (entries.data == 1) & (system.persons[system.totals[entries.row]] == 0)
        below = np.zeros(system.size, bool)
        below[entries.col[child]] = True
        return below


def _stands(system: System, standing: Standing) -> tuple[Flags, Flags]:
    """The unknowns that were shown before, and those that were hidden; raises `ReleasedOtherwise`."""
    shown, hidden = np.zeros(system.size, bool), np.zeros(system.size, bool)
    for unknown in range(system.size) if standing else ():
        name = system.identity(unknown)
        if name in standing:
            number = standing[name]
            shown[unknown], hidden[unknown] = number is not None, number is None
            if number not in {None, int(system.persons[unknown])}:
                table, level = system.describe(unknown)
                raise ReleasedOtherwise(table=table, level=level)
    return shown, hidden


def _height_in_tables(system: System) -> Numbers:
    """How far above the innermost cells of its table a cell stands, steps of all dimensions added."""
    names = [shape.name for shape in system.shapes]
    height = np.zeros(system.size, np.int64)
    for table, grid in zip(system.tables, system.grids, strict=True):
        axes = [names.index(dimension.name) for dimension in table.dimensions]
        cells = grid.ravel()
        own = np.sum([system.shapes[axis].height[system.codes[cells, axis]] for axis in axes], axis=0)
        height[cells] = np.maximum(height[cells], own)
    return height
