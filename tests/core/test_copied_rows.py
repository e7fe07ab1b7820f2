"""Rows that PostgreSQL copies out: the same as the driver's own, and a copy that fails is told as it failed."""

import pytest
from psycopg import sql
from psycopg.errors import DivisionByZero
from sqlalchemy import text

from core.database import Database, Zone
from core.postgres.copied_rows import copied_rows
from core.postgres.driver_connection import driver_connection

HEADER_BYTES, END = 19, b"\xff\xff"


def copying(query: str) -> sql.Composed:
    return sql.SQL("COPY ({}) TO STDOUT (FORMAT BINARY)").format(sql.SQL(query))  # type: ignore[arg-type]


@pytest.mark.parametrize("rows", [0, 1, 20_000])  # more than are there when the first is asked for
def test_rows_are_those_of_the_driver_without_header_and_end(database: Database, rows: int) -> None:
    statement = copying(f"SELECT n, repeat('x', n % 50) FROM generate_series(1, {rows}) n")
    with database.transaction(Zone.CASEWORK) as session:
        connection = driver_connection(session)
        found = b"".join(copied_rows(connection, statement))
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            plainly = b"".join(copy)
        assert found == plainly[HEADER_BYTES : -len(END)]


@pytest.mark.parametrize("fails_at", [1, 2, 15_000])
def test_a_copy_that_fails_raises_why_and_leaves_the_connection_usable(database: Database, fails_at: int) -> None:
    failing, found = copying(f"SELECT 1 / ({fails_at} - n) FROM generate_series(1, 20000) n"), list[int]()

    def take_them() -> None:
        with database.transaction(Zone.CASEWORK) as session:
            found.extend(map(len, copied_rows(driver_connection(session), failing)))

    with pytest.raises(DivisionByZero):
        take_them()
    assert len(found) == fails_at - 1
    with database.transaction(Zone.CASEWORK) as session:
        assert session.scalar(text("SELECT 1")) == 1


def test_who_has_seen_enough_may_leave(database: Database) -> None:
    with database.transaction(Zone.CASEWORK) as session:
        rows = copied_rows(driver_connection(session), copying("SELECT n FROM generate_series(1, 1000000) n"))
        next(rows)
        rows.close()
        session.rollback()
    with database.transaction(Zone.CASEWORK) as session:
        assert session.scalar(text("SELECT 1")) == 1
