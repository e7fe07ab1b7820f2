"""Cells that went beyond the next multiple are brought back, where a neighbourhood of theirs can be rounded again.

A neighbourhood is one list of innermost siblings in each of the two largest dimensions, or two, and everything above them;
all else stays as it is. Of those of a cell the first is taken in which every number stays next to the true one.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final

import numpy as np

from anonymizer.rounding.block_program import Cells, next_steps
from anonymizer.rounding.lean import Flags
from anonymizer.rounding.siblings import Grid, Siblings, Tree
from anonymizer.rounding.sums import sums_of

__all__ = ["mend"]

TURNS: Final = 3  # neighbourhoods of each size
# lists in the first and in the second dimension
SIZES: Final = ((1, 1), (1, 2), (2, 1), (2, 2), (1, 4), (4, 1), (3, 3), (2, 6), (6, 2))


def mend(multiples: Grid, trees: Sequence[Tree], cells: Cells) -> None:
    """Bring cells back, in place, as far as neighbourhoods allow."""
    whole = [np.arange(tree.parts.shape[0]) for tree in trees[2:]]
    for place in np.argwhere(_beyond(multiples, cells)).tolist():
        for free in _neighbourhoods(trees, place):
            if not _beyond(multiples, cells)[tuple(place)]:
                break
            _round_again(multiples, trees, cells, [*free, *whole])


def _round_again(multiples: Grid, trees: Sequence[Tree], cells: Cells, free: Sequence[Grid]) -> None:
    places = np.ix_(*free)
    own = cells.among(places)
    found = next_steps(*sums_of(multiples, trees, free), own)
    if found is not None:
        multiples[places] = (own.floors + found).reshape(multiples[places].shape)


def _beyond(multiples: Grid, cells: Cells) -> Flags:
    beyond: Flags = (multiples < cells.floors) | (multiples > cells.floors + cells.loose)
    return beyond


def _neighbourhoods(trees: Sequence[Tree], place: Sequence[int]) -> Iterator[tuple[Grid, Grid]]:
    """The free places in both dimensions: small neighbourhoods first, each with other lists beside the cell's own."""
    rows, columns = (_last_lists(tree, at) for tree, at in zip(trees[:2], place, strict=False))
    for (first, second), turn in product(SIZES, range(TURNS)):
        yield _with_all_above(trees[0], _some(rows, first, turn)), _with_all_above(trees[1], _some(columns, second, turn))


def _some(lists: Sequence[Siblings], count: int, turn: int) -> list[Siblings]:
    """The first list, with others in turn; alone it takes turns itself."""
    if count == 1:
        return [lists[turn % len(lists)]]
    others = lists[1:] or lists
    return [lists[0], *(others[(turn + at) % len(others)] for at in range(count - 1))]


def _last_lists(tree: Tree, at: int) -> list[Siblings]:
    """The lists of innermost codes: first those that a code is in or above of, then the others."""
    innermost = set(tree.innermost.tolist())
    last = [siblings for siblings in tree.lists[1:] if innermost.intersection(siblings.places.tolist())]
    return sorted(last, key=lambda siblings: at not in {*siblings.places.tolist(), *_climb(tree, siblings.parent)})


def _with_all_above(tree: Tree, lists: Sequence[Siblings]) -> Grid:
    return np.unique([place for siblings in lists for place in (*siblings.places.tolist(), *_climb(tree, siblings.parent))])


def _climb(tree: Tree, at: int) -> list[int]:
    """A code and those above it."""
    parents = {int(place): siblings.parent for siblings in tree.lists[1:] for place in siblings.places}
    path = [at]
    while path[-1] in parents:
        path.append(parents[path[-1]])
    return path
