"""Counts under a privacy budget: what a person can change is bounded, what it costs is OpenDP's word, and the ledger holds."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from math import log, sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer.differential_privacy import (
    Account,
    Clipped,
    Level,
    Measured,
    Question,
    account_of,
    clip,
    cost,
    epsilon_of,
    expected_error,
    innermost,
    largest_error,
    measure,
    plan,
    read_level,
    rho_of,
    scale_for,
    state_budget,
)
from anonymizer.differential_privacy.errors import (
    BudgetMissing,
    BudgetSpent,
    BudgetStands,
    LevelUnfit,
    MeasuredBefore,
    PeriodsUnfit,
    ReportedSince,
    RhoUnfit,
)
from anonymizer.differential_privacy.noise import add_noise
from anonymizer.dimension import Dimension, flat_dimension
from anonymizer.method import Method
from anonymizer.records import Records
from anonymizer.register import Departure, Register, begin_register, register_departure
from anonymizer.register.errors import MethodsMixed

PLACE = Dimension("place", {"_T": None, "N": "_T", "n1": "N", "n2": "N", "S": "_T", "s1": "S"})
SEX = flat_dimension("sex", ["f", "m"])
WEEK = Dimension("week", {"_T": None, "M1": "_T", "W1": "M1", "W2": "M1", "M2": "_T", "W3": "M2"})
TABLE = (PLACE, SEX, WEEK)
SECRET = b"c" * 32
YEAR = "arrivals-2026"

Row = tuple[str, str, str, str]
rows = st.lists(
    st.tuples(
        st.sampled_from(["p1", "p2", "p3", "p4"]),
        st.sampled_from(["n1", "n2", "s1"]),
        st.sampled_from(["f", "m"]),
        st.sampled_from(["W1", "W2", "W3"]),
    ),
    max_size=25,
)
HUNDRED: list[Row] = [(f"p{at}", ("n1", "n2", "s1")[at % 3], "fm"[at % 2], f"W{at % 3 + 1}") for at in range(100)]


def records(told: Sequence[Row]) -> Records:
    names = list(dict.fromkeys(row[0] for row in told))
    columns = [[row[at] for row in told] for at in (1, 2, 3)]
    places = tuple(
        np.array([each.positions[code] for code in column], np.int64) for each, column in zip(TABLE, columns, strict=True)
    )
    return Records("people", TABLE, places, names, np.array([names.index(row[0]) for row in told], np.int64))


def told_by(clipped: Clipped) -> list[Row]:
    """The rows that count, as they are written."""
    kept = clipped.records
    codes = [[list(each.parents)[at] for at in along.tolist()] for each, along in zip(TABLE, kept.places, strict=True)]
    return list(zip([kept.ids[who] for who in kept.whose.tolist()], *codes, strict=True))


def level(text: str) -> Level:
    return read_level(text, TABLE)


def ask(*levels: str, over: Sequence[str] = ("W1",), data_set: str = YEAR) -> Question:
    return Question(data_set, "week", tuple(over), tuple(map(level, levels)))


def silent(counts: Sequence[int], _scale: float) -> list[int]:
    """No noise: shows what the noise is added to."""
    return list(counts)


def answer(register: Register, question: Question, rho: float, told: Sequence[Row] = HUNDRED) -> Measured:
    return measure(records(told), register, question, rho, SECRET, draw=silent)


@pytest.fixture
def register(tmp_path: Path) -> Register:
    found = begin_register(tmp_path / "register")
    state_budget(found, YEAR, 1.0, 1)
    return found


# What noise costs


@pytest.mark.parametrize(("scale", "levels"), [(5.35, 1), (39.0, 1), (10.0, 3), (0.5, 2)])
def test_noise_costs_the_square_of_what_a_record_changes_over_twice_its_variance(scale: float, levels: int) -> None:
    assert cost(scale, levels) == pytest.approx(levels / (2 * scale**2))
    assert Fraction(cost(scale, levels)) >= Fraction(levels) / (2 * Fraction(scale) ** 2)


@given(rho=st.floats(1e-6, 100), levels=st.integers(1, 9))
def test_the_scale_for_a_loss_costs_no_more_and_hardly_less(rho: float, levels: int) -> None:
    assert rho * (1 - 1e-9) < cost(scale_for(rho, levels), levels) <= rho


def test_a_loss_as_epsilon_is_below_the_simple_bound_and_turns_back() -> None:
    """Bun and Steinke 2016, proposition 1.3: epsilon <= rho + 2 sqrt(rho ln(1/delta)); OpenDP's conversion is tighter."""
    for rho in (0.001, 0.0175, 0.5):
        assert 0.7 * (rho + 2 * sqrt(rho * log(1e6))) < epsilon_of(rho) < rho + 2 * sqrt(rho * log(1e6))
    assert epsilon_of(rho_of(1.0)) == pytest.approx(1.0)
    assert epsilon_of(0) == 0
    assert rho_of(1.0) == pytest.approx(0.0244, abs=1e-4)


def test_errors_are_told_before_anything_is_spent() -> None:
    far = np.arange(-400, 401)
    likely = np.exp(-(far**2) / (2 * 5.35**2)) / np.exp(-(far**2) / (2 * 5.35**2)).sum()
    assert expected_error(5.35) == pytest.approx(np.abs(far) @ likely)
    assert expected_error(200.0) == pytest.approx(200 * sqrt(2 / np.pi))
    assert largest_error(5.35) == pytest.approx(far[np.cumsum(likely) > 0.975][0] + 1, abs=1)


def test_noise_is_whole_and_with_hardly_any_there_is_none() -> None:
    assert add_noise([0, 7, 3], 1e-2) == [0, 7, 3]
    assert add_noise([], 5.0) == []
    assert {type(number) for number in add_noise([5] * 100, 5.0)} == {int}
    assert len(set(add_noise([5] * 100, 5.0))) > 5


@pytest.mark.parametrize("rho", [0.0, -1.0, float("inf"), float("nan")])
def test_a_loss_without_sense_is_refused(rho: float, register: Register) -> None:
    with pytest.raises(RhoUnfit):
        scale_for(rho, 1)
    with pytest.raises(RhoUnfit):
        state_budget(register, "another", rho, 1)


# What a person can change


@settings(max_examples=80, deadline=None)
@given(told=rows, most=st.integers(1, 4))
def test_of_each_person_the_first_records_count_and_no_more(told: list[Row], most: int) -> None:
    kept = told_by(clip(records(told), "week", most, SECRET)) if told else []
    for person in {row[0] for row in told}:
        own = [row for row in kept if row[0] == person]
        weeks = sorted(row[3] for row in {row for row in told if row[0] == person})
        assert sorted(row[3] for row in own) == weeks[:most]
        assert len(set(own)) == len(own)
        assert set(own) <= set(told)


@settings(max_examples=60, deadline=None)
@given(told=rows.filter(bool), most=st.integers(1, 3))
def test_the_order_of_rows_and_other_people_change_nothing(told: list[Row], most: int) -> None:
    turned = sorted(told, key=hash)
    assert sorted(told_by(clip(records(told), "week", most, SECRET))) == sorted(
        told_by(clip(records(turned), "week", most, SECRET))
    )
    without = [row for row in told if row[0] != "p1"]
    if without:
        kept = [row for row in told_by(clip(records(told), "week", most, SECRET)) if row[0] != "p1"]
        assert sorted(told_by(clip(records(without), "week", most, SECRET))) == sorted(kept)


@settings(max_examples=60, deadline=None)
@given(told=rows.filter(lambda told: {row[0] for row in told} > {"p1"}), most=st.integers(1, 3))
def test_without_a_person_the_numbers_move_by_no_more_than_is_paid_for(
    tmp_path_factory: pytest.TempPathFactory, told: list[Row], most: int
) -> None:
    """Over all releases together, each of two levels: the squared length of the change is at most 2 m."""
    numbers = []
    for people in (told, [row for row in told if row[0] != "p1"]):
        register = begin_register(tmp_path_factory.mktemp("ledger") / "register")
        state_budget(register, YEAR, 1000.0, most)
        found = [answer(register, ask("place,sex", "place:1", over=[week]), 1.0, people) for week in ("W1", "W2", "W3")]
        numbers.append(np.array([number for one in found for part in one.numbers for number in part]))
    change = numbers[0] - numbers[1]
    assert change @ change <= 2 * most


def test_a_person_counts_once_in_a_cell_at_every_level(register: Register, tmp_path: Path) -> None:
    several = begin_register(tmp_path / "several")
    state_budget(several, YEAR, 10.0, 5)
    told: list[Row] = [("p1", "n1", "f", "W1"), ("p1", "n2", "f", "W1"), ("p1", "n1", "f", "W1"), ("p2", "n1", "m", "W1")]
    found = answer(several, ask("place", "place:1", "total"), 0.1, told)
    assert found.numbers == ((2, 1, 0), (2, 0), (2,))


# Levels


def test_levels_are_read_as_they_are_written() -> None:
    assert level("place:1,sex").keys == [("N", "f", "_T"), ("N", "m", "_T"), ("S", "f", "_T"), ("S", "m", "_T")]
    assert str(level("sex,place")) == "place:2,sex:1"
    assert level("total").keys == [("_T", "_T", "_T")]
    assert innermost(TABLE).size == 3 * 2 * 3
    assert level("week:1").within("week", ["W1"]).keys == [("_T", "_T", "M1")]


@pytest.mark.parametrize("text", ["", "age", "place:3", "place:0", "place:x", "place,place", "total,sex"])
def test_what_is_no_level_is_refused(text: str) -> None:
    with pytest.raises(LevelUnfit):
        level(text)


@pytest.mark.parametrize(
    ("time", "over"), [("month", ("W1",)), ("week", ("M1",)), ("week", ()), ("week", ("W1", "W1")), ("week", ("W9",))]
)
def test_what_is_over_are_innermost_periods(time: str, over: tuple[str, ...]) -> None:
    with pytest.raises(PeriodsUnfit):
        Question(YEAR, time, over, (level("place"),))


@pytest.mark.parametrize("levels", [("place", "place"), ("place", "place,week"), ("sex,week", "total", "sex,week:1")])
def test_the_same_cells_are_not_asked_for_twice_at_once(levels: tuple[str, ...]) -> None:
    with pytest.raises(LevelUnfit, match="twice"):
        ask(*levels)


# The ledger


def test_nothing_is_asked_without_a_budget_and_a_budget_is_stated_once(register: Register) -> None:
    with pytest.raises(BudgetMissing):
        plan(register, ask("place", data_set="arrivals-2027"), 0.1)
    with pytest.raises(BudgetStands):
        state_budget(register, YEAR, 2.0, 1)


def test_a_plan_says_the_cost_and_spends_nothing(register: Register) -> None:
    before = register.path.read_bytes()
    planned = plan(register, ask("place", "sex"), 0.25)
    assert planned.scale == pytest.approx(2.0)
    assert float(planned.after.spent) == pytest.approx(0.25)
    assert planned.before.spent == 0
    assert register.path.read_bytes() == before


def test_when_the_budget_is_spent_the_answer_is_no(register: Register) -> None:
    answer(register, ask("place"), 0.6)
    with pytest.raises(BudgetSpent):
        answer(register, ask("sex"), 0.6)
    answer(register, ask("sex"), 0.4)
    assert float(account_of(register.lines(), YEAR, register.path).spent) == pytest.approx(1.0)
    with pytest.raises(BudgetSpent):
        answer(register, ask("total"), 1e-6)


def test_periods_are_paid_for_side_by_side_since_a_persons_records_are_limited(register: Register, tmp_path: Path) -> None:
    for week in ("W1", "W2", "W3"):
        answer(register, ask("place", over=[week]), 1.0)
    assert float(account_of(register.lines(), YEAR, register.path).spent) == pytest.approx(1.0)
    three = begin_register(tmp_path / "three")
    state_budget(three, YEAR, 1.0, 3)
    answer(three, ask("place", over=["W1"]), 0.3)
    with pytest.raises(BudgetSpent):
        answer(three, ask("place", over=["W2"]), 0.4)


def test_the_same_question_has_the_same_answer_and_costs_nothing(register: Register) -> None:
    first = measure(records(HUNDRED), register, ask("place", "sex"), 0.5, SECRET)
    again = measure(records(HUNDRED), register, ask("place", "sex"), 0.9, SECRET)
    assert not first.again
    assert again.again
    assert (again.numbers, again.scale, again.line, again.account) == (first.numbers, first.scale, first.line, first.account)
    assert len(register.lines()) == 2


def test_no_week_gets_new_noise_by_another_question(register: Register) -> None:
    answer(register, ask("place,week", "sex"), 0.1)
    turned = Question(
        YEAR, "week", ("W1",), (read_level("place,sex", (SEX, WEEK, PLACE)), read_level("sex", (SEX, WEEK, PLACE)))
    )
    longer = Dimension("week", {**WEEK.parents, "W4": "M2"})
    later = Question(YEAR, "week", ("W1", "W2"), (read_level("place,week", (PLACE, SEX, longer)),))
    for question in (
        ask("place,week"),
        ask("place"),
        ask("place,week", over=["W1", "W2"]),
        ask("place,week:1"),
        ask("sex", "total"),
        turned,
        later,
    ):
        with pytest.raises(MeasuredBefore):
            answer(register, question, 0.1)
    answer(register, ask("place,week", over=["W2", "W3"]), 0.1)
    answer(register, ask("place:1,week"), 0.1)


def test_a_released_week_that_is_counted_otherwise_since_is_refused(register: Register) -> None:
    """A late record of the first week would let a person count in it and, as was released, in the second."""
    answer(register, ask("place", over=["W2"]), 0.1)
    answer(register, ask("place"), 0.1, [*HUNDRED, ("late", "n1", "f", "W1")])
    with pytest.raises(ReportedSince, match="W1"):
        answer(register, ask("sex"), 0.1)
    with pytest.raises(ReportedSince, match="W2"):
        answer(register, ask("sex"), 0.1, [*HUNDRED, ("late", "n1", "f", "W1"), ("p1", "s1", "f", "W1")])
    answer(register, ask("sex"), 0.1, [*HUNDRED, ("late", "n1", "f", "W1"), ("p0", "s1", "f", "W3")])


def test_a_crash_before_the_line_is_whole_spends_nothing(register: Register) -> None:
    answer(register, ask("place"), 0.9)
    register.path.write_bytes(register.path.read_bytes()[:-40])
    assert account_of(register.lines(), YEAR, register.path).spent == 0
    assert not answer(register, ask("place"), 0.9).again


def test_what_left_by_another_method_is_not_asked_about_again(register: Register) -> None:
    with register.held() as held:
        register_departure(held, Departure(YEAR, Method.SUPPRESSION, frozenset({"place"}), frozenset({"W1"}), {}))
    with pytest.raises(MethodsMixed):
        answer(register, ask("place,sex"), 0.1)
    answer(register, ask("sex"), 0.1)


def test_programs_that_ask_at_once_never_overspend(register: Register) -> None:
    """Six at a time, each with a question of its own, of which only three can be paid for."""
    texts = ["place", "place:1", "sex", "place,sex", "place:1,sex", "total"]

    def spend(text: str) -> str:
        try:
            answer(register, ask(text), 0.3)
        except BudgetSpent:
            return "no"
        return "yes"

    with ThreadPoolExecutor(6) as programs:
        assert Counter(programs.map(spend, texts)) == {"yes": 3, "no": 3}
    assert account_of(register.lines(), YEAR, register.path).spent <= 1


@settings(max_examples=40, deadline=None)
@given(
    asked=st.lists(
        st.tuples(
            st.sampled_from(["place", "sex", "place,sex", "place:1,week", "total", "week"]),
            st.sets(st.sampled_from(["W1", "W2", "W3"]), min_size=1),
            st.floats(0.01, 0.6),
        ),
        max_size=8,
    ),
    most=st.integers(1, 3),
)
def test_whatever_is_asked_nobody_loses_more_than_is_spent_and_that_stays_in_the_budget(
    tmp_path_factory: pytest.TempPathFactory, asked: list[tuple[str, set[str], float]], most: int
) -> None:
    register = begin_register(tmp_path_factory.mktemp("ledger") / "register")
    state_budget(register, YEAR, 1.0, most)
    paid: list[tuple[set[str], float]] = []
    for text, over, rho in asked:
        try:
            found = answer(register, ask(text, over=sorted(over)), rho)
        except (BudgetSpent, MeasuredBefore):
            continue
        if not found.again:
            paid.append((over, found.line.says["detail"]["rho"]))
    account: Account = account_of(register.lines(), YEAR, register.path)
    assert account.spent <= 1
    worst = max((sum(Fraction(price) for over, price in paid if week in over) for week in ("W1", "W2", "W3")), default=0)
    assert account.spent == most * worst


def test_the_ledger_holds_no_person(register: Register) -> None:
    answer(register, ask("place", over=["W1", "W2"]), 0.1, [("Amina", "n1", "f", "W1"), *HUNDRED])
    written = register.path.read_text(encoding="utf-8")
    assert "Amina" not in written
    assert "p42" not in written
