"""Rows counted in the cells of a table, at every level of its dimensions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod

import numpy as np

from anonymizer.counted_week import Count, CountedTable
from anonymizer.dimension import Dimension
from anonymizer.records import Places, every_level
from anonymizer.tool.count_contributors import count_contributors

__all__ = ["Rows", "count_table"]


@dataclass(frozen=True, eq=False)
class Rows:
    """What stands in each row beside its codes: persons, from how many reports, and perhaps a number for who contributed it."""

    persons: Places = field(repr=False)
    reports: Places = field(repr=False)
    contributors: Places | None = field(default=None, repr=False)


def count_table(name: str, along: Sequence[tuple[Dimension, Places]], rows: Rows) -> CountedTable:
    """A table along some dimensions, each with the place of every row's code in it.

    Reports are added. Where it is told who contributed, contributors are counted in their place, once in each cell.
    """
    dimensions, places = tuple(dimension for dimension, _ in along), [place for _, place in along]
    keys = product(*(dimension.parents for dimension in dimensions))
    persons = _added(dimensions, places, rows.persons)
    if rows.contributors is None:
        numbers = zip(keys, persons, _added(dimensions, places, rows.reports), strict=True)
        return CountedTable(name, dimensions, {key: Count(some, told) for key, some, told in numbers if some})
    number, first, largest = count_contributors(dimensions, places, rows.persons, rows.contributors)
    told = zip(keys, persons, number.tolist(), first.tolist(), largest.tolist(), strict=True)
    cells = {
        key: Count(some, of, tuple(filter(None, gave)), who if of == 1 else None) for key, some, of, who, gave in told if some
    }
    return CountedTable(name, dimensions, cells)


def _added(dimensions: Sequence[Dimension], places: Sequence[Places], amounts: Places) -> list[int]:
    """What each cell holds of some amounts, in order of the codes: innermost cells, then one dimension after the other."""
    shape = tuple(len(dimension.parents) for dimension in dimensions)
    at = np.ravel_multi_index(tuple(places), shape)
    grid = np.bincount(at, amounts, minlength=prod(shape)).astype(np.int64).reshape(shape)
    every_level(grid, dimensions)
    added: list[int] = grid.ravel().tolist()
    return added
