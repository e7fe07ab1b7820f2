"""A screening interview opens a case, assistance interviews go on with it, in whatever order they come."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from casework import CaseSummary, find_case, find_persons, list_cases, read_person
from casework.records.read_cases import PersonRecord
from core.audit import Purpose
from forms import RecordPart
from ingest import read_submission
from tests.casework.conftest import ASSISTANCE, MEMBERS, OPERATION, SCREENING, Field, Said


def found(field: Field, reference: str = "SC-0012") -> CaseSummary:
    with field.zone() as session:
        case = find_case(session, field.ring, OPERATION, reference, purpose=Purpose.ASSISTANCE)
    assert case, "no case under this reference"
    return case


def read(field: Field, person: UUID) -> PersonRecord:
    with field.zone() as session:
        return read_person(session, field.ring, person, parts=list(RecordPart), purpose=Purpose.ASSISTANCE)


def count(field: Field, table: str) -> int:
    with field.zone() as session:
        return int(session.execute(text(f'SELECT count(*) FROM casework."{table}"')).scalar_one())


def test_a_screening_opens_a_case_for_a_person(field_team: Field) -> None:
    person, case_id, _ = field_team.admit(field_team.send("screening", SCREENING)).records
    case = found(field_team, " sc-0012")
    assert (case.id, case.person, case.state, case.screening_outcome) == (case_id, person, "eligible", "possible")
    held = read(field_team, person)
    assert held.parts[RecordPart.IDENTITY]["prs_First_Name"] == "Amal"
    assert held.parts[RecordPart.CONTACT]["prs_MobilePhone"] == "+252 61 555 0199"
    assert held.parts[RecordPart.NARRATIVE]["interviewer_notes"] == "Asked for a quiet room."


def test_a_person_is_found_by_telephone(field_team: Field) -> None:
    person, *_ = field_team.admit(field_team.send("screening", SCREENING)).records
    with field_team.zone() as session:
        assert find_persons(session, field_team.ring, OPERATION, "00252-61-5550199", purpose=Purpose.ASSISTANCE) == [person]
        assert find_persons(session, field_team.ring, OPERATION, "0615550199", purpose=Purpose.ASSISTANCE) == []


def test_household_members_are_persons_with_keys_of_their_own(field_team: Field) -> None:
    person, *_ = field_team.admit(field_team.send("screening", SCREENING, repeats={"household_member": MEMBERS})).records
    members = found(field_team).members
    assert person not in members
    names = {read(field_team, member).parts[RecordPart.IDENTITY]["member_name"] for member in members}
    assert names == {"Idris Member", "Leila Member"}
    assert (count(field_team, "person"), count(field_team, "record_key")) == (3, 3)
    assert "Member" not in str(read(field_team, person).parts)


BLANK: Said = {}


def test_an_entry_that_was_left_blank_is_no_person_and_stays_as_it_was_sent(field_team: Field) -> None:
    sent = field_team.send("screening", SCREENING, repeats={"household_member": [BLANK, MEMBERS[0], BLANK]}, instance="first")
    field_team.admit(sent)
    [member] = found(field_team).members
    assert read(field_team, member).parts[RecordPart.IDENTITY]["member_name"] == "Idris Member"
    assert (count(field_team, "person"), count(field_team, "record_key")) == (2, 2)
    with field_team.zone() as session:
        kept = read_submission(session, field_team.ring, sent, purpose=Purpose.ASSISTANCE)
    assert kept.xml.count(b"<household_member") == 3
    field_team.admit(field_team.send("screening", SCREENING, repeats={"household_member": [BLANK]}, edits="first"))
    assert (found(field_team).members, count(field_team, "person")) == ((), 1)


def test_a_member_without_a_name_of_whom_something_is_told_is_a_person(field_team: Field) -> None:
    field_team.admit(field_team.send("screening", SCREENING, repeats={"household_member": [{"member_age": "9"}]}))
    assert len(found(field_team).members) == 1


def test_an_edit_corrects_person_reference_and_household(field_team: Field) -> None:
    first = str(uuid4())
    records = field_team.admit(
        field_team.send("screening", SCREENING, repeats={"household_member": MEMBERS}, instance=first)
    ).records
    former = found(field_team).members
    changed = {**SCREENING, "case_reference": "SC-0013", "prs_First_Name": "Amina", "prs_MobilePhone": "", "eligible": "no"}
    edit = field_team.send("screening", changed, repeats={"household_member": MEMBERS[1:]}, edits=first)
    assert field_team.admit(edit).records == records
    case = found(field_team, "SC-0013")
    assert (case.id, case.state) == (records[1], "not_eligible")
    held = read(field_team, records[0])
    assert (held.row_version, held.parts[RecordPart.IDENTITY]["prs_First_Name"]) == (2, "Amina")
    assert len(case.members) == 1
    assert not set(case.members) & set(former)
    assert (count(field_team, "person"), count(field_team, "record_key"), count(field_team, "token")) == (2, 2, 0)
    with field_team.zone() as session:
        assert find_case(session, field_team.ring, OPERATION, "SC-0012", purpose=Purpose.ASSISTANCE) is None


@pytest.mark.parametrize("consent", ["no", ""])
def test_without_consent_nothing_is_admitted(field_team: Field, consent: str) -> None:
    submission = field_team.send("screening", {**SCREENING, "con_Consent": consent})
    assert field_team.admit(submission).outcome == "set_aside"
    code, reason = field_team.quarantine()[submission]
    assert (code, "erase the submission" in reason) == ("CASE-007", True)
    assert [count(field_team, table) for table in ("person", "case", "record_key", "token")] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"case_reference": ""}, "CASE-001"),
        ({"eligible": ""}, "CASE-001"),
        ({"vic_TraffickingStatus": "perhaps"}, "CASE-004"),
    ],
)
def test_a_screening_without_reference_or_decision_is_set_aside(field_team: Field, changed: dict[str, str], code: str) -> None:
    submission = field_team.send("screening", {**SCREENING, **changed})
    field_team.admit(submission)
    assert field_team.quarantine()[submission][0] == code


def test_two_people_cannot_share_a_reference(field_team: Field) -> None:
    field_team.admit(field_team.send("screening", SCREENING))
    second = field_team.send("screening", {**SCREENING, "case_reference": "sc-0012 "})
    field_team.admit(second)
    code, reason = field_team.quarantine()[second]
    assert (code, str(found(field_team).id) in reason) == ("CASE-010", False)  # it may lie in another's reach


def test_an_assistance_interview_goes_on_with_its_case(field_team: Field) -> None:
    person, case, screening = field_team.admit(field_team.send("screening", SCREENING)).records
    services = [{"service_type": "shelter", "service_provider": "House Nine"}, {"service_type": "legal"}]
    *same, assistance = field_team.admit(field_team.send("assistance", ASSISTANCE, repeats={"service": services})).records
    assert same == [person, case]
    assert found(field_team).state == "active"
    first, second = read(field_team, person).interviews
    assert [(first.id, first.kind), (second.id, second.kind)] == [(screening, "screening"), (assistance, "assistance")]
    assert second.parts[RecordPart.NARRATIVE]["experience_narrative"] == "Was well received."
    assert "House Nine" in str(second.parts)


def test_an_assistance_interview_waits_for_the_screening_of_its_batch(field_team: Field) -> None:
    field_team.send("assistance", ASSISTANCE)
    field_team.send("screening", SCREENING)
    counted = field_team.admit_awaiting()
    assert (counted.admitted, counted.set_aside) == (2, 0)
    assert found(field_team).state == "active"


def test_an_assistance_interview_of_no_known_case_is_admitted_after_the_screening(field_team: Field) -> None:
    early = field_team.send("assistance", ASSISTANCE)
    assert field_team.admit_awaiting().set_aside == 1
    code, reason = field_team.quarantine()[early]
    assert (code, "admitted by itself" in reason) == ("CASE-009", True)
    field_team.send("screening", SCREENING)
    field_team.admit_awaiting()
    assert found(field_team).state == "active"
    assert field_team.quarantine() == {}
    assert field_team.admit(early).outcome == "unchanged"


def test_the_newest_interview_by_its_own_date_says_where_the_case_stands(field_team: Field) -> None:
    field_team.send("screening", SCREENING)
    field_team.send("assistance", {**ASSISTANCE, "interview_date": "2026-03-01", "cas_Status": "closed"})
    field_team.send("assistance", {**ASSISTANCE, "interview_date": "2026-02-20", "cas_Status": "follow_up"})
    field_team.send("assistance", {**ASSISTANCE, "interview_date": "2026-03-09", "cas_Status": ""})
    field_team.admit_awaiting()
    assert found(field_team).state == "closed"


def test_a_corrected_reference_moves_an_interview_to_the_other_case(field_team: Field) -> None:
    first = str(uuid4())
    field_team.send("screening", SCREENING)
    field_team.send("screening", {**SCREENING, "case_reference": "SC-0020"})
    field_team.send("assistance", ASSISTANCE, instance=first)
    field_team.admit_awaiting()
    field_team.send("assistance", {**ASSISTANCE, "case_reference": "SC-0020"}, edits=first)
    field_team.admit_awaiting()
    assert (found(field_team).state, found(field_team, "SC-0020").state) == ("eligible", "active")
    assert len(read(field_team, found(field_team, "SC-0020").person).interviews) == 2


def test_every_case_is_listed(field_team: Field) -> None:
    for number in range(3):
        field_team.send("screening", {**SCREENING, "case_reference": f"SC-{number}"})
    field_team.admit_awaiting()
    with field_team.zone() as session:
        assert {case.state for case in list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)} == {"eligible"}
        assert len(list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)) == 3


def test_versions_that_turn_out_to_be_one_interview_are_filed_once(field_team: Field) -> None:
    """The second edit comes before the first one, which alone ties it to the original."""
    original, edit = str(uuid4()), str(uuid4())
    field_team.send("screening", SCREENING)
    field_team.send("assistance", ASSISTANCE, instance=original)
    field_team.send("assistance", {**ASSISTANCE, "cas_Status": "closed"}, edits=edit)
    field_team.admit_awaiting()
    assert count(field_team, "interview") == 3
    field_team.send("assistance", {**ASSISTANCE, "cas_Status": "follow_up"}, instance=edit, edits=original)
    field_team.admit_awaiting()
    assert (count(field_team, "interview"), found(field_team).state) == (2, "closed")


def test_two_cases_that_turn_out_to_be_one_are_for_people_to_join(field_team: Field) -> None:
    original, edit = str(uuid4()), str(uuid4())
    field_team.send("screening", SCREENING, instance=original)
    second = field_team.send("screening", {**SCREENING, "case_reference": "SC-0099"}, edits=edit)
    field_team.admit_awaiting()
    field_team.send("screening", SCREENING, instance=edit, edits=original)
    field_team.admit_awaiting()
    code, reason = field_team.quarantine()[second]
    assert (code, str(found(field_team, "SC-0099").id) in reason) == ("CASE-013", True)
