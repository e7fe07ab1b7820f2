"""Columns that are asked for together: what lies below one group of a dimension, as the districts of a region do.

Such a block is closed, unlike what is merely near: every sum within the group is in it whole. So little of it is at a
rim, and programs of a table's blocks cost far less than one over the table.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from anonymizer.attacker.deduction import Core
from anonymizer.attacker.unknowns import UNKNOWN, Unknowns, Whole
from anonymizer.dimension import Dimension
from anonymizer.published import PublishedTable

__all__ = ["by_groups", "columns_by"]

NONE: Final = -1
SMALL: Final = 5000  # columns up to which one program over all is as good


def by_groups(tables: Sequence[PublishedTable], unknowns: Unknowns, core: Core) -> list[list[Whole]]:
    """The columns below each group of innermost codes: of the dimension with the most codes first, then of the next."""
    if len(core.lower) <= SMALL:
        return []
    dimensions = {dimension.name: dimension for table in tables for dimension in table.dimensions}
    ranked = sorted(dimensions.values(), key=lambda dimension: -len(dimension.parents))
    hidden = unknowns.columns != UNKNOWN
    rounds = (columns_by(_group_of_cells(dimension.name, tables, unknowns)[hidden], core) for dimension in ranked)
    return [blocks for blocks in rounds if len(blocks) > 1]


def columns_by(home: Whole, core: Core) -> list[Whole]:
    """The columns whose unknowns are at home in one place, by place; those that are nowhere, at -1, do not count."""
    somewhere, count = (core.factor != 0) & (home != NONE), len(core.lower)
    column, place = core.column[somewhere], home[somewhere]
    least, most = np.full(count, np.iinfo(np.int64).max), np.full(count, NONE)
    np.minimum.at(least, column, place)
    np.maximum.at(most, column, place)
    alone = np.where(least == most, most, NONE)
    return [np.flatnonzero(alone == each) for each in np.unique(alone[alone != NONE]).tolist()]


def _group_of_cells(name: str, tables: Sequence[PublishedTable], unknowns: Unknowns) -> Whole:
    """For each cell the group of its innermost code along a dimension, by number; -1 for totals, and for codes in none."""
    group = np.full(len(unknowns.values), NONE)
    numbers: dict[str, int] = {}
    for table, grid in zip(tables, unknowns.grids, strict=True):
        for axis, dimension in enumerate(table.dimensions):
            for parent, children in _groups(dimension) if dimension.name == name else ():
                below = np.moveaxis(grid, axis, 0)[[dimension.positions[code] for code in children]]
                group[below.ravel()] = numbers.setdefault(parent, len(numbers))
    return group


def _groups(dimension: Dimension) -> list[tuple[str, list[str]]]:
    """The codes below which there are innermost ones, and these; none where all are below the total."""
    inner = [
        (parent, [code for code in children if code not in dimension.children])
        for parent, children in dimension.children.items()
    ]
    return [(parent, codes) for parent, codes in inner if codes] if len(inner) > 1 else []
