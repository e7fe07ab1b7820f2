"""Records that were merged are one human being: erased together, handed over together, due together."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from casework.duplicates import merge_persons
from casework.erasure.erase_person import erase_record
from casework.erasure.erasure_subject import ErasureKind, Subject
from casework.erasure.propose_erasures import find_overdue
from casework.errors import RecordHeld
from casework.models import Person, StoredKey
from casework.records import assign_custody
from casework.rights import hold_record
from core.access import Access, Custody, Grant, NotAllowed
from core.audit import Action, Purpose, audited_entries
from core.database import Zone
from core.permissions import Role
from tests.casework.conftest import OPERATION, SCREENING, Field

NOWHERE = Path("no such file")
HERE, THERE = Custody("org", "north", "team-1", "amal"), Custody("org", "south", "team-2", "badr")


@pytest.fixture
def two(field_team: Field) -> tuple[UUID, UUID]:
    """Two records, the second merged into the first."""
    said = ({**SCREENING, "case_reference": f"SC-{number}"} for number in range(2))
    one, other = (field_team.admit(field_team.send("screening", each)).records[0] for each in said)
    with field_team.zone() as session:
        session.execute(text("UPDATE casework.person SET custody = :here"), {"here": str(HERE)})
        merge_persons(session, one, other, purpose=Purpose.ASSISTANCE)
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
        assign_custody(session, who, two[asked], THERE, purpose=Purpose.ASSISTANCE)
    with field_team.zone() as session:
        assert {session.get_one(Person, person).custody for person in two} == {str(THERE)}
    with field_team.database.transaction(Zone.AUDIT) as session:
        lines = audited_entries(session, action=Action.SHARED)
    assert {line.subject for line in lines} == {f"casework.person:{person}" for person in two}


def test_who_may_not_hand_over_moves_neither(field_team: Field, two: tuple[UUID, UUID]) -> None:
    who = Access("chief", OPERATION, (Grant(Role.AUDITOR, "org"),))
    with pytest.raises(NotAllowed), field_team.zone() as session:
        assign_custody(session, who, two[0], THERE, purpose=Purpose.ASSISTANCE)
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
