"""What is done in the case file is a fact of its week, once, though an interview tells of the same; coarse, and of nobody who
must not be counted."""

import importlib
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from casework import list_cases
from casework.case_file import Act, EntryKind
from casework.consent import RestrictionReason, restrict_record
from casework.counting import AGAIN, UNKNOWN, EventFact, date_entries
from casework.erasure.erase_person import erase_record
from casework.erasure.erasure_subject import ErasureKind, Subject
from casework.errors import CaseFileDamaged
from core.access import Access, Grant, NotAllowed
from core.audit import Purpose
from core.periods.week import Week
from core.permissions import Role
from tests.beginning import Beginning
from tests.casework.conftest import ASSISTANCE, OPERATION, Field
from tests.casework.test_case_file.conftest import CARLA, CUSTODY, Office
from tests.casework.test_counting.conftest import SAID, WEEK, assist, digest, told

DECISION = {"status": "possible", "reasons": "She told of debts and threats."}
THEIRS = {"residence": "XM0102", "gender": "female", "age": "18-59"}
Told = tuple[str, str, str]


@pytest.fixture
def office(field_team: Field, begin: Beginning, monkeypatch: pytest.MonkeyPatch) -> Office:
    """One case, screened on 10 February and worked on in that week."""
    steps = importlib.import_module("casework.case_file.take_step")  # the face calls its function by the same name
    monkeypatch.setattr(steps, "now", lambda: datetime(2026, 2, 12, 9, tzinfo=UTC))

    def made() -> tuple[UUID, UUID]:
        field_team.admit(field_team.send("screening", SAID, instance="family"))
        with field_team.changing() as session:
            session.execute(text("UPDATE casework.person SET custody = :custody"), {"custody": str(CUSTODY)})
            [case] = list_cases(session, OPERATION, purpose=Purpose.ASSISTANCE)
        return case.id, case.person

    return Office(field_team, *begin(made))


def give(office: Office, service: str, day: str, **more: str) -> UUID:
    entry = office.begin(EntryKind.SERVICE, service_type=service, **more)
    office.go_on(entry, Act.COMPLETE, date=day)
    return entry


def close(office: Office, outcome: str) -> UUID:
    entry = office.begin(EntryKind.CLOSURE, Act.SUBMIT, outcome=outcome, reason="The plan is fulfilled.")
    office.go_on(entry, Act.APPROVE, CARLA)
    return entry


def happened(office: Office, week: Week = WEEK) -> list[Told]:
    return sorted((one.event, one.kind, one.provider) for one in told(office.team, week).events)


def test_what_is_done_in_the_case_file_is_a_fact_of_the_week_that_the_step_says(office: Office) -> None:
    give(office, "legal", "2026-02-11", provider="own")
    give(office, "medical", "2026-02-17", provider="medical_partner")  # next week's
    planned = office.begin(EntryKind.SERVICE, service_type="training")
    referral = office.begin(EntryKind.REFERRAL, provider="legal_partner", reason="A lawyer for her papers.")
    office.go_on(planned, Act.CANCEL)
    office.go_on(referral, Act.CANCEL)
    office.go_on(close(office, "goals_met"), Act.REOPEN, reopening="She came back.")
    assert happened(office) == [("case_closed", "goals_met", ""), ("service", "legal", "own")]
    assert happened(office, Week(2026, 8)) == [("service", "medical", "partner")]


def test_an_event_is_told_with_what_its_person_is_and_by_no_name(office: Office) -> None:
    give(office, "legal", "2026-02-11")
    assert EventFact(0, "service", "legal", UNKNOWN, **THEIRS, waited="0-7") in told(office.team).events
    assert "XM0102" not in repr(told(office.team))


def test_an_event_is_told_with_where_its_person_is_from_and_how_they_were_exploited(office: Office) -> None:
    later = {"prs_Citizenship": "ET", "vic_TypeOfExploitation": "ForcedLabour SexualExploitation", "journey_country": "YE"}
    office.team.admit(office.team.send("screening", {**SAID, **later}, instance="later", edits="family"))
    give(office, "legal", "2026-02-11")
    [given] = told(office.team).events
    assert (given.nationality, given.exploitation, given.route) == ("014", "several", "145")
    assert "014" not in repr(given)


def test_a_referral_is_told_once_under_the_answer_that_it_has_when_its_week_is_counted(office: Office) -> None:
    office.agree("legal_partner")
    lawyer = {"provider": "legal_partner", "reason": "A lawyer for her papers."}
    answered = [office.begin(EntryKind.REFERRAL, **lawyer) for _ in range(4)]
    for entry in answered:
        office.go_on(entry, Act.SEND)
    sent = digest(office.team)
    assert happened(office) == [("referral", "waiting", "")] * 4
    office.go_on(answered[0], Act.ACCEPT)
    office.go_on(answered[1], Act.ACCEPT)
    office.go_on(answered[1], Act.COMPLETE)
    office.go_on(answered[2], Act.REJECT, answer="They have no interpreter.")
    assert [kind for _, kind, _ in happened(office)] == ["accepted", "done", "rejected", "waiting"]
    assert digest(office.team) != sent
    office.go_on(answered[3], Act.REVOKE, answer="She found a lawyer herself.")
    assert [kind for _, kind, _ in happened(office)] == ["accepted", "done", "rejected", "revoked"]


def test_what_came_of_a_screening_is_what_somebody_decided_last_and_else_what_the_interview_answered(office: Office) -> None:
    def outcome() -> str:
        [mother] = [one for one in told(office.team).persons if one.role == "interviewed"]
        return mother.outcome

    assert outcome() == "accepted"  # SAID: eligible, and nobody decided otherwise
    before = digest(office.team)
    refused = office.begin(EntryKind.DECISION, Act.SUBMIT, **DECISION, eligible="no", outcome="close")
    assert (outcome(), digest(office.team) == before) == ("undecided", False)  # it waits for a second opinion
    office.go_on(refused, Act.APPROVE, CARLA)
    assert outcome() == "not_eligible"
    office.go_on(office.begin(EntryKind.DECISION, Act.SUBMIT, **DECISION, eligible="yes"), Act.APPROVE, CARLA)
    assert outcome() == "accepted"


def test_what_an_interview_tells_of_the_same_is_counted_once(office: Office) -> None:
    assist(office.team)  # medical and legal, both given on 11 February
    give(office, "legal", "2026-02-11", provider="legal_partner")
    give(office, "legal", "2026-02-09", provider="own")  # in the file alone: another time in the same week
    services = [one for one in happened(office) if one[0] == "service"]
    assert services == [("service", "legal", "own"), ("service", "legal", "partner"), ("service", "medical", UNKNOWN)]


def test_a_service_of_an_earlier_week_that_an_interview_tells_late_is_not_counted_again(office: Office) -> None:
    give(office, "legal", "2026-02-11")
    assist(office.team, interview_date="2026-02-18")  # tells of services of the 11th, a week later
    assert ("service", "legal", UNKNOWN) in happened(office)
    assert happened(office, Week(2026, 8)) == [("service", "medical", UNKNOWN)]


def test_where_a_case_stands_is_said_by_its_file_once_it_was_moved_there(office: Office) -> None:
    assist(office.team, interview_date="2026-02-18", cas_Status="closed_referred")
    assert ("case_closed", "referred", "") in happened(office, Week(2026, 8))
    assist(office.team, interview_date="2026-02-18", cas_Status="active")
    close(office, "lost")
    assert ("case_closed", "lost", "") in happened(office)
    assert {event for event, *_ in happened(office, Week(2026, 8))} == {"service"}


def test_several_events_of_one_person_are_known_for_theirs(office: Office) -> None:
    give(office, "legal", "2026-02-11")
    give(office, "medical", "2026-02-11")
    office.team.admit(office.team.send("screening", {**SAID, "case_reference": "SC-0013"}, instance="other"))
    office.team.admit(office.team.send("assistance", {**ASSISTANCE, "case_reference": "SC-0013", "cas_Status": "closed"}))
    events = told(office.team).events
    of_each = {number: [one.event for one in events if one.person == number] for number in {one.person for one in events}}
    assert sorted(map(len, of_each.values())) == [1, 2]


def test_a_case_file_that_changes_makes_its_weeks_stale_and_no_other(office: Office) -> None:
    before = digest(office.team), digest(office.team, Week(2026, 9))
    planned = office.begin(EntryKind.SERVICE, service_type="legal")
    office.begin(EntryKind.NOTE, text="Sleeps better.")
    of_plan = digest(office.team)
    office.go_on(planned, Act.COMPLETE, date="2026-02-24")
    assert len({before[0], of_plan, digest(office.team)}) == 3
    assert (before[1], digest(office.team, Week(2026, 8))) == (None, None)
    assert digest(office.team, Week(2026, 9))


def test_who_is_erased_or_says_no_to_statistics_leaves_no_event(office: Office) -> None:
    give(office, "legal", "2026-02-17")
    assert happened(office, Week(2026, 8))
    with office.team.zone() as session:
        restrict_record(session, office.team.ring, office.person, RestrictionReason.OBJECTION, use=Purpose.STATISTICS)
    assert (happened(office), happened(office, Week(2026, 8))) == ([], [])
    restricted = digest(office.team, Week(2026, 8))
    with office.team.zone() as session:
        erase_record(session, office.team.ring, OPERATION, Subject(ErasureKind.PERSON, office.person), proposal=uuid4())
    assert digest(office.team, Week(2026, 8)) != restricted
    assert happened(office, Week(2026, 8)) == []


def test_an_entry_that_is_filed_by_hand_under_another_week_is_refused(office: Office) -> None:
    give(office, "legal", "2026-02-11")
    with office.team.zone() as session:
        session.execute(text("UPDATE casework.case_entry SET week = '2026-W09' WHERE kind = 'service'"))
    for week in (WEEK, Week(2026, 9)):
        with pytest.raises(CaseFileDamaged):
            told(office.team, week)


def test_entries_of_an_earlier_version_are_filed_when_they_are_counted(office: Office) -> None:
    give(office, "legal", "2026-02-17")
    close(office, "lost")
    whole = digest(office.team), digest(office.team, Week(2026, 8))
    with office.team.zone() as session:
        session.execute(text("UPDATE casework.case_entry SET week = NULL, week_after = NULL"))
    assert digest(office.team, Week(2026, 8)) is None
    with office.team.zone() as session:
        assert date_entries(session, office.team.ring, OPERATION) == 2
        assert date_entries(session, office.team.ring, OPERATION) == 0
    assert (digest(office.team), digest(office.team, Week(2026, 8))) == whole
    officer = Access("officer", OPERATION, (Grant(Role.PROTECTION_OFFICER),))
    with office.working(officer) as session, pytest.raises(NotAllowed):
        date_entries(session, office.team.ring, OPERATION)


def test_the_first_service_of_a_case_says_how_long_the_person_had_waited(office: Office) -> None:
    give(office, "legal", "2026-02-24")
    give(office, "medical", "2026-02-24")
    assert waits(office, Week(2026, 9)) == [("legal", "8-30"), ("medical", AGAIN)]
    assist(office.team)  # tells of two that were given on 11 February, the day after the screening
    assert waits(office, WEEK) == [("legal", AGAIN), ("medical", "0-7")]
    assert waits(office, Week(2026, 9)) == [("legal", AGAIN), ("medical", AGAIN)]


def waits(office: Office, week: Week) -> list[tuple[str, str]]:
    return sorted((one.kind, one.waited) for one in told(office.team, week).events if one.event == "service")
