"""Households, persons and events of casework as facts: each once, coarse, and nobody who must not be counted."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from casework.consent import RestrictionReason, restrict_record
from casework.counting import UNKNOWN, EventFact, HouseholdFact, PersonFact, case_facts, date_interviews
from casework.duplicates import merge_persons
from casework.erasure.erase_person import erase_record
from casework.erasure.erasure_subject import ErasureKind, Subject
from casework.errors import FactsMoved
from casework.rights import correct_record
from core.access import Access, Grant, NotAllowed
from core.audit import Action, Purpose, audited_entries
from core.database import Zone
from core.periods.week import Week
from core.permissions import Role
from forms import RecordPart
from tests.casework.conftest import OPERATION, Field
from tests.casework.test_counting.conftest import SAID, WEEK, assist, digest, told


def roles(team: Field) -> list[str]:
    return sorted(person.role for person in told(team).persons)


def test_a_household_is_counted_once_and_its_persons_each(field_team: Field, two_households: tuple[UUID, UUID]) -> None:
    facts = told(field_team)
    assert sorted((one.residence, one.size) for one in facts.households) == [("XM0102", "1"), ("XM0102", "2-3")]
    said = sorted((one.role, one.residence, one.gender, one.age) for one in facts.persons)
    assert said == [
        ("interviewed", "XM0102", "female", "18-59"),
        ("interviewed", "XM0102", "other", UNKNOWN),
        ("member", "XM0102", "female", "18-59"),
        ("member", "XM0102", "male", "5-11"),
    ]
    [family] = [one.household for one in facts.households if one.size == "2-3"]
    assert [one.household for one in facts.persons].count(family) == 3


def test_what_happened_in_a_case_is_counted_as_events_of_its_week(field_team: Field, two_households: tuple[UUID, UUID]) -> None:
    assist(field_team, cas_Status="closed", cas_OutgoingReferralDate="2026-02-11")
    assist(field_team, interview_date="2026-02-20")
    happened = sorted((one.event, one.kind) for one in told(field_team).events)
    assert happened == [("case_closed", UNKNOWN), ("referral", UNKNOWN), ("service", "legal"), ("service", "medical")]
    assert {one.event for one in told(field_team, Week(2026, 8)).events} == {"service"}


def test_facts_name_nobody_and_their_reading_is_a_line(field_team: Field, two_households: tuple[UUID, UUID]) -> None:
    assist(field_team)
    facts = told(field_team)
    assert {type(one).__name__ for one in (*facts.persons, *facts.households, *facts.events)} == {
        *(PersonFact.__name__, HouseholdFact.__name__, EventFact.__name__)
    }
    assert "XM0102" not in repr(facts)
    with field_team.zone(Zone.AUDIT) as session:
        line = [entry for entry in audited_entries(session, action=Action.READ) if entry.purpose == "statistics"][-1]
    detail = {"week": "2026-W07", "parts": ["facts"], "files": 0}
    assert (line.purpose, line.count, line.detail) == ("statistics", 4, detail)


def test_who_says_no_to_statistics_is_not_counted_nor_is_their_household(field_team: Field) -> None:
    field_team.admit(field_team.send("screening", {**SAID, "con_Statistics": "no"}, instance="family"))
    assert (told(field_team).persons, told(field_team).households, told(field_team).events) == ((), (), ())
    field_team.admit(field_team.send("screening", SAID, instance="later", edits="family"))
    assert roles(field_team) == ["interviewed"]


def test_a_withdrawal_and_an_erasure_take_effect_and_change_the_digest(
    field_team: Field, two_households: tuple[UUID, UUID]
) -> None:
    family, alone = two_households
    whole = digest(field_team)
    with field_team.zone() as session:
        restrict_record(session, field_team.ring, alone, RestrictionReason.OBJECTION, use=Purpose.STATISTICS)
    assert roles(field_team) == ["interviewed", "member", "member"]
    assert len({whole, restricted := digest(field_team)}) == 2
    with field_team.zone() as session:
        erase_record(session, field_team.ring, OPERATION, Subject(ErasureKind.PERSON, family), proposal=uuid4())
    assert digest(field_team) not in {whole, restricted}
    assert "interviewed" not in roles(field_team)


def test_two_records_of_one_human_being_count_once(field_team: Field, two_households: tuple[UUID, UUID]) -> None:
    before = digest(field_team)
    chief = Access("chief", OPERATION, (Grant(Role.SUPERVISOR),))
    with field_team.database.transaction(Zone.CASEWORK, access=chief) as session:
        merge_persons(session, field_team.ring, *two_households, purpose=Purpose.ASSISTANCE)
    facts = told(field_team)
    assert len(facts.households) == [one.role for one in facts.persons].count("interviewed") == 1
    assert digest(field_team) != before


def test_a_corrected_date_moves_an_interview_to_another_week(field_team: Field, two_households: tuple[UUID, UUID]) -> None:
    _, alone = two_households
    with field_team.zone() as session:
        correct_record(
            session,
            field_team.ring,
            alone,
            part=RecordPart.FACTS,
            answers={"interview_date": "2026-02-17"},
            seen_version=1,
            reason="the day was wrong",
            purpose=Purpose.ASSISTANCE,
        )
    assert (len(told(field_team).households), len(told(field_team, Week(2026, 8)).households)) == (1, 1)


def test_a_week_changed_by_hand_in_the_database_is_refused(field_team: Field, two_households: tuple[UUID, UUID]) -> None:
    with field_team.zone() as session:
        session.execute(text("UPDATE casework.interview SET week = '2026-W08'"))
    with pytest.raises(FactsMoved):
        told(field_team, Week(2026, 8))


def test_interviews_of_an_earlier_version_are_filed_when_they_are_counted(
    field_team: Field, two_households: tuple[UUID, UUID]
) -> None:
    assist(field_team)
    whole = digest(field_team)
    with field_team.zone() as session:
        session.execute(text("UPDATE casework.interview SET week = NULL"))
    assert digest(field_team) is None
    with field_team.zone() as session:
        assert date_interviews(session, field_team.ring, OPERATION) == 3
        assert date_interviews(session, field_team.ring, OPERATION) == 0
    assert digest(field_team) == whole


def test_no_account_reads_the_facts_of_a_week(field_team: Field, two_households: tuple[UUID, UUID]) -> None:
    officer = Access("officer", OPERATION, (Grant(Role.PROTECTION_OFFICER),))
    with field_team.database.transaction(Zone.CASEWORK, access=officer) as session, pytest.raises(NotAllowed):
        case_facts(session, field_team.ring, OPERATION, WEEK)
