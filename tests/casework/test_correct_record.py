"""A correction keeps what stood before it, is found by the new values, and never writes over somebody else's."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from casework import find_persons, list_cases, read_person
from casework.consent.restrict_record import RestrictionReason, restrict_record
from casework.errors import CorrectionEmpty, RecordChanged, RecordUnknown
from casework.rights.confirm_correction import confirm_correction
from casework.rights.correct_record import correct_record
from casework.rights.keep_corrections import edits_to_decide
from casework.rights.keep_former import FormerAnswers, former_answers
from core.access import Access, Grant, NotAllowed
from core.audit import Action, Purpose, audited_entries
from core.database import Zone
from core.permissions import PERMISSIONS, Right, Role
from core.sealing.envelope import CiphertextRefused
from forms import RecordPart
from tests.beginning import begun
from tests.casework.conftest import ASSISTANCE, OPERATION, SCREENING, Field

WORKER = Access("amal", OPERATION, (Grant(Role.CASEWORKER),))
WHY = "She showed her passport."


@begun
def person(field_team: Field) -> UUID:
    field_team.send("screening", SCREENING)
    field_team.admit_awaiting()
    with field_team.zone() as session:
        return list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)[0].person


def correct(
    team: Field,
    person: UUID,
    answers: dict[str, str],
    *,
    part: RecordPart = RecordPart.IDENTITY,
    seen: int = 1,
    why: str = WHY,
    who: Access = WORKER,
    interview: UUID | None = None,
) -> int:
    with team.database.transaction(Zone.CASEWORK, access=who) as session:
        return correct_record(
            session,
            team.ring,
            person,
            part=part,
            answers=answers,
            seen_version=seen,
            reason=why,
            purpose=Purpose.RIGHTS,
            interview=interview,
        )


def history(team: Field, person: UUID) -> list[FormerAnswers]:
    with team.zone() as session:
        return former_answers(session, team.ring, person, purpose=Purpose.RIGHTS)


def held(team: Field, person: UUID, part: RecordPart) -> dict[str, object]:
    with team.zone() as session:
        return dict(read_person(session, team.ring, person, parts=[part], purpose=Purpose.RIGHTS).parts[part])


def test_the_former_version_stays_with_who_when_and_why(field_team: Field, person: UUID) -> None:
    assert correct(field_team, person, {"prs_First_Name": "Amina"}) == 2
    assert held(field_team, person, RecordPart.IDENTITY)["prs_First_Name"] == "Amina"
    assert held(field_team, person, RecordPart.NARRATIVE)["interviewer_notes"] == SCREENING["interviewer_notes"]
    [former] = history(field_team, person)
    assert (former.row_version, former.changed_by, former.reason) == (1, "amal", WHY)
    assert former.parts[RecordPart.IDENTITY]["prs_First_Name"] == "Amal"
    assert "Amal" not in repr(former)


def test_the_reason_is_sealed_and_the_log_names_no_answer(field_team: Field, person: UUID) -> None:
    correct(field_team, person, {"prs_First_Name": "Amina"})
    with field_team.zone() as session:
        [reason] = session.scalars(text("SELECT reason FROM casework.former_version"))
    assert b"passport" not in bytes(reason)
    with field_team.database.transaction(Zone.AUDIT) as session:
        [line] = audited_entries(session, action=Action.CORRECTED)
    assert line.detail == {"part": "identity", "answers": 1, "version": 2, "record": str(person)}


def test_of_two_who_correct_at_once_the_second_is_told(field_team: Field, person: UUID) -> None:
    correct(field_team, person, {"prs_First_Name": "Amina"})
    with pytest.raises(RecordChanged, match="version 2, and you corrected version 1"):
        correct(field_team, person, {"prs_Second_Name": "Other"}, seen=1)
    assert held(field_team, person, RecordPart.IDENTITY)["prs_First_Name"] == "Amina"
    assert correct(field_team, person, {"prs_Second_Name": "Other"}, seen=2) == 3


def test_the_person_is_found_by_the_corrected_number_only(field_team: Field, person: UUID) -> None:
    correct(field_team, person, {"prs_MobilePhone": "+252 61 555 0777"}, part=RecordPart.CONTACT)
    with field_team.zone() as session:
        for phone, found in ((SCREENING["prs_MobilePhone"], []), ("252615550777", [person])):
            assert find_persons(session, field_team.ring, OPERATION, phone, purpose=Purpose.ASSISTANCE) == found


def test_an_empty_answer_is_taken_away(field_team: Field, person: UUID) -> None:
    correct(field_team, person, {"interviewer_notes": ""}, part=RecordPart.NARRATIVE)
    assert "interviewer_notes" not in held(field_team, person, RecordPart.NARRATIVE)


@pytest.mark.parametrize(("answers", "why"), [({}, WHY), ({"prs_First_Name": "Amal"}, WHY), ({"prs_First_Name": "A"}, " ")])
def test_a_correction_changes_something_and_says_why(
    field_team: Field, person: UUID, answers: dict[str, str], why: str
) -> None:
    with pytest.raises(CorrectionEmpty):
        correct(field_team, person, answers, why=why)
    assert history(field_team, person) == []


def test_an_interview_is_corrected_too(field_team: Field, person: UUID) -> None:
    interview = field_team.admit(field_team.send("assistance", ASSISTANCE)).records[2]
    changed = {"experience_narrative": "Was not well received."}
    assert correct(field_team, person, changed, part=RecordPart.NARRATIVE, interview=interview) == 2
    [former] = history(field_team, person)
    assert (former.of, former.record) == ("interview", interview)
    assert former.parts[RecordPart.NARRATIVE]["experience_narrative"] == ASSISTANCE["experience_narrative"]


def test_an_interview_of_somebody_else_is_not_there(field_team: Field, person: UUID) -> None:
    field_team.admit(field_team.send("screening", {**SCREENING, "case_reference": "SC-0099"}))
    other = field_team.admit(field_team.send("assistance", {**ASSISTANCE, "case_reference": "SC-0099"})).records[2]
    with pytest.raises(RecordUnknown):
        correct(field_team, person, {"experience_narrative": "x"}, part=RecordPart.NARRATIVE, interview=other)


def test_an_edit_from_a_phone_keeps_history_as_well(field_team: Field) -> None:
    first, second = str(uuid4()), str(uuid4())
    person, *_ = field_team.admit(field_team.send("screening", SCREENING, instance=first)).records
    field_team.admit(field_team.send("assistance", ASSISTANCE, instance=second))
    field_team.admit(field_team.send("screening", {**SCREENING, "prs_First_Name": "Amina"}, edits=first))
    field_team.admit(field_team.send("assistance", {**ASSISTANCE, "experience_narrative": "Was alone."}, edits=second))
    former = {entry.of: entry for entry in history(field_team, person)}
    assert former["person"].parts[RecordPart.IDENTITY]["prs_First_Name"] == "Amal"
    assert former["interview"].parts[RecordPart.NARRATIVE]["experience_narrative"] == "Was well received."
    assert {entry.changed_by for entry in former.values()} == {"phone"}


class TestAPhoneAfterACorrection:
    """Somebody corrected the name by hand; then the phone sends an edit of the screening that it once sent."""

    @pytest.fixture
    def corrected(self, field_team: Field) -> UUID:
        person = field_team.admit(field_team.send("screening", SCREENING, instance="first")).records[0]
        correct(field_team, person, {"prs_First_Name": "Amina"})
        return person

    def edit(self, team: Field, edits: str = "first", instance: str = "again", **said: str) -> None:
        assert not team.admit(team.send("screening", {**SCREENING, **said}, edits=edits, instance=instance)).problem

    def waiting(self, team: Field, person: UUID) -> int:
        with team.database.transaction(Zone.CASEWORK, access=WORKER) as session:
            return len(edits_to_decide(session, team.ring, person, purpose=Purpose.RIGHTS))

    def test_where_it_repeats_itself_the_correction_stays_and_the_rest_is_taken(
        self, field_team: Field, corrected: UUID
    ) -> None:
        self.edit(field_team, interviewer_notes="Came back.")
        assert held(field_team, corrected, RecordPart.IDENTITY)["prs_First_Name"] == "Amina"
        assert held(field_team, corrected, RecordPart.NARRATIVE)["interviewer_notes"] == "Came back."
        assert self.waiting(field_team, corrected) == 0

    def test_where_it_says_something_else_the_correction_stays_until_somebody_decides(
        self, field_team: Field, corrected: UUID
    ) -> None:
        self.edit(field_team, prs_First_Name="Amaal", prs_MobilePhone="+252 61 555 0777")
        assert held(field_team, corrected, RecordPart.IDENTITY)["prs_First_Name"] == "Amina"
        assert held(field_team, corrected, RecordPart.CONTACT)["prs_MobilePhone"] == "+252 61 555 0777"
        sent = history(field_team, corrected)[-1]
        assert (sent.parts[RecordPart.IDENTITY]["prs_First_Name"], sent.row_version) == ("Amaal", 3)
        assert self.waiting(field_team, corrected) == 1
        self.edit(field_team, "again", "once more", prs_First_Name="Amaal", interviewer_notes="Came back.")
        assert self.waiting(field_team, corrected) == 1
        correct(field_team, corrected, {"prs_First_Name": "Amaal"}, seen=5)
        assert self.waiting(field_team, corrected) == 0

    def test_it_stays_for_good_where_somebody_says_so(self, field_team: Field, corrected: UUID) -> None:
        self.edit(field_team, prs_First_Name="Amaal")
        with field_team.database.transaction(Zone.CASEWORK, access=WORKER) as session:
            confirm_correction(session, field_team.ring, corrected, corrected, reason=WHY, purpose=Purpose.RIGHTS)
        assert self.waiting(field_team, corrected) == 0
        assert held(field_team, corrected, RecordPart.IDENTITY)["prs_First_Name"] == "Amina"
        self.edit(field_team, "again", "once more", prs_First_Name="Amaal", interviewer_notes="Came back.")
        assert held(field_team, corrected, RecordPart.IDENTITY)["prs_First_Name"] == "Amina"
        assert self.waiting(field_team, corrected) == 0, "the phone repeats what was decided on"

    def test_the_name_that_was_corrected_is_the_one_that_is_found(self, field_team: Field, corrected: UUID) -> None:
        phone = "252615550888"
        correct(field_team, corrected, {"prs_MobilePhone": phone}, part=RecordPart.CONTACT, seen=2)
        self.edit(field_team, interviewer_notes="Came back.")
        with field_team.zone() as session:
            assert find_persons(session, field_team.ring, OPERATION, phone, purpose=Purpose.ASSISTANCE) == [corrected]

    def test_an_interview_is_kept_likewise(self, field_team: Field, corrected: UUID) -> None:
        *_, interview = field_team.admit(field_team.send("assistance", ASSISTANCE, instance="second")).records
        told = {"part": RecordPart.NARRATIVE, "interview": interview}
        correct(field_team, corrected, {"experience_narrative": "Was well received at last."}, **told)
        field_team.admit(field_team.send("assistance", {**ASSISTANCE, "experience_narrative": "Was alone."}, edits="second"))
        assert self.waiting(field_team, corrected) == 1
        said = [one.parts[RecordPart.NARRATIVE] for one in history(field_team, corrected) if one.of == "interview"]
        assert [one["experience_narrative"] for one in said] == [
            "Was well received.",
            "Was well received at last.",
            "Was alone.",
        ]


@pytest.mark.parametrize("role", list(Role))
def test_records_are_corrected_by_the_roles_that_may(field_team: Field, person: UUID, role: Role) -> None:
    access = Access("somebody", OPERATION, (Grant(role),))
    if role in PERMISSIONS[Right.CORRECT_RECORD]:
        assert correct(field_team, person, {"prs_First_Name": "Amina"}, who=access) == 2
    else:
        with pytest.raises(NotAllowed):
            correct(field_team, person, {"prs_First_Name": "Amina"}, who=access)


def test_nobody_corrects_a_part_that_they_may_not_read(field_team: Field, person: UUID) -> None:
    officer = Access("dina", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
    with pytest.raises(NotAllowed):
        correct(field_team, person, {"interviewer_notes": "x"}, part=RecordPart.NARRATIVE, who=officer)


def test_a_contested_record_is_restricted_and_corrected_all_the_same(field_team: Field, person: UUID) -> None:
    with field_team.zone() as session:
        restrict_record(session, field_team.ring, person, RestrictionReason.ACCURACY_CONTESTED)
    assert correct(field_team, person, {"prs_First_Name": "Amina"}) == 2


@pytest.mark.parametrize("change", ["UPDATE casework.former_version SET reason = ''", "DELETE FROM casework.former_version"])
def test_history_is_neither_changed_nor_deleted(field_team: Field, person: UUID, change: str) -> None:
    correct(field_team, person, {"prs_First_Name": "Amina"})
    with pytest.raises(DBAPIError, match="permission denied"), field_team.zone() as session:
        session.execute(text(change))


def test_a_former_version_does_not_come_back_in_place_of_the_record(field_team: Field, person: UUID) -> None:
    correct(field_team, person, {"prs_First_Name": "Amina"})
    with field_team.zone() as session:
        session.execute(text("UPDATE casework.person SET identity = (SELECT identity FROM casework.former_version)"))
    with pytest.raises(CiphertextRefused, match=str(person)):
        held(field_team, person, RecordPart.IDENTITY)
