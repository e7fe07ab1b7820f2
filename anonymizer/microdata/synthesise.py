"""Records drawn from released counts: nothing else goes in, so they say nothing that the release does not say.

The innermost counts are taken as they were released. Where some are hidden, what the totals leave for them is shared out by
iterative proportional fitting (Deming and Stephan 1940) from an even start; negative noisy counts count as none. What is not
whole is rounded up or down by chance, from a seed that is told: whoever has the release draws the same rows.
"""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from anonymizer.dimension import Dimension
from anonymizer.microdata.recode import Recoding
from anonymizer.published import Key, PublishedTable
from anonymizer.records import Places

__all__ = ["draw_rows", "fill_hidden"]

ROUNDS = 50

Reals = NDArray[np.float64]


def fill_hidden(table: PublishedTable) -> dict[Key, float]:
    """The innermost counts of a release, the hidden ones as the published totals suggest them."""
    keys = list(product(*(_innermost(each) for each in table.dimensions)))
    shown = np.array([np.nan if table.cells[key] is None else float(table.cells[key] or 0) for key in keys])
    hidden = np.isnan(shown)
    filled: Reals = np.where(hidden, 1.0, shown)
    if hidden.any():
        levels = list(_levels(table, keys))
        for _ in range(ROUNDS):
            for cells, totals in levels:
                _scale(filled, hidden, cells, totals)
    return dict(zip(keys, filled.tolist(), strict=True))


def draw_rows(counts: dict[Key, float], seed: int) -> list[Key]:
    """A row for each person that the counts hold, in the order of their codes."""
    chance = np.random.default_rng(seed)
    expected = np.maximum(np.array(list(counts.values())), 0.0)
    whole = np.floor(expected)
    numbers = (whole + (chance.random(len(expected)) < expected - whole)).astype(np.int64)
    return sorted(key for key, number in zip(counts, numbers.tolist(), strict=True) for _ in range(number))


def _levels(table: PublishedTable, keys: Sequence[Key]) -> Iterator[tuple[Places, Reals]]:
    """For each level the cell that each innermost cell is part of, and the published numbers; not a number where hidden."""
    recoding = Recoding(table.dimensions)
    places = [np.array([each.positions[key[axis]] for key in keys], np.int64) for axis, each in enumerate(table.dimensions)]
    names = [list(each.parents) for each in table.dimensions]
    for depths in recoding.all():
        codes = np.stack(recoding.codes(places, depths))
        found, cells = np.unique(codes, axis=1, return_inverse=True)
        numbers = [table.cells[tuple(own[at] for own, at in zip(names, key, strict=True))] for key in found.T.tolist()]
        yield cells.ravel(), np.array([np.nan if number is None else float(number) for number in numbers])


def _scale(filled: Reals, hidden: NDArray[np.bool_], cells: Places, totals: Reals) -> None:
    """Scale the hidden counts so that they add up, with the others, to the totals that are published."""
    size = len(totals)
    known = np.bincount(cells[~hidden], filled[~hidden], minlength=size)
    open_now = np.bincount(cells[hidden], filled[hidden], minlength=size)
    with np.errstate(divide="ignore", invalid="ignore"):
        factors = np.where(np.isnan(totals) | (open_now == 0), 1.0, np.maximum(totals - known, 0) / open_now)
    filled[hidden] *= factors[cells[hidden]]


def _innermost(dimension: Dimension) -> list[str]:
    return [code for code in dimension.parents if code not in dimension.children]
