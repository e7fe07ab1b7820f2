"""Erasure: what goes, what stays of the others, and that a phone cannot bring it back."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text

from casework import find_case, read_person
from casework.erasure.erase_person import erase_record
from casework.erasure.erasure_subject import ErasureKind, Subject
from casework.errors import ErasureOutOfReach, HoldUnknown, RecordHeld, RecordUnknown
from casework.models import HouseholdMember, Interview, MovementEvent, Person, StoredKey, Token
from casework.rights.hold_record import hold_record, lift_hold, list_holds, page_holds
from casework.rights_models import Tombstone
from core import clock
from core.access import Access, Grant, NotAllowed
from core.audit import Action, Purpose, audited_entries
from core.database import Zone
from core.erasure import Tally, when_erased
from core.permissions import Role
from forms import RecordPart
from ingest import Outcome, receive_submission
from ingest.models import Attachment, ErasedInstance, Quarantine, RecordKeyRow, Submission
from tests.casework.conftest import ARRIVAL, ASSISTANCE, MEMBERS, OPERATION, SCREENING, Field, write_answers

RAW = (Submission, Attachment, Quarantine, RecordKeyRow)


def household(team: Field, instance: str = "first") -> UUID:
    """A person interviewed with two members of their household, a signature, and an assistance interview."""
    said = {**SCREENING, "consent_signature": "signed.png"}
    person = team.admit(team.send("screening", said, repeats={"household_member": MEMBERS}, instance=instance)).records[0]
    team.admit(team.send("assistance", ASSISTANCE, instance=f"{instance}-assistance"))
    return person


def members(team: Field) -> list[UUID]:
    with team.zone() as session:
        return list(session.scalars(select(HouseholdMember.person).where(HouseholdMember.role == "member")))


def erase(team: Field, record: UUID, kind: ErasureKind = ErasureKind.PERSON) -> Tally:
    with team.zone() as session:
        return erase_record(session, team.ring, OPERATION, Subject(kind, record), proposal=uuid4())


def count(team: Field, *tables: type) -> list[int]:
    with team.zone() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def resend(team: Field, kind: str, said: dict[str, str], instance: str, edits: str = "") -> Outcome:
    xml = write_answers(team.definitions[kind], said, {}, instance, edits)
    with team.zone(Zone.COLLECTION) as session:
        return receive_submission(session, team.ring, operation=OPERATION, xml=xml, files=[], collector="phone").outcome


class TestWhatGoes:
    def test_key_tokens_case_interviews_and_raw_answers_with_their_files(self, field_team: Field) -> None:
        tally = erase(field_team, household(field_team))
        assert count(field_team, Interview, Token, *RAW) == [0] * 6
        assert tally.counted["casework.interview"] == 2
        assert len(tally.keys) == 3  # the person's, and those of two submissions
        with field_team.zone() as session:
            assert (
                find_case(session, field_team.ring, OPERATION, SCREENING["case_reference"], purpose=Purpose.ASSISTANCE) is None
            )

    def test_the_other_members_of_the_household_keep_their_own_records(self, field_team: Field) -> None:
        person = household(field_team)
        erase(field_team, person)
        for member in members(field_team):
            with field_team.zone() as session:
                read = read_person(session, field_team.ring, member, parts=[RecordPart.IDENTITY], purpose=Purpose.ASSISTANCE)
            assert read.parts[RecordPart.IDENTITY]["member_name"] in {entry["member_name"] for entry in MEMBERS}
        assert count(field_team, Person, StoredKey) == [2, 2]

    def test_with_a_member_goes_the_interview_that_spoke_of_them_as_it_was_received(self, field_team: Field) -> None:
        """The person interviewed stays, with case and interviews; the assistance interview spoke of them alone."""
        person = household(field_team)
        tally = erase(field_team, members(field_team)[0])
        assert tally.counted["ingest.submission"] == 1
        assert count(field_team, Person, Interview, Submission) == [2, 2, 1]
        with field_team.zone() as session:
            read = read_person(session, field_team.ring, person, parts=[RecordPart.IDENTITY], purpose=Purpose.ASSISTANCE)
        assert read.parts[RecordPart.IDENTITY]["prs_First_Name"] == "Amal"

    def test_all_versions_of_the_answers_and_their_copies_in_quarantine(self, field_team: Field) -> None:
        person = household(field_team)
        edited = field_team.send("screening", {**SCREENING, "prs_First_Name": "Amaal"}, instance="second", edits="first")
        field_team.admit(edited)
        assert resend(field_team, "screening", {**SCREENING, "prs_First_Name": "Amel"}, "third", "first") is Outcome.STALE_EDIT
        assert resend(field_team, "screening", {**SCREENING, "prs_First_Name": "Emel"}, "first") is Outcome.CONFLICTING
        field_team.send("movement", ARRIVAL)
        erase(field_team, person)
        assert count(field_team, Submission, Quarantine, RecordKeyRow) == [1, 0, 1]  # the movement report alone

    def test_a_movement_report_with_its_reporter(self, field_team: Field) -> None:
        report = field_team.admit(field_team.send("movement", ARRIVAL)).records[0]
        tally = erase(field_team, report, ErasureKind.REPORT)
        assert count(field_team, MovementEvent, StoredKey, *RAW) == [0] * 6
        assert len(tally.keys) == 3

    def test_the_raw_answers_alone_leave_the_record(self, field_team: Field) -> None:
        household(field_team)
        with field_team.zone() as session:
            raw = session.scalars(select(Interview.submission).where(Interview.kind == "screening")).one()
        erase(field_team, raw, ErasureKind.SUBMISSION)
        assert count(field_team, Person, Submission) == [3, 1]

    def test_what_is_not_there_is_said(self, field_team: Field) -> None:
        with pytest.raises(RecordUnknown):
            erase(field_team, uuid4())


class TestWhatStays:
    def test_a_tombstone_without_a_word_of_what_was(self, field_team: Field) -> None:
        person = household(field_team)
        erase(field_team, person)
        with field_team.zone() as session:
            assert {stone.kind for stone in session.scalars(select(Tombstone))} == {
                "casework.case",
                "casework.person",
                "ingest.submission",
            }
            assert session.get(Tombstone, person)
        assert count(field_team, ErasedInstance) == [2]

    def test_a_resent_answer_is_not_stored_again(self, field_team: Field) -> None:
        erase(field_team, household(field_team))
        assert resend(field_team, "screening", dict(SCREENING), "first") is Outcome.ERASED
        assert count(field_team, *RAW) == [0] * 4

    def test_nor_is_an_edit_of_it_nor_an_edit_of_that_edit(self, field_team: Field) -> None:
        erase(field_team, household(field_team))
        assert resend(field_team, "screening", dict(SCREENING), "second", "first") is Outcome.ERASED
        assert resend(field_team, "screening", dict(SCREENING), "third", "second") is Outcome.ERASED
        assert count(field_team, *RAW) == [0] * 4

    def test_nor_an_original_that_comes_after_its_edit_was_erased(self, field_team: Field) -> None:
        person = field_team.admit(field_team.send("screening", SCREENING, instance="second", edits="first")).records[0]
        erase(field_team, person)
        assert resend(field_team, "screening", dict(SCREENING), "first") is Outcome.ERASED

    def test_a_line_in_the_audit_log_with_ids_and_counts(self, field_team: Field) -> None:
        person = household(field_team)
        erase(field_team, person)
        with field_team.zone(Zone.AUDIT) as session:
            line = audited_entries(session, action=Action.ERASED)[0]
        assert (line.subject, line.detail["others"]) == (f"casework.person:{person}", 2)

    def test_those_who_keep_records_in_memory_are_told_after_the_commit(self, field_team: Field) -> None:
        told: list[frozenset[UUID]] = []
        when_erased(lambda _operation, records: told.append(records))
        person = household(field_team)
        with field_team.zone() as session:
            erase_record(session, field_team.ring, OPERATION, Subject(ErasureKind.PERSON, person), proposal=uuid4())
            session.rollback()
        assert told == []
        erase(field_team, person)
        assert told == [frozenset({person})]


class TestWhatIsHeld:
    def test_is_not_erased_and_neither_is_who_shares_its_interview(self, field_team: Field) -> None:
        person = household(field_team)
        with field_team.zone() as session:
            hold_record(session, field_team.ring, person, reason="Subpoena 12/2026")
        for record in (person, members(field_team)[0]):
            with pytest.raises(RecordHeld):
                erase(field_team, record)
        assert count(field_team, Person, Submission) == [3, 2]

    def test_is_erased_once_the_hold_is_lifted_or_has_run_out(self, field_team: Field, monkeypatch: pytest.MonkeyPatch) -> None:
        first, second = household(field_team), members(field_team)[0]
        with field_team.zone() as session:
            lifted = hold_record(session, field_team.ring, first, reason="Court")
            hold_record(session, field_team.ring, second, reason="Court", until=clock.now())
            lift_hold(session, field_team.ring, lifted)
            with pytest.raises(HoldUnknown):
                lift_hold(session, field_team.ring, lifted)
        erase(field_team, first)

    def test_holds_come_page_by_page(self, field_team: Field) -> None:
        person = household(field_team)
        with field_team.zone() as session:
            held = [hold_record(session, field_team.ring, person, reason=f"Court {number}") for number in range(3)]
            first = page_holds(session, field_team.ring, OPERATION, size=2, purpose=Purpose.LEGAL)
            second = page_holds(session, field_team.ring, OPERATION, after=first.following, size=2, purpose=Purpose.LEGAL)
        assert [one.id for one in (*first.rows, *second.rows)] == held

    def test_the_reason_is_sealed_and_shown_to_those_who_may_hold(self, field_team: Field) -> None:
        person = household(field_team)
        officer = Access("officer", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
        with field_team.database.transaction(Zone.CASEWORK, access=officer) as session:
            hold_record(session, field_team.ring, person, reason="Subpoena 12/2026")
            [held] = list_holds(session, field_team.ring, OPERATION, purpose=Purpose.LEGAL)
            assert held.reason == "Subpoena 12/2026"
            assert b"Subpoena" not in bytes(session.scalars(text("SELECT reason FROM casework.hold")).one())
        assert "Subpoena" not in repr(held)

    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.DATA_PROTECTION_OFFICER])
    def test_nobody_else_holds_or_lifts(self, field_team: Field, role: Role) -> None:
        person = household(field_team)
        with field_team.zone() as session:
            hold = hold_record(session, field_team.ring, person, reason="Court")
        access = Access("somebody", OPERATION, (Grant(role),))
        with pytest.raises(NotAllowed), field_team.database.transaction(Zone.CASEWORK, access=access) as session:
            hold_record(session, field_team.ring, person, reason="mine")
        with pytest.raises(NotAllowed), field_team.database.transaction(Zone.CASEWORK, access=access) as session:
            lift_hold(session, field_team.ring, hold)


def test_an_account_never_erases_within_its_own_reach(field_team: Field) -> None:
    """It would see, and so erase, only a part; the deed is the program's, after the account's right was checked."""
    person = household(field_team)
    access = Access("officer", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
    with pytest.raises(ErasureOutOfReach), field_team.database.transaction(Zone.CASEWORK, access=access) as session:
        erase_record(session, field_team.ring, OPERATION, Subject(ErasureKind.PERSON, person), proposal=uuid4())
