"""A month beside weeks of which some are kept from contributors who know their own cells, and some are not.

So it is when an office takes up the rule: what was released before stands, and what was promised since is kept.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from anonymizer import TOTAL, CountedWeek, Policy, ProtectedPeriod, protect
from anonymizer.attacker import identity
from anonymizer.attacker.insiders import learned_by_insiders
from anonymizer.counted_week import CountedTable
from anonymizer.dimension import Dimension, flat_dimension
from anonymizer.prove_own_knowledge import Contributors
from anonymizer.published import Identity, PublishedTable
from anonymizer.weeks import KeptPeriod, protect_sum, sum_counts
from core.periods.month import Month

MONTH = Month(2026, 2)
PLACES = {TOTAL: None, "n": TOTAL, "s": TOTAL, "n1": "n", "n2": "n", "s1": "s", "s2": "s"}
FLOWS = Dimension("origin", PLACES), flat_dimension("reason", "xyz")
BEFORE, SINCE = Policy(contributors=2), Policy(contributors=2, own_knowledge=1)

Weeks = list[KeptPeriod]


@pytest.fixture(scope="module")
def counted(count_week: Callable[..., CountedWeek]) -> list[CountedWeek]:
    chance = random.Random(11)
    return [replace(count_week({"flows": FLOWS}, _reports(chance)), week=week) for week in MONTH.weeks]


def _reports(chance: random.Random) -> list[list[tuple[dict[str, str], int]]]:
    places, reasons = ["n1", "n2", "s1", "s2"], "xyz"
    codes = [
        {"origin": chance.choices(places, (8, 4, 3, 1))[0], "reason": chance.choices(reasons, (5, 3, 1))[0]} for _ in range(25)
    ]
    return [[(each, chance.randint(1, 9))] for each in codes]


def _weeks(counted: Sequence[CountedWeek], policies: Sequence[Policy]) -> Weeks:
    return [KeptPeriod(protect(week, policy), week.tables) for week, policy in zip(counted, policies, strict=True)]


@pytest.fixture(scope="module")
def mixed(counted: list[CountedWeek]) -> Weeks:
    """The rule was taken up in the middle of the month."""
    return _weeks(counted, [BEFORE, BEFORE, SINCE, SINCE])


@pytest.fixture(scope="module")
def month(mixed: Weeks) -> ProtectedPeriod:
    return protect_sum(MONTH, mixed, SINCE)


def test_a_month_states_what_all_of_its_weeks_were_made_under(
    month: ProtectedPeriod, counted: list[CountedWeek], mixed: Weeks
) -> None:
    assert month.policy == BEFORE
    assert [week.protected.policy for week in mixed] == [BEFORE, BEFORE, SINCE, SINCE]
    assert protect_sum(MONTH, _weeks(counted, [SINCE] * 4), SINCE).policy == SINCE


def test_what_a_week_was_promised_its_month_keeps(month: ProtectedPeriod, mixed: Weeks) -> None:
    assert not _exactly_learned(month, mixed) & _cells_of(mixed[2:])


def test_what_a_week_was_promised_is_kept_when_the_rule_is_given_up(mixed: Weeks) -> None:
    assert not _exactly_learned(protect_sum(MONTH, mixed, BEFORE), mixed) & _cells_of(mixed[2:])


def test_the_same_attackers_learn_from_a_month_to_which_no_promise_is_known(mixed: Weeks) -> None:
    forgotten = [week._replace(protected=replace(week.protected, policy=BEFORE)) for week in mixed]
    assert _exactly_learned(protect_sum(MONTH, forgotten, SINCE), mixed) & _cells_of(mixed[2:])


def _cells_of(weeks: Weeks) -> set[Identity]:
    """The cells of some weeks, as they are called beside others."""
    return {
        _named(week.code, identity(table.dimensions, key))
        for week in weeks
        for table in week.protected.tables
        for key in table.cells
    }


def _named(week: str, cell: Identity) -> Identity:
    return tuple(sorted((*cell, ("week", week))))


def _exactly_learned(month: ProtectedPeriod, weeks: Weeks) -> set[Identity]:
    """The unsafe cells of month and weeks that somebody works out who is alone in others: all contributors in turn."""
    published, truth = _together(month, weeks)
    counts = {identity(truth.dimensions, key): count for key, count in truth.cells.items()}
    unsafe = {cell: count.persons for cell, count in counts.items() if BEFORE.is_unsafe(count)}
    insiders = [
        {cell: counts[cell].persons if cell in counts else 0 for cell in cells} for cells in Contributors([truth], 1).cells
    ]
    barely = {cell: (persons, persons + 1) for cell, persons in unsafe.items()}
    alike = {cell: (persons - 1, persons) for cell, persons in unsafe.items()}
    up, down = (dict(learned_by_insiders([published], insiders, wanted)) for wanted in (barely, alike))
    return {cell for number in up for cell in set(up[number]) & set(down[number])}


def _together(month: ProtectedPeriod, weeks: Weeks) -> tuple[PublishedTable, CountedTable]:
    time = Dimension("week", {TOTAL: None} | {week.code: TOTAL for week in weeks})
    [table], [total] = month.tables, sum_counts(weeks)
    cells = {(TOTAL, *key): number for key, number in table.cells.items()}
    counts = {(TOTAL, *key): count for key, count in total.cells.items()}
    for week in weeks:
        cells |= {(week.code, *key): number for key, number in week.protected.tables[0].cells.items()}
        counts |= {(week.code, *key): count for key, count in week.counted[0].cells.items()}
    dimensions = (time, *table.dimensions)
    return PublishedTable(table.name, dimensions, cells), CountedTable(table.name, dimensions, counts)
