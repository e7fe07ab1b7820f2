"""Ends that every single sum sets its unknowns: quick, and never narrower than the truth."""

from typing import Final

import numpy as np

from anonymizer.attacker.deduction import FAR, Core
from anonymizer.attacker.unknowns import Whole

__all__ = ["outer_bounds"]

ROUNDS: Final = 4


def outer_bounds(core: Core) -> tuple[Whole, Whole]:
    """No column can be less than the first or more than the second (`FAR` is no end); programs may bound it further."""
    bounds = core.lower.copy(), core.upper.copy()
    for _ in range(ROUNDS):
        before = bounds[0].copy(), bounds[1].copy()
        for direction in (1, -1):
            _tighten(core, direction, *bounds)
        if np.array_equal(before, bounds):
            break
    return bounds


def _tighten(core: Core, direction: int, lower: Whole, upper: Whole) -> None:
    """A term of a sum is at most what the amount leaves when all others are at their least."""
    entries = core.equations.signs.tocoo()
    row, column, sign = entries.row, entries.col, entries.data * direction
    end = np.where(sign > 0, lower[column], upper[column])
    endless = end == FAR
    least = np.where(endless, 0, sign * end)
    count = len(core.equations.amounts)
    total, without_end = np.zeros(count, np.int64), np.zeros(count, np.int64)
    np.add.at(total, row, least)
    np.add.at(without_end, row, endless)
    bounded = without_end[row] == endless  # all others have an end
    most = (direction * core.equations.amounts - total)[row] + least
    rising, falling = bounded & (sign > 0), bounded & (sign < 0)
    np.minimum.at(upper, column[rising], most[rising] // sign[rising])
    np.maximum.at(lower, column[falling], -(most[falling] // -sign[falling]))
