"""A month beside its weeks: it tells more than they do, and nothing of what they hide."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from anonymizer import TOTAL, Policy, ProtectedPeriod, protect
from anonymizer.attacker import Attacker, identity
from anonymizer.counted_week import CountedTable, CountedWeek
from anonymizer.dimension import Dimension, flat_dimension
from anonymizer.errors import PartsUnfit
from anonymizer.published import PublishedTable
from anonymizer.weeks import KeptPeriod, protect_sum, sum_counts
from core.periods.month import Month

MONTH = Month(2026, 2)
PLACES = {TOTAL: None, "n": TOTAL, "n1": "n", "n2": "n", "s": TOTAL, "s1": "s", "s2": "s"}
TABLES = {
    "movements": (Dimension("origin", PLACES), Dimension("destination", PLACES)),
    "arrivals": (Dimension("destination", PLACES), flat_dimension("sex", ["female", "male"])),
}


@pytest.fixture(scope="module")
def weeks(count_week: Callable[..., CountedWeek]) -> list[KeptPeriod]:
    """Four weeks, few of whose innermost cells may be shown."""
    return [_kept(replace(count_week(TABLES, _reports(seed)), week=week)) for seed, week in enumerate(MONTH.weeks)]


def _reports(seed: int) -> list[list[tuple[dict[str, str], int]]]:
    chance = random.Random(seed)
    reports = []
    for _ in range(24):
        origin, destination = chance.choices(("n1", "n2", "s1", "s2"), (6, 3, 2, 1), k=2)
        codes = {"origin": origin, "destination": destination, "sex": chance.choice(("female", "male"))}
        reports.append([(codes, chance.randint(1, 4))])
    return reports


def _kept(counted: CountedWeek) -> KeptPeriod:
    return KeptPeriod(protect(counted, Policy()), counted.tables)


@pytest.fixture(scope="module")
def month(weeks: list[KeptPeriod]) -> ProtectedPeriod:
    return protect_sum(MONTH, weeks, Policy())


def test_a_month_is_the_sum_of_its_weeks(month: ProtectedPeriod, weeks: list[KeptPeriod]) -> None:
    for table, counted in zip(month.tables, sum_counts(weeks), strict=True):
        for key, number in table.cells.items():
            parts = [week.counted[month.tables.index(table)].count(key).persons for week in weeks]
            assert counted.count(key).persons == sum(parts)
            assert number in {None, sum(parts)}


def test_it_shows_what_its_weeks_had_to_hide(month: ProtectedPeriod, weeks: list[KeptPeriod]) -> None:
    told = [
        key
        for key, number in month.tables[0].cells.items()
        if number and any(week.protected.tables[0].cells[key] is None for week in weeks)
    ]
    assert told


def test_no_unsafe_cell_of_the_month_is_shown(month: ProtectedPeriod, weeks: list[KeptPeriod]) -> None:
    for table, counted in zip(month.tables, sum_counts(weeks), strict=True):
        assert all(number is None or not Policy().is_unsafe(counted.count(key)) for key, number in table.cells.items())


def test_nobody_who_reads_the_month_and_its_weeks_learns_an_unsafe_cell(
    month: ProtectedPeriod, weeks: list[KeptPeriod]
) -> None:
    """The attacker takes the numbers of month and weeks for one system, of which the month is the total."""
    published, truth = _together(month, weeks)
    wanted = {
        identity(counted.dimensions, key): Policy().required_interval(counted.count(key))
        for table, counted in zip(published, truth, strict=True)
        for key, number in table.cells.items()
        if number is None and Policy().is_unsafe(counted.count(key))
    }
    assert wanted
    assert not list(Attacker(published).out_of_reach(wanted))


def test_the_same_attacker_finds_a_month_that_was_protected_by_itself(weeks: list[KeptPeriod]) -> None:
    """What is shown of such a month gives away what its weeks hide."""
    alone = protect(replace(_as_week(weeks), tables=sum_counts(weeks)), Policy())
    published, truth = _together(alone, weeks)
    wanted = {
        identity(counted.dimensions, key): Policy().required_interval(counted.count(key))
        for table, counted in zip(published, truth, strict=True)
        for key, number in table.cells.items()
        if number is None and Policy().is_unsafe(counted.count(key))
    }
    assert list(Attacker(published).out_of_reach(wanted))


def test_weeks_that_count_other_places_make_no_month(weeks: list[KeptPeriod]) -> None:
    """A boundary that moved within the month: its halves cannot be added to the whole."""
    moved = Dimension("origin", PLACES | {"s3": "s"})
    first, *others = weeks[-1].counted
    changed = KeptPeriod(weeks[-1].protected, (replace(first, dimensions=(moved, first.dimensions[1])), *others))
    with pytest.raises(PartsUnfit, match="2026-W09"):
        protect_sum(MONTH, [*weeks[:-1], changed], Policy())


def _as_week(weeks: list[KeptPeriod]) -> CountedWeek:
    return CountedWeek("TEST", MONTH.weeks[0], weeks[0].counted)


def _together(month: ProtectedPeriod, weeks: list[KeptPeriod]) -> tuple[list[PublishedTable], list[CountedTable]]:
    """All that is published, and counted, of the month and its weeks: a table each, by week."""
    time = Dimension("week", {TOTAL: None} | {week.code: TOTAL for week in weeks})
    published, truth = [], []
    for at, (table, counted) in enumerate(zip(month.tables, sum_counts(weeks), strict=True)):
        cells = {(TOTAL, *key): number for key, number in table.cells.items()}
        counts = {(TOTAL, *key): count for key, count in counted.cells.items()}
        for week in weeks:
            cells |= {(week.code, *key): number for key, number in week.protected.tables[at].cells.items()}
            counts |= {(week.code, *key): count for key, count in week.counted[at].cells.items()}
        published.append(PublishedTable(table.name, (time, *table.dimensions), cells))
        truth.append(CountedTable(table.name, (time, *table.dimensions), counts))
    return published, truth
