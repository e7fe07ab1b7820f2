"""What is kept of an answer for a table: a part of the world, and one kind of exploitation or that there were several."""

import pytest

from casework.counting import EXPLOITATIONS, NATIONALITIES, ROUTES
from casework.counting.coarse_background import exploitation_of, nationality_of, route_of
from tests.forms.test_questionnaires import rows


@pytest.mark.parametrize(
    ("citizenship", "told"),
    [("ER", "014"), ("SY", "145"), ("stateless", "stateless"), ("unknown", "_U"), ("AQ", "_U"), ("", "_U")],
)
def test_a_citizenship_is_told_by_its_part_of_the_world(citizenship: str, told: str) -> None:
    assert nationality_of({"nationality": citizenship}) == told
    assert told in NATIONALITIES


def test_a_journey_is_told_by_where_it_began_and_nobody_begins_one_in_no_country() -> None:
    assert [route_of({"route": country}) for country in ("ET", "BD", "stateless", "")] == ["014", "034", "_U", "_U"]
    assert set(ROUTES) == set(NATIONALITIES) - {"stateless"}


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ("ForcedLabour", "labour"),
        ("ForcedLabour ForcedBegging Servitude", "labour"),  # several answers, one kind
        ("SexualExploitation", "sexual"),
        ("ForcedMarriage SexualExploitation", "several"),
        ("OrganRemoval", "other"),
        ("OrganRemoval Surrogacy", "other"),
        ("an_answer_of_the_office", "other"),
        ("NoneOfThese", "none"),
        ("NoneOfThese ForcedLabour", "labour"),
        ("", "_U"),
    ],
)
def test_of_several_kinds_of_exploitation_it_is_told_that_there_were_several(answers: str, told: str) -> None:
    assert exploitation_of({"exploitation": answers}) == told


def test_every_answer_of_the_form_has_one_code() -> None:
    offered = {row["name"] for row in rows("screening_interview", "choices") if row["list_name"] == "type_of_exploitation"}
    assert {exploitation_of({"exploitation": answer}) for answer in offered} == {*EXPLOITATIONS} - {"several", "_U"}
