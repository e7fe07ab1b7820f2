"""What a screening interview says about consent becomes consent, version by version; taking it back stops everything."""

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import pytest

from casework import find_case, read_person
from casework.consent.consents import may_share_with, may_use
from casework.consent.record_consent import ConsentVersion, consent_history, record_consent
from casework.consent.restrict_record import RestrictionReason, restrict_record
from casework.consent.withdraw_consent import withdraw_consent
from casework.errors import RecordRestricted
from core.audit import Purpose
from core.clock import now
from forms import RecordPart
from tests.casework.conftest import ASSISTANCE, MEMBERS, OPERATION, SCREENING, Field

ASKED = {
    **SCREENING,
    "con_Language": "ar",
    "con_GivenBy": "self",
    "con_Statistics": "yes",
    "con_SharingWith": "medical_partner",
    "con_Expiry": "1_year",
    "consent_signature": "signature.png",
}


def screen(team: Field, said: Mapping[str, str], *, edits: str = "", instance: str = "") -> UUID:
    submission = team.send("screening", said, repeats={"household_member": MEMBERS}, edits=edits, instance=instance)
    team.admit(submission)
    return submission


def history(team: Field, person: UUID) -> list[ConsentVersion]:
    with team.zone() as session:
        return consent_history(session, team.ring, person, purpose=Purpose.RIGHTS)


def household(team: Field) -> tuple[UUID, tuple[UUID, ...]]:
    with team.zone() as session:
        case = find_case(session, team.ring, OPERATION, SCREENING["case_reference"], purpose=Purpose.ASSISTANCE)
    assert case
    return case.person, case.members


def told(versions: list[ConsentVersion]) -> set[tuple[str, str, str, int]]:
    return {(v.said.purpose.value, v.said.recipient, v.said.state.value, v.version) for v in versions}


def test_each_purpose_and_each_recipient_has_a_consent_of_its_own(field_team: Field) -> None:
    submission = screen(field_team, ASKED)
    person, _ = household(field_team)
    versions = history(field_team, person)
    assert told(versions) == {
        ("assistance", "-", "given", 1),
        ("statistics", "-", "given", 1),
        ("referral", "medical_partner", "given", 1),
    }
    for version in versions:
        assert (version.said.language, version.said.text_version) == ("ar", "screening_interview 2026112802")
        assert version.said.valid_until == version.said.said_at + timedelta(days=365)
        assert version.said.evidence
        assert version.said.evidence.submission == submission
        assert version.said.evidence.sha256 == sha256(b"content").hexdigest()
    with field_team.zone() as session:
        assert may_share_with(session, person, "medical_partner")
        assert not may_share_with(session, person, "legal_partner")


def test_the_household_is_counted_as_the_person_said_and_shared_with_nobody(field_team: Field) -> None:
    screen(field_team, {**ASKED, "con_Statistics": "no"})
    _, members = household(field_team)
    assert len(members) == 2
    for member in members:
        assert told(history(field_team, member)) == {("assistance", "-", "given", 1), ("statistics", "-", "refused", 1)}
        assert {version.said.given_by for version in history(field_team, member)} == {"household"}
        with field_team.zone() as session:
            assert not may_use(session, member, Purpose.STATISTICS)
            assert not may_share_with(session, member, "medical_partner")


def test_what_an_older_form_did_not_ask_is_not_allowed(field_team: Field) -> None:
    screen(field_team, SCREENING)
    person, _ = household(field_team)
    assert told(history(field_team, person)) == {("assistance", "-", "given", 1), ("statistics", "-", "not_asked", 1)}
    assert {version.said.language for version in history(field_team, person)} == {"und"}
    with field_team.zone() as session:
        assert may_use(session, person, Purpose.ASSISTANCE)
        assert not may_use(session, person, Purpose.STATISTICS)


def test_a_guardian_speaks_for_a_child_and_is_named(field_team: Field) -> None:
    screen(field_team, {**ASKED, "con_GivenBy": "guardian", "con_Guardian_Name": "Quintessa Guardian"})
    person, _ = household(field_team)
    assert {(v.said.given_by, v.said.guardian) for v in history(field_team, person)} == {("guardian", "Quintessa Guardian")}


def test_a_guardian_without_a_name_is_set_aside(field_team: Field) -> None:
    submission = screen(field_team, {**ASKED, "con_GivenBy": "guardian"})
    assert field_team.quarantine()[submission][0] == "CASE-122"


def test_an_edit_that_says_the_same_adds_no_version(field_team: Field) -> None:
    first = str(uuid4())
    screen(field_team, ASKED, instance=first)
    person, _ = household(field_team)
    screen(field_team, {**ASKED, "prs_First_Name": "Amina"}, edits=first)
    assert len(history(field_team, person)) == 3


def test_an_edit_adds_versions_of_what_it_changes(field_team: Field) -> None:
    first = str(uuid4())
    screen(field_team, ASKED, instance=first)
    person, _ = household(field_team)
    screen(field_team, {**ASKED, "con_SharingWith": "legal_partner", "con_Statistics": "no"}, edits=first)
    assert told(history(field_team, person)) >= {
        ("statistics", "-", "refused", 2),
        ("referral", "medical_partner", "withdrawn", 2),
        ("referral", "legal_partner", "given", 1),
    }


def test_an_edit_gives_nothing_again_that_was_taken_back_since(field_team: Field) -> None:
    first = str(uuid4())
    screen(field_team, ASKED, instance=first)
    person, _ = household(field_team)
    with field_team.zone() as session:
        withdraw_consent(session, field_team.ring, person, consent_to=Purpose.STATISTICS, said_at=now(), said_to="amal")
    screen(field_team, {**ASKED, "prs_First_Name": "Amina"}, edits=first)
    with field_team.zone() as session:
        assert not may_use(session, person, Purpose.STATISTICS)


def test_taking_consent_back_in_an_edit_stops_all_use_of_the_household(field_team: Field) -> None:
    first = str(uuid4())
    screen(field_team, ASKED, instance=first)
    person, members = household(field_team)
    edit = screen(field_team, {**ASKED, "con_Consent": "no", "prs_First_Name": "Nobody"}, edits=first)
    assert edit not in field_team.quarantine()
    assert field_team.admit(edit).outcome == "unchanged"
    for somebody in (person, *members):
        with field_team.zone() as session:
            assert not any(may_use(session, somebody, use) for use in (Purpose.ASSISTANCE, Purpose.STATISTICS))
            assert not may_share_with(session, somebody, "medical_partner")
    with pytest.raises(RecordRestricted, match="withdrawn"), field_team.zone() as session:
        read_person(session, field_team.ring, person, parts=[RecordPart.IDENTITY], purpose=Purpose.ASSISTANCE)
    with field_team.zone() as session:
        held = read_person(session, field_team.ring, person, parts=[RecordPart.IDENTITY], purpose=Purpose.RIGHTS)
    assert held.parts[RecordPart.IDENTITY]["prs_First_Name"] == "Amal"


def test_after_that_nothing_is_added_until_the_person_agrees_again(field_team: Field) -> None:
    first = str(uuid4())
    screen(field_team, ASKED, instance=first)
    person, _ = household(field_team)
    agreed = history(field_team, person)[0].said
    second = str(uuid4())
    screen(field_team, {**ASKED, "con_Consent": "no"}, edits=first, instance=second)
    late = field_team.send("assistance", ASSISTANCE)
    again = screen(field_team, ASKED, edits=second)
    field_team.admit(late)
    assert {field_team.quarantine()[submission][0] for submission in (late, again)} == {"CASE-008"}
    with field_team.zone() as session:
        record_consent(session, field_team.ring, person, agreed)
    assert field_team.admit(late).outcome == "admitted"
    assert field_team.admit(again).outcome == "admitted"


def test_a_recipient_that_is_no_code_of_a_form_is_set_aside(field_team: Field) -> None:
    """Recipients stand in clear, so nothing that somebody typed may become one."""
    submission = screen(field_team, {**ASKED, "con_SharingWith": "Zaunkönig's-clinic"})
    assert field_team.quarantine()[submission][0] == "CASE-004"


def test_an_edit_does_not_replace_a_member_who_asked_for_something(field_team: Field) -> None:
    """The form cannot tell who of the new members is who of the old: what one of them asked for would be lost."""
    first = str(uuid4())
    screen(field_team, ASKED, instance=first)
    _, members = household(field_team)
    with field_team.zone() as session:
        restrict_record(session, field_team.ring, members[0], RestrictionReason.OBJECTION, use=Purpose.STATISTICS)
    edit = screen(field_team, {**ASKED, "prs_First_Name": "Amina"}, edits=first)
    assert field_team.quarantine()[edit][0] == "CASE-125"
    assert household(field_team)[1] == members
