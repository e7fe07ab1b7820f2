"""The workbook declares where an answer belongs; casework files it there and nowhere else."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.admission.sort_answers import said, set_household_apart, sort_answers, sort_movement
from forms import FormDefinition, PrivacyClass, Question, RecordKind, RecordPart
from ingest import Answers


def question(
    path: str,
    part: RecordPart = RecordPart.FACTS,
    *,
    statistic: str | None = None,
    privacy: PrivacyClass = PrivacyClass.QUASI,
    repeat: str | None = None,
) -> Question:
    return Question(path, path.rsplit("/", 1)[-1], "string", repeat, privacy, part, statistic, {})


def form(questions: Iterable[Question]) -> FormDefinition:
    repeats = tuple(dict.fromkeys(question.repeat for question in questions if question.repeat))
    return FormDefinition("form", "1", "Form", RecordKind.MOVEMENT, tuple(questions), repeats, ("en",))


def test_an_answer_goes_to_the_part_that_its_question_declares() -> None:
    asked = [question(f"/data/{part}", part) for part in RecordPart]
    parts = sort_answers(Answers({f"/data/{part}": "said" for part in RecordPart}, {}), form(asked))
    assert parts == {part: {part.value: "said"} for part in RecordPart}


def test_an_answer_that_the_form_does_not_declare_is_taken_for_a_direct_identifier() -> None:
    parts = sort_answers(Answers({"/data/stranger": "said"}, {}), form([]))
    assert parts[RecordPart.IDENTITY] == {"/data/stranger": "said"}


def test_two_questions_of_one_name_keep_both_answers() -> None:
    asked = [question("/data/before/place"), question("/data/after/place")]
    parts = sort_answers(Answers({"/data/before/place": "A", "/data/after/place": "B"}, {}), form(asked))
    assert parts[RecordPart.FACTS] == {"/data/before/place": "A", "/data/after/place": "B"}


def test_a_repeat_is_split_by_part_and_its_entries_stay_in_step() -> None:
    asked = [
        question("/data/service/kind", repeat="/data/service"),
        question("/data/service/note", RecordPart.NARRATIVE, repeat="/data/service"),
    ]
    entries = [Answers({"/data/service/kind": "food"}, {}), Answers({"/data/service/note": "said"}, {})]
    parts = sort_answers(Answers({}, {"/data/service": entries}), form(asked))
    assert parts[RecordPart.FACTS] == {"service": [{"kind": "food"}, {}]}
    assert parts[RecordPart.NARRATIVE] == {"service": [{}, {"note": "said"}]}
    assert parts[RecordPart.IDENTITY] == {}


def test_household_members_are_set_apart_and_other_repeats_stay() -> None:
    member, service = Answers({"/data/household_member/member_name": "Q"}, {}), Answers({"/data/service/kind": "food"}, {})
    answers = Answers({"/data/x": "1"}, {"/data/household_member": [member], "/data/service": [service]})
    assert set_household_apart(answers) == (Answers({"/data/x": "1"}, {"/data/service": [service]}), [member])


blanks = st.sampled_from(("", " ", "\n\t"))
unanswered = st.recursive(
    st.builds(Answers, st.dictionaries(st.sampled_from("ab"), blanks)),
    lambda inner: st.builds(Answers, st.just({}), st.dictionaries(st.just("deeper"), st.lists(inner, max_size=2))),
    max_leaves=3,
)


@given(st.lists(st.one_of(unanswered, st.sampled_from("xyz").map(lambda name: Answers({"name": name}))), max_size=6))
def test_an_entry_in_which_nothing_is_answered_is_nobody(entries: list[Answers]) -> None:
    _, members = set_household_apart(Answers({}, {"/data/household_member": entries}))
    assert members == [entry for entry in entries if "name" in entry.values]


@pytest.mark.parametrize(
    "entry",
    [
        Answers({"name": "", "relationship": "child"}),
        Answers({}, {"document": [Answers({"number": " "}), Answers({"number": "7"})]}),
    ],
)
def test_one_answer_is_enough_to_be_somebody_also_one_within_a_repeat_of_the_entry(entry: Answers) -> None:
    assert set_household_apart(Answers({}, {"/data/household_member": [entry]})) == (Answers(), [entry])


def test_the_facts_of_a_movement_go_by_variable_and_hold_nothing_else() -> None:
    asked = [
        question("/data/from", statistic="origin"),
        question("/data/colour"),
        question("/data/head", statistic="reason", privacy=PrivacyClass.DIRECT),
        question("/data/member/age", statistic="arrival_date", repeat="/data/member"),
        question("/data/member/note", RecordPart.NARRATIVE, repeat="/data/member"),
    ]
    entry = Answers({"/data/member/age": "7", "/data/member/note": "said"}, {})
    answers = Answers({"/data/from": " XM0101 ", "/data/colour": "red", "/data/head": "Q"}, {"/data/member": [entry]})
    parts = sort_movement(answers, form(asked))
    assert parts[RecordPart.FACTS] == {"origin": "XM0101"}
    assert parts[RecordPart.NARRATIVE] == {"colour": "red", "head": "Q", "member": [{"age": "7", "note": "said"}]}


def test_blanks_are_no_answer() -> None:
    assert said(Answers({"/data/x": " \n"}, {}), form([question("/data/x")]), "x") == ""


@given(st.dictionaries(st.sampled_from("abcdef"), st.text(min_size=1)), st.data())
def test_no_answer_is_lost_and_none_is_filed_twice(values: dict[str, str], data: st.DataObject) -> None:
    asked = [question(f"/data/{name}", data.draw(st.sampled_from(RecordPart))) for name in "abcdef"]
    parts = sort_answers(Answers({f"/data/{name}": value for name, value in values.items()}, {}), form(asked))
    filed = [(name, value) for part in parts.values() for name, value in part.items()]
    assert sorted(filed) == sorted(values.items())
