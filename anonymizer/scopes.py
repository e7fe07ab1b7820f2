"""How far persons may move to hide a cell: first between its siblings, then more widely, at last everywhere.

What is found in a narrow scope is valid in the whole system (see `moves.py`) and found a hundred times faster. A narrow
scope holds what lies above it still, so that hiding a village never costs the total of a country.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from anonymizer.equations import Flags, Numbers, System
from anonymizer.pattern import Pattern

__all__ = ["Scope", "held_in", "movable_in", "scopes_around"]

FEW: Final = 1000  # cells of a scope up to which its closed zeros may move too


@dataclass(frozen=True)
class Scope:
    """Persons move between innermost cells under `tops` (a code for each dimension), in `tables`."""

    tops: tuple[int, ...]
    tables: tuple[int, ...]
    closed_zeros: bool = False
    grand_total: bool = False


def scopes_around(system: System, unknown: int, *, grand_total: bool) -> list[Scope]:
    """The scopes to search for a cell, narrowest first. The last may hide the grand total, where that is allowed."""
    own = tuple(table for table in range(len(system.tables)) if system.inside(table)[unknown])
    every = tuple(range(len(system.tables)))
    tops = tuple(system.codes[unknown].tolist())
    scopes = []
    for _ in range(max(int(shape.height[shape.root]) for shape in system.shapes)):
        tops = tuple(int(shape.parent[top]) for shape, top in zip(system.shapes, tops, strict=True))
        scopes.append(Scope(tops, own))
    scopes += [Scope(tops, every), Scope(tops, every, closed_zeros=True)]
    if grand_total:
        scopes.append(Scope(tops, every, closed_zeros=True, grand_total=True))
    return list(dict.fromkeys(scopes))


def movable_in(system: System, pattern: Pattern, scope: Scope) -> Numbers:
    """The unknowns that belong to a scope: its innermost cells and everything that they add to."""
    cells = np.any([system.inside(table) for table in scope.tables], axis=0)
    for shape, codes, top in zip(system.shapes, system.codes.T, scope.tops, strict=True):
        cells &= shape.reach(top)[codes]
    if not scope.closed_zeros and np.count_nonzero(cells) > FEW:
        cells &= ~pattern.closed | pattern.hidden
    return np.flatnonzero(cells)


def held_in(system: System, scope: Scope) -> Flags:
    """The unknowns that a scope leaves as they are unless they are hidden already."""
    held = np.zeros(system.size, bool)
    for shape, codes, top in zip(system.shapes, system.codes.T, scope.tops, strict=True):
        above = shape.at_or_above[top].copy()
        above[top] = False
        held |= above[codes]
    return held if scope.grand_total else held | system.grand_total
