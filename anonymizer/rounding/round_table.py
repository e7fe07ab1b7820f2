"""Round a counted table, prove it, and only then hand it out."""

from itertools import product
from typing import Final

import numpy as np

from anonymizer.counted_week import CountedTable
from anonymizer.errors import RoundingUnfit
from anonymizer.policy import Policy
from anonymizer.primary import primary_of
from anonymizer.protect import require_counted
from anonymizer.published import Key, PublishedTable, RoundedTables, Rounding
from anonymizer.rounding.kept_rules import why_not_kept
from anonymizer.rounding.lean import Flags, lean_up
from anonymizer.rounding.prove_rounding import prove_rounding
from anonymizer.rounding.round_grid import round_grid
from anonymizer.rounding.siblings import Grid, Tree, tree_of
from anonymizer.suppression import build_system

__all__ = ["LEAST_SECRET", "round_table"]

LEAST_SECRET: Final = 16
"""Bytes of a secret that nobody can guess."""


def round_table(counted: CountedTable, policy: Policy, *, base: int, secret: bytes) -> RoundedTables:
    """The table with every number a multiple of `base` and every total the sum of its parts, proven under the policy.

    Each number goes to one of the two multiples next to it, but for few that have to go further: the rounding of the result
    says how far the furthest. The same table and `secret` (16 bytes and more, kept as long as anybody may ask for the
    table) always give the same; whoever has the secret can work the true numbers out more closely. Raises `PolicyUnfit`,
    `CountsUnfit`, `RoundingUnfit` where the policy cannot be kept so, `SolverGaveUp` or `NotProven`.
    """
    if len(secret) < LEAST_SECRET:
        raise RoundingUnfit(table=counted.name, reason=f"the secret has fewer than {LEAST_SECRET} bytes, and could be guessed")
    require_counted([counted], policy)
    [primary] = primary_of([counted], policy)
    if reason := why_not_kept(primary, base):
        raise RoundingUnfit(table=counted.name, reason=reason)
    system = build_system([counted])
    counts: Grid = system.persons[system.numbers(counted)].reshape([len(each.parents) for each in counted.dimensions])
    rounded = base * _rounded(counted, counts, primary.rules.structural.reshape(counts.shape), base, secret)
    within = base * (1 + int(np.max(np.abs(rounded - counts), initial=0)) // base)
    keys = product(*(dimension.parents for dimension in counted.dimensions))
    cells: dict[Key, int | None] = dict(zip(keys, rounded.ravel().tolist(), strict=True))
    table = PublishedTable(counted.name, counted.dimensions, cells, rounding=Rounding(base, within))
    kept = policy.with_own_knowledge(0)  # what contributors know of their own is not asked here, so it is not stated
    return RoundedTables(kept, (prove_rounding(counted, table, kept),))


def _rounded(counted: CountedTable, counts: Grid, structural: Flags, base: int, secret: bytes) -> Grid:
    """All cells in multiples of the base."""
    trees = tuple(map(tree_of, counted.dimensions))
    full = _with_unseen(counts, trees)
    seen = tuple(slice(0, size) for size in counts.shape)
    empty = np.zeros(full.shape, bool)
    empty[seen] = structural
    up = lean_up(secret, _names(counted, full.shape), full.ravel(), base).reshape(full.shape)
    return round_grid(full, trees, up=up, empty=empty, base=base)[seen]


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
