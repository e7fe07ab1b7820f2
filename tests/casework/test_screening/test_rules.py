"""The rule table: always one row, the first that fits, the same for the same; and what is not answered is not no."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.programme import OURS, Departure, Rule, When, parse_programme
from casework.programme.errors import ProgrammeUnreadable
from casework.screening import Score, Told, asks_second_opinion
from casework.screening.apply_rules import first_fit
from casework.screening.score_indicators import score_indicators
from forms import PrivacyClass, Question, RecordPart

OUR_TEXT = OURS.read_text(encoding="utf-8")
TABLE = parse_programme(OUR_TEXT).screening
STATES = ("possible", "actual", "not")
GROUPS = ("coercion", "exploitation")
NUMBERS = st.integers(0, 12)

whens = st.builds(
    When,
    score_at_least=st.none() | st.integers(1, 12),
    score_at_most=st.none() | NUMBERS,
    groups_at_least=st.dictionaries(st.sampled_from(GROUPS), st.integers(1, 8)).map(lambda it: tuple(it.items())),
    said=st.frozensets(st.sampled_from(STATES), max_size=2),
    below_age=st.none() | st.integers(1, 30),
    consent_to=st.frozensets(st.just("referral")),
)


def rule(name: str, when: When) -> Rule:
    return Rule(name, when, "possible", eligible=True, second_opinion=False, because={"en": "x"})


tables = st.lists(whens, max_size=5).map(
    lambda rows: [*(rule(f"r{at}", when) for at, when in enumerate(rows)), rule("last", When())]
)


@st.composite
def tolds(draw: Any) -> Told:
    groups = {group: draw(NUMBERS) for group in GROUPS}
    total = sum(groups.values())
    most = draw(st.none() | st.integers(0, 20).map(lambda more: total + more))
    said, age = draw(st.sampled_from(["", *STATES])), draw(st.none() | st.integers(0, 90))
    return Told(Score((), (), groups, total, most), said, age, draw(st.frozensets(st.just("referral"))))


@settings(max_examples=60)
@given(tables, tolds())
def test_one_row_always_fits_and_no_row_above_it_does(rules: list[Rule], told: Told) -> None:
    fits = first_fit(rules, told)
    assert fits == first_fit(list(rules), replace(told))
    for above in rules[: rules.index(fits)]:
        assert first_fit([above, rules[-1]], told) is rules[-1]


@settings(max_examples=60)
@given(tables, tolds(), st.integers(1, 10))
def test_a_row_about_a_low_score_fits_no_sooner_for_what_was_left_unanswered(
    rules: list[Rule], told: Told, unanswered: int
) -> None:
    for one in rules[:-1]:
        if one.when.score_at_most is not None:
            more = told.score.most + unanswered if told.score.most is not None else None
            left = replace(told, score=replace(told.score, most=more))
            assert first_fit([one, rules[-1]], left) is rules[-1] or first_fit([one, rules[-1]], told) is one


@settings(max_examples=60)
@given(st.sampled_from(TABLE.rules), st.sampled_from(STATES), st.sampled_from(["yes", "no"]))
def test_whoever_departs_is_asked_for_a_second_opinion_as_the_programme_says(row: Rule, status: str, eligible: str) -> None:
    decided = {"status": status, "eligible": eligible}
    asked = {departure: asks_second_opinion(row, departure, decided) for departure in Departure}
    departs = (status, eligible == "yes") != (row.status, row.eligible)
    assert asked[Departure.NONE] == row.second_opinion
    assert asked[Departure.REFUSAL] == (row.second_opinion or (row.eligible and eligible == "no"))
    assert asked[Departure.ANY] == (row.second_opinion or departs)


def question(name: str, kind: str, indicator: str) -> Question:
    return Question(
        f"/data/{name}", name, kind, None, PrivacyClass.SENSITIVE, RecordPart.FACTS, None, labels={}, indicator=indicator
    )


MEANS = question("means", "select", "coercion: Debt=4 Threats=2 unsure=?; recruitment: Lies=2")
WORK = question("work", "select1", "exploitation: forced=5 hard=2")


@pytest.mark.parametrize(
    ("answers", "groups", "total", "most", "open_"),
    [
        ({}, {"coercion": 0, "recruitment": 0, "exploitation": 0}, 0, 13, ["means", "work"]),
        ({"means": "Debt Lies", "work": "hard"}, {"coercion": 4, "recruitment": 2, "exploitation": 2}, 8, 8, []),
        ({"means": "None", "work": "none"}, {"coercion": 0, "recruitment": 0, "exploitation": 0}, 0, 0, []),
        ({"means": "Threats unsure", "work": "forced"}, {"coercion": 2, "recruitment": 0, "exploitation": 5}, 7, 13, ["means"]),
        ({"means": " ", "work": "forced"}, {"coercion": 0, "recruitment": 0, "exploitation": 5}, 5, 13, ["means"]),
        ({"means": "Debt Debt", "work": "none"}, {"coercion": 4, "recruitment": 0, "exploitation": 0}, 4, 4, []),
    ],
)
def test_answers_are_scored_by_group_and_what_is_open_is_named(
    answers: dict[str, str], groups: dict[str, int], total: int, most: int, open_: list[str]
) -> None:
    score = score_indicators({"means": MEANS, "work": WORK, "name": question("name", "string", "")}, answers)
    assert (score.groups, score.total, score.most) == (groups, total, most)
    assert [one.name for one in score.open] == open_
    assert sum(found.weight for found in score.found) == total


def test_a_form_that_declares_nothing_tells_nothing_and_is_never_a_no() -> None:
    score = score_indicators({}, {"anything": "no"})
    assert score.most is None
    assert first_fit([rule("low", When(score_at_most=10_000)), rule("last", When())], Told(score)).name == "last"


@pytest.mark.parametrize(
    ("coercion", "exploitation", "missing", "said", "age", "fits"),
    [
        (0, 5, 0, "not", 17, "child_exploited"),
        (5, 5, 30, "", None, "exploited_by_means"),
        (0, 0, 0, "not", 30, "nothing_found"),
        (0, 0, 1, "not", 30, "interviewer_says_no"),
        (4, 0, 0, "not", 30, "interviewer_says_no"),
        (0, 0, 0, "possible", 30, "otherwise"),
        (4, 5, 0, "actual", 18, "otherwise"),
    ],
)
def test_our_own_rows(coercion: int, exploitation: int, missing: int, said: str, age: int | None, fits: str) -> None:
    total = coercion + exploitation
    score = Score((), (), {"coercion": coercion, "exploitation": exploitation}, total, total + missing)
    assert first_fit(TABLE.rules, Told(score, said, age)).name == fits


ROW = '[[screening.rules]]\nname = "otherwise"\nstatus = "possible"\neligible = true\nbecause.en = "x"\n'
CALLED = '[screening.groups]\ncoercion.en = "Coercion"\n'


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ("[screening]", "screening.rules"),
        (ROW + "score_at_least = 3", "screening.rules: the last row"),
        (ROW + ROW, "row 1 (otherwise)"),
        (ROW.replace("name", "score_at_most = 3\nname") + ROW, "row 2 (otherwise)"),
        (ROW + "score_at_most = true", "row 1 (otherwise), score_at_most"),
        (ROW + "score_at_least = 4\nscore_at_most = 3", "row 1 (otherwise)"),
        (ROW + 'said = ["maybe"]', "row 1 (otherwise), said"),
        (ROW + 'said = "not"', "row 1 (otherwise), said"),
        (ROW + 'consent_to = ["everything"]', "row 1 (otherwise), consent_to"),
        (CALLED + ROW + 'groups_at_least = { coercion = "much" }', "groups_at_least, coercion"),
        (CALLED + ROW + "groups_at_least = { coersion = 5 }", "groups_at_least, coersion"),
        (ROW + "below_age = 0", "row 1 (otherwise), below_age"),
        (ROW + "shoe_size = 3", "row 1, shoe_size"),
        (ROW.replace("otherwise", "Other wise"), "row 1"),
        (ROW.replace('"possible"', '"maybe"'), "row 1 (otherwise), status"),
        (ROW.replace("eligible = true", 'eligible = "yes"'), "row 1 (otherwise), eligible"),
        (ROW.replace("because.en", "because.fr"), "row 1 (otherwise), because"),
        ('[screening]\ndeparture = "maybe"\n' + ROW, "screening.departure"),
        ("[screening]\n[screening.groups]\ncoercion = {}\n" + ROW, "screening.groups.coercion"),
    ],
)
def test_every_fault_of_the_table_is_named_by_its_place(rows: str, place: str) -> None:
    with pytest.raises(ProgrammeUnreadable) as refused:
        parse_programme(OUR_TEXT.partition("[screening]")[0] + rows)
    assert place in str(refused.value)


def test_a_programme_that_says_nothing_of_screening_takes_ours() -> None:
    assert parse_programme(OUR_TEXT.partition("[screening]")[0]).screening == TABLE
