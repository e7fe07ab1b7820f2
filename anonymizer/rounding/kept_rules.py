"""Which rules of a policy rounding can keep: it leaves a number open by less than its base, and shows that nothing is nothing.

A number rounded to 0 says 0 to base-1, and every other leaves 2 base - 1 values open. That hides how many a few
persons are. It does not hide that there are some, once they are rounded up, nor about how many a large group holds.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from anonymizer.policy import Policy
from anonymizer.primary import Primary

__all__ = ["LEAST_BASE", "why_not_kept"]

LEAST_BASE: Final = 3


def why_not_kept(primary: Primary, base: int) -> str | None:
    """The first reason why rounding a table to multiples of `base` cannot keep its policy; None where it can."""
    return next(_reasons(primary, base), None)


def _reasons(primary: Primary, base: int) -> Iterator[str]:
    if base < LEAST_BASE:
        yield f"{base} is no base to round to: the least is {LEAST_BASE}"
    threshold = int(np.max(primary.rules.threshold))
    if base < threshold:
        yield f"in base {base} a 0 says 0 to {base - 1}, and the policy wants 1 to {threshold - 1} to stay possible"
    if any(_presence(policy) for policy in primary.rules.variants):
        yield "the policy wants nobody to learn whether anybody is there, and what is rounded up is somebody"
    if primary.rules.policy.complements:
        yield "the policy guards what is left of a total without one of its cells, which rounding bounds from both"
    large = primary.unsafe & (primary.persons >= primary.rules.threshold)
    if np.any(large):
        few = f"{np.count_nonzero(large)} of its cells hold many persons from few contributors"
        yield f"{few}, and rounding shows nearly how many they are"


def _presence(policy: Policy) -> bool:
    return policy.small_interval[0] < 1
