"""Before a report is counted, every fact that a table needs is sound; what is not is named, and never repeated."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.admission.check_movement import AGES, SEXES, check_movement, persons_counted
from casework.errors import AnswerMissing, CodeUnknown, CountUnreadable, DateImplausible, FormUnfit, NobodyMoved, PlaceUnknown
from core.errors import Problem
from core.periods.week import Week
from forms import FormDefinition, PrivacyClass, Question, RecordKind, RecordPart

TODAY = date(2026, 2, 11)
GROUPS = [f"persons.{sex}.{age}" for sex in SEXES for age in AGES]
SOUND = {
    "arrival_date": "2026-02-10",
    "origin": "XM0101",
    "destination": "XM0102",
    "reason": "flood",
    "persons.female.18-59": "3",
    "persons.male.0-4": "2",
}


def form(*variables: str) -> FormDefinition:
    """Each variable is fed by a question named `ask_` and its number."""
    asked = tuple(
        Question(f"/data/ask_{number}", f"ask_{number}", "string", None, PrivacyClass.QUASI, RecordPart.FACTS, variable, {})
        for number, variable in enumerate(variables)
    )
    return FormDefinition("movement", "1", "Movement", RecordKind.MOVEMENT, asked, (), ("en",))


FORM = form("arrival_date", "origin", "destination", "reason", *GROUPS)


def check(facts: Mapping[str, str], definition: FormDefinition = FORM) -> Week:
    return check_movement(facts, definition, operation="TEST", districts={"XM0101", "XM0102"}, today=TODAY)


def test_a_sound_report_gives_the_week_of_the_arrival() -> None:
    assert check(SOUND) == Week(2026, 7)


def test_a_phone_may_already_live_in_tomorrow() -> None:
    assert check(SOUND | {"arrival_date": "2026-02-12"}) == Week(2026, 7)


@pytest.mark.parametrize("day", ["2026-02-13", "1999-12-31", "2026-02-30", "yesterday", "2026-02-10T00:00", "0001-01-01"])
def test_a_date_that_cannot_be_is_refused(day: str) -> None:
    with pytest.raises(DateImplausible, match=r"ask_0 is not a day between 2000-01-01 and 2026-02-12"):
        check(SOUND | {"arrival_date": day})


@pytest.mark.parametrize(("variable", "asked"), [("origin", "ask_1"), ("destination", "ask_2")])
@pytest.mark.parametrize("place", ["XM01", "xm0101", "Ashby"])
def test_only_districts_of_the_gazetteer_are_places(variable: str, asked: str, place: str) -> None:
    with pytest.raises(PlaceUnknown, match=asked):
        check(SOUND | {variable: place})


def test_an_unknown_reason_is_refused_with_the_codes_that_are_known() -> None:
    with pytest.raises(CodeUnknown, match="ask_3 is none of the codes conflict, flood, drought"):
        check(SOUND | {"reason": "weather"})


@pytest.mark.parametrize("count", ["-1", "2.0", "1e3", "two", "٣", "1" * 5000])
def test_a_count_is_a_whole_number(count: str) -> None:
    with pytest.raises(CountUnreadable, match="ask_4"):
        check(SOUND | {"persons.female.0-4": count})


@pytest.mark.parametrize("count", ["0", "10001"])
def test_a_report_counts_between_one_person_and_ten_thousand(count: str) -> None:
    facts = {variable: answer for variable, answer in SOUND.items() if not variable.startswith("persons.")}
    with pytest.raises(NobodyMoved):
        check(facts | {"persons.male.60+": count})
    assert check(facts | {"persons.male.60+": "10000"})


def test_a_group_that_no_table_knows_is_refused_rather_than_left_uncounted() -> None:
    with pytest.raises(CodeUnknown, match="ask_14"):
        check(
            SOUND | {"persons.other.0-4": "1"},
            form("arrival_date", "origin", "destination", "reason", *GROUPS, "persons.other.0-4"),
        )


@pytest.mark.parametrize("variable", ["arrival_date", "origin", "destination", "reason"])
def test_a_needed_answer_that_is_missing_is_named(variable: str) -> None:
    with pytest.raises(AnswerMissing, match="Ask again"):
        check({name: answer for name, answer in SOUND.items() if name != variable})


def test_a_form_that_cannot_feed_the_tables_is_named() -> None:
    with pytest.raises(FormUnfit, match="Form movement, version '1', has no question that feeds the variable reason"):
        check(SOUND, form("arrival_date", "origin", "destination"))


def test_groups_of_nobody_are_not_counted() -> None:
    assert persons_counted(SOUND | {"persons.male.60+": "0"}) == {("female", "18-59"): 3, ("male", "0-4"): 2}


@given(
    st.integers(0, 9000),
    st.dates(date(2000, 1, 1), TODAY + timedelta(days=1)),
    st.lists(st.integers(0, 90), min_size=9, max_size=9),
)
def test_every_plausible_report_is_accepted_and_every_head_is_counted(first: int, day: date, others: list[int]) -> None:
    counts = {variable: str(count) for variable, count in zip(GROUPS, [first + 1, *others], strict=True)}
    facts = SOUND | {"arrival_date": day.isoformat()} | counts
    assert check(facts) == Week.of(day)
    assert sum(persons_counted(facts).values()) == first + 1 + sum(others)


@given(st.sampled_from([*SOUND]), st.text(min_size=8, max_size=200))
def test_no_refusal_repeats_what_was_said(variable: str, answer: str) -> None:
    with pytest.raises(Problem) as refused:
        check(SOUND | {variable: f"canary{answer}canary"})
    assert "canary" not in f"{refused.value!r} {refused.value} {refused.value.where}"
