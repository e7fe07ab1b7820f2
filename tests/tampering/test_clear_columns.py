"""Whoever changes what stands in clear beside a ciphertext is met by a catalogued refusal that names the record, or by what the
column now says; never by an unforeseen error, and never by an answer of somebody else."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import ARRAY, Column, String, Uuid

from casework.errors import ClearRowChanged
from casework.records import view_record
from core.access import Access, Grant
from core.audit import Purpose
from core.clear_columns import RecordDamaged
from core.database import Base, Zone
from core.errors import Problem
from core.permissions import Role
from core.sealing.envelope import CiphertextRefused
from tests.casework.conftest import OPERATION
from tests.tampering.conftest import WEEK, Tampered, World
from tests.tampering.reading import READINGS
from tests.tampering.test_tampering import read_all

NEVER_WRITTEN: dict[type, list[Any]] = {String: ["x", ""], ARRAY: [["x"], []], Uuid: [uuid4()]}
CHECKS = (
    "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', conrelid::regclass, conname) AS statement FROM pg_constraint "
    "WHERE contype IN ('c', 'f', 'u') AND conrelid = CAST(:table AS regclass)"
)


def clear_columns() -> Iterator[tuple[str, Column[Any]]]:
    for table in sorted(READINGS):
        for column in Base.metadata.tables[table].columns:
            if isinstance(column.type, tuple(NEVER_WRITTEN)):
                yield table, column


COLUMNS = {f"{table}.{column.name}": (table, column) for table, column in clear_columns()}


def whose(table: str) -> str:
    """Whose row it is: a refusal may name the person instead, and of a chain of edits the answer that it is read by first."""
    if table == "casework.interview":
        return ', (SELECT c.person FROM casework."case" c WHERE c.id = interview."case")'
    if table == "ingest.submission":
        return ", (SELECT string_agg(CAST(o.id AS text), ' ') FROM ingest.submission o WHERE o.root_id = submission.root_id)"
    if table == "casework.relationship":
        return ", person, other"
    return ", person" if "person" in Base.metadata.tables[table].columns else ""


def damage(tampered: Tampered, table: str, column: str, value: object) -> set[str]:
    """Write a value into one row of the table, whose checks are taken away; the ids that a refusal may name."""
    for check in tampered.rows(CHECKS, table=table):
        tampered.do(check["statement"])
    named = f"concat_ws(' ', {READINGS[table].named}{whose(table)})"
    [row] = tampered.rows(f"SELECT CAST(ctid AS text) AS place, {named} AS named FROM {table} ORDER BY {named} DESC LIMIT 1")
    [changed] = tampered.rows(
        f'UPDATE {table} SET "{column}" = :value WHERE ctid = CAST(:place AS tid) RETURNING {named} AS named',
        value=value,
        place=row["place"],
    )
    # A block of facts and the proof of a week are told by their week.
    return {each for one in (row["named"], changed["named"], value, WEEK) for each in str(one).split()}


def refused(world: World, tampered: Tampered, table: str) -> str:
    """What a catalogued refusal says; empty where the table is read."""
    try:
        read_all(world, tampered, table)
    except Problem as refusal:
        return str(refusal)
    return ""


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_a_damaged_clear_column_is_refused_by_the_records_id_or_read_as_it_stands(world: World, name: str) -> None:
    table, column = COLUMNS[name]
    values = next(values for kind, values in NEVER_WRITTEN.items() if isinstance(column.type, kind))
    for value in values:
        with world.tampered() as tampered:
            named = damage(tampered, table, column.name, value)
            refusal = refused(world, tampered, table)
        assert not refusal or any(each in refusal for each in named if each), f"{refusal} names none of {named}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("casework.consent.state", "x"),
        ("casework.opening.parts", ["x"]),
        ("identity.account.kind", "x"),
        ("ingest.submission.custody", "x"),
    ],
)
def test_a_code_that_was_never_written_is_not_guessed(world: World, name: str, value: object) -> None:
    table, column = COLUMNS[name]
    with world.tampered() as tampered:
        damage(tampered, table, column.name, value)
        with pytest.raises((CiphertextRefused, ClearRowChanged, RecordDamaged), match=f"{column.name}|{table}"):
            read_all(world, tampered, table)


def test_nor_is_where_a_record_lies(world: World) -> None:
    """Five units pass the database's pattern of reach; they are no custody, and decide nothing."""
    officer = Access("dina", OPERATION, (Grant(Role.DATA_PROTECTION_OFFICER),))
    with world.tampered() as tampered:
        [person] = damage(tampered, "casework.person", "custody", "a/b/c/d/e") - {"a/b/c/d/e", str(WEEK)}
        refused = pytest.raises((ClearRowChanged, RecordDamaged), match=person)
        with tampered.zone(Zone.CASEWORK, officer) as session, refused:
            view_record(session, world.ring, UUID(person), purpose=Purpose.RIGHTS)
