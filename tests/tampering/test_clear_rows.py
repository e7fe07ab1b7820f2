"""What stands in clear and decides who sees a person, or what may be published of them, set to another valid value, taken away,
added or put back: refused with the record's id when its key is opened, and found by `store verify`."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import SessionTransaction

from casework import movement_facts, read_person
from casework.consent import withdraw_report
from casework.duplicates import merge_persons
from casework.erasure.erase_person import erase_record
from casework.erasure.erasure_subject import ErasureKind, Subject
from casework.errors import ClearRowChanged, ListPutBack
from casework.models import Opening
from casework.records import break_glass, keep_from
from casework.rights import lift_hold
from casework.store import list_all
from casework.store.change_clear import list_clear
from casework.store.seal_record import Vault, stored_keys
from core.access import Access, Grant
from core.audit import Purpose
from core.database import Zone
from core.permissions import Role
from forms import RecordPart
from tests.casework.conftest import OPERATION
from tests.tampering.conftest import WEEK, Tampered, World
from tests.tampering.reading import reports
from tests.tampering.test_replay import put_back, verified

CHANGED = {
    "who is responsible": "UPDATE casework.person SET custody = 'org/north/team-1/badr'",
    "what was refused is given": "UPDATE casework.consent SET state = 'given' WHERE state <> 'given'",
    "what was given is refused": "UPDATE casework.consent SET state = 'refused' WHERE state = 'given'",
    "consent lasts longer": "UPDATE casework.consent SET valid_until = now() + interval '9 years'",
    "consent to something else": "UPDATE casework.consent SET purpose = 'referral', recipient = 'clinic' WHERE state = 'given'",
    "another legal basis": "UPDATE casework.consent SET basis = 'public_interest'",
    "a restriction ends": "UPDATE casework.restriction SET until = now() - interval '1 day'",
    "a restriction begins later": "UPDATE casework.restriction SET since = now() + interval '1 day'",
    "a restriction of something else": "UPDATE casework.restriction SET purpose = 'referral'",
    "glass stays broken": "UPDATE casework.opening SET until = until + interval '1 year'",
    "more is opened": "UPDATE casework.opening SET parts = '{identity,contact,narrative,facts,files}'",
    "opened to another account": "UPDATE casework.opening SET actor = 'carim'",
    "broken glass was judged": "UPDATE casework.opening SET reviewed_by = 'dina', reviewed_at = now(), justified = true",
    "somebody else is kept from it": "UPDATE casework.kept_from SET actor = 'nobody'",
    "kept from another part": "UPDATE casework.kept_from SET part = 'facts'",
    "a hold was lifted": "UPDATE casework.hold SET lifted_at = now(), lifted_by = 'dina'",
    "a hold is over": "UPDATE casework.hold SET until = now()",
    "a file of another part": "UPDATE casework.file SET part = 'facts'",
    "a case is closed": "UPDATE casework.\"case\" SET state = 'closed'",
    "a case is found by another reference": 'UPDATE casework."case" SET reference = sha256(reference)',
    "somebody else is the one interviewed": "UPDATE casework.household_member SET role = 'member' WHERE role = 'interviewed'",
    "a screening is called assistance": "UPDATE casework.interview SET kind = 'assistance' WHERE kind = 'screening'",
    "an interview left the case closed": "UPDATE casework.interview SET state = 'closed'",
    "an interview becomes that of another answer": "UPDATE casework.interview SET submission = gen_random_uuid()",
    "who left is there again": "UPDATE casework.household_member SET left_by = NULL, left_at = NULL",
    "who is there has left": "UPDATE casework.household_member SET left_by = 'x', left_at = now() WHERE NOT head",
    "somebody joined": "UPDATE casework.household_member SET joined_by = 'x', joined_at = now()",
    "nobody is the head": "UPDATE casework.household_member SET head = false",
    "a relationship is over": "UPDATE casework.relationship SET ended_by = 'x', ended_at = now()",
    "a relationship with another": "UPDATE casework.relationship SET person = other, other = person",
    "a child is not alone": "UPDATE casework.child_care SET alone = false",
    "a step is not done": "UPDATE casework.best_interest_step SET done_by = NULL, done_at = NULL, outcome = NULL",
    "somebody else told of it": "UPDATE casework.history_event SET noted_by = 'carim'",
    "somebody else accused": "UPDATE casework.perpetrator SET noted_by = 'carim'",
    "a request is not due": "UPDATE casework.rights_request SET due_at = due_at + interval '1 year'",
    "a request was answered": "UPDATE casework.rights_request SET answered_at = now(), answered_by = 'x', outcome = 'x'",
    "a pair is hardly alike": "UPDATE casework.duplicate_candidate SET similarity = 'possible'",
    "somebody else corrected it": "UPDATE casework.former_version SET changed_by = 'carim' WHERE changed_by = 'amal'",
    "found by another telephone": "UPDATE casework.token SET token = sha256(token) WHERE kind = 'phone'",
}
GONE = [
    "child_care",
    "best_interest_step",
    "history_event",
    "perpetrator",
    "consent",
    "restriction",
    "opening",
    "kept_from",
    "hold",
    "file",
    "household_member",
    "rights_request",
    "former_version",
]


def refused(world: World, tampered: Tampered) -> set[str]:
    """The records that are named where each of the persons is read."""
    return set(filter(None, (_refusal(world, tampered, person) for person in world.persons)))


def _refusal(world: World, tampered: Tampered, person: UUID) -> str:
    try:
        with tampered.zone(Zone.CASEWORK) as session:
            read_person(session, world.ring, person, parts=[RecordPart.FACTS], purpose=Purpose.LEGAL)
    except ClearRowChanged as refusal:
        return str(refusal.where["record"])
    return ""


def found(world: World, tampered: Tampered) -> set[str]:
    """The records that `store verify` names for what stands in clear of them."""
    return {str(one.where["record"]) for one in verified(world, tampered).faults if isinstance(one, ClearRowChanged)}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED.keys())
def test_another_valid_value_is_refused_by_the_records_id_and_found_by_verify(world: World, change: str) -> None:
    with world.tampered() as tampered:
        assert tampered.do(change)
        told = refused(world, tampered)
        assert told
        assert told <= found(world, tampered)


@pytest.mark.parametrize("table", GONE)
def test_a_row_that_was_taken_away_is_missed(world: World, table: str) -> None:
    with world.tampered() as tampered:
        tampered.do(f"DELETE FROM casework.{table} WHERE person = :person", person=world.persons[0])
        assert refused(world, tampered) == {str(world.persons[0])}
        assert found(world, tampered) == {str(world.persons[0])}


def test_an_opening_that_nobody_gave_shows_nothing(world: World) -> None:
    """Row-level security believes it, for it stands in the database; the key does not."""
    carim = Access("carim", OPERATION, (Grant(Role.CASEWORKER, team="team-7"),))
    with world.tampered() as tampered:
        columns = "person, operation, custody, recipient, kind, parts, reason, opened_by, opened_at, until"
        tampered.do(
            f"INSERT INTO casework.opening (id, actor, {columns}) "
            f"SELECT gen_random_uuid(), 'carim', {columns} FROM casework.opening WHERE person = :person",
            person=world.persons[0],
        )
        with tampered.zone(Zone.CASEWORK, carim) as session, pytest.raises(ClearRowChanged, match=str(world.persons[0])):
            read_person(session, world.ring, world.persons[0], parts=[RecordPart.IDENTITY], purpose=Purpose.ASSISTANCE)


@pytest.mark.parametrize("table", ["hold", "rights_request", "token"])
def test_two_rows_exchanged_are_refused(world: World, table: str) -> None:
    first, second = world.persons
    of = "record" if table == "token" else "person"
    with world.tampered() as tampered:
        exchange = (
            f"SET {of} = CASE {of} WHEN :first THEN CAST(:second AS uuid) ELSE :first END WHERE {of} IN (:first, :second)"
        )
        tampered.do(f"UPDATE casework.{table} {exchange}", first=first, second=second)
        assert refused(world, tampered) == {str(first), str(second)}


def test_two_reports_whose_answers_were_exchanged_are_refused(world: World) -> None:
    """An edit of the one would be written over the other."""
    exchange = (
        "UPDATE casework.movement_event a SET chain = b.chain, submission = b.submission "
        "FROM casework.movement_event b WHERE a.id <> b.id"
    )
    with world.tampered() as tampered:
        tampered.do("ALTER TABLE casework.movement_event DROP CONSTRAINT uq_movement_event_chain")
        assert tampered.do(exchange) == 2
        with tampered.zone(Zone.CASEWORK) as session, pytest.raises(ClearRowChanged, match=r"casework\.movement_event"):
            reports(session, world.ring)
        assert len(found(world, tampered)) == 2


class TestMembersOfAHousehold:
    """A member who is not there any more is missed where the household is read, and not only by whoever looks for them."""

    def test_one_who_was_taken_out_is_missed_by_the_case(self, world: World) -> None:
        with world.tampered() as tampered:
            gone = tampered.rows("DELETE FROM casework.household_member WHERE role = 'member' RETURNING household, person")
            [case] = tampered.rows('SELECT person FROM casework."case" WHERE household = :h', h=gone[0]["household"])
            assert refused(world, tampered) == {str(case["person"])}
            assert found(world, tampered) == {str(case["person"]), *(str(member["person"]) for member in gone)}

    def test_one_who_was_put_in_is_refused(self, world: World) -> None:
        move = (
            "UPDATE casework.household_member SET household = (SELECT household FROM casework.household_member h "
            "WHERE h.person = :to) WHERE role = 'member'"
        )
        with world.tampered() as tampered:
            [home] = tampered.rows("SELECT household FROM casework.household_member WHERE role = 'member' LIMIT 1")
            [other] = tampered.rows('SELECT person FROM casework."case" WHERE household <> :home', home=home["household"])
            assert tampered.do(move, to=other["person"])
            assert refused(world, tampered) == {str(person) for person in world.persons}


def test_a_link_and_its_undoing_are_the_programs_alone(world: World) -> None:
    with world.tampered() as tampered:
        with tampered.zone(Zone.CASEWORK) as session:
            merge_persons(session, world.ring, *world.persons, purpose=Purpose.PROTECTION)
            session.commit()
        assert refused(world, tampered) == set()
        for change in (
            "UPDATE casework.merge SET undone_at = now(), undone_by = 'dina'",
            "UPDATE casework.merge SET undone_at = NULL, undone_by = NULL, merged_by = 'dina'",
            "DELETE FROM casework.merge",
        ):
            tampered.do(change)
            assert refused(world, tampered)
            assert found(world, tampered) == {str(person) for person in world.persons}


@pytest.mark.parametrize("table", ["duplicate_candidate", "relationship"])
def test_a_row_of_two_that_was_taken_away_is_missed_by_both(world: World, table: str) -> None:
    with world.tampered() as tampered:
        tampered.do(f"DELETE FROM casework.{table}")
        assert refused(world, tampered) == {str(person) for person in world.persons}


def test_an_opening_is_missed_by_somebody_who_does_not_see_it(world: World) -> None:
    """Who sees the record by an opening alone sees no other opening of it, and yet is told that one is missing."""
    badr = Access("badr", OPERATION, (Grant(Role.CASEWORKER, team="team-2"),))
    ines = Access("ines", OPERATION, (Grant(Role.CASEWORKER, team="team-3"),))
    person, identity = world.persons[0], [RecordPart.IDENTITY]
    with world.tampered() as tampered:
        with tampered.zone(Zone.CASEWORK) as session:
            why = {"reason": "She came in the night.", "purpose": Purpose.ASSISTANCE}
            break_glass(session, world.ring, ines, person, parts=identity, **why)
            session.commit()
        with tampered.zone(Zone.CASEWORK, badr) as session:
            assert session.scalars(select(Opening.actor)).all() == ["badr", "badr"]  # his own, of either person
            assert read_person(session, world.ring, person, parts=identity, purpose=Purpose.ASSISTANCE)
        tampered.do("DELETE FROM casework.opening WHERE actor = 'ines'")
        with tampered.zone(Zone.CASEWORK, badr) as session, pytest.raises(ClearRowChanged, match=r"casework\.opening"):
            read_person(session, world.ring, person, parts=identity, purpose=Purpose.ASSISTANCE)


def test_the_other_of_an_erased_pair_is_listed_without_it(world: World) -> None:
    gone, stays = world.persons
    with world.tampered() as tampered:
        tampered.do("DELETE FROM casework.hold")
        with tampered.zone(Zone.CASEWORK) as session:
            list_all(session, world.ring, OPERATION, lambda _: None, restored=True)
            session.commit()
        tampered.do("SET LOCAL session_replication_role = origin")  # what hangs on a person falls with them
        with tampered.zone(Zone.CASEWORK) as session:
            erase_record(session, world.ring, OPERATION, Subject(ErasureKind.PERSON, gone), proposal=uuid4())
            session.commit()
        assert not tampered.rows("SELECT FROM casework.duplicate_candidate")
        with tampered.zone(Zone.CASEWORK) as session:
            assert read_person(session, world.ring, stays, parts=list(RecordPart), purpose=Purpose.LEGAL)
        assert verified(world, tampered).faults == []


def test_a_held_record_is_not_erased_because_its_hold_was_taken_away(world: World) -> None:
    with world.tampered() as tampered:
        tampered.do("DELETE FROM casework.hold")
        with tampered.zone(Zone.CASEWORK) as session, pytest.raises(ClearRowChanged):
            erase_record(session, world.ring, OPERATION, Subject(ErasureKind.PERSON, world.persons[0]), proposal=uuid4())


@pytest.mark.parametrize("back", ["DELETE FROM casework.restriction", "UPDATE casework.restriction SET until = now()"])
def test_a_withdrawn_report_that_was_let_back_in_is_not_counted(world: World, back: str) -> None:
    with world.tampered() as tampered:
        [report, *_] = tampered.rows("SELECT id FROM casework.movement_event ORDER BY id")
        with tampered.zone(Zone.CASEWORK) as session:
            withdraw_report(session, world.ring, report["id"])
            session.commit()
        tampered.do(f"{back} WHERE movement_event = :report", report=report["id"])
        with tampered.zone(Zone.ANONYMIZER) as session, pytest.raises(ClearRowChanged, match=str(report["id"])):
            movement_facts(session, world.ring, OPERATION, WEEK)
        assert found(world, tampered) == {str(report["id"])}


def test_what_the_program_changes_itself_is_listed_and_read(world: World) -> None:
    with world.tampered() as tampered:
        [hold] = tampered.rows("SELECT id FROM casework.hold WHERE person = :person", person=world.persons[0])
        with tampered.zone(Zone.CASEWORK) as session:
            lift_hold(session, world.ring, hold["id"])
            session.commit()
        assert refused(world, tampered) == set()
        assert found(world, tampered) == set()


def test_a_change_by_somebody_who_does_not_see_all_leaves_the_rest_listed(world: World) -> None:
    """Who sees the record by an opening alone sees no other opening of it."""
    badr = Access("badr", OPERATION, (Grant(Role.CASEWORKER, team="team-2"),))
    with world.tampered() as tampered:
        tampered.do("UPDATE casework.opening SET actor = actor")
        with tampered.zone(Zone.CASEWORK) as session:
            ines = Access("ines", OPERATION, (Grant(Role.CASEWORKER, team="team-3"),))
            why = {"reason": "She came in the night.", "purpose": Purpose.ASSISTANCE}
            break_glass(session, world.ring, ines, world.persons[0], parts=[RecordPart.IDENTITY], **why)
            session.commit()
        with tampered.zone(Zone.CASEWORK, badr) as session:
            list_clear(
                Vault(session, world.ring, OPERATION), stored_keys(Vault(session, world.ring, OPERATION), [world.persons[0]])
            )
            session.commit()
        assert refused(world, tampered) == set()
        tampered.do("UPDATE casework.opening SET until = until + interval '1 day' WHERE actor = 'ines'")
        assert refused(world, tampered) == {str(world.persons[0])}


def test_an_old_list_put_back_is_refused(world: World) -> None:
    """Alone it names neither the newest rows nor what stands in clear now."""
    person = world.persons[0]
    old = next(key for key in world.before["record_key"] if key["record"] == person)
    with world.tampered() as tampered:
        put_back(tampered, "record_key", old, "record", "kind")
        with tampered.zone(Zone.CASEWORK) as session, pytest.raises(ListPutBack, match=str(person)):
            read_person(session, world.ring, person, parts=list(RecordPart), purpose=Purpose.LEGAL)


def test_a_change_that_a_savepoint_undid_is_counted_when_it_is_made_again(world: World) -> None:
    person = world.persons[0]
    with world.tampered() as tampered:
        [before] = tampered.rows("SELECT * FROM casework.record_key WHERE record = :person", person=person)
        with tampered.zone(Zone.CASEWORK) as session:
            for end in (SessionTransaction.rollback, SessionTransaction.commit):
                within = session.begin_nested()
                keep_from(session, world.ring, person, RecordPart.CONTACT, "carim")
                end(within)
            session.commit()
        assert refused(world, tampered) == set()
        tampered.do("DELETE FROM casework.kept_from WHERE part = 'contact'")
        put_back(tampered, "record_key", before, "record", "kind")
        with tampered.zone(Zone.CASEWORK) as session, pytest.raises(ListPutBack, match=str(person)):
            read_person(session, world.ring, person, parts=[RecordPart.FACTS], purpose=Purpose.LEGAL)
