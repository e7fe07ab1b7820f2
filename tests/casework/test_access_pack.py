"""The access pack: everything held on a person in their language and words, and nothing of anybody else."""

import json
import re
from datetime import timedelta
from html import escape
from typing import Any
from uuid import UUID, uuid4

import pytest

from casework import find_case
from casework.case_file import FIELDS, Act, EntryKind, Step, case_words, take_step
from casework.consent.restrict_record import RestrictionReason, restrict_record
from casework.errors import RecordUnknown
from casework.rights import UseOfRecord, give_access_pack
from casework.rights.access_pack_texts import texts_of, words_of
from casework.rights.correct_record import correct_record
from casework.rights.give_access_pack import GivenPack
from casework.rights.rights_requests import (
    RequestKind,
    RequestOutcome,
    answer_request,
    open_requests,
    page_requests,
    receive_request,
)
from core.access import Access, Grant, NotAllowed
from core.audit import Action, Purpose, audited_entries
from core.clock import now
from core.database import Zone
from core.languages import DEFAULT_LANGUAGE, LANGUAGES
from core.permissions import PERMISSIONS, Right, Role
from forms import RecordPart
from tests.beginning import begun
from tests.casework.conftest import ASSISTANCE, MEMBERS, OPERATION, SCREENING, Field
from tests.casework.test_case_file.conftest import say_yes

OFFICER = Access("dina", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
SAID = {
    **SCREENING,
    "con_Language": "fr",
    "con_GivenBy": "self",
    "con_Statistics": "no",
    "con_SharingWith": "medical_partner",
    "con_Expiry": "no_end",
    "consent_signature": "signature.png",
    "prs_Gender": "female",
    "vic_Methods_of_Control": "FalsePromises WithholdsDocuments",
    "interviewer_notes": "Her neighbour Quintessa brought her.",
}
READ = UseOfRecord(now(), "read", ("caseworker",), "assistance")


@begun
def household(field_team: Field) -> tuple[UUID, UUID]:
    """A person with an assistance interview, and a member of her household."""
    field_team.admit(field_team.send("screening", SAID, repeats={"household_member": MEMBERS}))
    services = [{"service_type": "medical", "service_provider": "Lake Clinic"}]
    field_team.admit(field_team.send("assistance", ASSISTANCE, repeats={"service": services}))
    with field_team.zone() as session:
        case = find_case(session, field_team.ring, OPERATION, SAID["case_reference"], purpose=Purpose.ASSISTANCE)
    assert case
    return case.person, case.members[0]


def give(team: Field, person: UUID, *, who: Access = OFFICER, language: str = "") -> GivenPack:
    with team.database.transaction(Zone.CASEWORK, access=who) as session:
        return give_access_pack(session, team.ring, person, uses=[READ], language=language)


def data(team: Field, person: UUID, language: str = "") -> Any:
    return json.loads(give(team, person, language=language).data)


def answers(section: Any) -> dict[str, Any]:
    return {held["question"]: held["answer"] for held in section["answers"]}


def test_questions_and_choices_are_in_the_language_in_which_consent_was_asked(
    field_team: Field, household: tuple[UUID, UUID]
) -> None:
    pack = data(field_team, household[0])
    held = answers(pack["sections"][0])
    assert (pack["language"], held["Prénom"], held["Genre"]) == ("fr", "Amal", "Féminin")
    assert "Fausses promesses, Documents confisqués" in held.values()


def test_every_interview_is_in_it(field_team: Field, household: tuple[UUID, UUID]) -> None:
    person, assistance = data(field_team, household[0], "en")["sections"]
    assert (person["kind"], assistance["kind"]) == ("person", "assistance")
    assert "Was well received." in answers(assistance).values()
    assert answers(assistance)["By which organisation? (1)"] == "Lake Clinic"


def test_nothing_of_the_household_is_in_it_and_its_size_is(field_team: Field, household: tuple[UUID, UUID]) -> None:
    pack = give(field_team, household[0])
    for member in MEMBERS:
        assert member["member_name"].encode() not in pack.page + pack.data
    assert json.loads(pack.data)["others_left_out"] == 2


def test_what_may_name_others_is_held_back_and_said_to_be(field_team: Field, household: tuple[UUID, UUID]) -> None:
    pack = give(field_team, household[0], language="en")
    assert b"Quintessa" not in pack.page + pack.data
    assert b"Held, but not shown" in pack.page
    assert answers(json.loads(pack.data)["sections"][0])["Notes of the interviewer"] is None


def test_a_member_of_the_household_has_a_pack_of_their_own(field_team: Field, household: tuple[UUID, UUID]) -> None:
    pack = give(field_team, household[1], language="en")
    held = answers(json.loads(pack.data)["sections"][0])
    assert held["Name"] in {member["member_name"] for member in MEMBERS}
    for word in (b"Amal", b"Lake Clinic", b"Was well received", b"signature.png"):
        assert word not in pack.page + pack.data


def test_consent_use_sharing_and_files_are_in_it(field_team: Field, household: tuple[UUID, UUID]) -> None:
    pack = data(field_team, household[0])
    assert {(one["purpose"], one["state"]) for one in pack["consents"]} == {
        ("assistance", "given"),
        ("statistics", "refused"),
        ("referral", "given"),
    }
    assert [(use["action"], use["roles"], use["purpose"]) for use in pack["uses"]] == [("read", ["caseworker"], "assistance")]
    assert [file["name"] for file in pack["files"]] == ["signature.png"]
    assert [(one["purpose"], one["reason"]) for one in pack["restrictions"]] == [("statistics", "refused")]


def test_former_versions_are_in_it(field_team: Field, household: tuple[UUID, UUID]) -> None:
    with field_team.zone() as session:
        correct_record(
            session,
            field_team.ring,
            household[0],
            part=RecordPart.IDENTITY,
            answers={"prs_First_Name": "Amina"},
            seen_version=1,
            reason="Misspelt.",
            purpose=Purpose.RIGHTS,
        )
    now_held, _, former = data(field_team, household[0])["sections"]
    assert (answers(now_held)["Prénom"], answers(former)["Prénom"]) == ("Amina", "Amal")
    assert former["changed_because"] == "Misspelt."


def test_every_language_says_everything() -> None:
    for read in (texts_of, words_of):
        english = read(DEFAULT_LANGUAGE)
        for language in LANGUAGES:
            said = read(language)
            assert said.keys() == english.keys(), language
            assert all(said.values()), language
            assert {key: re.findall(r"{\w*}", said[key]) for key in said} == {
                key: re.findall(r"{\w*}", english[key]) for key in english
            }


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_the_page_stands_alone_and_runs_in_the_direction_of_its_language(
    field_team: Field, household: tuple[UUID, UUID], language: str, direction: str
) -> None:
    page = give(field_team, household[0], language=language).page.decode()
    assert f'<html lang="{language}" dir="{direction}">' in page
    assert "default-src 'none'" in page
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert "<script" not in page


def test_an_answer_cannot_become_part_of_the_page(field_team: Field) -> None:
    said = {**SAID, "prs_First_Name": "<img src=x onerror=alert(1)>"}
    person, *_ = field_team.admit(field_team.send("screening", said)).records
    page = give(field_team, person).page
    assert b"<img src=x" not in page
    assert b"&lt;img src=x" in page


def test_names_of_colleagues_are_not_in_it(field_team: Field, household: tuple[UUID, UUID]) -> None:
    pack = give(field_team, household[0])
    for name in (b"tester", b"dina", b'"phone"'):
        assert name not in pack.data


@pytest.mark.parametrize("role", list(Role))
def test_a_pack_is_given_by_the_roles_that_may(field_team: Field, household: tuple[UUID, UUID], role: Role) -> None:
    access = Access("somebody", OPERATION, (Grant(role),))
    if role in PERMISSIONS[Right.GIVE_ACCESS_PACK]:
        assert give(field_team, household[0], who=access).page
    else:
        with pytest.raises(NotAllowed):
            give(field_team, household[0], who=access)


def test_out_of_reach_there_is_no_pack(field_team: Field, household: tuple[UUID, UUID]) -> None:
    elsewhere = Access("dina", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER, area="south"),))
    with pytest.raises(RecordUnknown):
        give(field_team, household[0], who=elsewhere)


def test_a_restricted_record_is_given_to_its_person_all_the_same(field_team: Field, household: tuple[UUID, UUID]) -> None:
    with field_team.zone() as session:
        restrict_record(session, field_team.ring, household[0], RestrictionReason.OBJECTION)
    assert give(field_team, household[0]).page


def test_giving_a_pack_leaves_a_line(field_team: Field, household: tuple[UUID, UUID]) -> None:
    give(field_team, household[0])
    with field_team.database.transaction(Zone.AUDIT) as session:
        [line] = audited_entries(session, action=Action.EXPORTED)
    assert (line.actor, line.purpose, line.subject) == ("dina", "rights", f"casework.person:{household[0]}")
    assert line.detail == {"pack": True, "sections": 2, "files": 1, "language": "fr"}


# The clock of requests.


def test_requests_are_due_in_thirty_days_and_the_overdue_stand_first(field_team: Field, household: tuple[UUID, UUID]) -> None:
    with field_team.zone() as session:
        fresh = receive_request(session, field_team.ring, household[0], RequestKind.ACCESS)
        late = receive_request(
            session, field_team.ring, household[1], RequestKind.OBJECTION, received_at=now() - timedelta(days=31)
        )
    with field_team.zone() as session:
        listed = open_requests(session)
    assert [(one.id, one.overdue) for one in listed] == [(late, True), (fresh, False)]
    assert all(one.due_at - one.received_at == timedelta(days=30) for one in listed)


def test_requests_come_page_by_page(field_team: Field, household: tuple[UUID, UUID]) -> None:
    with field_team.zone() as session:
        for one in household:
            for kind in (RequestKind.ACCESS, RequestKind.ERASURE):
                receive_request(session, field_team.ring, one, kind)
        whole = open_requests(session)
        first = page_requests(session, size=3)
        second = page_requests(session, after=first.following, size=3)
    assert [*first.rows, *second.rows] == whole
    assert (len(first.rows), len(second.rows)) == (3, 1)


def test_an_answered_request_waits_no_longer(field_team: Field, household: tuple[UUID, UUID]) -> None:
    with field_team.zone() as session:
        request = receive_request(session, field_team.ring, household[0], RequestKind.ACCESS)
    with field_team.database.transaction(Zone.CASEWORK, access=OFFICER) as session:
        answer_request(session, field_team.ring, request, RequestOutcome.GRANTED)
        assert open_requests(session) == []


def test_requests_out_of_reach_are_not_listed(field_team: Field, household: tuple[UUID, UUID]) -> None:
    with field_team.zone() as session:
        receive_request(session, field_team.ring, household[0], RequestKind.ACCESS)
    elsewhere = Access("badr", OPERATION, (Grant(Role.CASEWORKER, team="team-2"),))
    with field_team.database.transaction(Zone.CASEWORK, access=elsewhere) as session:
        assert open_requests(session) == []


def test_nobody_gives_a_pack_of_who_is_not_there(field_team: Field) -> None:
    with pytest.raises(RecordUnknown):
        give(field_team, uuid4())


REPORT = {"purpose": "court", "recipient": "court", "language": "en", "text": "Zebulon saw it."}


def test_the_case_file_is_told_in_words_and_what_workers_note_for_themselves_is_said_to_be_held(
    field_team: Field, household: tuple[UUID, UUID]
) -> None:
    with field_team.zone() as session:
        case = find_case(session, field_team.ring, OPERATION, SAID["case_reference"], purpose=Purpose.ASSISTANCE)
        assert case
        say_yes(session, field_team, household[0], "court")
        for step in (
            Step(EntryKind.PLAN, Act.WRITE, fields={"aim": "A safe place to live", "agreed": "yes"}),
            Step(EntryKind.SERVICE, Act.WRITE, fields={"service_type": "medical", "note": "Her neighbour drove her."}),
            Step(EntryKind.NOTE, Act.WRITE, fields={"text": "Her neighbour Quintessa telephoned."}),
            Step(EntryKind.REPORT, Act.WRITE, fields=REPORT),
        ):
            take_step(session, field_team.ring, case.id, step, purpose=Purpose.ASSISTANCE)
    with field_team.database.transaction(Zone.CASEWORK, access=OFFICER) as session:
        page = give_access_pack(session, field_team.ring, household[0], uses=[], language="fr").page.decode()
    french = case_words("fr")
    assert all(
        escape(french[word]) in page
        for word in ("kind_plan", "kind_service", "kind_note", "kind_report", "field_aim", "field_agreed")
    )
    assert "A safe place to live" in page
    assert "Soins médicaux" in page
    assert "Quintessa" not in page
    assert "drove her" not in page
    assert "Zebulon" not in page
    assert "Le tribunal" in page
    assert page.count(escape(texts_of("fr")["withheld"])) >= 2


def test_the_words_of_the_case_file_are_there_in_every_language() -> None:
    wanted = {f"kind_{kind.value}" for kind in EntryKind} | {
        f"field_{one.name}" for fields in FIELDS.values() for one in fields
    }
    for language in LANGUAGES:
        assert wanted == {name for name in case_words(language) if not name.startswith("hint_")}, language
        assert all(word.strip() for word in case_words(language).values())
