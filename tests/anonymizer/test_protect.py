"""Protecting a week: what is hidden, what is kept, and that it is the same every time."""

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from uuid import UUID

import pytest

from anonymizer import TOTAL, Policy, ProtectedPeriod, attack, protect, protect_tables
from anonymizer.attacker import identity
from anonymizer.counted_week import Count, CountedTable, CountedWeek
from anonymizer.dimension import Dimension, flat_dimension
from anonymizer.errors import CountsUnfit, ProtectionImpossible
from anonymizer.weeks import count_movements
from anonymizer.weeks.count_movements import AGES, REASONS, SEXES
from casework import MovementFact
from core.periods.week import Week
from core.places import Place

WEEK = Week(2026, 7)
ROWS, COLUMNS = flat_dimension("origin", ["a", "b", "c"]), flat_dimension("reason", ["x", "y", "z"])
SOMEWHERE = {"type": "MultiPolygon", "coordinates": []}


def alone(**counts: int):
    """Reports of one person each: `ax=2` are two from origin a for reason x."""
    return [[({"origin": cell[0], "reason": cell[1]}, 1)] for cell, count in counts.items() for _ in range(count)]


def hidden(week: ProtectedPeriod) -> set[tuple[str, ...]]:
    return {key for table in week.tables for key, value in table.cells.items() if value is None}


def places() -> list[Place]:
    """Two countries of two regions of two districts."""
    codes = [(country, None, 0) for country in ("XM", "XT")]
    codes += [(f"{country}0{region}", country, 1) for country in ("XM", "XT") for region in (1, 2)]
    codes += [(f"{above}0{district}", above, 2) for above, _, level in codes if level == 1 for district in (1, 2)]
    return [Place(code, parent, level, {"en": code}, SOMEWHERE) for code, parent, level in codes]


def fact(number: int, origin: str, destination: str, reason: str, **persons: int) -> MovementFact:
    groups = {("female", "18-59"): persons.get("women", 0), ("male", "0-4"): persons.get("boys", 0)}
    return MovementFact(UUID(int=number), WEEK, origin, destination, reason, groups)


def counted(*facts: MovementFact) -> CountedWeek:
    return count_movements(facts, places(), WEEK, operation="TEST")


def busy_week(reports: int, seed: int) -> CountedWeek:
    """Reports of one to thirty persons, most of them few, between eight districts."""
    chance = random.Random(seed)
    districts = [place.code for place in places() if place.level == 2]
    weights = [1 / (1 + rank) for rank in range(len(districts))]
    facts = []
    for number in range(reports):
        origin, destination = chance.choices(districts, weights, k=2)
        groups: dict[tuple[str, str], int] = {}
        for _ in range(min(30, int(chance.lognormvariate(1.5, 1)) + 1)):
            group = (chance.choice(SEXES), chance.choice(AGES))
            groups[group] = groups.get(group, 0) + 1
        reason = chance.choices(REASONS, (9, 6, 4, 2, 2, 1))[0]
        facts.append(MovementFact(UUID(int=number), WEEK, origin, destination, reason, groups))
    return counted(*facts)


def test_the_classic_one_unsafe_cell_takes_three_others_and_no_total(count_week) -> None:
    """A 3 by 3 table with one small count: alone its mark would hide nothing, a rectangle of marks does."""
    truth = count_week({"movements": (ROWS, COLUMNS)}, alone(ax=2, ay=20, az=30, bx=20, by=20, bz=30, cx=40, cy=40, cz=40))
    week = protect(truth, Policy())
    assert ("a", "x") in hidden(week)
    assert len(hidden(week)) == 4
    assert not any(TOTAL in key for key in hidden(week))
    low, high = attack(week.tables)["movements", ("a", "x")]
    assert low <= 1
    assert high is not None
    assert high >= 4


def test_a_zero_can_hide_a_small_count(count_week) -> None:
    """Zeros are printed, but not all: otherwise a mark would say 'at least one', which gives most small counts away."""
    truth = count_week({"movements": (ROWS, COLUMNS)}, alone(ax=2, ay=20, bx=20, cy=20, cz=9))
    suppressed = hidden(protect(truth, Policy()))
    assert any(truth.tables[0].count(key) == Count(0, 0) for key in suppressed)


def test_published_cells_are_what_was_counted_and_every_cell_of_every_level_is_there() -> None:
    truth = busy_week(60, seed=1)
    for told, table in zip(truth.tables, protect(truth, Policy()).tables, strict=True):
        assert set(table.cells) == set(product(*(dimension.parents for dimension in told.dimensions)))
        assert {key: value for key, value in table.cells.items() if value is not None}.items() <= {
            key: told.count(key).persons for key in table.cells
        }.items()


def test_nothing_tells_an_unsafe_cell_from_one_hidden_for_its_sake() -> None:
    """One mark, nothing beside it: the count of unsafe cells stays with the evidence, which no release sees."""
    week = protect(busy_week(60, seed=1), Policy())
    assert week.proof.evidence is not None
    assert week.proof.evidence.complementary > 0
    assert {type(value) for table in week.tables for value in table.cells.values()} == {int, type(None)}
    said = repr(replace(week, proof=replace(week.proof, evidence=None))) + repr(week)
    assert not any(word in said for word in ("unsafe", "complementary", "alternatives", "narrowest"))


def test_a_total_that_two_tables_share_is_hidden_in_both_or_in_neither() -> None:
    movements, arrivals = protect(busy_week(40, seed=2), Policy()).tables
    for place in movements.dimensions[1].parents:
        assert movements.cells[TOTAL, place, TOTAL] == arrivals.cells[place, TOTAL, TOTAL]


def test_the_grand_total_is_kept() -> None:
    movements, arrivals = protect(busy_week(40, seed=2), Policy()).tables
    assert movements.cells[TOTAL, TOTAL, TOTAL] is not None
    assert arrivals.cells[TOTAL, TOTAL, TOTAL] is not None


def test_a_stricter_policy_is_met_too() -> None:
    truth = busy_week(20, seed=1)
    week, strict = protect(truth, Policy()), protect(truth, Policy(threshold=11))
    assert strict.proof.evidence is not None
    assert week.proof.evidence is not None
    assert strict.proof.evidence.unsafe > week.proof.evidence.unsafe


def test_the_same_week_always_gives_the_same_tables() -> None:
    first, second = protect(busy_week(60, seed=3), Policy()), protect(busy_week(60, seed=3), Policy())
    assert first == second
    assert first.proof.evidence == second.proof.evidence


def test_progress_is_told_up_to_the_last_goal() -> None:
    told: list[tuple[int, int]] = []
    protect(busy_week(20, seed=4), Policy(), progress=lambda done, of: told.append((done, of)))
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]


def test_an_empty_week_is_published_as_zeros() -> None:
    week = protect(counted(), Policy())
    assert {value for table in week.tables for value in table.cells.values()} == {0}
    assert week.proof.suppressed == 0


def test_a_week_of_one_small_report_hides_all_it_counted_and_the_total_with_it() -> None:
    truth = counted(fact(1, "XM0101", "XT0101", "flood", women=2, boys=1))
    week = protect(truth, Policy())
    assert {key for table in truth.tables for key in table.cells} <= hidden(week)


def test_a_week_of_one_large_report_is_not_told_by_its_total() -> None:
    week = protect(counted(fact(1, "XM0101", "XT0101", "flood", women=30, boys=10)), Policy())
    low, high = attack(week.tables)["movements", (TOTAL, TOTAL, TOTAL)]
    assert low <= 1
    assert high is None or high >= 44


def test_everything_unsafe_is_everything_hidden() -> None:
    truth = counted(*(fact(number, "XM0101", "XM0102", "flood", women=1) for number in range(2)))
    week = protect(truth, Policy())
    assert {key for table in truth.tables for key in table.cells} <= hidden(week)


def test_a_district_that_sent_one_group_of_forty_keeps_its_secret_while_its_region_is_published() -> None:
    """Whoever knows the region's total and every other district must not learn that a large group arrived."""
    flows = list(product(["XM0101", "XM0102", "XM0201"], ["XM0102", "XM0201"])) * 12
    others = [fact(number, origin, destination, "flood", women=2, boys=1) for number, (origin, destination) in enumerate(flows)]
    week = protect(counted(*others, fact(200, "XM0102", "XM0101", "flood", women=25, boys=15)), Policy())
    _, arrivals = week.tables
    assert arrivals.cells["XM0101", TOTAL, TOTAL] is None
    assert arrivals.cells["XM01", TOTAL, TOTAL] == 36 * 3 + 40
    low, high = attack(week.tables)["arrivals", ("XM0101", TOTAL, TOTAL)]
    assert low <= 1
    assert high is not None
    assert high >= 44


def test_where_the_grand_total_may_not_be_hidden_the_week_is_refused_with_what_would_help(count_week) -> None:
    """Six persons, five of them from two reports: up to nine must be possible, which no total of six allows."""
    reports = [[({"origin": "a"}, 4)], [({"origin": "a"}, 1)], [({"origin": "b"}, 1)]]
    truth = count_week({"movements": (flat_dimension("origin", ["a", "b"]),)}, reports)
    with pytest.raises(ProtectionImpossible, match=r"Table movements .* 1 by origin .*allow hide_grand_total"):
        protect(truth, Policy(hide_grand_total=False))
    assert (TOTAL,) in hidden(protect(truth, Policy()))


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({("_T",): Count(9, 3), ("a",): Count(4, 1), ("b",): Count(4, 2)}, "not the sum of its parts"),
        ({("_T",): Count(0, 0), ("a",): Count(-4, 1), ("b",): Count(4, 2)}, "not a whole number, 0 or more"),
        ({("_T",): Count(3, 1), ("a",): Count(1.5, 1), ("b",): Count(1.5, 1)}, "not a whole number, 0 or more"),
        ({("_T",): Count(3, 1), ("z",): Count(3, 1)}, "codes that its dimensions lack"),
    ],
)
def test_counts_that_cannot_be_are_refused(cells: dict[tuple[str, ...], Count], reason: str) -> None:
    table = CountedTable("movements", (flat_dimension("origin", ["a", "b"]),), cells)
    with pytest.raises(CountsUnfit, match=reason):
        protect(CountedWeek("TEST", WEEK, (table,)), Policy())


def test_tables_must_agree_on_the_totals_and_the_codes_that_they_share() -> None:
    ab, abc = flat_dimension("origin", ["a", "b"]), flat_dimension("origin", ["a", "b", "c"])
    three, four = ({(TOTAL,): Count(n, 1), ("a",): Count(n, 1)} for n in (3, 4))
    for second, reason in (
        (CountedTable("two", (ab,), four), "totals differ"),
        (CountedTable("two", (abc,), three), "origin differs"),
    ):
        with pytest.raises(CountsUnfit, match=reason):
            protect(CountedWeek("TEST", WEEK, (CountedTable("one", (ab,), three), second)), Policy())


def test_a_hidden_zero_could_hold_as_many_as_an_unsafe_cell(count_week: Callable[..., CountedWeek]) -> None:
    """Else whoever knows the rules would know it for a zero. (Without goals for zeros, the proof of this table fails.)"""
    chance = random.Random(16)
    places = {TOTAL: None, "N": TOTAL, "S": TOTAL} | {f"{region}{at}": region for region in "NS" for at in range(4)}
    origin, destination = Dimension("origin", places), Dimension("destination", places)
    inside = [code for code in places if code[1:].isdigit()]
    reason = flat_dimension("reason", ["a", "b", "c"])

    def drawn() -> dict[str, str]:
        codes = (min(chance.choices(inside, k=2)), min(chance.choices(inside, k=3)), chance.choice("aaabbc"))
        return dict(zip(("origin", "destination", "reason"), codes, strict=True))

    counted = count_week({"flows": (origin, destination, reason)}, [[(drawn(), 1)] for _ in range(260)])
    policy = Policy(contributors=1)
    week = protect(counted, policy)
    zeros = [interval for (_, key), interval in attack(week.tables).items() if counted.tables[0].count(key).persons == 0]
    assert len(zeros) > 10
    assert all(high is None or high >= policy.threshold - 1 for _, high in zeros)


def test_what_was_hidden_before_for_the_sake_of_others_is_not_told_by_what_comes_now() -> None:
    """A week hid two safe cells. Nothing in it and its month is unsafe now, and still the month may not give them away."""
    time, place = flat_dimension("time", ["w1", "w2"]), flat_dimension("place", ["a", "b"])
    weeks = {("w1", "a"): 10, ("w1", "b"): 12, ("w2", "a"): 7, ("w2", "b"): 8}
    cells: dict[tuple[str, ...], Count] = {}
    for (week, where), persons in weeks.items():
        for key in product((week, TOTAL), (where, TOTAL)):
            so_far = cells.get(key, Count(0, 0))
            cells[key] = Count(so_far.persons + persons, so_far.reports + 4)
    table = CountedTable("arrivals", (time, place), cells)
    standing = {identity(table.dimensions, key): count.persons for key, count in cells.items() if key[0] != TOTAL}
    standing |= {identity(table.dimensions, ("w1", where)): None for where in ("a", "b")}
    [done] = protect_tables([table], Policy(), standing=standing).tables
    assert {key for key, number in done.cells.items() if number is None} == {
        (week, where) for week in ("w1", TOTAL) for where in ("a", "b")
    }
