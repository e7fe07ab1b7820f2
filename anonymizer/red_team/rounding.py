"""Attack 8: undo rounding and noise.

Numbers that are all multiples of 3, 5 or 10 were rounded: each leaves an interval, which sums and exact numbers of the same
people narrow (whole-number programs over all of them). Numbers of one cell that differ from release to release had noise added
each time: their mean is the truth.
"""

from collections import defaultdict
from collections.abc import Sequence
from math import sqrt
from statistics import mean, stdev
from typing import Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from anonymizer.attacker import Interval, identity
from anonymizer.attacker.unknowns import Unknowns
from anonymizer.errors import TablesContradict
from anonymizer.policy import Policy
from anonymizer.published import Identity, PublishedTable
from anonymizer.red_team.finding import Finding, Findings, cell_text
from anonymizer.red_team.join_tables import told_apart
from anonymizer.red_team.one_system import of_the_same_people
from anonymizer.red_team.open_release import Published

__all__ = ["attack"]

NAME: Final = "rounding"
BASES: Final = (10, 5, 3)
ENOUGH: Final = 8  # numbers that are all multiples, before that is no chance
LOOKS: Final = 3  # at the same cell, before a mean says something


def attack(releases: Sequence[Published]) -> Findings:
    """What rounded numbers leave open, and what the mean of noisy ones gives away."""
    for group in of_the_same_people(releases):
        joined = told_apart([table for release in group for table in release.tables])
        bases = [_base(table) for table in joined]
        name, policy = ", ".join(release.name for release in group), group[-1].policy
        exact = [table for table, base in zip(joined, bases, strict=True) if base is None]
        for table, base in zip(joined, bases, strict=True):
            if base is not None:
                yield from _rounded(name, table, base, exact, policy)
        yield from _noisy(name, exact)


def _base(table: PublishedTable) -> int | None:
    """What all numbers of a table are multiples of; None where it was not rounded."""
    numbers = [number for number in table.cells.values() if number]
    return next((base for base in BASES if len(numbers) >= ENOUGH and not any(number % base for number in numbers)), None)


def _rounded(name: str, table: PublishedTable, base: int, exact: Sequence[PublishedTable], policy: Policy) -> Findings:
    """The cells that rounded and exact numbers together leave less than the policy wants."""
    bounds = {
        identity(table.dimensions, key): (max(0, number - base + 1), number + base - 1)
        for key, number in table.cells.items()
        if number is not None
    }
    blank = PublishedTable(table.name, table.dimensions, dict.fromkeys(table.cells))
    try:
        unknowns = Unknowns([*exact, blank], {})
    except TablesContradict:
        return
    names = unknowns.names()
    limits: list[tuple[int, int | None]] = [(0, None)] * unknowns.count
    for cell, ends in bounds.items():
        if cell in names:
            limits[names[cell]] = ends
    for cell, ends in bounds.items():
        if cell not in names:
            continue
        interval = _ends(unknowns, names[cell], limits)
        if interval is not None and (interval.low > 1 or interval.high is None or interval.high < policy.threshold - 1):
            small = interval.high is not None and interval.high < policy.threshold
            if small or ends != interval or any(cell in _hidden(each) for each in exact):
                tells = f"rounded to {base}, {cell_text(cell)} is from {interval.low} to {interval.high}"
                yield Finding(NAME, name, table.name, tells, cell, interval)


def _hidden(table: PublishedTable) -> set[Identity]:
    return {identity(table.dimensions, key) for key, number in table.cells.items() if number is None}


def _ends(unknowns: Unknowns, column: int, limits: Sequence[tuple[int, int | None]]) -> Interval | None:
    """How far one unknown goes in whole numbers when all keep their limits; None where they cannot."""
    costs = np.zeros(unknowns.count)
    costs[column] = 1.0
    sums = LinearConstraint(unknowns.equations.signs, unknowns.equations.amounts, unknowns.equations.amounts)
    bounds = Bounds(*np.array([(low, np.inf if high is None else high) for low, high in limits]).T)
    found = [
        milp(sign * costs, constraints=sums, bounds=bounds, integrality=np.ones(unknowns.count, np.int64)) for sign in (1, -1)
    ]
    if not found[0].success:
        return None
    return Interval(round(found[0].fun), round(-found[1].fun) if found[1].success else None)


def _noisy(name: str, tables: Sequence[PublishedTable]) -> Findings:
    """Cells that were published often and never alike."""
    told: defaultdict[Identity, list[int]] = defaultdict(list)
    for table in tables:
        for key, number in table.cells.items():
            if number is not None:
                told[identity(table.dimensions, key)].append(number)
    for cell, numbers in told.items():
        if len(numbers) >= LOOKS and len(set(numbers)) > 1:
            middle, error = mean(numbers), 2 * stdev(numbers) / sqrt(len(numbers))
            interval = Interval(max(0, round(middle - error)), round(middle + error))
            tells = (
                f"noise is drawn anew each time: {len(numbers)} numbers for {cell_text(cell)}, and their mean is {middle:.1f}"
            )
            yield Finding(NAME, name, "tables", tells, cell, interval)
