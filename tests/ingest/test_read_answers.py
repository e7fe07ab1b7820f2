"""Answers are read by the paths of their questions, repeats as lists of answers within answers."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

import ingest.read_answers
from forms import FormDefinition, PrivacyClass, Question, RecordKind, RecordPart
from ingest import Answers, answers_of
from ingest.parse_xml import parse_xml

REPEATED = """<data id="household">
  <person><name>Amal</name></person><photo/>
  <member><member_name>Sami</member_name>
    <illness><symptom>fever</symptom></illness><illness><symptom>cough</symptom></illness></member>
  <member><member_name>Rim</member_name></member>
  <unasked>left out</unasked>
</data>"""


def test_a_group_is_part_of_the_path_and_an_empty_answer_is_absent(definition: FormDefinition) -> None:
    answers = answers_of(parse_xml(REPEATED.encode()), definition)
    assert answers.values == {"/data/person/name": "Amal"}


def test_repeats_are_nested_as_they_were_asked(definition: FormDefinition) -> None:
    sami, rim = answers_of(parse_xml(REPEATED.encode()), definition).repeats["/data/member"]
    assert sami.values == {"/data/member/member_name": "Sami"}
    symptoms = [entry.values["/data/member/illness/symptom"] for entry in sami.repeats["/data/member/illness"]]
    assert symptoms == ["fever", "cough"]
    assert (rim.values, rim.repeats) == ({"/data/member/member_name": "Rim"}, {})


def test_names_that_no_form_asks_for_do_not_pile_up(definition: FormDefinition, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest.read_answers, "MOST_NAMES", 3)
    asked = replace(definition)  # of which nothing is known yet
    strange = "".join(f"<n{number}><name>no</name></n{number}>" for number in range(20))
    many = REPEATED.replace("<person>", f"{strange}<person>").replace("</data>", f"{strange}</data>")
    assert answers_of(parse_xml(many.encode()), asked) == answers_of(parse_xml(REPEATED.encode()), definition)
    data = ingest.read_answers._form_of(asked).below("data")
    assert data
    assert len(data.met) <= 3


def test_namespaces_of_clients_do_not_matter(definition: FormDefinition) -> None:
    moved = REPEATED.replace("<data ", '<data xmlns="http://opendatakit.org/submissions" ')
    assert answers_of(parse_xml(moved.encode()), definition) == answers_of(parse_xml(REPEATED.encode()), definition)


def test_answers_do_not_show_in_a_repr(definition: FormDefinition) -> None:
    assert "Amal" not in repr(answers_of(parse_xml(REPEATED.encode()), definition))


# A form with a question at its top and one in each of three levels of repeats.
LEVELS = ("/data", "/data/r1", "/data/r1/r2", "/data/r1/r2/r3")
DEEP = FormDefinition(
    form_id="deep",
    version="",
    title="Deep",
    record_kind=RecordKind.OTHER,
    questions=tuple(
        Question(
            path=f"{level}/q{depth}",
            name=f"q{depth}",
            kind="string",
            repeat=level if depth else None,
            privacy=PrivacyClass.DIRECT,
            part=RecordPart.IDENTITY,
            statistic=None,
            labels={},
        )
        for depth, level in enumerate(LEVELS)
    ),
    repeats=LEVELS[1:],
    languages=("en",),
)
# XML itself turns a carriage return into a line feed (XML 1.0, section 2.11).
said = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), min_size=1)


def test_a_repeat_that_holds_nothing_but_a_repeat_keeps_its_entries_apart() -> None:
    definition = replace(DEEP, questions=(DEEP.questions[0], DEEP.questions[3]))
    xml = b"""<data><r1><r2><r3><q3>a</q3></r3><r3><q3>b</q3></r3></r2><r2/></r1>
        <r1><r2><r3><q3>c</q3></r3></r2></r1></data>"""
    first, second = answers_of(parse_xml(xml), definition).repeats["/data/r1"]
    assert [len(entry.repeats.get("/data/r1/r2/r3", [])) for entry in first.repeats["/data/r1/r2"]] == [2, 0]
    [[only]] = [entry.repeats["/data/r1/r2/r3"] for entry in second.repeats["/data/r1/r2"]]
    assert only.values == {"/data/r1/r2/r3/q3": "c"}


def entries(depth: int) -> st.SearchStrategy[Answers]:
    values = st.dictionaries(st.just(f"{LEVELS[depth]}/q{depth}"), said, max_size=1)
    if depth + 1 == len(LEVELS):
        return values.map(Answers)
    below = st.lists(st.deferred(lambda: entries(depth + 1)), min_size=1, max_size=3)
    return st.builds(Answers, values, st.dictionaries(st.just(LEVELS[depth + 1]), below, max_size=1))


def write(answers: Answers, name: str) -> etree._Element:
    element = etree.Element(name)
    for path, text in answers.values.items():
        etree.SubElement(element, path.rpartition("/")[2]).text = text
    for path, inner in answers.repeats.items():
        element.extend(write(entry, path.rpartition("/")[2]) for entry in inner)
    return element


@given(entries(0))
def test_whatever_was_written_is_read_back(answers: Answers) -> None:
    xml = etree.tostring(write(answers, "data"), encoding="utf-8")
    assert answers_of(parse_xml(xml), DEEP) == answers
