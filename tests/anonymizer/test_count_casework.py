"""What happened in cases, counted as events of persons and protected as one system: small numbers of either are hidden."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer import TOTAL, CountedWeek, Dimension, Policy, Population, ProtectedPeriod, counted_in, finest, protect
from anonymizer.attacker import Attacker, identity
from anonymizer.counted_week import Count, CountedTable
from anonymizer.errors import FactCodeUnknown
from anonymizer.policy import Dominance, Selection, Sensitive, for_tables, policy_from, rules_of, stated
from anonymizer.published import Identity, PublishedTable
from anonymizer.weeks import KeptPeriod, count_casework, protect_sum, sum_counts
from anonymizer.weeks.casework_rules import LEAST, casework_rules
from anonymizer.weeks.count_casework import IMPOSSIBLE, casework_tables
from anonymizer.weeks.fact_columns import columns_of_cases
from casework.counting import (
    AGAIN,
    AGES,
    EXPLOITATIONS,
    GENDERS,
    NATIONALITIES,
    OUTCOMES,
    PROVIDERS,
    REFERRALS,
    ROUTES,
    SERVICES,
    UNKNOWN,
    CaseFacts,
    EventFact,
)
from core.periods.month import Month
from core.periods.week import Week
from tests.anonymizer.test_fact_blocks import DISTRICTS, OPERATION, PLACES, WEEK
from tests.anonymizer.test_policy_file import FILE

RESIDENCES = [*DISTRICTS, UNKNOWN]


def happened(person: int, event: str, *said: str) -> EventFact:
    """An event; every service is a further one, but where a test says otherwise."""
    return EventFact(person, event, *said, waited=AGAIN if event == "service" else "")


WHO = st.tuples(st.sampled_from(RESIDENCES), st.sampled_from(GENDERS), st.sampled_from(AGES))
WHAT = st.one_of(
    st.tuples(st.just("service"), st.sampled_from(SERVICES), st.sampled_from(PROVIDERS)),
    st.tuples(st.just("case_closed"), st.sampled_from(OUTCOMES), st.just("")),
    st.tuples(st.just("referral"), st.sampled_from(REFERRALS), st.just("")),
)
EVENTS = st.lists(st.tuples(st.integers(0, 4), WHAT, WHO), max_size=30).map(
    lambda told: [happened(person, *what, *who) for person, what, who in told]
)
FINEST = finest(dimension for along in casework_tables(PLACES) for dimension in along)
SERVED = ("service", "legal", "own", DISTRICTS[0], "female", "18-59")


def counted(events: Sequence[EventFact], week: Week = WEEK) -> CountedWeek:
    columns = columns_of_cases(CaseFacts(week, events=tuple(events)))
    return count_casework({each.unit: each for each in columns}, PLACES, operation=OPERATION)


def protected(events: Sequence[EventFact], week: Week = WEEK) -> ProtectedPeriod:
    return protect(counted(events, week), casework_rules(Policy()))


def services(*of_each: int, kind: str = "legal", gender: str = "female") -> list[EventFact]:
    """So many services of one kind for each of some persons, all alike."""
    one = happened(0, "service", kind, "own", DISTRICTS[0], gender, "18-59")
    return [replace(one, person=person) for person, times in enumerate(of_each) for _ in range(times)]


@settings(max_examples=30)
@given(events=EVENTS)
def test_events_are_counted_as_events_and_persons_as_whose_they_are(events: list[EventFact]) -> None:
    by_gender, by_age, *others = counted(events).tables
    of_each = Counter(one.person for one in events)
    largest = tuple(sorted(of_each.values(), reverse=True)[: Count.KEPT])
    for table in (by_gender, by_age, *others):
        assert table.count((TOTAL,) * len(table.dimensions)) == Count(len(events), len(of_each), largest)
        assert counted_in(table.name).plural == "events"
    given_to = [one for one in events if (one.event, one.gender) == ("service", "female")]
    assert by_gender.count(("service", "female")).persons == len(given_to)
    assert by_gender.count(("service", "female")).reports == len({one.person for one in given_to})
    for event, begins, codes in (("case_closed", "closed", OUTCOMES), ("referral", "referral", REFERRALS)):
        kinds = Counter(one.kind for one in events if one.event == event)
        assert {code: by_age.count((f"{begins}_{code}", TOTAL)).persons for code in codes} == {
            code: kinds[code] for code in codes
        }
        assert by_age.count((event, TOTAL)).persons == kinds.total()


def test_nationalities_and_routes_are_counted_under_their_part_of_the_world() -> None:
    from_where = [("014", "145"), ("014", "014"), ("145", "145"), ("stateless", UNKNOWN)]
    events = [replace(happened(0, *SERVED), nationality=nation, route=route) for nation, route in from_where]
    tables = {table.name: table for table in counted(events).tables}
    nations = tables["cases_by_nationality"], ("002", "014", "142", "145", "stateless", UNKNOWN)
    routes = tables["cases_by_route"], ("002", "014", "142", "145", UNKNOWN)
    told = [[table.count(("service_legal", code)).persons for code in codes] for table, codes in (nations, routes)]
    assert told == [[2, 2, 1, 1, 1, 0], [1, 1, 2, 2, 1]]


def test_a_number_is_shown_from_eleven_events_of_eleven_persons_of_whom_none_has_most() -> None:
    def shown(*of_each: int) -> int | None:
        return protected(services(*of_each)).tables[0].cells["service_legal", "female"]

    assert shown(*[1] * 11) == 11
    assert (shown(*[1] * 10), shown(*[2] * 10)) == (None, None)  # too few persons, however many events
    assert (shown(*[1] * 11, 10), shown(*[1] * 11, 30)) == (21, None)  # thirty of them are one person's


def test_what_is_hidden_in_one_table_is_not_told_by_another() -> None:
    week = protected([*services(*[1] * 20), *services(1, 1, 1, kind="medical", gender="male")])
    by_gender, *others = week.tables
    assert week.population is Population.CASEWORK
    for table in others:
        rest = (TOTAL,) * (len(table.dimensions) - 1)
        assert [table.cells[code, *rest] for code in ("service", "service_legal", "service_medical")] == [
            by_gender.cells[code, TOTAL] for code in ("service", "service_legal", "service_medical")
        ]
    assert by_gender.cells["service_medical", TOTAL] is None


def test_what_cannot_be_is_printed_as_nothing_and_hides_nothing() -> None:
    closures = [EventFact(number, "case_closed", "lost", "", *SERVED[3:]) for number in range(3)]
    tables = {table.name: table for table in protected([*services(*[1] * 20), *closures]).tables}
    by_provider, by_wait = tables["cases_by_provider"], tables["cases_by_wait"]
    zeros = [key for key in by_provider.cells if key[0] == "closed_lost" and key[1] in PROVIDERS]
    assert {by_provider.cells[key] for key in zeros} == {0}
    assert by_provider.cells["service_legal", "_Z"] == 0
    assert by_provider.cells["closed_lost", "_Z"] is by_wait.cells["closed_lost", "_Z"] is None
    assert by_wait.cells["closed_lost", "first"] == by_wait.cells["service_legal", "_Z"] == 0


@cache
def of_drawn() -> ProtectedPeriod:
    return protected(drawn(1))


def test_whoever_knows_all_that_is_printed_learns_no_small_number() -> None:
    week = counted(drawn(1))
    rules, released = casework_rules(Policy()), of_drawn()
    unsafe = {
        identity(table.dimensions, key): rules.required_interval(count)
        for table in week.tables
        for key, count in table.cells.items()
        if rules.is_unsafe(count)
    }
    assert unsafe
    assert Attacker(released.tables).out_of_reach(unsafe) == []


def test_how_long_women_and_men_had_waited_is_told_with_what_for() -> None:
    """In pairs of variables each table may be safe, and whoever has all of them knows a small number."""
    week = counted(waited_for())
    rules = casework_rules(Policy())
    few = {(("event", "service_medical"), ("gender", "male")): (1, 10)}
    names = [table.name for table in week.tables]
    by_gender, by_wait, both = (
        week.tables[names.index(name)] for name in ("cases_by_gender", "cases_by_wait", "waits_by_gender")
    )
    told = {(wait, who): count for (event, wait, who), count in both.cells.items() if event == TOTAL}
    pairs = replace(week, tables=(by_gender, by_wait, CountedTable("pairs", both.dimensions[1:], told)))
    in_pairs = {table.name: table for table in protect(pairs, replace(rules, structural_zero=IMPOSSIBLE[2:])).tables}
    assert in_pairs["cases_by_gender"].cells["service_medical", "male"] is None
    assert not Attacker(list(in_pairs.values())).out_of_reach(few)
    joined = PublishedTable(both.name, both.dimensions, {key: known(key, in_pairs) for key in keys(both)})
    assert Attacker([*in_pairs.values(), joined]).out_of_reach(few)
    assert not Attacker(protect(week, rules).tables).out_of_reach(few)


def test_waits_are_told_by_parts_of_the_world_in_their_regions() -> None:
    from_where = [("014", "145"), ("014", "014"), ("145", "145"), ("stateless", UNKNOWN)]
    events = [replace(happened(0, *SERVED), nationality=nation, route=route) for nation, route in from_where]
    tables = {table.name: table for table in counted(events).tables}
    for name, codes, numbers in (
        ("waits_by_nationality", ("002", "142", "stateless", UNKNOWN), [2, 1, 1, 0]),
        ("waits_by_route", ("002", "142", UNKNOWN), [1, 2, 1]),
    ):
        assert [tables[name].count(("service_legal", AGAIN, code)).persons for code in codes] == numbers
        assert not {"014", "145"} & tables[name].dimensions[-1].parents.keys()


def test_of_whatever_the_proof_takes_for_possible_there_is_a_week() -> None:
    """The tables are a star: events can be found, in whole numbers, that add up to every alternative of all tables at once."""
    week, evidence = counted(drawn(1)), of_drawn().proof.evidence
    assert evidence is not None
    some = evidence.alternatives[::100]
    assert len(some) > 10
    for change in ({}, *some):
        other = [replace(table, cells=changed(table, change)) for table in week.tables]
        told = list(a_week_of({table.name: table for table in other}))
        for table in other:
            assert again(table, told) == {key: count.persons for key, count in table.cells.items() if count.persons}, table.name


def changed(table: CountedTable, change: Mapping[Identity, int]) -> dict[tuple[str, ...], Count]:
    known = ((key, change.get(identity(table.dimensions, key), 0)) for key in keys(table))
    return {key: Count(table.count(key).persons + more, 0) for key, more in known}


def a_week_of(tables: Mapping[str, CountedTable]) -> Iterator[dict[str, str]]:
    """Events by the codes of their dimensions: kind by kind, and of each kind wait by wait, what the tables of waits say of
    persons, then what those of two things say more finely."""
    by_wait, by_provider = tables["cases_by_wait"], tables["cases_by_provider"]
    event, waited = by_wait.dimensions
    for kind in innermost(event):
        of_kind: list[dict[str, str]] = []
        for wait in innermost(waited):
            alike = [{"event": kind, "waited": wait} for _ in range(by_wait.cells[kind, wait].persons)]
            for name in (name for name in tables if name.startswith("waits")):
                give(alike, tables[name], (kind, wait))
            of_kind += alike
        for name, table in tables.items():
            if name in {"cases_by_nationality", "cases_by_route"}:
                dimension = table.dimensions[1]
                for region in dimension.children[TOTAL]:
                    below = dimension.children.get(region, (region,))
                    give([one for one in of_kind if one[dimension.name] == region], table, (kind,), below)
        give(of_kind, by_provider, (kind,))
        yield from of_kind


def give(events: list[dict[str, str]], table: CountedTable, held: tuple[str, ...], among: Sequence[str] = ()) -> None:
    """Hand out codes of a table's last dimension to events, as many of each as the table says; they must be as many."""
    last = table.dimensions[-1]
    codes = [code for code in among or innermost(last) for _ in range(table.cells[*held, code].persons)]
    for one, code in zip(events, codes, strict=True):
        one[last.name] = code


def innermost(dimension: Dimension) -> list[str]:
    return [code for code in dimension.parents if code not in dimension.children]


def again(table: CountedTable, told: Sequence[Mapping[str, str]]) -> Counter[tuple[str, ...]]:
    """A table counted once more, of events by their finest codes."""
    of_each: Counter[tuple[str, ...]] = Counter()
    for one in told:
        paths = (
            [code for code in FINEST[each.name].climb(one[each.name]) if code in each.parents] for each in table.dimensions
        )
        of_each.update(product(*paths))
    return of_each


def waited_for() -> list[EventFact]:
    """Legal services are all first ones, and all others are none; three men had a medical one."""

    def served(kind: str, gender: str, persons: int) -> list[EventFact]:
        waited = "0-7" if kind == "legal" else AGAIN
        return [replace(one, waited=waited) for one in services(*[1] * persons, kind=kind, gender=gender)]

    women = [one for kind in ("legal", "medical", "training") for one in served(kind, "female", 40)]
    return [*women, *served("legal", "male", 12), *served("medical", "male", 3), *served("training", "male", 200)]


def keys(table: CountedTable) -> Iterator[tuple[str, ...]]:
    return product(*(dimension.parents for dimension in table.dimensions))


def known(key: tuple[str, ...], pairs: Mapping[str, PublishedTable]) -> int | None:
    """What three tables of pairs tell of a cell of all three variables: nothing where it lies within each of them."""
    event, wait, who = key
    if wait == TOTAL:
        return pairs["cases_by_gender"].cells[event, who]
    if who == TOTAL:
        return pairs["cases_by_wait"].cells[event, wait]
    return pairs["pairs"].cells[wait, who] if event == TOTAL else None


def drawn(seed: int, week: Week = WEEK) -> list[EventFact]:
    """Some hundred events of thirty persons, most of them services of a few kinds."""
    chance = np.random.default_rng(seed)
    who = [(chance.choice(DISTRICTS), chance.choice(GENDERS[:2]), chance.choice(AGES)) for _ in range(30)]
    background = [
        {"nationality": nation, "exploitation": str(chance.choice(EXPLOITATIONS)), "route": str(chance.choice(ROUTES[1:4]))}
        for nation in map(str, chance.choice([*NATIONALITIES[1:4], *NATIONALITIES[-2:]], size=30))
    ]
    told = []
    for _ in range(100):
        person = int(chance.integers(30))
        kind = str(chance.choice(SERVICES[:5], p=[0.5, 0.2, 0.1, 0.1, 0.1]))
        what = ("service", kind, "own") if chance.random() < 0.8 else ("case_closed", str(chance.choice(OUTCOMES[:3])), "")
        one = replace(happened(person, *what, *map(str, who[person])), **background[person])
        told.append(replace(one, waited=str(chance.choice(["0-7", "8-30", AGAIN]))) if one.waited else one)
    return told


def test_a_month_takes_its_weeks_for_the_same_persons_again() -> None:
    month = Month.of(WEEK)
    of_each = {week: services(*[2] * 7) for week in month.weeks}
    kept = [KeptPeriod(protected(events, week), counted(events, week).tables) for week, events in of_each.items()]
    weeks = len(kept)
    [summed, *_] = sum_counts(kept)
    assert summed.count(("service_legal", "female")) == Count(14 * weeks, 7, (2 * weeks,) * 3)
    of_month = protect_sum(month, kept, casework_rules(Policy()))
    assert of_month.tables[0].cells["service_legal", "female"] is None  # fifty-six services, perhaps of seven persons


def test_the_rules_for_cases_are_the_least_and_an_office_may_ask_for_more() -> None:
    tables = [(table.name, table.dimensions) for table in counted([]).tables]
    office = Policy(threshold=5, sensitive=(Sensitive(Selection((("gender", ("other",)),)), threshold=7),))
    rules = casework_rules(for_tables(tables, office))
    assert (rules.threshold, rules.contributors, rules.dominance) == (LEAST, LEAST, Dominance(largest=1, share=50.0))
    assert rules.sensitive[0].threshold == LEAST
    assert rules.structural_zero == IMPOSSIBLE
    assert casework_rules(Policy(threshold=20, group_low=3)).threshold == 20
    own = Policy(table=(("cases_by_age", Policy(threshold=15)),))
    assert casework_rules(own).for_table("cases_by_age").threshold == 15
    assert policy_from(stated(rules), FILE) == rules
    impossible = rules_of("cases_by_provider", dict(tables)["cases_by_provider"], rules).structural
    assert impossible.any()
    assert not impossible.all()


def test_a_code_that_nobody_knows_is_refused_by_week() -> None:
    with pytest.raises(FactCodeUnknown, match=f"{WEEK}.*residence"):
        counted([happened(0, "service", "legal", "own", "ZZ0101", "female", "0-4")])
