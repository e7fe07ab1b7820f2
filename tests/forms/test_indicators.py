"""What answers weigh in a screening, as a workbook declares it: what travels, and what is refused with its place."""

from collections.abc import Callable

import pytest
from lxml import etree
from sqlalchemy.orm import Session

from forms import build_questionnaire, compile_workbook, publish_form
from forms.errors import WorkbookRejected
from forms.indicators import indicators_of, most_of, refuse_unusable_indicators
from forms.indicators.errors import IndicatorUnreadable, IndicatorUnusable
from forms.indicators.indicator import parse_indicators
from forms.read_definition import read_form_definition

Build = Callable[..., bytes]
HEADER = ["type", "name", "label", "bind::ws:privacy", "bind::ws:part", "bind::ws:indicator"]
CHOICES = [
    ["list_name", "name", "label"],
    ["how", "Debt", "Debt"],
    ["how", "Threats", "Threats"],
    ["how", "unknown", "Unknown"],
]
SETTINGS = [["namespaces"], ['ws="urn:waystation:forms"']]
WEIGHED = "coercion: Debt=4 Threats=2 unknown=?"


def survey(workbook: Build, *rows: list[str]) -> bytes:
    return workbook(survey=[HEADER, *rows], choices=CHOICES, settings=SETTINGS)


def asked(kind: str = "select_multiple how", indicator: str = WEIGHED, part: str = "facts") -> list[str]:
    return [kind, "q", "Q", "sensitive", part, indicator]


def test_weights_travel_with_the_form(workbook: Build) -> None:
    [question] = compile_workbook(survey(workbook, asked()), "x.md").definition.questions
    assert {code: (one.group, one.weight) for code, one in indicators_of(question).items()} == {
        "Debt": ("coercion", 4),
        "Threats": ("coercion", 2),
        "unknown": ("coercion", None),
    }


@pytest.mark.parametrize(("kind", "most"), [("select_multiple how", 6), ("select_one how", 4)])
def test_of_several_answers_all_can_count_and_of_one_answer_one(workbook: Build, kind: str, most: int) -> None:
    [question] = compile_workbook(survey(workbook, asked(kind)), "x.md").definition.questions
    assert most_of(question) == {"coercion": most}


def test_one_question_may_speak_of_several_groups() -> None:
    assert {one.group for one in parse_indicators("a: x=1 y=2; b: z=3").values()} == {"a", "b"}


@pytest.mark.parametrize(
    "text", ["x=1", "a:", "a: x", "a: x=0", "a: x=101", "a: x=1 x=2", "a: x=1;", "A: x=1", "a: x=-1", "a x=1"]
)
def test_what_does_not_say_what_an_answer_weighs_is_refused(text: str) -> None:
    with pytest.raises(IndicatorUnreadable):
        parse_indicators(text)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([asked(indicator="coercion Debt")], "does not say"),
        ([asked(indicator="coercion: Dept=4")], "no choice"),
        ([asked(part="identity")], "identity"),
        ([["select_multiple how", "q", "Q", "", "", WEIGHED]], "direct identifier"),
        ([["begin repeat", "r", "R", "", "", ""], asked(), ["end repeat", "", "", "", "", ""]], "repeat"),
    ],
)
def test_an_indicator_that_cannot_be_meant_is_found_at_its_row(workbook: Build, rows: list[list[str]], says: str) -> None:
    with pytest.raises(WorkbookRejected) as refused:
        compile_workbook(survey(workbook, *rows), "x.md")
    [finding] = refused.value.findings
    assert (finding.sheet, finding.row) == ("survey", 3 if len(rows) > 1 else 2)
    assert says in finding.what
    assert finding.remedy


def test_a_form_of_another_tool_is_not_published_with_indicators_that_cannot_be_meant(workbook: Build) -> None:
    xform = etree.fromstring(compile_workbook(survey(workbook, asked()), "x.md").xform)
    [bind] = [one for one in xform.iter("{*}bind") if one.get("{urn:waystation:forms}indicator")]
    bind.set("{urn:waystation:forms}indicator", "coercion: Dept=4")
    with pytest.raises(IndicatorUnusable, match="/q cannot be used"):
        publish_form(Session(), "TEST", etree.tostring(xform), {})


def test_ours_score_what_a_person_may_answer_and_leave_room_to_say_that_nothing_applies() -> None:
    definition = compile_workbook(build_questionnaire("screening_interview"), "x").definition
    refuse_unusable_indicators(definition)
    scored = [question for question in definition.questions if question.indicator]
    assert {question.name for question in scored} == {"vic_Methods_of_Control", "vic_TypeOfExploitation"}
    for question in scored:
        assert {*question.choices} - {*indicators_of(question)} == {"NoneOfThese"}


def test_a_form_without_indicators_is_read_as_before() -> None:
    definition = read_form_definition(compile_workbook(build_questionnaire("assistance_interview"), "x").xform)
    assert not any(question.indicator for question in definition.questions)
