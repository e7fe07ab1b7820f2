"""Protect counted tables: suppress what must be, prove it, and only then hand them out."""

from collections.abc import Collection, Iterable, Sequence
from itertools import product

import numpy as np

from anonymizer.attacker import identity
from anonymizer.counted_week import CountedTable, CountedWeek
from anonymizer.errors import PolicyUnfit
from anonymizer.outside import Outside
from anonymizer.policy import Policy, require_fit
from anonymizer.prove import prove, prove_from_outside
from anonymizer.published import Identity, Promised, ProtectedPeriod, ProtectedTables, PublishedTable, Standing
from anonymizer.suppression import Flags, Kept, Progress, build_system, suppress

__all__ = ["draft_tables", "hidden_in", "protect", "protect_fitting", "protect_tables", "require_counted"]


def protect(
    counted: CountedWeek,
    policy: Policy,
    *,
    outside: Outside = (),
    earlier: Sequence[ProtectedPeriod] = (),
    progress: Progress | None = None,
    kept: Kept | None = None,
) -> ProtectedPeriod:
    """The week's tables as they may be published, proven and then audited from outside; see `protect_tables`.

    `earlier` are weeks of the same month and population: of safe cells what they hide is hidden first.
    """
    before = hidden_in(table for week in earlier for table in week.tables)
    done = protect_tables(counted.tables, policy, outside=outside, hidden_before=before, progress=progress, kept=kept)
    for known in dict.fromkeys([(), tuple(outside)]):  # by whoever does not know those totals, and by whoever does
        prove_from_outside(done.tables, policy, outside=known)
    return ProtectedPeriod(counted.operation, counted.week, done.policy, done.tables, done.proof, counted.population)


def hidden_in(tables: Iterable[PublishedTable]) -> frozenset[Identity]:
    """The cells that some tables do not show."""
    return frozenset(
        identity(table.dimensions, key) for table in tables for key, number in table.cells.items() if number is None
    )


def protect_tables(
    counted: Sequence[CountedTable],
    policy: Policy,
    *,
    standing: Standing | None = None,
    promised: Promised | None = None,
    time: str | None = None,
    outside: Outside = (),
    hidden_before: Collection[Identity] = (),
    progress: Progress | None = None,
    kept: Kept | None = None,
) -> ProtectedTables:
    """Tables that are published together as they may be published, with their proof. The same always gives the same.

    `standing` says how cells stand in what was released before: that is neither withdrawn nor contradicted. Where that is all
    but the total of a dimension, `time` names it: a period beside its parts is searched otherwise, and much faster.
    `promised` says of cells that stand from under a stricter `own_knowledge` which that was, and it is kept.
    `outside` are totals of the same people that others publish: nothing is shown that betrays an unsafe cell to whoever knows
    them. `hidden_before` is what earlier weeks of the same month hide: of safe cells those are hidden first, so that the
    month hides fewer. `progress` is told how many goals are met, and of how many; a search of which pieces
    are `kept` goes on from those. Raises `PolicyUnfit`, `CountsUnfit`, `ReleasedOtherwise`,
    `ProtectionImpossible` or `NotProven`; never is there a table without a proof.
    """
    require_counted(counted, policy)
    return protect_fitting(
        counted,
        policy,
        standing=standing,
        promised=promised,
        time=time,
        outside=outside,
        hidden_before=hidden_before,
        progress=progress,
        kept=kept,
    )


def require_counted(counted: Sequence[CountedTable], policy: Policy) -> None:
    """Whether a policy speaks of what is there, and its rules can be judged by what was counted; raises `PolicyUnfit`."""
    require_fit([(table.name, table.dimensions) for table in counted], policy)
    for table in counted:
        known = all(count.largest for count in table.cells.values() if count.persons)
        if policy.for_table(table.name).dominance and not known:
            raise PolicyUnfit(reason=f"dominance asks who contributed how much, which was not counted for table {table.name}")


def draft_tables(
    counted: Sequence[CountedTable],
    policy: Policy,
    *,
    standing: Standing | None = None,
    promised: Promised | None = None,
    time: str | None = None,
    outside: Outside = (),
    hidden_before: Collection[Identity] = (),
    progress: Progress | None = None,
    kept: Kept | None = None,
) -> list[PublishedTable]:
    """Tables as they would be published, not proven: to see what is lost, or why a cell is hidden, and not to be handed out.

    Takes what `protect_tables` takes, and raises what it raises but `NotProven`.
    """
    require_counted(counted, policy)
    system = build_system(counted, outside)
    found = suppress(
        system,
        policy,
        progress,
        standing=standing,
        time=time,
        kept=kept,
        promised=promised,
        hidden_before=hidden_before,
    )
    return [_published(table, found.hidden[system.numbers(table)]) for table in counted]


def protect_fitting(
    counted: Sequence[CountedTable],
    policy: Policy,
    *,
    standing: Standing | None = None,
    promised: Promised | None = None,
    time: str | None = None,
    outside: Outside = (),
    hidden_before: Collection[Identity] = (),
    progress: Progress | None = None,
    kept: Kept | None = None,
) -> ProtectedTables:
    """The same where it is known that the policy fits: for parts of a table, which need not hold all codes."""
    system = build_system(counted, outside)
    suppression = suppress(
        system,
        policy,
        progress,
        standing=standing,
        time=time,
        kept=kept,
        promised=promised,
        hidden_before=hidden_before,
    )
    tables = [_published(table, suppression.hidden[system.numbers(table)]) for table in counted]
    names = {unknown: system.identity(unknown) for unknown in np.flatnonzero(suppression.hidden).tolist()}
    alternatives = [
        {names[cell]: change for cell, change in zip(other.cells.tolist(), other.persons.tolist(), strict=True)}
        for other in suppression.alternatives
    ]
    return prove(counted, tables, alternatives, policy, standing, promised=promised, outside=outside)


def _published(table: CountedTable, hidden: Flags) -> PublishedTable:
    """A table as it is shown; `hidden` says for each of its cells, in the order of its codes, whether that is."""
    keys = product(*(dimension.parents for dimension in table.dimensions))
    cells = {key: None if mark else table.count(key).persons for key, mark in zip(keys, hidden.ravel().tolist(), strict=True)}
    return PublishedTable(table.name, table.dimensions, cells)
