"""A suggestion has a reason and errs on the side of protection; it sets nothing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import (
    QUESTIONNAIRES,
    FormDefinition,
    PrivacyClass,
    Question,
    RecordKind,
    RecordPart,
    build_questionnaire,
    compile_workbook,
)
from forms.classes import Classes, FormToClassify, QuestionClass, Reason, Suggestion, suggest_classes
from tests.forms.test_classes.conftest import Office

D, Q, S = PrivacyClass.DIRECT, PrivacyClass.QUASI, PrivacyClass.SENSITIVE


def question(name: str, kind: str, label: str = "", *, choices: int = 0, repeat: str | None = None) -> Question:
    codes = {str(code): {"en": str(code)} for code in range(choices)}
    labels = {"en": label} if label else {}
    return Question(f"/data/{name}", name, kind, repeat, D, RecordPart.IDENTITY, None, labels, codes)


def form(*questions: Question) -> FormToClassify:
    return FormToClassify(FormDefinition("f", "1", "F", RecordKind.OTHER, questions, (), ("en",)), Classes(0), ())


def suggested(asked: Question) -> Suggestion:
    return suggest_classes(form(asked))[asked.path]


@pytest.mark.parametrize(
    ("asked", "privacy", "part", "reason"),
    [
        (question("photo", "binary", "Photo"), D, None, Reason.A_FILE),
        (question("where", "geopoint", "Where?"), D, None, Reason.EXACT_PLACE),
        (question("card", "barcode", "Scan the card"), D, None, Reason.A_CODE_READ),
        (question("q1", "string", "Full name"), D, RecordPart.IDENTITY, Reason.SPEAKS_OF_NAME),
        (question("q1", "string", "Nom du chef de ménage"), D, RecordPart.IDENTITY, Reason.SPEAKS_OF_NAME),
        (question("q1", "string", "ما الاسم الكامل؟"), D, RecordPart.IDENTITY, Reason.SPEAKS_OF_NAME),
        (question("phoneNumber", "int", "?"), D, RecordPart.CONTACT, Reason.SPEAKS_OF_CONTACT),
        (question("hh_id", "string", "?"), D, RecordPart.IDENTITY, Reason.SPEAKS_OF_NUMBER),
        (question("q2", "date", "Date of birth"), Q, RecordPart.IDENTITY, Reason.SPEAKS_OF_BIRTH),
        (question("q3", "select1", "Any disability?", choices=2), S, RecordPart.FACTS, Reason.SPEAKS_OF_HARM),
        (question("q4", "string", "What about health?"), D, RecordPart.NARRATIVE, Reason.FREE_TEXT),
        (question("q5", "string"), D, None, Reason.CALCULATED),
        (question("q6", "select1", "Colour", choices=3), Q, RecordPart.FACTS, Reason.FEW_CHOICES),
        (question("q6", "select1", "Colour", choices=300), Q, RecordPart.NARRATIVE, Reason.MANY_CHOICES),
        (question("q6", "select1", "Colour"), Q, RecordPart.NARRATIVE, Reason.MANY_CHOICES),
        (question("q7", "int", "How many?"), Q, RecordPart.FACTS, Reason.A_NUMBER),
        (question("q8", "dateTime", "When?"), Q, RecordPart.FACTS, Reason.A_MOMENT),
        (question("q9", "novelty", "What?"), D, None, Reason.UNKNOWN_KIND),
    ],
)
def test_the_class_follows_type_name_label_and_number_of_choices(
    asked: Question, privacy: PrivacyClass, part: RecordPart | None, reason: Reason
) -> None:
    found = suggested(asked)
    assert (found.given.privacy, found.given.part, found.reason) == (privacy, part, reason)


def test_the_word_that_led_to_it_is_named() -> None:
    assert suggested(question("q", "string", "Your mobile number")).said == "speaks of contact: mobile"


@given(
    kind=st.sampled_from(["string", "int", "select1", "select", "date", "binary", "geopoint", "decimal", "other"]),
    name=st.text(max_size=20),
    label=st.text(max_size=40),
    choices=st.integers(0, 40),
)
def test_nothing_is_ever_suggested_to_be_open(kind: str, name: str, label: str, choices: int) -> None:
    assert suggested(question(name, kind, label, choices=choices)).given.privacy is not PrivacyClass.OPEN


@pytest.mark.parametrize("name", QUESTIONNAIRES)
def test_of_our_own_forms_no_direct_identifier_is_suggested_to_be_less(name: str) -> None:
    ours = compile_workbook(build_questionnaire(name), f"{name}.xlsx").definition
    bare = tuple(replace(it, declared=False, privacy=D, part=RecordPart.IDENTITY, statistic=None) for it in ours.questions)
    found = suggest_classes(FormToClassify(replace(ours, questions=bare), Classes(0), ()))
    assert len(found) == len(ours.questions)
    assert {it.name for it in ours.questions if it.privacy is D and found[it.path].given.privacy is not D} == set()


def test_a_variable_is_suggested_by_its_name_once_and_never_in_a_repeat_or_for_a_direct_identifier() -> None:
    asked = [
        question("female_0_4", "int"),
        question("reason", "select1", choices=3),
        replace(question("Reason", "select1", choices=3), path="/data/again/Reason"),
        question("transport", "string", "Transport"),
        question("male_60_plus", "int", repeat="/data/r"),
    ]
    found = suggest_classes(form(*asked))
    assert [found[it.path].given.statistic for it in asked] == ["persons.female.0-4", "reason", None, None, None]


def test_what_was_said_of_the_version_before_is_suggested_first(office: Office) -> None:
    said = QuestionClass(PrivacyClass.SENSITIVE, RecordPart.FACTS, "reason")
    office.decide({"/data/reason": said})
    before = office.look()
    office.publish("2")
    found = suggest_classes(office.look(), before)
    assert found["/data/reason"] == Suggestion(said, Reason.AS_BEFORE)
    assert found["/data/head_name"].reason is Reason.SPEAKS_OF_NAME
    assert office.look().classes.edition == 0, "nothing is set by it"
