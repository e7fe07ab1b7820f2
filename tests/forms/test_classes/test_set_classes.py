"""What a person says of a form's questions holds from then on; what nobody said anything of is a direct identifier."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.access import Access, Grant, NotAllowed
from core.audit import Action, audited_entries
from core.database import Zone
from core.permissions import Role
from forms import PrivacyClass, RecordKind, RecordPart, find_definition
from forms.classes import (
    Classes,
    ClassesChanged,
    ClassesRejected,
    FormNotPublished,
    QuestionClass,
    form_to_classify,
    list_form_versions,
    set_classes,
    with_classes,
)
from tests.forms.test_classes.conftest import FORM, OFFICER, OPERATION, Office

NAME, VILLAGE, REASON, REASON_2, AGE = (f"/data/{it}" for it in ("head_name", "village", "reason", "reason_2", "member/age"))
COUNTED = QuestionClass(PrivacyClass.SENSITIVE, statistic="reason")


def test_unset_is_a_direct_identifier_and_set_holds_wherever_the_form_is_asked_for(office: Office) -> None:
    assert [it.privacy for it in office.look().unset] == [PrivacyClass.DIRECT] * 4
    office.decide({REASON: COUNTED, NAME: QuestionClass(PrivacyClass.DIRECT, RecordPart.CONTACT)}, records=RecordKind.MOVEMENT)
    with office.at_work(zone=Zone.CASEWORK) as session:
        form = find_definition(session, OPERATION, FORM, "1")
    assert form
    assert form.record_kind is RecordKind.MOVEMENT
    asked = {it.path: (it.privacy, it.part, it.statistic) for it in form.questions}
    assert asked[REASON] == (PrivacyClass.SENSITIVE, RecordPart.FACTS, "reason")
    assert asked[NAME] == (PrivacyClass.DIRECT, RecordPart.CONTACT, None)
    assert asked[AGE] == asked[REASON_2] == (PrivacyClass.DIRECT, RecordPart.IDENTITY, None)
    assert {it.path for it in office.look().unset} == {REASON_2, AGE}


def test_every_change_is_an_edition_with_who_made_it_and_a_line_in_the_audit_log(office: Office) -> None:
    assert office.decide({REASON: COUNTED}).edition == 1
    assert office.decide({REASON: COUNTED}, records=RecordKind.OTHER).edition == 1, "the same again is no change"
    assert office.decide({REASON: None, AGE: QuestionClass(PrivacyClass.QUASI)}).edition == 2
    assert [(it.edition, it.set_by, it.questions) for it in office.look().history] == [(2, "dina", 1), (1, "dina", 1)]
    with office.database.transaction(Zone.AUDIT) as session:
        lines = audited_entries(session, action=Action.CLASSIFIED)
    assert [(it.actor, it.subject, it.detail["edition"], it.detail["fields"]) for it in lines] == [
        ("dina", f"forms.form_version:{FORM}", 2, 2),
        ("dina", f"forms.form_version:{FORM}", 1, 1),
    ]


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_kept(office: Office) -> None:
    with pytest.raises(ClassesRejected) as refused:
        office.decide(
            {
                "/data/nobody": COUNTED,
                VILLAGE: QuestionClass(PrivacyClass.OPEN),
                NAME: QuestionClass(PrivacyClass.DIRECT, RecordPart.FACTS, "names"),
                REASON: COUNTED,
                REASON_2: COUNTED,
                AGE: QuestionClass(PrivacyClass.QUASI, statistic="Age of member"),
            }
        )
    assert [(it.where, it.why) for it in refused.value.refusals] == [
        ("/data/nobody", "unknown"),
        (NAME, "direct_counted"),
        (NAME, "direct_fact"),
        (VILLAGE, "declared"),
        (AGE, "variable_name"),
        (AGE, "in_repeat"),
        (REASON_2, "fed_twice"),
    ]
    assert office.look().classes.edition == 0


def test_whatever_stands_beside_a_form_its_workbook_holds(office: Office) -> None:
    """Also where a row got into the table by another way."""
    beside = Classes(1, RecordKind.OTHER, {VILLAGE: QuestionClass(PrivacyClass.OPEN, RecordPart.FACTS, "village")})
    form = replace(office.look().declared, record_kind=RecordKind.SCREENING)
    assert with_classes(form, beside) == form


def test_what_a_workbook_says_it_records_is_not_said_otherwise_here(office: Office) -> None:
    office.decide({}, records=RecordKind.MOVEMENT)
    assert office.look().kept.record_kind is RecordKind.MOVEMENT
    assert office.decide({}, records=RecordKind.OTHER).edition == 2


def test_who_decides_on_what_no_longer_holds_is_refused(office: Office) -> None:
    office.decide({REASON: COUNTED}, seen=0)
    with pytest.raises(ClassesChanged, match="edition 1 holds now"):
        office.decide({AGE: QuestionClass(PrivacyClass.OPEN)}, seen=0)


def test_each_version_is_decided_for_itself(office: Office) -> None:
    office.decide({REASON: COUNTED})
    office.publish("2")
    assert len(office.look().unset) == 4
    assert len(office.look("1").unset) == 3
    with office.at_work() as session:
        states = [(it.version, it.questions, it.unset) for it in list_form_versions(session, OPERATION)]
    assert states == [("2", 5, 4), ("1", 5, 3)]


def test_a_form_that_is_not_there_is_said_so(office: Office) -> None:
    for form, version in (("nothing", None), (FORM, "9")):
        with pytest.raises(FormNotPublished), office.at_work() as session:
            form_to_classify(session, OPERATION, form, version)


def test_who_does_not_answer_for_the_store_sets_no_classes(office: Office) -> None:
    administrator = Access("ali", OPERATION, (Grant(Role.ADMINISTRATOR),))
    with pytest.raises(NotAllowed), office.at_work(administrator) as session:
        set_classes(session, OPERATION, FORM, "1", {REASON: COUNTED})


@pytest.mark.parametrize("statement", ["UPDATE forms.form_classes SET set_by = 'x'", "DELETE FROM forms.form_classes"])
@pytest.mark.parametrize("zone", [Zone.COLLECTION, Zone.CASEWORK, Zone.ANONYMIZER])
def test_no_zone_changes_or_takes_back_an_edition(office: Office, zone: Zone, statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), office.at_work(OFFICER, zone) as session:
        session.execute(text(statement))
