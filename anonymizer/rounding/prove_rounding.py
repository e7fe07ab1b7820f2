"""The proof of a rounded table, on a path that the engine has no part in.

Inside: every number is a multiple, no further from the true one than is said, and every total the sum of its parts. From
outside, with the attacker who knows the base, how far a number may be off, that counts add up and that none is negative:
tables are found that leave every cell as much as the policy wants to stay possible.
"""

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from anonymizer.attacker import Attacker, identity, structural_zeros
from anonymizer.counted_week import CountedTable
from anonymizer.errors import NotProven
from anonymizer.policy import Policy
from anonymizer.primary import primary_of
from anonymizer.prove import prove_from_outside
from anonymizer.published import PublishedTable, RoundedTable, certify_rounding

__all__ = ["prove_rounding", "why_not_rounded"]


def prove_rounding(counted: CountedTable, table: PublishedTable, policy: Policy) -> RoundedTable:
    """Prove that the rounded form of a counted table is safe, and certify it; raises `NotProven`."""
    reason = why_not_rounded(table) or _why_not_near(counted, table) or _why_not_open(counted, table, policy)
    if reason is not None or table.rounding is None:
        raise NotProven(table=table.name, level="all levels", reason=reason)
    prove_from_outside([table], policy)
    return RoundedTable(table.name, table.dimensions, table.cells, rounding=table.rounding, certificate=certify_rounding(table))


def why_not_rounded(table: PublishedTable) -> str | None:
    """What of a table, from itself alone, is not as its rounding says; None where all is."""
    if table.rounding is None or table.rounding.base < 1 or table.rounding.within < table.rounding.base:
        return "it does not say how it was rounded"
    numbers = [table.cells[key] for key in _keys(table)]
    if None in numbers:
        return "a cell is suppressed, where rounding hides none"
    if any(number is None or number < 0 or number % table.rounding.base for number in numbers):
        return f"a number is no multiple of {table.rounding.base}"
    grid = np.array(numbers, np.int64).reshape([len(dimension.parents) for dimension in table.dimensions])
    for axis, dimension in enumerate(table.dimensions):
        along = np.moveaxis(grid, axis, 0)
        for parent, children in dimension.children.items():
            if not _adds_up(along, dimension.positions[parent], [dimension.positions[code] for code in children]):
                return "a total is not the sum of its parts"
    return None


def _adds_up(along: NDArray[np.int64], parent: int, children: list[int]) -> bool:
    return np.array_equal(along[parent], along[children].sum(axis=0))


def _why_not_near(counted: CountedTable, table: PublishedTable) -> str | None:
    if (counted.name, counted.dimensions) != (table.name, table.dimensions):
        return "it is not the table that was counted"
    within = table.rounding.within if table.rounding else 0
    if any(abs((table.cells[key] or 0) - counted.count(key).persons) >= within for key in _keys(table)):
        return "a number is further from the true one than it says"
    return None


def _why_not_open(counted: CountedTable, table: PublishedTable, policy: Policy) -> str | None:
    """What the attacker, who knows the zeros that the policy declares, must not rule out of each unsafe cell."""
    [primary] = primary_of([counted], policy)
    unsafe = {
        identity(table.dimensions, key): primary.guarded(at).interval
        for at, key in enumerate(_keys(table))
        if primary.unsafe[at]
    }
    if Attacker([table], known=structural_zeros([table], policy)).out_of_reach(unsafe):
        return "the rounded numbers bound a cell more tightly than the policy allows"
    return None


def _keys(table: PublishedTable) -> Iterator[tuple[str, ...]]:
    return product(*(dimension.parents for dimension in table.dimensions))
