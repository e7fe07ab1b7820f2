"""A case from the decision of its screening to closure and reopening, step by step."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from casework.case_file import Act, EntryKind, Step
from casework.case_file.errors import (
    EntryChanged,
    FieldsMissing,
    FieldUnfit,
    OwnStep,
    StepImpossible,
)
from casework.case_file_models import CaseEntry, CaseStep
from casework.consent import RestrictionReason, restrict_record
from casework.erasure.erase_person import erase_record
from casework.erasure.erasure_subject import ErasureKind, Subject
from casework.errors import CaseFileDamaged, RecordRestricted, RecordUnknown
from casework.models import Case
from casework.records import keep_from
from core.access import NotAllowed
from core.database import Zone
from forms import RecordPart
from tests.casework.conftest import ASSISTANCE, OPERATION
from tests.casework.test_case_file.conftest import AMAL, BADR, CARLA, EMIL, Office, damage

TRUST = "Told to nobody but Amal"


def decide(office: Office, eligible: str = "yes", **more: str) -> UUID:
    """Against what the rules propose only together with somebody else."""
    said = {"status": "actual", "eligible": eligible, "reasons": "Debt bondage; documents were taken."}
    if eligible == "yes":
        return office.begin(EntryKind.DECISION, Act.SETTLE, **(said | more))
    decision = office.begin(EntryKind.DECISION, Act.SUBMIT, **(said | more))
    office.go_on(decision, Act.APPROVE, CARLA)
    return decision


def test_a_whole_case(office: Office) -> None:
    decide(office)
    assessment = office.begin(EntryKind.ASSESSMENT, needs=["medical", "legal"], situation=TRUST)
    office.go_on(assessment, Act.SETTLE)
    plan = office.begin(EntryKind.PLAN, aim="A safe place to live", agreed="yes")
    office.go_on(plan, Act.SUBMIT)
    office.go_on(plan, Act.APPROVE, CARLA)
    service = office.begin(EntryKind.SERVICE, service_type="medical", provider="medical_partner")
    office.go_on(service, Act.START)
    office.go_on(service, Act.COMPLETE, date="2026-02-20", cost="40,5", currency="EUR", outcome="helped")
    office.go_on(plan, Act.END)
    assert office.file().state == "follow_up"
    closure = office.begin(EntryKind.CLOSURE, Act.SUBMIT, outcome="goals_met", reason="Lives and works safely.")
    office.go_on(closure, Act.APPROVE, CARLA)
    closed = office.file()
    assert (closed.state, closed.screening_outcome) == ("closed", "actual")
    assert {entry.kind: entry.state for entry in closed.entries} == {
        "decision": "decided",
        "assessment": "approved",
        "plan": "ended",
        "service": "given",
        "closure": "closed",
    }
    assert next(entry.fields for entry in closed.entries if entry.kind == "service") == {
        "service_type": "medical",
        "provider": "medical_partner",
        "date": "2026-02-20",
        "cost": "40.50",
        "currency": "EUR",
        "outcome": "helped",
    }
    office.go_on(closure, Act.REOPEN, reopening="She was approached by the same people.")
    assert office.file().state == "active"


def test_who_is_not_eligible_or_does_not_want_assistance_gets_no_open_case(office: Office) -> None:
    decide(office, "no")
    assert office.file().state == "not_eligible"
    decide(office, "yes")
    assert office.file().state == "eligible"
    decide(office, "yes", wants_assistance="no", outcome="refer", referred_to="legal_partner")
    assert office.file().state == "closed_referred"
    with pytest.raises(StepImpossible):
        office.begin(EntryKind.SERVICE, service_type="medical")


def test_nobody_approves_what_they_wrote(office: Office) -> None:
    plan = office.begin(EntryKind.PLAN, access=CARLA, aim="Shelter", agreed="yes")
    office.go_on(plan, Act.SUBMIT)
    with pytest.raises(OwnStep):
        office.go_on(plan, Act.APPROVE, CARLA)
    with pytest.raises(NotAllowed):
        office.go_on(plan, Act.APPROVE, AMAL)
    office.go_on(plan, Act.APPROVE, EMIL)


def test_what_was_sent_back_says_why_and_goes_on(office: Office) -> None:
    plan = office.begin(EntryKind.PLAN, aim="Shelter", agreed="yes")
    office.go_on(plan, Act.SUBMIT)
    with pytest.raises(FieldsMissing, match="answer"):
        office.go_on(plan, Act.SEND_BACK, CARLA)
    office.go_on(plan, Act.SEND_BACK, CARLA, answer="Which shelter?")
    [entry] = office.file().entries
    assert (entry.state, entry.fields and entry.fields["answer"]) == ("draft", "Which shelter?")


def test_nobody_is_returned_who_does_not_freely_say_yes(office: Office) -> None:
    way_back = office.begin(EntryKind.RETURN, country="Marenda")
    with pytest.raises(FieldUnfit, match="voluntary"):
        office.go_on(way_back, Act.AGREE, voluntary="no", counselled="2026-02-20")
    office.go_on(way_back, Act.AGREE, voluntary="yes", counselled="2026-02-20")
    assert office.file().entries[-1].state == "agreed"


def test_a_case_out_of_reach_is_not_there(office: Office) -> None:
    with pytest.raises(RecordUnknown):
        office.file(BADR)
    with pytest.raises(RecordUnknown):
        office.begin(EntryKind.NOTE, access=BADR, text="I was here")


def test_a_colleague_who_is_kept_from_the_narrative_sees_that_a_note_is_there_and_not_what_it_says(office: Office) -> None:
    office.begin(EntryKind.NOTE, access=CARLA, text=TRUST)
    office.begin(EntryKind.TASK, access=CARLA, task="Call the clinic")
    with office.working(CARLA) as session:
        keep_from(session, office.team.ring, office.person, RecordPart.NARRATIVE, "amal")
    note, task = office.file().entries
    assert (note.fields, note.steps, note.acts) == (None, (), ())
    assert task.fields == {"task": "Call the clinic"}
    with pytest.raises(NotAllowed):
        office.begin(EntryKind.NOTE, text="I write all the same")


def test_a_restricted_record_is_neither_read_nor_worked_on(office: Office) -> None:
    with office.working(CARLA) as session:
        restrict_record(session, office.team.ring, office.person, RestrictionReason.OBJECTION)
    with pytest.raises(RecordRestricted):
        office.file()
    with pytest.raises(RecordRestricted):
        office.begin(EntryKind.NOTE, text="More")


def test_a_double_click_is_one_step(office: Office) -> None:
    step = Step(EntryKind.TASK, Act.WRITE, fields={"task": "Call the clinic"}, due=date(2026, 3, 1), assignee="amal")
    assert office.take(step) == office.take(step)
    [task] = office.file().entries
    assert (len(task.steps), task.due, task.assignee) == (1, date(2026, 3, 1), "amal")


def test_who_writes_over_anothers_words_is_told(office: Office) -> None:
    note = office.begin(EntryKind.NOTE, text="First")
    seen = office.file().entries[0].number
    office.take(Step(EntryKind.NOTE, Act.CHANGE, note, {"text": "By Carla"}, seen=seen), CARLA)
    with pytest.raises(EntryChanged):
        office.take(Step(EntryKind.NOTE, Act.CHANGE, note, {"text": "By Amal"}, seen=seen))
    assert office.file().entries[0].fields == {"text": "By Carla"}


@pytest.mark.parametrize(
    ("kind", "fields", "named"),
    [
        (EntryKind.SERVICE, {"service_type": "magic"}, "service_type"),
        (EntryKind.SERVICE, {"service_type": "medical", "date": "ታህሳስ 3"}, "date"),
        (EntryKind.SERVICE, {"service_type": "medical", "cost": "much"}, "cost"),
        (EntryKind.TASK, {"task": "x" * 201}, "task"),
        (EntryKind.TASK, {"task": "a\x00b"}, "task"),
        (EntryKind.TASK, {"shoe_size": "43"}, "shoe_size"),
        (EntryKind.PLAN, {"agreed": "perhaps"}, "agreed"),
    ],
)
def test_what_a_field_cannot_hold_is_named_and_not_stored(
    office: Office, kind: EntryKind, fields: dict[str, str], named: str
) -> None:
    with pytest.raises(FieldUnfit, match=named):
        office.begin(kind, **fields)
    assert office.file().entries == ()


def test_characters_that_turn_the_direction_are_taken_out_and_emoji_stay(office: Office) -> None:
    office.begin(EntryKind.TASK, task="Call \u202eevil\u202c 🙂 سلام")
    [task] = office.file().entries
    assert task.fields == {"task": "Call evil\u202c 🙂 سلام"}


def test_what_a_phone_says_afterwards_is_kept_and_moves_a_case_no_more_that_is_led_on_screen(office: Office) -> None:
    decide(office, "no")
    office.team.send("assistance", ASSISTANCE)
    assert office.team.admit_awaiting().admitted == 1
    assert office.file().state == "not_eligible"


def test_a_draft_moves_nothing_so_that_a_phone_still_does(office: Office) -> None:
    plan = office.begin(EntryKind.PLAN, aim="Shelter", agreed="yes")
    office.team.send("assistance", ASSISTANCE)
    assert office.team.admit_awaiting().admitted == 1
    assert office.file().state == "active"
    office.go_on(plan, Act.SUBMIT)
    office.go_on(plan, Act.APPROVE, CARLA)
    office.go_on(plan, Act.END)
    office.team.send("assistance", {**ASSISTANCE, "interview_date": "2026-02-14"})
    office.team.admit_awaiting()
    assert office.file().state == "follow_up"


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM casework.case_step WHERE number = 4",  # the last
        "DELETE FROM casework.case_step WHERE number = 1",
        "UPDATE casework.case_entry SET state = 'done' WHERE kind = 'task'",
        "UPDATE casework.case_entry SET due = '2030-01-01' WHERE kind = 'task'",
        "UPDATE casework.case_entry SET assignee = NULL WHERE kind = 'task'",
        "UPDATE casework.case_entry SET author_marks = NULL WHERE kind = 'plan'",
        "UPDATE casework.case_entry SET author_marks = sha256(author_marks) WHERE kind = 'plan'",
        "UPDATE casework.case_step SET id = gen_random_uuid() WHERE number = 1",
        "DELETE FROM casework.case_entry WHERE kind = 'note'",
        "UPDATE casework.case_step SET number = number + 5 WHERE number = 4",
    ],
)
def test_what_was_changed_behind_the_programs_back_is_found(office: Office, tampering: str) -> None:
    office.go_on(office.begin(EntryKind.PLAN, aim="Shelter", agreed="yes"), Act.SUBMIT)
    office.take(Step(EntryKind.TASK, Act.WRITE, fields={"task": "Call"}, due=date(2026, 3, 1), assignee="amal"))
    office.begin(EntryKind.NOTE, text=TRUST)
    damage(office, tampering)
    with pytest.raises(CaseFileDamaged):
        office.file()
    with pytest.raises(CaseFileDamaged):
        office.begin(EntryKind.NOTE, text="More")


def test_a_step_opens_in_no_other_place(office: Office) -> None:
    office.begin(EntryKind.NOTE, text=TRUST)
    office.begin(EntryKind.NOTE, text="Another")
    damage(
        office,
        "UPDATE casework.case_step a SET content = b.content FROM casework.case_step b WHERE a.number = 1 AND b.number = 2",
    )
    with pytest.raises(Exception, match=str(office.case)):
        office.file()


def test_nothing_that_was_written_stands_in_clear(office: Office) -> None:
    office.begin(EntryKind.NOTE, text=TRUST)
    with office.working() as session:
        [step] = session.scalars(select(CaseStep)).all()
        [entry] = session.scalars(select(CaseEntry)).all()
    assert TRUST.encode() not in step.content
    assert TRUST not in repr(vars(entry))


def test_steps_are_added_and_never_changed_or_taken_away(office: Office) -> None:
    office.begin(EntryKind.NOTE, text=TRUST)
    for statement in ("DELETE FROM casework.case_step", "UPDATE casework.case_step SET number = 9"):
        with pytest.raises(Exception, match="permission denied"), office.working() as session:
            session.execute(text(statement))
    with office.team.zone(Zone.CASEWORK) as session:
        assert session.get_one(Case, office.case).state == "eligible"


def test_an_entry_of_another_case_is_unknown(office: Office) -> None:
    with pytest.raises(Exception, match="no such entry"):
        office.take(Step(EntryKind.NOTE, Act.CHANGE, uuid4(), {"text": "x"}, seen=1))


def test_an_erased_person_takes_the_file_along(office: Office) -> None:
    entry = office.begin(EntryKind.NOTE, text=TRUST)
    office.go_on(entry, Act.CHANGE, text="Changed")
    with office.team.zone() as session:
        subject = Subject(ErasureKind.PERSON, office.person)
        tally = erase_record(session, office.team.ring, OPERATION, subject, proposal=uuid4())
        assert [tally.counted[f"casework.{table}"] for table in ("case_entry", "case_step")] == [1, 2]
        assert session.scalars(select(CaseStep)).all() == []
