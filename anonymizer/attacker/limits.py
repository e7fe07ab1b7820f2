"""What a policy promises of each cell of published tables, as far as a release tells: by its codes, and not by its count."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from anonymizer.attacker.unknowns import Unknowns, Whole, identity
from anonymizer.policy import Policy, rules_of
from anonymizer.published import Identity, PublishedTable

__all__ = ["Limits", "limits_of", "structural_zeros"]


@dataclass(frozen=True, eq=False)
class Limits:
    """By number of the cell: what is small is under `threshold`, and then can be anything from `low` to `high`."""

    threshold: Whole
    low: Whole
    high: Whole


def limits_of(unknowns: Unknowns, tables: Sequence[PublishedTable], policy: Policy) -> Limits:
    """Of a cell that stands in several tables, the most that is promised in one of them."""
    size = len(unknowns.values)
    threshold, low, high = np.ones(size, np.int64), np.ones(size, np.int64), np.zeros(size, np.int64)
    for table, grid in zip(tables, unknowns.grids, strict=True):
        rules, cells = rules_of(table.name, table.dimensions, policy), grid.ravel()
        np.maximum.at(threshold, cells, rules.threshold)
        np.minimum.at(low, cells, rules.small_interval[:, 0])
        np.maximum.at(high, cells, rules.small_interval[:, 1])
    return Limits(threshold, low, high)


def structural_zeros(tables: Sequence[PublishedTable], policy: Policy) -> dict[Identity, int]:
    """The cells that the policy declares to be zero: whoever reads it knows them, published or not."""
    found: dict[Identity, int] = {}
    for table in tables:
        declared = rules_of(table.name, table.dimensions, policy).structural
        if np.any(declared):
            keys = product(*(dimension.parents for dimension in table.dimensions))
            found |= {identity(table.dimensions, key): 0 for key, zero in zip(keys, declared.tolist(), strict=True) if zero}
    return found
