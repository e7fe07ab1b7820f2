"""A large system is searched in parts that share no cell which a move may hide, so that processes can work side by side.

The parts of a table lie along one of its dimensions that have groups: the siblings of one region there, with everything in
the other dimensions. A move within a part holds whatever lies above it. The parts, and what is found in each, are the same
however many processes there are.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from anonymizer.suppression.checkpoint import Checkpoint, Piece
from anonymizer.suppression.equations import Numbers, System
from anonymizer.suppression.scopes import cells_in, scopes_beside
from anonymizer.suppression.search import Search, in_order

__all__ = ["WORTHWHILE", "Part", "apart", "divide", "search_parts"]

WORTHWHILE: Final = 40  # open goals from which a second process finds more than it costs to start

APART: Final = 16  # parts, of what is looked for among all hidden cells


@dataclass(frozen=True)
class Part:
    """Cells that are searched together, and the dimension whose groups the search stays within.

    Without one, only moves of hidden cells are looked for, from wherever they are. `siblings` says whether moves between
    siblings in every dimension are looked for first: not where that was in vain before.
    """

    axis: int | None
    cells: tuple[int, ...]
    siblings: bool = False


def divide(system: System, cells: Iterable[int], rank: int = 0, *, siblings: bool = True) -> list[Part]:
    """The parts of some cells along each table's largest dimension that has groups, or with `rank` 1 its second largest.

    Cells that belong to none (they stand in several tables, or too high) are left out.
    """
    grouped: dict[tuple[int, int, int], list[int]] = {}
    axes = [_axis(system, table, rank) for table in range(len(system.tables))]
    for cell in cells:
        [table, *others] = np.flatnonzero(system.inside[:, cell]).tolist()
        axis = axes[table]
        if others or axis is None or not system.shapes[axis].innermost[code := int(system.codes[cell, axis])]:
            continue
        grouped.setdefault((table, axis, int(system.shapes[axis].parent[code])), []).append(cell)
    return [Part(axis, tuple(grouped[table, axis, group]), siblings) for table, axis, group in sorted(grouped)]


def apart(system: System, cells: Iterable[int]) -> list[Part]:
    """Some cells in parts that hide nothing more, wherever they look: as many whatever the number of processes."""
    ordered = np.array(in_order(system, cells), np.int64)
    return [Part(None, tuple(some.tolist())) for some in np.array_split(ordered, APART) if len(some)]


def search_parts(search: Search, parts: Sequence[Part], checkpoint: Checkpoint, processes: int) -> Iterator[Piece]:
    """The moves found in each part, in the order of the parts. `processes` 0 takes as many as there are processors."""
    workers = processes if search.goals.remaining >= WORTHWHILE else 1
    return checkpoint.pieces(_search_part, search.as_it_stands(), parts, workers)


def _by_layers(system: System, cells: Sequence[int]) -> Iterator[tuple[tuple[int, ...], Sequence[int]]]:
    """Some cells with the layers in which they are looked for; all together and without layers, where there are none."""
    grouped: dict[tuple[int, ...], list[int]] = {}
    for cell in cells:
        grouped.setdefault(system.layers.around(cell) if system.layers else (), []).append(cell)
    yield from grouped.items()


def _within(system: System, layers: tuple[int, ...]) -> Numbers | None:
    """The unknowns of some layers and of what lies above them; None for all, where there are no layers."""
    return np.flatnonzero(system.layers.hold(system.codes, layers)) if system.layers else None


def _axis(system: System, table: int, rank: int) -> int | None:
    """The dimension of this rank among those of a table that have groups below their totals, the largest first."""
    time = None if system.layers is None else system.layers.axis
    grouped = [axis for axis in system.axes[table] if axis != time and system.shapes[axis].height[system.shapes[axis].root] > 1]
    ranked = sorted(grouped, key=lambda axis: (-len(system.shapes[axis].codes), axis))
    return ranked[rank] if rank < len(ranked) else None


def _search_part(whole: Search, part: Part) -> Piece:
    """Hide as little as may be: first between siblings, then with hidden cells alone, then more widely within the part."""
    search = Search(whole.system, whole.pattern.copy(), whole.goals.only(part.cells))
    if part.axis is None:
        for layers, cells in _by_layers(whole.system, part.cells):
            search.protect_freely(cells, _within(whole.system, layers))
        return Piece(search.moves)
    scopes = scopes_beside(whole.system, part.cells, part.axis)
    if part.siblings:
        for cell in in_order(whole.system, part.cells):
            search.protect(cell, lambda unknown: scopes[unknown][:1])
    left = in_order(whole.system, search.goals.open)
    for _, cells in _by_layers(whole.system, left):
        widest = [cells_in(whole.system, search.pattern, scope) for scope in {scopes[cell][-1] for cell in cells}]
        search.protect_freely(cells, np.unique(np.concatenate(widest)))
    for cell in left:
        search.protect(cell, lambda unknown: scopes[unknown][1:])
    return Piece(search.moves)
