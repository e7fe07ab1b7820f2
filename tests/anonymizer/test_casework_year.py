"""A year of casework beside its months and weeks: persons come again, and nobody who has all of it learns a small cell."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest

from anonymizer import TOTAL, Policy, ProtectedPeriod, protect
from anonymizer.attacker import Attacker, identity
from anonymizer.counted_week import Count, CountedTable, CountedWeek
from anonymizer.dimension import Dimension
from anonymizer.errors import PartsUnfit
from anonymizer.published import PublishedTable
from anonymizer.weeks import KeptPeriod, protect_sum, sum_counts
from anonymizer.weeks.casework_rules import caseload_rules
from casework.counting import EventFact
from core.periods.month import Month
from core.periods.week import Week
from core.periods.year import Year
from tests.anonymizer.test_count_casework import counted, services

YEAR = Year(2025)
RULES = caseload_rules(Policy())  # of one table, in which nothing is impossible
WITH_FEW = 9
TRAINING, MEDICAL = ("service_training", "female"), ("service_medical", "male")


def happened(at: int) -> list[EventFact]:
    """Services of women and men; in every sixth week few women in training, in one week three men with a medical service."""
    training = services(*[1] * (8 if at % 6 == 0 else 40), kind="training")
    few = services(*[1] * 3, kind="medical", gender="male") if at == WITH_FEW else []
    return [*training, *services(*[1] * 40), *services(*[1] * 40, gender="male"), *services(*[1] * 40, kind="medical"), *few]


def only(week: CountedWeek, *names: str) -> CountedWeek:
    return replace(week, tables=tuple(table for table in week.tables if table.name in names))


@cache
def week_like(at: int) -> KeptPeriod:
    of_it = only(counted(happened(at)), "cases_by_gender")
    return KeptPeriod(protect(of_it, RULES), of_it.tables)


def kept(at: int, week: Week) -> KeptPeriod:
    like = week_like(at if at == WITH_FEW else at % 6)
    return like._replace(protected=replace(like.protected, period=week))


@pytest.fixture(scope="module")
def parts() -> list[KeptPeriod]:
    """Every month with its weeks; those that are made of the same weeks are protected once."""
    weeks = {week: kept(at, week) for at, week in enumerate(YEAR.weeks)}
    known: dict[tuple[int, int], ProtectedPeriod] = {}
    found = []
    for month in YEAR.months:
        inside = [weeks[week] for week in month.weeks]
        first = YEAR.weeks.index(month.weeks[0])
        alike = len(inside), first if first <= WITH_FEW < first + len(inside) else first % 6
        if alike not in known:
            known[alike] = protect_sum(month, inside, RULES)
        found += [KeptPeriod(replace(known[alike], period=month), sum_counts(inside)), *inside]
    return found


@pytest.fixture(scope="module")
def year(parts: list[KeptPeriod]) -> ProtectedPeriod:
    return protect_sum(YEAR, parts, RULES)


def test_a_year_takes_its_weeks_for_the_same_persons_again(year: ProtectedPeriod, parts: list[KeptPeriod]) -> None:
    [summed] = sum_counts(parts)
    assert summed.count(TRAINING) == Count(40 * 43 + 8 * 9, 40, (52,) * 3)
    assert {part.protected.tables[0].cells[TRAINING] for part in parts if isinstance(part.period, Week)} == {None, 40}
    assert year.tables[0].cells[TRAINING] == 40 * 43 + 8 * 9
    assert year.tables[0].cells[MEDICAL] is None


def test_nobody_who_reads_year_months_and_weeks_learns_an_unsafe_cell(year: ProtectedPeriod, parts: list[KeptPeriod]) -> None:
    published, truth = together(year, parts)
    unsafe = required(published, truth)
    week = YEAR.weeks[WITH_FEW]
    assert {dict(cell).get("time", TOTAL) for cell in unsafe} >= {TOTAL, str(Month.of(week)), str(week)}
    assert not list(Attacker([published]).out_of_reach(unsafe))


def test_the_same_attacker_finds_a_year_that_was_protected_by_itself(parts: list[KeptPeriod]) -> None:
    alone = protect(CountedWeek("TEST", YEAR.weeks[0], sum_counts(parts)), Policy(threshold=3))
    published, truth = together(alone, parts)
    assert published.cells[TOTAL, *MEDICAL] == 3
    assert list(Attacker([published]).out_of_reach(required(published, truth)))


def test_what_was_counted_in_other_tables_is_not_added_up(parts: list[KeptPeriod]) -> None:
    older = parts[-1]._replace(counted=())
    with pytest.raises(PartsUnfit, match=str(YEAR)):
        protect_sum(YEAR, [*parts[:-1], older], RULES)


def required(published: PublishedTable, truth: CountedTable) -> dict[tuple[tuple[str, str], ...], tuple[int, int]]:
    """The hidden cells that are unsafe, and how wide each has to stay open."""
    hidden = [key for key, number in published.cells.items() if number is None and RULES.is_unsafe(truth.count(key))]
    return {identity(truth.dimensions, key): RULES.required_interval(truth.count(key)) for key in hidden}


def together(year: ProtectedPeriod, parts: Sequence[KeptPeriod]) -> tuple[PublishedTable, CountedTable]:
    """All that is published of the year and counted for it, as one table by time."""
    month_of = {str(week): str(month) for month in YEAR.months for week in month.weeks}
    time = Dimension("time", {TOTAL: None} | {part.code: month_of.get(part.code, TOTAL) for part in parts})
    timed = [(TOTAL, KeptPeriod(year, sum_counts(parts))), *((part.code, part) for part in parts)]
    dimensions = (time, *year.tables[0].dimensions)
    numbers = {(code, *key): number for code, of in timed for key, number in of.protected.tables[0].cells.items()}
    counts = {(code, *key): count for code, of in timed for key, count in of.counted[0].cells.items()}
    return PublishedTable("cases_by_gender", dimensions, numbers), CountedTable("cases_by_gender", dimensions, counts)
