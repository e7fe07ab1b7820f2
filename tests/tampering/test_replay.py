"""An old version of a row put back: alone it does not open; with its key row, the key has listed less than the log tells of."""

from typing import Any

import pytest

from app.verify_store import verify_store
from casework import movement_facts, read_person
from casework.consent import RestrictionReason, restrict_record
from casework.errors import ClearRowChanged, FileCut, ListPutBack, OldVersion
from casework.store import verify_records
from core.access import Access, Grant, NotAllowed
from core.audit import Purpose
from core.checked import Checked
from core.database import Zone
from core.errors import Problem
from core.keys.logged_versions import logged_versions
from core.permissions import Role
from forms import RecordPart
from tests.casework.conftest import OPERATION
from tests.tampering.columns import Kind, of_kind
from tests.tampering.conftest import WEEK, Tampered, World
from tests.tampering.reading import READINGS
from tests.tampering.test_tampering import put, rows_of

CHANGED = ["person", "interview", "movement_event"]


def old_row(world: World, tampered: Tampered, table: str) -> dict[str, Any]:
    """A row as it was before an edit gave it its second version."""
    second = {row["id"] for row in tampered.rows(f"SELECT id FROM casework.{table} WHERE row_version = 2")}
    return next(row for row in world.before[table] if row["id"] in second)


def put_back(tampered: Tampered, table: str, row: dict[str, Any], *keys: str) -> None:
    """Every column of the row as it was; `keys` are those that tell which row it is."""
    columns = ", ".join(f'"{name}" = :{name}' for name in row)
    same = " AND ".join(f"{name} = :{name}" for name in keys)
    assert tampered.do(f"UPDATE casework.{table} SET {columns} WHERE {same}", **row) == 1


def put_back_with_its_keys(world: World, tampered: Tampered, table: str) -> dict[str, Any]:
    row = old_row(world, tampered, table)
    put_back(tampered, table, row, "id")
    for key in world.before["record_key"]:
        put_back(tampered, "record_key", key, "record", "kind")
    return row


def verified(world: World, tampered: Tampered) -> Checked:
    with tampered.zone(Zone.AUDIT) as session:
        newest = logged_versions(session, OPERATION)
    with tampered.zone(Zone.CASEWORK) as session:
        return verify_records(session, world.ring, OPERATION, newest, lambda _: None, purpose=Purpose.VERIFICATION)


@pytest.mark.parametrize("table", CHANGED)
def test_an_old_row_put_back_is_refused_when_it_is_read(world: World, table: str) -> None:
    with world.tampered() as tampered:
        row = old_row(world, tampered, table)
        put_back(tampered, table, row, "id")
        reading = READINGS[f"casework.{table}"]
        with pytest.raises((OldVersion, ClearRowChanged), match=str(row["id"])), tampered.zone(Zone.CASEWORK) as session:
            reading.read(session, world.ring)


@pytest.mark.parametrize("table", CHANGED)
def test_an_old_row_put_back_with_its_key_row_is_refused_when_it_is_read(world: World, table: str) -> None:
    with world.tampered() as tampered:
        put_back_with_its_keys(world, tampered, table)
        reading = READINGS[f"casework.{table}"]
        with pytest.raises(ListPutBack), tampered.zone(Zone.CASEWORK) as session:
            reading.read(session, world.ring)


@pytest.mark.parametrize("table", CHANGED)
def test_and_found_by_verify(world: World, table: str) -> None:
    with world.tampered() as tampered:
        row = put_back_with_its_keys(world, tampered, table)
        faults = verified(world, tampered).faults
    assert str(row["id"]) in [str(fault.where["record"]) for fault in faults]
    assert all(isinstance(fault, OldVersion | ListPutBack) for fault in faults if str(fault.where["record"]) == str(row["id"]))


def test_facts_put_back_with_their_key_row_are_not_counted(world: World) -> None:
    with world.tampered() as tampered:
        row = put_back_with_its_keys(world, tampered, "movement_event")
        with tampered.zone(Zone.ANONYMIZER) as session, pytest.raises(ListPutBack, match=str(row["id"])):
            movement_facts(session, world.ring, OPERATION, WEEK)


def test_a_restriction_lifted_together_with_the_key_that_lists_it_is_refused(world: World) -> None:
    """No ciphertext is old here: key and rows in clear agree, as they stood before."""
    person = world.persons[0]
    with world.tampered() as tampered:
        [key] = tampered.rows("SELECT * FROM casework.record_key WHERE record = :person", person=person)
        with tampered.zone(Zone.CASEWORK) as session:
            stop = restrict_record(session, world.ring, person, RestrictionReason.OBJECTION)
            session.commit()
        assert tampered.do("DELETE FROM casework.restriction WHERE id = :stop", stop=stop)
        put_back(tampered, "record_key", key, "record", "kind")
        with tampered.zone(Zone.CASEWORK) as session, pytest.raises(ListPutBack, match=str(person)):
            read_person(session, world.ring, person, parts=[RecordPart.FACTS], purpose=Purpose.LEGAL)
        assert [type(fault) for fault in verified(world, tampered).faults][:1] == [ListPutBack]


def test_whoever_takes_the_line_out_of_the_log_as_well_is_found_by_the_log(world: World) -> None:
    """The limit of what reading finds: beyond it stands the chain over the log, signed and kept outside."""
    with world.tampered() as tampered:
        put_back_with_its_keys(world, tampered, "movement_event")
        tampered.do("DELETE FROM core.audit_entry WHERE action = 'listed'")
        with tampered.zone(Zone.CASEWORK) as session:
            assert READINGS["casework.movement_event"].read(session, world.ring)


def test_a_sound_store_is_sound(world: World) -> None:
    checked = verify_store(world.program, OPERATION)
    assert (checked.faults, checked.keyless) == ([], [])
    assert checked.sound >= 10


def test_what_does_not_open_is_found_too_and_what_has_no_key_is_counted(world: World) -> None:
    first, second = world.persons
    with world.tampered() as tampered:
        tampered.do("UPDATE casework.person SET contact = identity WHERE id = :id", id=first)
        tampered.do("DELETE FROM casework.record_key WHERE record = :id", id=second)
        checked = verified(world, tampered)
    assert [fault.where["record"] for fault in checked.faults] == [first]
    assert second in checked.keyless


@pytest.mark.parametrize("column", [column for column in of_kind(Kind.CIPHERTEXT) if column.startswith("casework.")])
def test_verify_finds_damage_in_whatever_is_sealed(world: World, column: str) -> None:
    table, _, name = column.rpartition(".")
    with world.tampered() as tampered:
        row = rows_of(tampered, table, name)[-1]
        put(tampered, table, name, row["place"], row["content"][:-1] + bytes([row["content"][-1] ^ 1]))
        faults = verified(world, tampered).faults
    assert any(each in str(fault) for fault in faults for each in str(row["named"]).split())


@pytest.mark.parametrize(
    ("damage", "refusal"),
    [
        ("UPDATE casework.movement_event SET week = '2026-W08'", ClearRowChanged),
        ("UPDATE casework.person SET custody = 'a/b/c/d/e'", ClearRowChanged),
        ("UPDATE casework.file SET part = 'x'", ClearRowChanged),
        ("DELETE FROM casework.file_chunk", FileCut),
    ],
)
def test_and_what_stands_in_clear_against_what_is_sealed(world: World, damage: str, refusal: type[Problem]) -> None:
    with world.tampered() as tampered:
        if "person" in damage:
            tampered.do("ALTER TABLE casework.person DROP CONSTRAINT ck_person_custody")
        tampered.do(damage)
        faults = verified(world, tampered).faults
    assert {type(fault) for fault in faults} == {refusal}


def test_no_account_verifies_the_store(world: World) -> None:
    amal = Access("amal", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
    with world.tampered() as tampered, tampered.zone(Zone.CASEWORK, amal) as session, pytest.raises(NotAllowed):
        verify_records(session, world.ring, OPERATION, {}, lambda _: None, purpose=Purpose.VERIFICATION)
