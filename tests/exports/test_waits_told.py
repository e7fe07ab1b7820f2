"""How long persons had waited, in the report of casework: a small table each, or one sentence where nearly all is hidden."""

from dataclasses import replace

from anonymizer import Policy, protect
from anonymizer.weeks.casework_rules import casework_rules
from casework.counting import AGAIN, EventFact
from exports.compose_casework import compose_casework
from exports.edition import Edition, make_edition
from exports.languages import language
from exports.part_report import Section
from tests.anonymizer.test_count_casework import counted, services
from tests.anonymizer.test_fact_blocks import PLACES
from tests.exports.conftest import MADE_AT


def waited(persons: int, wait: str, gender: str) -> list[EventFact]:
    """So many persons from Eastern Africa with a legal service each."""
    return [replace(one, waited=wait, nationality="014") for one in services(*[1] * persons, gender=gender)]


def edition(events: list[EventFact]) -> Edition:
    week = protect(counted(events), casework_rules(Policy()))
    return make_edition(week, (), operation_names={"en": "Test"}, places=PLACES, contact="", made_at=MADE_AT)


def waits(edition: Edition, code: str = "en") -> Section:
    return compose_casework(edition, language(code)).sections[-1]


def test_each_kind_of_person_has_a_small_table() -> None:
    many = (40, "0-7"), (30, "8-30"), (25, AGAIN)
    told = waits(edition([one for who in ("female", "male") for each in many for one in waited(*each, who)]))
    _, by_gender, _, by_residence, by_nationality, _, by_route = told.tables
    assert by_gender.columns[:2] == ("Women and girls", "Men and boys")
    first = {row.heading: row.cells[:2] for row in by_gender.rows if row.depth}
    assert (first["Within 7 days"], first["After 8 to 30 days"]) == (("40", "40"), ("30", "30"))
    assert by_residence.columns[:3] == ("A further service", "First service", "Within 7 days")  # places have a row each
    assert {row.cells[:3] for row in by_residence.rows} == {("50", "140", "80"), ("0", "0", "0")}
    assert by_nationality.columns[:3] == ("Stateless", "Africa", "Oceania")  # regions of the world, and nothing within these
    assert by_nationality.rows[1].cells[:3] == ("0", "140", "0")
    assert {row.heading for row in by_route.rows} == {row.heading for row in by_gender.rows}
    assert told.notes == ()


def test_where_nearly_all_is_hidden_one_sentence_says_so() -> None:
    few = edition([*waited(9, "0-7", "female"), *waited(7, AGAIN, "male")])
    assert len(waits(few).tables) == 1
    [sentence] = waits(few).notes
    assert "gender, age, residence, nationality, exploitation and where the journey began: too few" in sentence
    assert [len(waits(few, code).notes) for code in ("fr", "ar")] == [1, 1]
