"""How far persons may move to hide a cell: first between its siblings, then more widely, at last everywhere.

What is found in a narrow scope is valid in the whole system (see `moves.py`) and found a hundred times faster. A narrow
scope holds what lies above it still, so that hiding a village never costs the total of a country.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np

from anonymizer.suppression.equations import Flags, Numbers, System
from anonymizer.suppression.pattern import Pattern

__all__ = ["Scope", "cells_in", "everything", "held_in", "scopes_around", "scopes_beside"]

Tops: TypeAlias = tuple[int, ...]

FEW: Final = 1000  # cells of a scope up to which its closed zeros may move too


@dataclass(frozen=True)
class Scope:
    """Persons move between innermost cells under `tops` (a code for each dimension), in `tables`, and in these `layers` only.

    Without layers, which only a period beside its parts has, they move in all there is.
    """

    tops: Tops
    tables: tuple[int, ...]
    layers: tuple[int, ...] = ()
    closed_zeros: bool = False
    grand_total: bool = False


def scopes_beside(system: System, unknowns: Iterable[int], axis: int) -> dict[int, tuple[Scope, ...]]:
    """The scopes to search for each of some cells without leaving its siblings along one dimension, narrowest first."""
    others = [other for other in range(len(system.shapes)) if other != axis]
    known: dict[Scope, tuple[Scope, ...]] = {}  # siblings of one part have the same
    scopes: dict[int, tuple[Scope, ...]] = {}
    for unknown in unknowns:
        first = _beside(system, unknown)
        if first not in known:
            known[first] = tuple(_wider(system, first, others))
        scopes[unknown] = known[first]
    return scopes


def scopes_around(system: System, unknown: int, *, grand_total: bool) -> Iterator[Scope]:
    """The scopes to search for a cell, narrowest first. The last may hide the grand total, where that is allowed."""
    first = _beside(system, unknown)
    *_, last = wider = list(_wider(system, first, range(len(system.shapes))))
    yield from wider
    everywhere = replace(last, tops=tuple(shape.root for shape in system.shapes), tables=tuple(range(len(system.tables))))
    if everywhere.tables != last.tables:
        yield everywhere
    for layers in dict.fromkeys((last.layers, ())):
        yield replace(everywhere, layers=layers, closed_zeros=True)
        if grand_total:
            yield replace(everywhere, layers=layers, closed_zeros=True, grand_total=True)


def everything(system: System) -> Scope:
    """The whole system but its grand total, closed zeros too."""
    tops = tuple(shape.root for shape in system.shapes)
    return Scope(tops, tuple(range(len(system.tables))), closed_zeros=True)


def cells_in(system: System, pattern: Pattern, scope: Scope) -> Numbers:
    """The unknowns that belong to a scope, in ascending order: its innermost cells and everything that they add to."""
    reached = [np.flatnonzero(shape.reach(top)) for shape, top in zip(system.shapes, scope.tops, strict=True)]
    parts = [system.grids[table][np.ix_(*(reached[axis] for axis in system.axes[table]))].ravel() for table in scope.tables]
    cells = parts[0] if len(parts) == 1 else np.concatenate(parts)
    cells = np.unique(cells)
    if system.layers is not None and scope.layers:
        cells = cells[system.layers.hold(system.codes[cells], scope.layers)]
    if not scope.closed_zeros and len(cells) > FEW:
        cells = cells[~pattern.closed[cells] | pattern.hidden[cells]]
    return system.and_rests(cells)


def held_in(system: System, scope: Scope, cells: Numbers) -> Flags:
    """Which of a scope's cells it leaves as they are unless they are hidden already."""
    held = np.zeros(len(cells), bool) if scope.grand_total else system.grand_total[cells]
    for shape, codes, top in zip(system.shapes, system.codes[cells].T, scope.tops, strict=True):
        held = held | shape.above(top)[codes]
    return held


def _beside(system: System, unknown: int) -> Scope:
    """The siblings of a cell in every dimension; of a period and its parts, in few of these."""
    tops = _raised(system, tuple(system.codes[unknown].tolist()))
    layers: tuple[int, ...] = ()
    if system.layers is not None:
        axis, layers = system.layers.axis, system.layers.around(unknown)
        tops = (*tops[:axis], system.shapes[axis].root, *tops[axis + 1 :])
    return Scope(tops, _tables_of(system, unknown), layers)


def _tables_of(system: System, unknown: int) -> tuple[int, ...]:
    return tuple(np.flatnonzero(system.inside[:, unknown]).tolist())


def _wider(system: System, first: Scope, along: Iterable[int]) -> Iterator[Scope]:
    """A scope of siblings, then wider ones."""
    yield first
    wider = _ever_wider(system, first.tops, along)
    next(wider)
    yield from (replace(first, tops=tops) for tops in wider)


def _ever_wider(system: System, tops: Tops, along: Iterable[int]) -> Iterator[Tops]:
    """Siblings in every dimension; then some dimensions raised, one at a time and together, up to their totals."""
    yield tops
    while rising := [axis for axis in along if _raised(system, tops)[axis] != tops[axis]]:
        raised = _raised(system, tops)
        if len(rising) > 1:
            yield from ((*tops[:axis], raised[axis], *tops[axis + 1 :]) for axis in rising)
        tops = tuple(raised[axis] if axis in rising else top for axis, top in enumerate(tops))
        yield tops


def _raised(system: System, tops: Tops) -> Tops:
    return tuple(int(shape.parent[top]) for shape, top in zip(system.shapes, tops, strict=True))
