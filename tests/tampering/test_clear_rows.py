"""What stands in clear and decides who sees a person, or what may be published of them, set to another valid value, taken away,
added or put back: refused with the record's id when its key is opened, and found by `store verify`."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from casework import movement_facts, read_person
from casework.consent import withdraw_report
from casework.duplicates import merge_persons
from casework.erasure.erase_person import erase_record
from casework.erasure.erasure_subject import ErasureKind, Subject
from casework.errors import ClearRowChanged, ClearRowsUnlisted, OldVersion
from casework.models import KeyKind, StoredKey
from casework.records import break_glass, keep_from
from casework.rights import lift_hold
from casework.store import list_all
from casework.store.change_clear import list_clear
from casework.store.clear_rows import is_of_clear_row
from casework.store.seal_record import Vault, stored_keys, unwrap
from core.access import Access, Grant, NotAllowed
from core.audit import Purpose
from core.database import Zone
from core.permissions import Role
from forms import RecordPart
from tests.casework.conftest import OPERATION
from tests.tampering.conftest import WEEK, Tampered, World
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
}
GONE = ["consent", "restriction", "kept_from", "hold", "file"]


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


def test_two_rows_exchanged_are_refused(world: World) -> None:
    first, second = world.persons
    with world.tampered() as tampered:
        exchange = "UPDATE casework.hold SET person = CASE person WHEN :first THEN CAST(:second AS uuid) ELSE :first END"
        tampered.do(exchange, first=first, second=second)
        assert refused(world, tampered) == {str(first), str(second)}


def test_a_link_and_its_undoing_are_the_programs_alone(world: World) -> None:
    with world.tampered() as tampered:
        with tampered.zone(Zone.CASEWORK) as session:
            merge_persons(session, world.ring, *world.persons, purpose=Purpose.PROTECTION)
            session.commit()
        assert refused(world, tampered) == set()
        tampered.do("UPDATE casework.merge SET undone_at = now(), undone_by = 'dina'")
        assert refused(world, tampered) == {str(person) for person in world.persons}


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
        with tampered.zone(Zone.CASEWORK) as session, pytest.raises((ClearRowChanged, OldVersion), match=str(person)):
            read_person(session, world.ring, person, parts=list(RecordPart), purpose=Purpose.LEGAL)


class TestKeysOfAnEarlierVersion:
    """They list no rows in clear: read as they stand, told by `store verify`, and made to list by `store seal`."""

    def test_they_are_read_and_told_until_they_are_sealed(self, world: World) -> None:
        with world.tampered() as tampered:
            forget(world, tampered)
            assert refused(world, tampered) == set()
            assert {type(fault) for fault in verified(world, tampered).faults} == {ClearRowsUnlisted}
            assert seal(world, tampered) == len(tampered.rows("SELECT FROM casework.person"))
            assert verified(world, tampered).faults == []
            tampered.do("DELETE FROM casework.hold")
            assert refused(world, tampered) == {str(person) for person in world.persons}

    def test_a_change_does_not_make_them_list_what_nobody_vouched_for(self, world: World) -> None:
        with world.tampered() as tampered:
            forget(world, tampered)
            with tampered.zone(Zone.CASEWORK) as session:
                keep_from(session, world.ring, world.persons[0], RecordPart.CONTACT, "carim")
                session.commit()
            assert {type(fault) for fault in verified(world, tampered).faults} == {ClearRowsUnlisted}

    def test_sealing_again_believes_nothing_that_was_changed_since(self, world: World) -> None:
        with world.tampered() as tampered:
            tampered.do("DELETE FROM casework.hold")
            assert seal(world, tampered) == 0
            assert refused(world, tampered) == {str(person) for person in world.persons}

    def test_after_a_restore_everything_is_sealed_as_it_stands(self, world: World) -> None:
        with world.tampered() as tampered:
            for table in ("person", "interview", "movement_event"):
                for row in world.before[table]:
                    put_back(tampered, table, row, "id")
            assert verified(world, tampered).faults
            seal(world, tampered, restored=True)
            with tampered.zone(Zone.CASEWORK) as session:
                for person in world.persons:
                    assert read_person(session, world.ring, person, parts=list(RecordPart), purpose=Purpose.LEGAL)

    def test_no_account_seals(self, world: World) -> None:
        amal = Access("amal", OPERATION, (Grant(Role.ADMINISTRATOR),))
        with world.tampered() as tampered, tampered.zone(Zone.CASEWORK, amal) as session, pytest.raises(NotAllowed):
            list_all(session, world.ring, OPERATION, lambda _: None)


def forget(world: World, tampered: Tampered) -> None:
    """Every person's key as an earlier version of the program wrote it."""
    with tampered.zone(Zone.CASEWORK) as session:
        for row in session.scalars(select(StoredKey).where(StoredKey.kind == KeyKind.PERSON.value)).all():
            key = unwrap(world.ring, row)
            listed = key.listed(row.versions)
            key.list_anew({one: version for one, version in listed.items() if not is_of_clear_row(version)})
        session.commit()


def seal(world: World, tampered: Tampered, *, restored: bool = False) -> int:
    with tampered.zone(Zone.CASEWORK) as session:
        count = list_all(session, world.ring, OPERATION, lambda _: None, restored=restored)
        session.commit()
    return count
