"""Round a counted table, prove it, and only then hand it out."""

from itertools import product

import numpy as np

from anonymizer.counted_week import CountedTable
from anonymizer.errors import RoundingUnfit
from anonymizer.policy import Policy
from anonymizer.published import PublishedTable, RoundedTables, Rounding
from anonymizer.rounding.lean import lean_up
from anonymizer.rounding.prove_rounding import prove_rounding
from anonymizer.rounding.round_grid import round_grid
from anonymizer.rounding.siblings import Grid, Tree, tree_of
from anonymizer.suppression import build_system

__all__ = ["LEAST_BASE", "LEAST_SECRET", "round_table"]

LEAST_BASE = 3
LEAST_SECRET = 16
"""Bytes of a secret that nobody can guess."""


def round_table(counted: CountedTable, policy: Policy, *, base: int, secret: bytes) -> RoundedTables:
    """The table with every number a multiple of `base` and every total the sum of its parts, proven under the policy.

    Each number goes to one of the two multiples next to it, but for few that have to go further: the rounding of the result
    says how far the furthest. The same table and `secret` (16 bytes and more, kept as long as anybody may ask for the
    table) always give the same; whoever has the secret can work the true numbers out more closely. Raises
    `CountsUnfit`, `RoundingUnfit` where the policy cannot be kept so, `SolverGaveUp` or `NotProven`.
    """
    _check(counted, policy, base, secret)
    counts = _grid(counted)
    trees = tuple(map(tree_of, counted.dimensions))
    full = _with_unseen(counts, trees)
    up = lean_up(secret, _names(counted, full.shape), full.ravel(), base).reshape(full.shape)
    seen = tuple(slice(0, size) for size in counts.shape)
    rounded = base * round_grid(full, trees, up.astype(np.int64), base)[seen]
    within = base * (1 + int(np.max(np.abs(rounded - counts), initial=0)) // base)
    keys = product(*(dimension.parents for dimension in counted.dimensions))
    cells: dict[tuple[str, ...], int | None] = dict(zip(keys, rounded.ravel().tolist(), strict=True))
    table = PublishedTable(counted.name, counted.dimensions, cells, rounding=Rounding(base, within))
    return RoundedTables(policy, (prove_rounding(counted, table, policy),))


def _check(counted: CountedTable, policy: Policy, base: int, secret: bytes) -> None:
    if len(secret) < LEAST_SECRET:
        raise RoundingUnfit(table=counted.name, reason=f"the secret has fewer than {LEAST_SECRET} bytes, and could be guessed")
    if base < max(LEAST_BASE, policy.threshold):
        raise RoundingUnfit(
            table=counted.name,
            reason=f"in base {base} a 0 says 0 to {base - 1}, and the policy wants 1 to {policy.threshold - 1} to stay possible",
        )
    few = sum(count.persons >= policy.threshold and policy.is_unsafe(count) for count in counted.cells.values())
    if few:
        raise RoundingUnfit(
            table=counted.name,
            reason=f"{few} of its cells hold many persons from few contributors, and rounding shows nearly how many they are",
        )


def _grid(counted: CountedTable) -> Grid:
    """The counts of all cells, an axis for each dimension; raises `CountsUnfit` where they do not add up."""
    system = build_system([counted])
    counts: Grid = system.persons[system.grids[0]]
    return counts


def _with_unseen(counts: Grid, trees: tuple[Tree, ...]) -> Grid:
    """The counts of all codes, those that nobody sees included: innermost cells, added up along each dimension."""
    for axis, tree in enumerate(trees):
        innermost = np.take(counts, tree.innermost, axis)
        counts = np.moveaxis(np.tensordot(tree.parts, innermost, (1, axis)), 0, axis)
    return counts


def _names(counted: CountedTable, shape: tuple[int, ...]) -> list[str]:
    """A name for each cell, that of no other cell of this table or of one with another name."""
    codes = [
        [*dimension.parents, *(f"\1{at}" for at in range(len(dimension.parents), size))]
        for dimension, size in zip(counted.dimensions, shape, strict=True)
    ]
    along = "\0".join([counted.name, *(dimension.name for dimension in counted.dimensions)])
    return ["\0".join((along, *key)) for key in product(*codes)]
