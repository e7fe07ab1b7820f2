"""The perturbation table: how likely each change is for each true count.

Of all distributions that leave the mean as it is, have the same variance at every count, change nothing by more than a
greatest change, never give a negative number or one from 1 to least-1, it takes the one of maximum entropy (Giessing 2016,
"Computational issues in the design of transition probabilities and disclosure risk estimation for additive noise"; Marley
and Leaver 2011). Maximum entropy under a given mean and variance has the form exp(a x + b x^2) on the changes x that are
allowed, so that each row is a convex program in two numbers, solved by Newton's method.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from anonymizer.cell_keys.errors import NoiseUnfit
from anonymizer.records import Keys

__all__ = ["Noise", "PerturbationTable", "make_table"]

Numbers: TypeAlias = NDArray[np.int64]
Reals: TypeAlias = NDArray[np.float64]

ROUNDS: Final = 200
CLOSE: Final = 1e-13
GREATEST_CHANGE: Final = 100


@dataclass(frozen=True)
class Noise:
    """The parameters. `least` is the smallest positive number that may be shown; the others are secret.

    Raises `NoiseUnfit` where no distribution has them: at a true count n below `least` the variance lies between
    n (least - n), the two nearest numbers that may be shown, and n times the greatest change.
    """

    greatest: int
    variance: float
    least: int

    def __post_init__(self) -> None:
        low = self.least**2 // 4
        high = float(min(self.greatest, self.greatest**2))
        if not 1 <= self.least <= self.greatest <= GREATEST_CHANGE:
            raise NoiseUnfit(reason=f"least is from 1 to the greatest change, which is at most {GREATEST_CHANGE}")
        if not low < self.variance < high:
            raise NoiseUnfit(reason=f"with these, the variance lies between {low} and {high:g}, and is neither")


@dataclass(frozen=True, eq=False)
class PerturbationTable:
    """For each true count the changes that are possible, and how likely each is. Secret."""

    noise: Noise
    rows: tuple[tuple[Numbers, Reals], ...]

    def change(self, counts: Numbers, keys: Keys) -> Numbers:
        """The change of each cell, by its count and its key: a 64-bit fraction of one. A key is read off one row."""
        rows = np.minimum(counts, len(self.rows) - 1)
        shares = keys.astype(np.float64) / 2.0**64
        found = np.zeros_like(counts)
        for at in np.unique(rows).tolist():
            changes, likely = self.rows[at]
            cells = rows == at
            places = np.searchsorted(np.cumsum(likely), shares[cells], side="right")
            found[cells] = changes[np.minimum(places, len(changes) - 1)]
        return found


@cache
def make_table(noise: Noise) -> PerturbationTable:
    """The rows of counts 0, 1, 2 ... up to the one from which no change is ruled out any more; larger counts share that."""
    nothing = (np.zeros(1, np.int64), np.ones(1))
    last = noise.greatest + noise.least
    return PerturbationTable(noise, (nothing, *(_row(noise, count) for count in range(1, last + 1))))


def _row(noise: Noise, count: int) -> tuple[Numbers, Reals]:
    changes = np.arange(-noise.greatest, noise.greatest + 1)
    after = count + changes
    allowed = changes[(after == 0) | (after >= noise.least)].astype(np.int64)
    return allowed, _likeliest(allowed, noise)


def _likeliest(changes: Numbers, noise: Noise) -> Reals:
    """The distribution of maximum entropy on the changes, with mean 0 and the variance asked for.

    Newton's method with halved steps on the dual, log sum exp(a x + b (x^2 - V)), which is convex; x is scaled to [-1, 1].
    """
    scaled = changes / noise.greatest
    powers = np.stack([scaled, scaled**2 - noise.variance / noise.greatest**2])
    weights = np.zeros(2)
    for _ in range(ROUNDS):
        likely = _tilted(powers, weights)
        gradient = powers @ likely
        if float(np.abs(gradient).max()) < CLOSE:
            return likely
        centred = powers - gradient[:, None]
        step: Reals = np.linalg.solve((centred * likely) @ centred.T, gradient).astype(np.float64)
        weights = _downhill(powers, weights, step, gradient)
    raise NoiseUnfit(reason="the variance is too near to the bounds of what is possible")


def _downhill(powers: Reals, weights: Reals, step: Reals, gradient: Reals) -> Reals:
    """The weights after the longest halved step that goes down; after the whole one where rounding hides the slope."""
    here, slope, size = _log_sum(powers, weights), float(gradient @ step), 1.0
    while size > CLOSE and _log_sum(powers, weights - size * step) > here - 1e-4 * size * slope + 1e-15:
        size /= 2
    return weights - size * step


def _log_sum(powers: Reals, weights: Reals) -> float:
    exponents = weights @ powers
    top = float(exponents.max())
    return top + float(np.log(np.exp(exponents - top).sum()))


def _tilted(powers: Reals, weights: Reals) -> Reals:
    exponents = weights @ powers
    unscaled: Reals = np.exp(exponents - float(exponents.max()))
    likely: Reals = unscaled / float(unscaled.sum())
    return likely
