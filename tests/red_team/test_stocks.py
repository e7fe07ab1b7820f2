"""Two months of the caseload with the weeks of casework in between, as they are published: a planted number tells who came."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from anonymizer import Policy, ProtectedPeriod, protect
from anonymizer.caseload import protect_caseload
from anonymizer.red_team import Published, open_release, stocks
from anonymizer.weeks import count_caseload, count_casework
from anonymizer.weeks.casework_rules import caseload_rules, casework_rules
from anonymizer.weeks.fact_columns import columns_of_cases
from casework.counting import CaseFacts, EventFact
from casework.month_end import CaseloadFacts, Change
from core.periods.week import Week
from tests.anonymizer.test_caseload import FEBRUARY, MARCH, people, turnover
from tests.anonymizer.test_fact_blocks import DISTRICTS, OPERATION, PLACES
from tests.red_team.conftest import made_at, write_tables
from tests.red_team.planting import numbers_shown, rewrite_rows

RULES = caseload_rules(Policy())
CAME = 4


def weeks_of_closures() -> Sequence[ProtectedPeriod]:
    """Twelve women's cases were closed in each week of March, and no man's."""
    closed = tuple(EventFact(number, "case_closed", "goals_met", "", DISTRICTS[0], "female", "18-59") for number in range(12))
    weeks = []
    for week in MARCH.weeks:
        facts = {each.unit: each for each in columns_of_cases(CaseFacts(week, events=closed))}
        weeks.append(protect(count_casework(facts, PLACES, operation=OPERATION), casework_rules(Policy())))
    return weeks


def two_ends() -> Sequence[ProtectedPeriod]:
    """Many women come and go; four men come in March, and no man goes."""
    women, there = 12 * len(MARCH.weeks), [*people(100, Change.CAME), *people(60, Change.CAME, "male")]
    first = protect_caseload(OPERATION, count_caseload(CaseloadFacts(FEBRUARY, None, tuple(there)), PLACES), RULES)
    assert first
    later = (*turnover(100 - women, 70, women), *turnover(60, CAME, 0, "male"))
    facts = CaseloadFacts(MARCH, FEBRUARY, later, is_exact=True)
    second = protect_caseload(OPERATION, count_caseload(facts, PLACES, before=first.tables), RULES)
    assert second
    return [first, second]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Published]:
    root = tmp_path_factory.mktemp("stocks")
    made = made_at(Week(2026, 20))
    ends_and_weeks = (*two_ends(), *weeks_of_closures())
    return [write_tables(each, root / f"{each.period}-{each.population}", PLACES, made) for each in ends_and_weeks]


def test_what_is_published_tells_of_nobody(told: Sequence[Published]) -> None:
    assert list(stocks.attack(told)) == []
    genders = next(sheet for sheet in told[1].sheets if sheet.name == "caseload_by_gender").table
    assert genders.cells["male",] is None


def test_a_number_that_should_be_hidden_tells_how_many_came(
    told: Sequence[Published], copy_of: Callable[[Published], Path]
) -> None:
    first, second, *weeks = told
    folder = copy_of(second)
    rewrite_rows(folder, "caseload_by_gender", numbers_shown({("male",): 60 + CAME}))
    found = list(stocks.attack([first, open_release(folder), *weeks]))
    assert [(each.attack, each.tells) for each in found] == [("stocks", f"{CAME} came to male since {FEBRUARY}")]


def test_a_total_that_is_one_too_many_for_its_closures_tells_of_one(
    told: Sequence[Published], copy_of: Callable[[Published], Path]
) -> None:
    first, second, *weeks = told
    folder, closures = copy_of(second), 12 * len(MARCH.weeks)
    rewrite_rows(folder, "caseload_by_age", numbers_shown({("18-59",): 160 + 1 - closures}))
    found = list(stocks.attack([first, open_release(folder), *weeks]))
    assert f"1 came to 18-59 since {FEBRUARY}" in [each.tells for each in found]
