"""Protect counted tables: suppress what must be, prove it, and only then hand them out."""

from collections.abc import Sequence
from itertools import product

import numpy as np

from anonymizer.counted_week import CountedTable, CountedWeek
from anonymizer.policy import Policy
from anonymizer.prove import prove, prove_from_outside
from anonymizer.published import ProtectedPeriod, ProtectedTables, PublishedTable, Standing
from anonymizer.suppression import Flags, Numbers, Progress, build_system, suppress

__all__ = ["protect", "protect_tables"]


def protect(counted: CountedWeek, policy: Policy, *, progress: Progress | None = None) -> ProtectedPeriod:
    """The week's tables as they may be published, proven and then audited from outside; see `protect_tables`."""
    done = protect_tables(counted.tables, policy, progress=progress)
    prove_from_outside(done.tables, policy)
    return ProtectedPeriod(counted.operation, counted.week, done.policy, done.tables, done.proof)


def protect_tables(
    counted: Sequence[CountedTable],
    policy: Policy,
    *,
    standing: Standing | None = None,
    progress: Progress | None = None,
) -> ProtectedTables:
    """Tables that are published together as they may be published, with their proof. The same always gives the same.

    `standing` says how cells stand in what was released before: that is neither withdrawn nor contradicted.
    `progress` is told how many goals are met, and of how many. Raises `CountsUnfit`, `ReleasedOtherwise`,
    `ProtectionImpossible` or `NotProven`; never is there a table without a proof.
    """
    system = build_system(counted)
    suppression = suppress(system, policy, progress, standing=standing)
    tables = [_published(table, grid, suppression.hidden) for table, grid in zip(counted, system.grids, strict=True)]
    names = {unknown: system.identity(unknown) for unknown in np.flatnonzero(suppression.hidden).tolist()}
    alternatives = [
        {names[cell]: change for cell, change in zip(other.cells.tolist(), other.persons.tolist(), strict=True)}
        for other in suppression.alternatives
    ]
    return prove(counted, tables, alternatives, policy, standing)


def _published(table: CountedTable, grid: Numbers, hidden: Flags) -> PublishedTable:
    keys = product(*(dimension.parents for dimension in table.dimensions))
    marks = hidden[grid.ravel()].tolist()
    cells = {key: None if mark else table.count(key).persons for key, mark in zip(keys, marks, strict=True)}
    return PublishedTable(table.name, table.dimensions, cells)
