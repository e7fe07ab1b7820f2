"""What published numbers themselves say against a policy: one under the threshold, and what they leave of their totals.

A total minus one of its cells is the *rest*. Where the policy asks for complements, a rest may not be known to be under the
threshold unless it can be every number there; of a sensitive category with `group` it may not be known to be nobody.
Rests of totals that are suppressed are not judged here: that is for `prove.py`.
"""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np

from anonymizer.attacker.attack import Attacker
from anonymizer.attacker.joint_program import Flags
from anonymizer.attacker.limits import Limits
from anonymizer.attacker.unknowns import UNKNOWN, Whole, identity
from anonymizer.policy import Policy, TableRules, rules_of
from anonymizer.published import Key, PublishedTable, Standing

__all__ = ["published_offences"]

Found = tuple[str, Key, tuple[int, int]]


def published_offences(
    attacker: Attacker, tables: Sequence[PublishedTable], limits: Limits, policy: Policy, standing: Standing
) -> Iterator[Found]:
    """The cells that are at fault, with what can be known of them, or of the rest beside them: table, codes, from and to.

    What was published before, as `standing` says, may have been published under another policy, and is not judged again.
    """
    for table, grid in zip(tables, attacker.unknowns.grids, strict=True):
        keys = list(product(*(dimension.parents for dimension in table.dimensions)))
        numbers, rules = grid.ravel(), rules_of(table.name, table.dimensions, policy)
        values = np.array([UNKNOWN if (value := table.cells[key]) is None else value for key in keys], np.int64)
        before = np.array([bool(standing) and standing.get(identity(table.dimensions, key)) is not None for key in keys])
        for at in np.flatnonzero((values > 0) & (values < limits.threshold[numbers]) & ~before).tolist():
            yield table.name, keys[at], (int(values[at]), int(values[at]))
        if rules.policy.complements or rules.group:
            for at, total, low, high in _rests(attacker, table, numbers, limits, rules):
                if not (before[at] and before[total]):
                    yield table.name, keys[at], (low, high)


def _rests(
    attacker: Attacker, table: PublishedTable, numbers: Whole, limits: Limits, rules: TableRules
) -> Iterator[tuple[int, int, int, int]]:
    """The rests that are known too well: the places of the cell and its total, and from where to where the rest is."""
    least, most = attacker.shown(numbers)
    published = attacker.unknowns.values[numbers]
    places = np.arange(len(numbers)).reshape([len(dimension.parents) for dimension in table.dimensions])
    for axis, dimension in enumerate(table.dimensions):
        group = rules.group.get(dimension.name, np.zeros(len(numbers), bool))
        moved = np.moveaxis(places, axis, 0)
        for parent, children in dimension.children.items():
            for child in children if len(children) > 1 else ():
                cell, total = (moved[dimension.positions[code]].ravel() for code in (child, parent))
                low, high = published[total] - most[cell], published[total] - least[cell]
                told = (published[total] > 0) & (
                    ((high == 0) & group[cell])
                    | (_small(low, high, least[cell], numbers[cell], limits) & rules.policy.complements & (len(children) > 2))
                )
                for at in np.flatnonzero(told).tolist():
                    yield int(cell[at]), int(total[at]), int(low[at]), int(high[at])


def _small(low: Whole, high: Whole, least: Whole, numbers: Whole, limits: Limits) -> Flags:
    """Rests, of cells that are large themselves, which are known to be under the threshold and not to be something there."""
    threshold = limits.threshold[numbers]
    covered = (low <= limits.low[numbers]) & (high >= limits.high[numbers])
    told: Flags = (least >= threshold) & (high > 0) & (high < threshold) & ~covered
    return told
