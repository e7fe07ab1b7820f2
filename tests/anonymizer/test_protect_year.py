"""A year beside its months and their weeks: nobody who has all of them learns a small cell."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from anonymizer import TOTAL, Policy, ProtectedPeriod, protect
from anonymizer.attacker import Attacker, identity
from anonymizer.counted_week import CountedTable, CountedWeek
from anonymizer.dimension import Dimension, flat_dimension
from anonymizer.published import PublishedTable
from anonymizer.weeks import KeptPeriod, protect_sum, sum_counts
from core.periods.month import Month
from core.periods.year import Year

YEAR = Year(2025)
PLACES = {TOTAL: None, "n": TOTAL, "n1": "n", "n2": "n", "s": TOTAL, "s1": "s", "s2": "s"}
TABLES = {"arrivals": (Dimension("destination", PLACES), flat_dimension("sex", ["female", "male"]))}
Count = Callable[..., CountedWeek]


@pytest.fixture(scope="module")
def parts(count_week: Count) -> list[KeptPeriod]:
    """Every month with its weeks."""
    weeks = {week: _kept(replace(count_week(TABLES, _reports(at)), week=week)) for at, week in enumerate(YEAR.weeks)}
    found = []
    for month in YEAR.months:
        inside = [weeks[week] for week in month.weeks]
        found += [KeptPeriod(protect_sum(month, inside, Policy()), sum_counts(inside)), *inside]
    return found


def _reports(at: int) -> list[list[tuple[dict[str, str], int]]]:
    """Enough of each place and sex, but few men in one place in every month, and few women in another in the last week."""
    few = {("s2", "male"): [3] * (at % 4 == 0), ("n1", "female"): [2] if at == len(YEAR.weeks) - 1 else [4, 4, 4]}
    return [
        [({"destination": place, "sex": sex}, persons)]
        for place in ("n1", "n2", "s1", "s2")
        for sex in ("female", "male")
        for persons in few.get((place, sex), [4, 4, 4])
    ]


def _kept(counted: CountedWeek) -> KeptPeriod:
    return KeptPeriod(protect(counted, Policy()), counted.tables)


@pytest.fixture(scope="module")
def year(parts: list[KeptPeriod]) -> ProtectedPeriod:
    return protect_sum(YEAR, parts, Policy())


def test_it_is_the_sum_of_its_months_and_shows_more(year: ProtectedPeriod, parts: list[KeptPeriod]) -> None:
    [counted] = sum_counts(parts)
    months = [part for part in parts if isinstance(part.period, Month)]
    shown = {key: number for key, number in year.tables[0].cells.items() if number is not None}
    assert all(number == counted.count(key).persons for key, number in shown.items())
    assert all(sum(month.counted[0].count(key).persons for month in months) == number for key, number in shown.items())
    assert any(
        number and any(month.protected.tables[0].cells[key] is None for month in months) for key, number in shown.items()
    )


def test_nobody_who_reads_year_months_and_weeks_learns_an_unsafe_cell(year: ProtectedPeriod, parts: list[KeptPeriod]) -> None:
    published, counted = _together(year, parts)
    unsafe = _unsafe(published, counted)
    assert unsafe
    assert not list(Attacker([published]).out_of_reach(unsafe))


def test_the_same_attacker_finds_a_year_that_was_protected_by_itself(parts: list[KeptPeriod]) -> None:
    alone = protect(CountedWeek("TEST", YEAR.weeks[0], sum_counts(parts)), Policy())
    published, counted = _together(alone, parts)
    assert list(Attacker([published]).out_of_reach(_unsafe(published, counted)))


def _unsafe(published: PublishedTable, counted: CountedTable) -> dict[tuple[tuple[str, str], ...], tuple[int, int]]:
    """What the attacker must not learn: the hidden cells that are unsafe, and how wide each has to stay open."""
    hidden = [key for key, number in published.cells.items() if number is None and Policy().is_unsafe(counted.count(key))]
    return {identity(counted.dimensions, key): Policy().required_interval(counted.count(key)) for key in hidden}


def _together(year: ProtectedPeriod, parts: Sequence[KeptPeriod]) -> tuple[PublishedTable, CountedTable]:
    """All that is published of the year and counted for it, as one table by time."""
    month_of = {str(week): str(month) for month in YEAR.months for week in month.weeks}
    time = Dimension("time", {TOTAL: None} | {part.code: month_of.get(part.code, TOTAL) for part in parts})
    whole = KeptPeriod(year, sum_counts(parts))
    timed = [(TOTAL, whole), *((part.code, part) for part in parts)]
    dimensions = (time, *year.tables[0].dimensions)
    numbers = {(code, *key): number for code, of in timed for key, number in of.protected.tables[0].cells.items()}
    counts = {(code, *key): count for code, of in timed for key, count in of.counted[0].cells.items()}
    return PublishedTable("arrivals", dimensions, numbers), CountedTable("arrivals", dimensions, counts)
