"""Which rules hold for each cell of a table: those of the table, and what sensitive codes ask for beyond them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from anonymizer.dimension import TOTAL, Dimension
from anonymizer.policy.rules import Cost, Policy, Sensitive
from anonymizer.policy.selection import Flags

__all__ = ["TableRules", "rules_of"]


@dataclass(frozen=True, eq=False)
class TableRules:
    """The rules of a table's cells, as arrays in order of its codes.

    `variants` are the policies that hold somewhere in it, and `variant` says which of them holds for each cell.
    `structural` marks the cells that are declared to be zero; `group` those of a sensitive category, with its dimension.
    """

    policy: Policy
    dimensions: tuple[Dimension, ...] = field(repr=False)
    variants: tuple[Policy, ...]
    variant: NDArray[np.int64]
    structural: Flags
    group: dict[str, Flags]

    def at(self, cell: int) -> Policy:
        """The policy that holds for a cell."""
        return self.variants[int(self.variant[cell])]

    def of(self, key: Sequence[str]) -> Policy:
        """The policy that holds for a cell, given by its codes."""
        places = tuple(dimension.positions[code] for dimension, code in zip(self.dimensions, key, strict=True))
        return self.at(int(np.ravel_multi_index(places, tuple(len(dimension.parents) for dimension in self.dimensions))))

    @cached_property
    def threshold(self) -> NDArray[np.int64]:
        return np.array([policy.threshold for policy in self.variants])[self.variant]

    @cached_property
    def small_interval(self) -> NDArray[np.int64]:
        """Two columns: what a cell under the threshold must be able to hold, from and to."""
        ends: NDArray[np.int64] = np.array([policy.small_interval for policy in self.variants])[self.variant]
        return ends

    @cached_property
    def cost(self) -> NDArray[np.float64]:
        """How many times as much as elsewhere it costs to hide a cell, by its level and its time."""
        cost = np.ones(len(self.variant))
        shape = [len(dimension.parents) for dimension in self.dimensions]
        for axis, dimension in enumerate(self.dimensions):
            for rule in self.policy.cost:
                if rule.dimension == dimension.name:
                    factors = _factors(dimension, rule).reshape([-1 if at == axis else 1 for at in range(len(shape))])
                    cost = cost * np.broadcast_to(factors, shape).ravel()
        return cost


def rules_of(name: str, dimensions: Sequence[Dimension], policy: Policy) -> TableRules:
    """The rules of each cell of a table with this name and these dimensions."""
    own = policy.for_table(name)
    size = int(np.prod([len(dimension.parents) for dimension in dimensions]))
    variants, variant = [own], np.zeros(size, np.int64)
    group: dict[str, Flags] = {}
    for rule in own.sensitive:
        marks = rule.where.marks(dimensions)
        if rule.group:
            [along] = rule.where.dimensions
            group[along] = group.get(along, np.zeros(size, bool)) | marks
        for before in range(len(variants)):
            stricter = _stricter(variants[before], rule)
            if stricter != variants[before] and np.any(marked := marks & (variant == before)):
                variant[marked] = len(variants)
                variants.append(stricter)
    structural = np.zeros(size, bool)
    for where in own.structural_zero:
        structural |= where.marks(dimensions)
    return TableRules(own, tuple(dimensions), tuple(variants), variant, structural, group)


def _stricter(policy: Policy, rule: Sensitive) -> Policy:
    """The policy with what a sensitive code asks for; an interval stated for all is the whole one under a higher threshold, if
    the code states none."""
    raised = max(policy.threshold, rule.threshold or 0)
    interval = policy.interval if raised == policy.threshold else rule.interval and _wider(rule.interval, policy.small_interval)
    if rule.presence and interval is not None:
        interval = (0, interval[1])
    return replace(policy, threshold=raised, presence=policy.presence or rule.presence, interval=interval, sensitive=())


def _wider(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return min(one[0], other[0]), max(one[1], other[1])


def _factors(dimension: Dimension, rule: Cost) -> NDArray[np.float64]:
    if rule.level is not None:
        return np.array([rule.times if len(dimension.climb(code)) - 1 == rule.level else 1.0 for code in dimension.parents])
    inner = sorted(code for code in dimension.parents if code not in dimension.children and code != TOTAL)
    steps = {code: at / max(len(inner) - 1, 1) for at, code in enumerate(inner)}
    return np.array([rule.recent ** steps.get(code, 0.0) for code in dimension.parents])
