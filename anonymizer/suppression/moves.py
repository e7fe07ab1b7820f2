"""Moves of persons between cells that change no sum, and what they show to be possible.

A move found in a small part of the system is valid in all of it: it leaves every other cell as it is. The true table plus
a multiple of a move is an alternative: a table that an outsider cannot tell from the true one if it differs in hidden
cells only. So one move, taken back and forth, answers for many unsafe cells at once.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from anonymizer.suppression.equations import Flags, Numbers

__all__ = ["FAR", "Move", "make_move", "nearest_multiples"]

FAR: Final = 1 << 40  # no end, as a whole number


@dataclass(frozen=True, eq=False)
class Move:
    """A whole-number change of some unknowns, without common divisor, that keeps every sum.

    Every multiple from `back` to `forth` leaves all cells at zero or more.
    """

    cells: Numbers
    step: Numbers
    back: int
    forth: int


def make_move(cells: Numbers, change: Numbers, persons: Numbers) -> Move:
    """The move of which a change (no zeros in it) is a multiple; `persons` are the true counts of its cells."""
    size = np.abs(change)
    divisor = np.gcd.reduce(size)
    step, often, falling = change // divisor, persons // (size // divisor), change < 0
    return Move(cells, step, back=-int(often[~falling].min(initial=FAR)), forth=int(often[falling].min(initial=FAR)))


def nearest_multiples(step: Numbers, ends: Numbers, least: Numbers, most: Numbers) -> tuple[Numbers, Flags]:
    """The multiples of some steps, nearest to none, that make changes from `least` to `most`; and whether there is one.

    The multiples of each step go from the first to the second of its `ends`; a change of 0 is not among those wanted.
    """
    size, falling = np.abs(step), step < 0
    least, most = np.where(falling, -most, least), np.where(falling, -least, most)
    first, last = np.maximum(-(-least // size), ends[:, 0]), np.minimum(most // size, ends[:, 1])
    return np.where(first > 0, first, last), first <= last
