"""Records that were merged are one human being: erased together, handed over together, due together, restricted together."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from casework.consent import (
    ConsentState,
    RestrictionReason,
    Statement,
    consent_history,
    lift_restriction,
    may_share_with,
    may_use,
    record_consent,
    restrict_record,
    restrictions_in_force,
    withdraw_consent,
)
from casework.consent.consents import usable
from casework.duplicates import merge_persons, merges_of, unmerge
from casework.erasure.erase_person import erase_record
from casework.erasure.erasure_subject import ErasureKind, Subject
from casework.erasure.propose_erasures import find_overdue
from casework.errors import RecordHeld
from casework.models import Opening, Person, StoredKey
from casework.records import assign_custody, share_record
from casework.rights import hold_record
from core.access import Access, Custody, Grant, NotAllowed
from core.audit import Action, Purpose, audited_entries
from core.clock import now
from core.database import Zone
from core.permissions import Role
from forms import RecordPart
from tests.beginning import begun
from tests.casework.conftest import OPERATION, SCREENING, Field

CLINIC = "lake-clinic"
NOWHERE = Path("no such file")
HERE, THERE = Custody("org", "north", "team-1", "amal"), Custody("org", "south", "team-2", "badr")


@begun
def two(field_team: Field) -> tuple[UUID, UUID]:
    """Two records, the second merged into the first."""
    said = ({**SCREENING, "case_reference": f"SC-{number}"} for number in range(2))
    one, other = (field_team.admit(field_team.send("screening", each)).records[0] for each in said)
    with field_team.changing() as session:
        session.execute(text("UPDATE casework.person SET custody = :here"), {"here": str(HERE)})
        merge_persons(session, field_team.ring, one, other, purpose=Purpose.ASSISTANCE)
    return one, other


@pytest.mark.parametrize("asked", [0, 1])
def test_erasing_either_takes_both_with_their_keys(field_team: Field, two: tuple[UUID, UUID], asked: int) -> None:
    with field_team.zone() as session:
        subject = Subject(ErasureKind.PERSON, two[asked])
        tally = erase_record(session, field_team.ring, OPERATION, subject, proposal=uuid4())
    assert set(two) <= set(tally.records)
    with field_team.zone() as session:
        assert session.query(Person).count() == session.query(StoredKey).count() == 0


def test_a_hold_on_one_keeps_both(field_team: Field, two: tuple[UUID, UUID]) -> None:
    with field_team.zone() as session:
        hold_record(session, field_team.ring, two[1], reason="A court asked for it.")
    with pytest.raises(RecordHeld), field_team.zone() as session:
        erase_record(session, field_team.ring, OPERATION, Subject(ErasureKind.PERSON, two[0]), proposal=uuid4())


@pytest.mark.parametrize("asked", [0, 1])
def test_handed_over_both_go_and_each_has_its_line(field_team: Field, two: tuple[UUID, UUID], asked: int) -> None:
    who = Access("chief", OPERATION, (Grant(Role.SUPERVISOR, "org"),))
    with field_team.zone() as session:
        assign_custody(session, field_team.ring, who, two[asked], THERE, purpose=Purpose.ASSISTANCE)
    with field_team.zone() as session:
        assert {session.get_one(Person, person).custody for person in two} == {str(THERE)}
    with field_team.database.transaction(Zone.AUDIT) as session:
        lines = audited_entries(session, action=Action.SHARED)
    assert {line.subject for line in lines} == {f"casework.person:{person}" for person in two}


def test_who_may_not_hand_over_moves_neither(field_team: Field, two: tuple[UUID, UUID]) -> None:
    who = Access("chief", OPERATION, (Grant(Role.AUDITOR, "org"),))
    with pytest.raises(NotAllowed), field_team.zone() as session:
        assign_custody(session, field_team.ring, who, two[0], THERE, purpose=Purpose.ASSISTANCE)
    with field_team.zone() as session:
        assert {session.get_one(Person, person).custody for person in two} == {str(HERE)}


def test_due_only_when_both_are_and_then_proposed_once(field_team: Field, two: tuple[UUID, UUID]) -> None:
    def grow_old(person: UUID) -> set[UUID]:
        theirs = {"person": person}
        older = "UPDATE casework.interview SET received_at = received_at - interval '10 years'"
        with field_team.zone() as session:
            session.execute(text("UPDATE casework.\"case\" SET state = 'closed' WHERE person = :person"), theirs)
            case = 'WHERE "case" IN (SELECT id FROM casework."case" WHERE person = :person)'
            session.execute(text(f"{older} {case}"), theirs)
        with field_team.zone() as session:
            due = find_overdue(session, OPERATION, NOWHERE)
        return {one.subject.record for one in due if one.subject.kind is ErasureKind.PERSON}

    assert grow_old(two[0]) == set()
    assert grow_old(two[1]) == {two[0]}


@pytest.mark.parametrize("asked", [0, 1])
def test_what_is_stopped_in_one_is_stopped_in_both_until_it_is_lifted_there(
    field_team: Field, two: tuple[UUID, UUID], asked: int
) -> None:
    with field_team.zone() as session:
        stopped = restrict_record(session, field_team.ring, two[1], RestrictionReason.OBJECTION)
    with field_team.zone() as session:
        [listed] = [one for one in restrictions_in_force(session, two[asked]) if one.by_hand]
        assert (listed.id, listed.person) == (stopped, two[1])
        assert not may_use(session, two[asked], Purpose.ASSISTANCE)
        assert usable(session, [two[asked]], Purpose.ASSISTANCE) == set()
        lift_restriction(session, field_team.ring, stopped)
    with field_team.zone() as session:
        assert may_use(session, two[asked], Purpose.ASSISTANCE)
        assert usable(session, two, Purpose.ASSISTANCE) == {*two}


def test_not_to_have_been_asked_stops_one_record_and_not_the_other(field_team: Field, two: tuple[UUID, UUID]) -> None:
    with field_team.zone() as session:
        asked = Statement(Purpose.PROTECTION, ConsentState.NOT_ASKED, now(), "amal", language="en")
        record_consent(session, field_team.ring, two[1], asked)
    with field_team.zone() as session:
        assert usable(session, two, Purpose.PROTECTION) == {two[0]}
        assert [may_use(session, one, Purpose.PROTECTION) for one in two] == [True, False]


def test_a_consent_in_one_is_the_persons_and_is_told_and_withdrawn_from_either(
    field_team: Field, two: tuple[UUID, UUID]
) -> None:
    agree(field_team, two[1])
    with field_team.zone() as session:
        assert may_share_with(session, two[0], CLINIC)
        histories = [consent_history(session, field_team.ring, person, purpose=Purpose.RIGHTS) for person in two]
        assert histories[0] == histories[1]
        assert {said.person for said in histories[0]} == set(two)
        withdraw_consent(
            session,
            field_team.ring,
            two[0],
            consent_to=Purpose.REFERRAL,
            recipient=CLINIC,
            said_at=now(),
            said_to="amal",
        )
    with field_team.zone() as session:
        assert not any(may_share_with(session, person, CLINIC) for person in two)


def test_not_to_have_been_asked_in_one_stops_nothing_in_the_other(field_team: Field, two: tuple[UUID, UUID]) -> None:
    agree(field_team, two[0])
    share(field_team, two[0])
    unasked = Statement(Purpose.REFERRAL, ConsentState.NOT_ASKED, now(), "amal", CLINIC)
    with field_team.zone() as session:
        record_consent(session, field_team.ring, two[1], unasked)
    with field_team.zone() as session:
        assert may_share_with(session, two[0], CLINIC)
    assert running(field_team) == 1


def test_what_stops_sharing_one_ends_the_sharing_of_both(field_team: Field, two: tuple[UUID, UUID]) -> None:
    agree(field_team, two[0])
    share(field_team, two[0])
    with field_team.zone() as session:
        restrict_record(session, field_team.ring, two[1], RestrictionReason.OBJECTION, use=Purpose.REFERRAL)
    assert running(field_team) == 0


def test_linking_with_a_record_that_may_not_be_shared_ends_the_sharing(field_team: Field, two: tuple[UUID, UUID]) -> None:
    with field_team.zone() as session:
        [link] = merges_of(session, two[0])
        unmerge(session, field_team.ring, link.id, purpose=Purpose.ASSISTANCE)
        restrict_record(session, field_team.ring, two[1], RestrictionReason.OBJECTION, use=Purpose.REFERRAL)
    agree(field_team, two[0])
    share(field_team, two[0])
    assert running(field_team) == 1
    with field_team.zone() as session:
        merge_persons(session, field_team.ring, two[0], two[1], purpose=Purpose.ASSISTANCE)
    assert running(field_team) == 0


def agree(team: Field, person: UUID) -> None:
    said = Statement(Purpose.REFERRAL, ConsentState.GIVEN, now(), "amal", CLINIC, text_version="1", language="ar")
    with team.zone() as session:
        record_consent(session, team.ring, person, said)


def share(team: Field, person: UUID) -> None:
    with team.zone() as session:
        share_record(
            session,
            team.ring,
            person,
            account="dora",
            parts=[RecordPart.IDENTITY],
            until=now() + timedelta(days=7),
            reason="Referred for medical care today.",
            purpose=Purpose.REFERRAL,
            recipient=CLINIC,
        )


def running(team: Field) -> int:
    """How many records are shared at this moment."""
    with team.zone() as session:
        return session.query(Opening).where(Opening.until > now()).count()
