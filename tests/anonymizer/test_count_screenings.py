"""Screened persons and households, counted as what they are and protected as one system beside that of movements."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle, islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer import TOTAL, CountedWeek, Policy, Population, Unit, counted_in, protect
from anonymizer.attacker import Attacker, identity
from anonymizer.errors import FactCodeUnknown, ProtectedPeriodChanged
from anonymizer.policy import rules_of
from anonymizer.weeks import (
    case_facts_are_fresh,
    count_screenings,
    load_case_facts,
    load_protected,
    stale_case_weeks,
    store_case_facts,
    store_protected,
)
from anonymizer.weeks.casework_rules import LEAST, screening_rules
from anonymizer.weeks.fact_columns import columns_of_cases, tabulate
from casework.counting import AGES, DECISIONS, EVENTS, GENDERS, SIZES, UNKNOWN, CaseFacts, EventFact, HouseholdFact, PersonFact
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from tests.anonymizer.test_fact_blocks import DISTRICTS, OPERATION, PLACES, WEEK, execute

RESIDENCES = [*DISTRICTS, UNKNOWN]


def facts_of(*households: tuple[str, str, list[tuple[str, str]]], outcomes: Sequence[str] = DECISIONS) -> CaseFacts:
    """Households by residence, size and persons as (gender, age): the first was interviewed, with these outcomes in turn."""
    came = dict(enumerate(islice(cycle(outcomes), len(households))))
    persons = [
        PersonFact(number, *(("member", residence, *person) if at else ("interviewed", residence, *person, came[number])))
        for number, (residence, _, those) in enumerate(households)
        for at, person in enumerate(those)
    ]
    of_each = [HouseholdFact(number, residence, size) for number, (residence, size, _) in enumerate(households)]
    return CaseFacts(WEEK, tuple(persons), tuple(of_each))


PERSON = st.tuples(st.sampled_from(GENDERS), st.sampled_from(AGES))
HOUSEHOLD = st.tuples(st.sampled_from(RESIDENCES), st.sampled_from(SIZES), st.lists(PERSON, min_size=1, max_size=4))
FACTS = st.lists(HOUSEHOLD, max_size=25).map(lambda households: facts_of(*households))
MANY = facts_of(
    *(("XM0101", "1", [("female", "18-59")]) for _ in range(7)),
    *(("XM0102", "2-3", [("male", "18-59"), ("female", "5-11")]) for _ in range(6)),
    *(("XM0201", "2-3", [("male", "60+"), ("female", "60+")]) for _ in range(3)),
    ("XM0202", "7+", [("other", UNKNOWN)]),
)


def counted(facts: CaseFacts) -> CountedWeek:
    return count_screenings({columns.unit: columns for columns in columns_of_cases(facts)}, PLACES, operation=OPERATION)


@settings(max_examples=30)
@given(facts=FACTS)
def test_a_household_counts_once_and_whoever_was_interviewed_once(facts: CaseFacts) -> None:
    screened, households, by_outcome = counted(facts).tables
    regions = Counter(one.residence[:4] for one in facts.households)
    for region, number in (regions | Counter({TOTAL: len(facts.households)})).items():
        assert households.count((region, TOTAL)).persons == screened.count((region, TOTAL, TOTAL)).persons == number
    sizes = Counter(one.size for one in facts.households)
    assert {size: households.count((TOTAL, size)).persons for size in SIZES} == {size: sizes[size] for size in SIZES}
    interviewed = Counter((one.gender, one.age) for one in facts.persons if one.role == "interviewed")
    for (gender, age), number in interviewed.items():
        assert screened.count((TOTAL, gender, age)).persons == screened.count((TOTAL, gender, age)).reports == number
    outcomes = Counter((one.outcome, one.gender) for one in facts.persons if one.role == "interviewed")
    assert all(by_outcome.count(told).persons == by_outcome.count(told).reports == number for told, number in outcomes.items())
    assert [by_outcome.count((TOTAL, gender)) for gender in GENDERS] == [
        screened.count((TOTAL, gender, TOTAL)) for gender in GENDERS
    ]


@settings(max_examples=30)
@given(facts=FACTS)
def test_facts_of_every_unit_count_that_unit_alone(facts: CaseFacts) -> None:
    persons, households, events = columns_of_cases(facts)
    assert tabulate(persons, ("residence", "gender", "age")).sum() == len(facts.persons)
    assert tabulate(households, ("residence", "size")).sum() == len(facts.households)
    assert [columns.unit for columns in (persons, households, events)] == [Unit.PERSON, Unit.HOUSEHOLD, Unit.EVENT]


def test_events_are_counted_by_what_happened() -> None:
    legal, closed = EventFact(0, "service", "legal"), EventFact(1, EVENTS[-1])
    *_, events = columns_of_cases(CaseFacts(WEEK, events=(legal, legal, closed)))
    table = tabulate(events, ("event", "kind"))
    assert table[events.codes("event").index("service"), events.codes("kind").index("legal")] == 2
    assert table.sum() == 3


def test_its_tables_are_proven_as_one_system_of_their_own() -> None:
    week = protect(counted(MANY), Policy())
    screened, households, _ = week.tables
    assert week.population is Population.SCREENINGS
    assert [counted_in(table.name).plural for table in week.tables] == ["persons", "households", "persons"]
    # What one table must hide the other does not tell: the four of the second region are hidden in both.
    shown = {residence: screened.cells[residence, TOTAL, TOTAL] for residence, total in households.cells if total == TOTAL}
    assert {residence: households.cells[residence, TOTAL] for residence in shown} == shown
    assert (shown["XM02"], shown[TOTAL]) == (None, 17)


def test_who_was_accepted_is_told_from_eleven_persons_on_and_not_by_the_others() -> None:
    persons = [("XM0101", "1", [("female", "18-59")])] * 20
    told = [*["accepted"] * 9, *["not_eligible"] * 11]
    released = protect(counted(facts_of(*persons, outcomes=told)), screening_rules(Policy()))
    screened, _, by_outcome = released.tables
    assert by_outcome.cells[TOTAL, "female"] == screened.cells[TOTAL, "female", TOTAL] == 20
    assert (by_outcome.cells["accepted", "female"], by_outcome.cells["not_eligible", "female"]) == (None, 11)
    accepted = identity(by_outcome.dimensions, ("accepted", "female"))
    assert Attacker(released.tables).out_of_reach({accepted: (1, 9)}) == []  # the rest may be of other outcomes


def test_an_office_may_ask_for_more_before_it_tells_an_outcome_or_decide_rules_of_its_own() -> None:
    of_outcomes = [screening_rules(Policy(threshold=number)).sensitive[-1] for number in (5, 20)]
    assert [(rule.threshold, rule.interval) for rule in of_outcomes] == [(LEAST, (1, 4)), (20, None)]
    own = screening_rules(Policy(table=(("screened_by_outcome", Policy(threshold=15)),)))
    assert own.for_table("screened_by_outcome") == Policy(threshold=15)


def test_cases_opened_are_persons_screened_so_none_tells_a_small_number_of_the_others() -> None:
    households = [(DISTRICTS[at % 3], "1", [(GENDERS[at % 2], AGES[at % 5])]) for at in range(60)]
    week = counted(facts_of(*households, outcomes=["accepted"] * 4 + ["not_eligible", "undecided"]))
    rules = screening_rules(Policy())
    released = protect(week, rules)
    unsafe = {
        identity(table.dimensions, key): where.required_interval(count)
        for table in week.tables
        for key, count in table.cells.items()
        if (where := rules_of(table.name, table.dimensions, rules).of(key)).is_unsafe(count)
    }
    assert unsafe
    assert Attacker(released.tables).out_of_reach(unsafe) == []


def test_a_week_without_screenings_is_released_as_one() -> None:
    week = protect(counted(CaseFacts(WEEK)), Policy())
    assert {number for table in week.tables for number in table.cells.values()} == {0}


def test_a_district_that_the_gazetteer_lost_is_refused_by_week() -> None:
    with pytest.raises(FactCodeUnknown, match=f"{WEEK}.*residence"):
        counted(facts_of(("ZZ0101", "1", [("female", "0-4")])))


def test_blocks_give_back_what_was_sealed_until_their_sources_change(database: Database, ring: KeyRing) -> None:
    with database.transaction(Zone.ANONYMIZER, operation=OPERATION) as session:
        store_case_facts(session, ring, OPERATION, MANY, b"sources")
        loaded = load_case_facts(session, ring, OPERATION, WEEK)
        assert case_facts_are_fresh(session, OPERATION, WEEK, b"sources")
        assert stale_case_weeks(session, OPERATION, {WEEK: b"sources"}) == []
        assert stale_case_weeks(session, OPERATION, {WEEK: b"others"}) == [WEEK]
    assert count_screenings(loaded, PLACES, operation=OPERATION) == counted(MANY)
    assert execute(database, "SELECT content FROM anonymizer.fact_column WHERE position('XM0101'::bytea IN content) > 0") == []
    with database.transaction(Zone.ANONYMIZER, operation=OPERATION) as session:
        store_case_facts(session, ring, OPERATION, CaseFacts(WEEK), b"nobody")
        assert case_facts_are_fresh(session, OPERATION, WEEK, b"nobody")
        store_case_facts(session, ring, OPERATION, CaseFacts(WEEK), b"")
    assert execute(database, "SELECT id FROM anonymizer.fact_block") == []


def test_a_week_of_each_population_is_kept_and_none_passes_for_the_other(database: Database, ring: KeyRing) -> None:
    week = counted(MANY)
    screenings = protect(week, Policy())
    movements = protect(replace(week, population=Population.MOVEMENTS), Policy())
    with database.transaction(Zone.ANONYMIZER, operation=OPERATION) as session:
        for protected in (screenings, movements):
            store_protected(session, ring, protected, week.tables)
        assert load_protected(session, ring, OPERATION, WEEK, Population.SCREENINGS) == screenings
        assert load_protected(session, ring, OPERATION, WEEK) == movements
    for population in ("'spare'", "'screenings'"):
        former = "'screenings'" if population == "'spare'" else "'movements'"
        statement = "SET session_replication_role = replica; "
        for table in ("protected_table", "proof", "sealed_evidence"):
            statement += f"UPDATE anonymizer.{table} SET population = {population} WHERE population = {former}; "
        execute(database, statement)
    with database.transaction(Zone.ANONYMIZER, operation=OPERATION) as session, pytest.raises(ProtectedPeriodChanged):
        load_protected(session, ring, OPERATION, WEEK, Population.SCREENINGS)
