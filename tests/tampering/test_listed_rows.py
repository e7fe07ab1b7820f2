"""Rows that decide what is done with persons: changed, added, taken away, exchanged or put back, each is found by name.

The same is done to every table whose rows are listed, as its owner would do it: then the transaction of the program that loaded
the rows ends in a refusal, and `store verify` tells.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from core.access import Access, Grant
from core.checked import Checked
from core.clock import now
from core.database import Base, Zone
from core.errors import Problem
from core.identity.grants import access_for
from core.identity.models import Account, RoleGrant
from core.keys.keyring import KeyRing
from core.listed import LISTED, ListDamaged, Listed, RowNotAsListed, RowsUnlisted, list_rows, logged_lists, verify_lists
from core.listed import prove_loaded as prove
from core.listed.declare import key_id, said_row
from core.permissions import Role
from core.policies import PolicyKind, active_policy
from core.second_person import approve
from tests.casework.conftest import OPERATION
from tests.tampering.conftest import Tampered, World
from tests.tampering.listed_world import listed_world as listed_world  # noqa: PLC0414  (a fixture)

TABLES: Final[Mapping[str, type[Base]]] = {its.name: rows for rows, its in LISTED.items()}
# What the program itself changes of a row, and the owner then changes back.
CHANGES: Final[Mapping[str, tuple[str, object]]] = {
    "identity.account": ("active", False),
    "identity.role_grant": ("taken_back_at", now()),
    "identity.unit": ("closed_at", now()),
    "identity.own_role": ("retired_at", now()),
    "identity.password": ("hash", "another"),
    "identity.recovery_code": ("used_at", now()),
    "identity.enrolment": ("used_at", now()),
    "identity.service_token": ("revoked_at", now()),
    "casework.export_recipient": ("withdrawn_at", now()),
    "core.policy": ("activated_by", "nobody"),
    "anonymizer.outside_publication": ("activated_by", "nobody"),
}
# What is done to a list itself, and how reading it is refused.
DAMAGE: Final[Mapping[str, type[Problem]]] = {
    "UPDATE core.sealed_list SET version = version + 1": ListDamaged,
    "UPDATE core.sealed_list SET entries = set_byte(entries, 20, 255 - get_byte(entries, 20))": ListDamaged,
    "UPDATE core.sealed_list SET entries = substring(entries FOR length(entries) - 32)": ListDamaged,
    "UPDATE core.sealed_list SET entries = entries || '\\x00'::bytea": ListDamaged,
    "UPDATE core.sealed_list SET seal = set_byte(seal, 0, 255 - get_byte(seal, 0))": ListDamaged,
    "DELETE FROM core.sealed_list": RowsUnlisted,
}
# Whoever owns a table can take its checks away.
UNCHECKED: Final = (
    "DO $$ DECLARE it record; BEGIN FOR it IN SELECT conname FROM pg_constraint WHERE conrelid = '{table}'::regclass "
    "AND contype IN ('c', 'f', 'u') LOOP "
    "EXECUTE format('ALTER TABLE {table} DROP CONSTRAINT %I CASCADE', it.conname); END LOOP; END $$"
)
Row = dict[str, Any]


@dataclass
class Office:
    """One listed table in the hands of its owner, and the program that reads it afterwards."""

    world: World
    tampered: Tampered
    its: Listed

    @property
    def key(self) -> str:
        return next(column.name for column in self.its.table.primary_key)

    def rows(self) -> list[Row]:
        names = ", ".join(column.name for column in self.its.table.columns)
        return self.tampered.rows(f"SELECT {names} FROM {self.its.name} ORDER BY ctid")

    def put(self, row: Row, **columns: object) -> Row:
        keys = [column.name for column in self.its.table.primary_key]
        where = " AND ".join(f"{name} = :key_{name}" for name in keys)
        changed = ", ".join(f"{name} = {self._given(name)}" for name in columns)
        given = {**self._driven(columns), **{f"key_{name}": row[name] for name in keys}}
        assert self.tampered.do(f"UPDATE {self.its.name} SET {changed} WHERE {where}", **given) == 1
        return {**row, **columns}

    def add(self, row: Row) -> None:
        names, values = ", ".join(row), ", ".join(map(self._given, row))
        self.tampered.do(f"INSERT INTO {self.its.name} ({names}) VALUES ({values})", **self._driven(row))

    def remove(self, row: Row) -> None:
        self.tampered.do(
            f"DELETE FROM {self.its.name} WHERE "
            + " AND ".join(f"{column.name} = :{column.name}" for column in self.its.table.primary_key),
            **{column.name: row[column.name] for column in self.its.table.primary_key},
        )

    def read(self) -> None:
        """Whatever loads these rows proves them before its transaction ends."""
        with self.tampered.zone(self.its.zone) as session:
            session.scalars(select(TABLES[self.its.name])).all()
            prove(session)

    def verified(self) -> Checked:
        with self.tampered.zone(Zone.AUDIT) as session:
            logged = logged_lists(session)
        with self.tampered.zone(self.its.zone) as session:
            return verify_lists(session, self.world.ring, self.its.zone, OPERATION, logged)

    def found(self, *rows: Row) -> bool:
        """Whether reading is refused by the name of one of these rows, and verifying names them all."""
        return self.refused(*rows) and self.named(*rows)

    def refused(self, *rows: Row) -> bool:
        try:
            self.read()
        except (RowNotAsListed, RowsUnlisted) as refusal:
            return any(refusal.where["row"] in self.names(row) for row in rows)
        return False

    def named(self, *rows: Row) -> bool:
        told = {str(fault.where.get("row")) for fault in self.verified().faults}
        return all(told & self.names(row) for row in rows)

    def names(self, row: Row) -> set[str]:
        return {said_row(self.its.key(row)), str(key_id(self.its.key(row)))}

    def _given(self, name: str) -> str:
        return f"CAST(:{name} AS jsonb)" if str(self.its.table.columns[name].type) == "JSONB" else f":{name}"

    def _driven(self, columns: Mapping[str, object]) -> dict[str, object]:
        return {name: json.dumps(value) if isinstance(value, dict) else value for name, value in columns.items()}


@pytest.fixture
def office(listed_world: World, request: pytest.FixtureRequest) -> Iterator[Office]:
    with listed_world.tampered() as tampered:
        tampered.do(UNCHECKED.format(table=request.param))
        yield Office(listed_world, tampered, LISTED[TABLES[request.param]])


every_table = pytest.mark.parametrize("office", sorted(TABLES), indirect=True)


def other(value: Any, type_: Any) -> Any:
    """Something else of the same type."""
    match value:
        case None:
            return other({bool: False, str: "", datetime: now(), UUID: uuid4(), list: []}[type_], type_)
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return value + "x"
        case bytes():
            return value[:-1] + bytes([value[-1] ^ 1])
        case datetime():
            return value + timedelta(seconds=1)
        case date():
            return value + timedelta(days=1)
        case UUID():
            return UUID(int=value.int ^ 1)
        case list():
            return [*value, uuid4() if value and isinstance(value[0], UUID) else "x"]
        case _:
            return {**value, "x": 1}


@every_table
def test_all_is_as_it_was_written(office: Office) -> None:
    assert len(office.rows()) >= 2
    office.read()
    assert (office.verified().faults, office.verified().sound > 1) == ([], True)


@every_table
def test_a_change_of_any_column_is_found(office: Office) -> None:
    row, missed = office.rows()[0], []
    for column in office.its.columns:
        step = office.tampered.connection.begin_nested()
        changed = office.put(row, **{column.name: other(row[column.name], column.type.python_type)})
        # A row of another operation is behind its wall: the program reads nothing of it, and misses it here.
        found = office.named(row) if column.name == office.its.by else office.refused(changed)
        missed += [] if found else [column.name]
        step.rollback()
    assert missed == []


# Whether a file still lies: whoever owns the table has its ciphertext anyway, which opens for its recipient alone.
STATES = {"casework.left_export": {"until", "fetches", "fetched_at", "ended_at", "ended_by", "ended_why"}}


@every_table
def test_what_is_not_listed_decides_nothing_by_itself(office: Office) -> None:
    """A counter, a moment last seen, how a round ended, or what is sealed and bound to its row already."""
    listed = {column.name for column in office.its.columns}
    assert {column.name for column in office.its.table.columns} - listed <= {
        *("key_version", "sealed_key", "sealed", "private_key", "token"),
        *("last_step", "sign_count", "used_at", "position", "changed_to", "pulled_at", "failed"),
        *("minute_from", "asked"),  # how often a minute: whoever owns the table lifts that limit and gains no right
        *STATES.get(office.its.name, ()),
    }


@every_table
def test_two_rows_exchanged_are_found(office: Office) -> None:
    keys = {column.name for column in office.its.table.primary_key}
    one, *others = office.rows()
    two = next(row for row in others if row[office.key] != one[office.key])
    # All but what they are known by; of codes, which are known by account and hash, whose they are.
    names = {column.name for column in office.its.columns} - (keys - {"account"} if "hash" in keys else keys)
    exchanged = [office.put(row, **{name: by[name] for name in names}) for row, by in ((one, two), (two, one))]
    assert office.found(*exchanged)


@every_table
def test_a_row_that_was_added_is_found(office: Office) -> None:
    row = office.rows()[0]
    added = {**row, office.key: other(row[office.key], None)}
    office.add(added)
    assert office.found(added)


@every_table
def test_a_row_that_was_taken_away_is_missed(office: Office) -> None:
    row = office.rows()[0]
    office.remove(row)
    assert office.named(row)


@pytest.mark.parametrize("office", sorted(CHANGES), indirect=True)
def test_a_row_put_back_as_it_once_was_is_found(office: Office) -> None:
    column, value = CHANGES[office.its.name]
    before = office.rows()[0]
    lists = office.tampered.rows("SELECT * FROM core.sealed_list WHERE listed = :name", name=office.its.name)
    with office.tampered.zone(office.its.zone) as session:
        row = session.get_one(TABLES[office.its.name], office.its.key(before))
        setattr(row, column, value)
        session.commit()
    office.read()
    office.put(before, **{column: before[column]})
    assert office.found(before)
    # With its list both are true, only old: then the log tells.
    for was in lists:
        office.tampered.do(
            "UPDATE core.sealed_list SET version = :version, entries = :entries, seal = :seal "
            "WHERE listed = :listed AND operation = :operation AND month = :month",
            **was,
        )
    office.read()
    assert "CORE-170" in {fault.code for fault in office.verified().faults}


@every_table
def test_a_damaged_list_is_refused_by_its_name(office: Office) -> None:
    for damage, refusal in DAMAGE.items():
        step = office.tampered.connection.begin_nested()
        office.tampered.do(f"{damage} WHERE listed = '{office.its.name}'")
        with pytest.raises(refusal, match=office.its.name):
            office.read()
        assert any(isinstance(fault, refusal) for fault in office.verified().faults)
        step.rollback()


class TestWhereRowsDecide:
    """The program meets what was tampered with where it signs in, asks for rights, decides or reads a policy."""

    def test_a_role_slipped_in_gives_no_access(self, listed_world: World) -> None:
        with listed_world.tampered() as tampered:
            tampered.do("UPDATE identity.role_grant SET role = 'data_protection_officer'")
            with tampered.zone(Zone.IDENTITY) as session:
                account = session.scalars(select(RoleGrant.account)).first()
                assert account
                assert access_for(session, account, OPERATION).grants
                with pytest.raises(RowNotAsListed, match=r"identity\.role_grant"):
                    session.commit()

    def test_nobody_makes_a_forged_proposal_honest_by_approving_it(self, listed_world: World) -> None:
        badr = Access("badr", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER), Grant(Role.SUPERVISOR)))
        with listed_world.tampered() as tampered:
            [forged] = tampered.rows(
                "UPDATE core.proposal SET subject = 'casework.person:other' WHERE act = 'erasure' RETURNING id"
            )
            with (
                tampered.zone(Zone.CASEWORK, badr) as session,
                pytest.raises(RowNotAsListed, match=str(forged["id"])),
            ):
                approve(session, forged["id"])

    def test_a_policy_taken_away_does_not_bring_the_one_before_it_into_force(self, listed_world: World) -> None:
        with listed_world.tampered() as tampered:
            tampered.do("DELETE FROM core.policy WHERE version = 2")
            with tampered.zone(Zone.CASEWORK) as session, pytest.raises(RowNotAsListed, match="missing"):
                active_policy(session, PolicyKind.RETENTION)

    def test_what_a_colleague_changes_meanwhile_is_no_tampering(self, listed_world: World) -> None:
        """Both are undone: the second transaction gives way to the first."""
        database = listed_world.program.database
        with database.transaction(Zone.IDENTITY) as session:
            account = session.scalars(select(Account)).first()
            assert account
            for language in ("fr", account.language):
                with database.transaction(Zone.IDENTITY) as colleague:
                    colleague.get_one(Account, account.id).language = language

    def test_rows_are_not_changed_past_their_list(self, listed_world: World) -> None:
        with listed_world.program.database.transaction(Zone.IDENTITY) as session, pytest.raises(RuntimeError, match="Account"):
            session.execute(update(Account).values(active=False))


class TestListedOnce:
    """Rows of an earlier version of this program stand on no list: `store seal`."""

    def seal(self, tampered: Tampered, ring: KeyRing, *, restored: bool = False) -> int:
        with tampered.zone(Zone.IDENTITY, Access.of_system("amal", OPERATION)) as session:
            count = list_rows(session, ring, Zone.IDENTITY, OPERATION, restored=restored)
            session.commit()
        return count

    def faults(self, world: World, tampered: Tampered) -> set[str]:
        with tampered.zone(Zone.IDENTITY) as session:
            return {fault.code for fault in verify_lists(session, world.ring, Zone.IDENTITY, OPERATION, {}).faults}

    def test_what_is_on_no_list_is_named_until_it_is_listed(self, listed_world: World) -> None:
        with listed_world.tampered() as tampered:
            tampered.do("DELETE FROM core.sealed_list")
            assert self.faults(listed_world, tampered) == {RowsUnlisted.code}
            assert self.seal(tampered, listed_world.ring) > 10
            assert self.faults(listed_world, tampered) == set()
            assert self.seal(tampered, listed_world.ring) == 0

    def test_what_was_changed_is_believed_after_a_restore_alone(self, listed_world: World) -> None:
        with listed_world.tampered() as tampered:
            tampered.do("UPDATE identity.account SET active = false")
            tampered.do("DELETE FROM identity.enrolment")
            self.seal(tampered, listed_world.ring)
            assert self.faults(listed_world, tampered) == {RowNotAsListed.code}
            self.seal(tampered, listed_world.ring, restored=True)
            assert self.faults(listed_world, tampered) == set()
