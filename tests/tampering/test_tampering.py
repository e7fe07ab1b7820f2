"""Whoever changes a ciphertext in the database is found when it is read: a refusal that names the record, never wrong data."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import LargeBinary

import app.cli.main  # noqa: F401  (loads every stage's tables)
from core.database import Base
from core.errors import Problem
from tests.tampering.columns import COLUMNS, PARTS, Kind, of_kind
from tests.tampering.conftest import Tampered, World
from tests.tampering.reading import READINGS

SEALED = of_kind(Kind.CIPHERTEXT, Kind.WRAPPED, Kind.COMMITMENT)
ONE_WORLD = settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read_all(world: World, tampered: Tampered, table: str) -> Any:
    reading = READINGS[table]
    with tampered.zone(reading.zone, reading.access) as session:
        return reading.read(session, world.ring)


def split(column: str) -> tuple[str, str]:
    table, _, name = column.rpartition(".")
    return table, name


def rows_of(tampered: Tampered, table: str, name: str) -> list[dict[str, Any]]:
    """The filled rows, by their physical place, in an order that stays."""
    named = READINGS[table].named
    return tampered.rows(
        f"SELECT CAST(ctid AS text) AS place, {named} AS named, {name} AS content FROM {table} "
        f"WHERE {name} IS NOT NULL AND {name} <> '' {ONLY_READ.get(table, '')} ORDER BY {named}, {name}"
    )


# Rows that no use case reads: an entry of quarantine that was resolved, a report's statement kept by an edit.
ONLY_READ = {"ingest.quarantine": "AND resolved_at IS NULL"}


def put(tampered: Tampered, table: str, name: str, place: str, content: bytes | None) -> None:
    statement = f"UPDATE {table} SET {name} = :content WHERE ctid = CAST(:place AS tid)"
    assert tampered.do(statement, content=content, place=place) == 1


def refused(world: World, tampered: Tampered, table: str, *named: object) -> None:
    with pytest.raises(Problem) as refusal:
        read_all(world, tampered, table)
    ids = [each for one in named for each in str(one).split()]
    assert any(each in str(refusal.value) for each in ids), f"{refusal.value} names none of {named}"


def test_every_column_of_bytes_is_classified() -> None:
    columns = {
        f"{table.fullname}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert columns == set(COLUMNS)


def test_every_sealed_table_is_read_by_a_use_case_and_is_filled(world: World) -> None:
    assert {split(column)[0] for column in SEALED} == set(READINGS)
    with world.tampered() as tampered:
        for column in SEALED:
            assert len(rows_of(tampered, *split(column))) >= 2, column
        for table in READINGS:
            assert read_all(world, tampered, table)


@pytest.mark.parametrize("column", SEALED)
@ONE_WORLD
@given(data=st.data())
def test_any_flipped_bit_or_cut_is_refused_by_the_records_id(world: World, column: str, data: st.DataObject) -> None:
    table, name = split(column)
    with world.tampered() as tampered:
        row = data.draw(st.sampled_from(rows_of(tampered, table, name)))
        content, at = bytearray(row["content"]), data.draw(st.integers(0, len(row["content"]) - 1))
        if data.draw(st.booleans(), label="flip a bit, or else cut"):
            content[at] ^= 1 << data.draw(st.integers(0, 7))
        else:
            del content[at:]
        put(tampered, table, name, row["place"], bytes(content))
        refused(world, tampered, table, row["named"])


@pytest.mark.parametrize("column", SEALED)
def test_an_emptied_column_is_refused(world: World, column: str) -> None:
    table, name = split(column)
    with world.tampered() as tampered:
        row = rows_of(tampered, table, name)[0]
        put(tampered, table, name, row["place"], b"")
        refused(world, tampered, table, row["named"])


@pytest.mark.parametrize("column", SEALED)
def test_two_rows_exchanged_are_refused(world: World, column: str) -> None:
    table, name = split(column)
    with world.tampered() as tampered:
        first, *_, last = rows_of(tampered, table, name)
        put(tampered, table, name, first["place"], last["content"])
        last = next(row for row in rows_of(tampered, table, name) if row["place"] == last["place"])
        put(tampered, table, name, last["place"], first["content"])
        refused(world, tampered, table, first["named"], last["named"])


@pytest.mark.parametrize("table", ["person", "interview", "movement_event", "former_version"])
@pytest.mark.parametrize(("one", "other"), [(one, other) for one in PARTS for other in PARTS if one < other])
def test_two_columns_exchanged_are_refused(world: World, table: str, one: str, other: str) -> None:
    table = f"casework.{table}"
    with world.tampered() as tampered:
        [row, *_] = rows_of(tampered, table, one)
        tampered.do(f"UPDATE {table} SET {one} = {other}, {other} = {one} WHERE ctid = CAST(:place AS tid)", place=row["place"])
        refused(world, tampered, table, row["named"])


@pytest.mark.parametrize("table", ["casework.record_key", "ingest.record_key", "core.register_entry", "identity.account"])
def test_whole_wrapped_keys_exchanged_are_refused(world: World, table: str) -> None:
    sealed = "sealed" if table.endswith("record_key") else "sealed_key"
    with world.tampered() as tampered:
        first, *_, last = rows_of(tampered, table, sealed)
        tampered.do(
            f"UPDATE {table} a SET {sealed} = b.{sealed}, commitment = b.commitment FROM {table} b "
            "WHERE (a.ctid, b.ctid) IN ((CAST(:one AS tid), CAST(:two AS tid)), (CAST(:two AS tid), CAST(:one AS tid)))",
            one=first["place"],
            two=last["place"],
        )
        refused(world, tampered, table, first["named"], last["named"])


@pytest.mark.parametrize("table", ["casework.record_key", "ingest.record_key", "anonymizer.block_key"])
def test_a_deleted_key_is_said_and_never_an_empty_record(world: World, table: str) -> None:
    with world.tampered() as tampered:
        row = rows_of(tampered, table, "sealed")[-1]
        tampered.do(f"DELETE FROM {table} WHERE ctid = CAST(:place AS tid)", place=row["place"])
        week = "2026-W07" if table == "anonymizer.block_key" else row["named"]  # a block is told by its week
        refused(world, tampered, table, row["named"], week)


@pytest.mark.parametrize("version", ["row_version - 1", "row_version + 1", "-1", "0", "2147483647"])
@pytest.mark.parametrize("table", ["person", "interview", "movement_event", "former_version", "file"])
def test_an_edited_version_is_refused(world: World, table: str, version: str) -> None:
    table = f"casework.{table}"
    with world.tampered() as tampered:
        row = rows_of(tampered, table, "label" if table.endswith("file") else "identity")[0]
        tampered.do(f"UPDATE {table} SET row_version = {version} WHERE ctid = CAST(:place AS tid)", place=row["place"])
        refused(world, tampered, table, row["named"])


@pytest.mark.parametrize("version", [99, 0, -1])
@pytest.mark.parametrize("table", ["casework.record_key", "ingest.record_key", "core.register_entry", "identity.account"])
def test_a_key_said_to_be_under_another_version_is_refused(world: World, table: str, version: int) -> None:
    column = "version" if table.startswith("ingest") else "key_version"
    with world.tampered() as tampered:
        row = rows_of(tampered, table, "commitment")[0]
        tampered.do(f"UPDATE {table} SET {column} = {version} WHERE ctid = CAST(:place AS tid)", place=row["place"])
        refused(world, tampered, table, row["named"])
