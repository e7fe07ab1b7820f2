"""A week as counted, before protection: secret, and never stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from anonymizer.dimension import Dimension
from anonymizer.population import Population
from core.periods.week import Week

__all__ = ["Count", "CountedTable", "CountedWeek"]


@dataclass(frozen=True)
class Count:
    """Persons in a cell, and how many reports they come from.

    `largest` are the largest contributions of single reports or contributors, at most `KEPT`, the largest first; empty where
    nobody asked who gave how much. `alone` is a number for the only contributor of the cell, where it is told who that is.
    """

    KEPT: ClassVar = 3

    persons: int
    reports: int
    largest: tuple[int, ...] = ()
    alone: int | None = field(default=None, compare=False, repr=False)


NOTHING = Count(0, 0)


@dataclass(frozen=True)
class CountedTable:
    """Counts by the codes of some dimensions, at every level; a cell that is absent holds nothing."""

    name: str
    dimensions: tuple[Dimension, ...]
    cells: Mapping[tuple[str, ...], Count] = field(repr=False)

    def count(self, key: tuple[str, ...]) -> Count:
        """The count of a cell."""
        return self.cells.get(key, NOTHING)


@dataclass(frozen=True)
class CountedWeek:
    """The tables of one operation's week and one population. Where they share a dimension they share its totals, one perhaps in
    a coarser form."""

    operation: str
    week: Week
    tables: tuple[CountedTable, ...]
    population: Population = Population.MOVEMENTS
