"""Answers in a server's notation are written as a phone's XML, and read back are the same answers."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import FormDefinition
from ingest.errors import AnswersUnreadable
from ingest.kobo.read_record import ShapeUnknown, read_answers, read_listed, read_record
from ingest.parse_xml import parse_xml
from ingest.pull.errors import AnswerUnasked
from ingest.pull.write_xml import write_xml
from ingest.read_answers import Answers, answers_of
from ingest.read_head import read_head
from ingest.same_answers import same_answers

# What XML can hold at all; the rest is refused.
TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff") | st.sampled_from("\t\n\r"), min_size=1
)
ILLNESSES = st.lists(st.fixed_dictionaries({"member/illness/symptom": TEXTS}), min_size=1)
MEMBERS = st.lists(st.fixed_dictionaries({"member/member_name": TEXTS}, optional={"member/illness": ILLNESSES}), min_size=1)
RECORDS = st.fixed_dictionaries(
    {"_id": st.integers(1, 2**53), "_uuid": st.uuids().map(str)},
    optional={"person/name": TEXTS, "photo": TEXTS, "member": MEMBERS, "_notes": st.lists(TEXTS), "meta/rootUuid": TEXTS},
)


def received(xml: bytes) -> str:
    """The record as its server wrote it, out of the answers that were made of it."""
    return parse_xml(xml)[-1].text or ""


def in_order(answers: Answers) -> bytes:
    """The notation of which digests are kept, written the plain way."""

    def told(one: Answers) -> list[Any]:
        return [one.values, {path: [told(entry) for entry in entries] for path, entries in one.repeats.items()}]

    return json.dumps(told(answers), sort_keys=True, separators=(",", ":")).encode()


@given(content=RECORDS)
def test_they_are_the_same_answers(definition: FormDefinition, content: dict[str, Any]) -> None:
    record = read_record(content, json.dumps(content, ensure_ascii=False))
    answers = read_answers(content, definition)
    xml = write_xml(record, answers, definition)
    assert answers_of(parse_xml(xml), definition) == answers
    assert json.loads(received(xml)) == content
    assert same_answers(answers, definition) == in_order(answers)
    head = read_head(parse_xml(xml))
    assert (head.form_id, head.version, head.instance_id) == ("household", "1", f"uuid:{content['_uuid']}")


def test_a_character_that_xml_cannot_hold_is_kept_by_its_other_name(definition: FormDefinition) -> None:
    content = {"_id": 1, "_notes": ["\ufffe & \uffff \x7f <\u200f>"]}
    xml = write_xml(read_record(content, json.dumps(content, ensure_ascii=False)), Answers(), definition)
    assert json.loads(received(xml)) == content


@pytest.mark.parametrize("said", ["\x00", "\x0b", "\x1f", "\ufffe", "\uffff", "\ud800"])
def test_an_answer_with_a_character_that_xml_cannot_hold_is_refused(definition: FormDefinition, said: str) -> None:
    content = {"_id": 1, "person/name": f"Amal {said}"}
    record = read_record(content, json.dumps(content))
    with pytest.raises(AnswersUnreadable, match="XML cannot"):
        write_xml(record, read_answers(content, definition), definition)


@pytest.mark.parametrize(
    "content",
    [
        {"person/age": "30"},
        {"person": {"name": "Amal"}},
        {"person/name": ["Amal"]},
        {"member": ["Amal"]},
        {"member": [{"member/age": "3"}]},
        {"visitors": [{"visitors/name": "Rim"}]},
    ],
)
def test_what_the_form_does_not_ask_in_this_way_is_refused(definition: FormDefinition, content: dict[str, Any]) -> None:
    with pytest.raises(AnswerUnasked):
        read_answers(content, definition)


def test_a_repeat_without_a_question_of_its_own_keeps_its_entries_apart(definition: FormDefinition) -> None:
    bare = replace(definition, questions=tuple(it for it in definition.questions if it.name == "symptom"))
    said = [{"member/illness": [{"member/illness/symptom": symptom}]} for symptom in ("fever", "cough")]
    members = read_answers({"member": said}, bare).repeats["/data/member"]
    entries = [entry for member in members for entry in member.repeats["/data/member/illness"]]
    assert [entry.values for entry in entries] == [{"/data/member/illness/symptom": it} for it in ("fever", "cough")]
    assert len(members) == 2


def test_absent_empty_and_the_servers_own_are_no_answers(definition: FormDefinition) -> None:
    content = {"person/name": "", "photo": None, "_tags": ["x"], "formhub/uuid": "f", "meta/instanceName": "Amal"}
    assert read_answers(content, definition).values == {}


@pytest.mark.parametrize("content", [{}, {"_id": "7"}, {"_id": True}, {"_uuid": "u"}])
def test_a_record_without_a_number_is_none(content: dict[str, Any]) -> None:
    with pytest.raises(ShapeUnknown):
        read_listed(content)


@pytest.mark.parametrize(
    ("content", "instance", "before"),
    [
        ({"meta/instanceID": "uuid:b", "meta/deprecatedID": "uuid:a", "meta/rootUuid": "r"}, "uuid:b", ("uuid:a", "uuid:r")),
        ({"meta/instanceID": "uuid:b", "meta/rootUuid": "b"}, "uuid:b", ()),
        ({"meta/instanceID": "uuid:b", "meta/deprecatedID": "uuid:a", "meta/rootUuid": "uuid:a"}, "uuid:b", ("uuid:a",)),
        ({"_uuid": "old"}, "uuid:old", ()),
        ({}, "uuid:kobotoolbox:7", ()),
    ],
)
def test_which_version_of_what_a_record_is(content: dict[str, Any], instance: str, before: tuple[str, ...]) -> None:
    record = read_record({"_id": 7, **content}, "{}")
    assert (record.instance_id, tuple(record.before)) == (instance, before)
