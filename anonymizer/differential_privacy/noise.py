"""Noise with a known privacy loss, from OpenDP: the discrete Gaussian on whole numbers, accounted for as rho.

rho is the loss of zero-concentrated differential privacy (Bun and Steinke 2016): numbers of which a person changes the
Euclidean length by at most d, with noise of scale s, cost d^2 / (2 s^2). Sampling is exact (Canonne, Kamath, Steinke 2020)
and the loss is rounded upwards, both by OpenDP: what its map says is what is spent, not a formula of ours.
"""

from collections.abc import Sequence
from functools import cache
from math import inf, nextafter, sqrt
from typing import Any, Final

import numpy as np
import opendp.prelude as dp

from anonymizer.differential_privacy.errors import RhoUnfit

__all__ = ["DELTA", "add_noise", "cost", "epsilon_of", "expected_error", "largest_error", "rho_of", "scale_for"]

DELTA: Final = 1e-6
"""At which a loss is also told as epsilon."""
MOST_RHO: Final = 1e6
HALVINGS: Final = 50
SURE: Final = 0.95

dp.enable_features("contrib")


def add_noise(counts: Sequence[int], scale: float) -> list[int]:
    """The counts, each with noise of its own, drawn from the system's source of randomness."""
    return list(_gaussian(scale)(list(counts))) if counts else []


def cost(scale: float, levels: int) -> float:
    """The rho of one record that stands in one cell of each of `levels` tables; n records of a person cost n times as much."""
    measurement: Any = _gaussian(scale)
    return float(measurement.map(_up(sqrt(levels))))


def scale_for(rho: float, levels: int) -> float:
    """The smallest scale, to a few units in the last place, at which one record costs at most `rho`. Raises `RhoUnfit`."""
    if not 0 < rho <= MOST_RHO:
        raise RhoUnfit(reason=f"rho is above 0 and at most {MOST_RHO:g}")
    scale = sqrt(levels / (2 * rho))
    while cost(scale, levels) > rho:
        scale *= 1 + 1e-15
    return scale


def epsilon_of(rho: float, delta: float = DELTA) -> float:
    """The epsilon of approximate differential privacy that a loss of rho gives at delta."""
    if rho <= 0:
        return 0.0
    measurement: Any = dp.c.make_zCDP_to_approxDP(_gaussian(1.0))
    return float(measurement.map(_up(sqrt(2 * rho))).epsilon(delta))


def rho_of(epsilon: float, delta: float = DELTA) -> float:
    """The largest rho that gives at most this epsilon at delta, found by halving. Raises `RhoUnfit`."""
    if not 0 < epsilon <= 100 or not 0 < delta < 1:
        raise RhoUnfit(reason="epsilon is above 0 and at most 100, and delta between 0 and 1")
    low, high = 0.0, epsilon
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if epsilon_of(middle, delta) <= epsilon else (low, middle)
    return low


def expected_error(scale: float) -> float:
    """How far a number is from the true one on the average: the mean of |x| under the discrete Gaussian."""
    if scale > 100:
        return scale * sqrt(2 / np.pi)
    far = np.arange(1, int(40 * scale) + 40)
    likely = np.exp(-(far**2) / (2 * scale**2))
    return float(2 * (far * likely).sum() / (1 + 2 * likely.sum()))


def largest_error(scale: float) -> float:
    """Less than this a number is from the true one in 95 of 100 cases."""
    return float(dp.discrete_gaussian_scale_to_accuracy(scale, 1 - SURE))


@cache
def _gaussian(scale: float) -> Any:
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="f64")
    return dp.m.make_gaussian(*space, scale=scale)


def _up(number: float) -> float:
    return nextafter(number, inf)
