"""A transaction whose statements are all known beforehand: one exchange, all or nothing, and by connections of its own."""

import os
import socket
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import PoolProxiedConnection

from core.audit import Action, Line, Purpose, audited_entries, record_each
from core.database import Database, DatabaseDown, Zone
from core.postgres.driver_connection import DriverConnection
from core.postgres.one_exchange import Said, Statement
from core.postgres.packed_arrays import Kind, packed
from tests.exchanges import exchanges

ASK = Statement(b"SELECT n, current_user::text, current_setting('waystation.actor') FROM unnest(%(numbers)b::int[]) AS n")
DIVIDE = Statement(b"SELECT 1 / %(by)b::int")
WRITTEN = Statement(b"SELECT set_config('waystation.written', %(ids)b, true)")


def run(database: Database, *said: Said) -> list[list[list[bytes | None]]]:
    told = database.in_one_exchange(Zone.COLLECTION, said, operation="TEST", actor="collector:1")
    return [[list(row) for row in rows] for rows in told]


def numbers(*several: int) -> Said:
    return ASK.of({"numbers": packed(Kind.INTEGER, [one.to_bytes(4) for one in several]), "not asked for": b""})


def line_of(record: int) -> Line:
    return Line("collector:1", UUID(int=record), {})


def noting(*records: int) -> tuple[Said, Said]:
    """Lines of two records, of which these are noted as written."""
    ids = " ".join(str(UUID(int=record)) for record in records)
    lines = record_each(Action.RECEIVED, "ingest.submission", [line_of(1), line_of(2)], purpose=Purpose.COLLECTION)
    return WRITTEN.of({"ids": ids.encode()}), lines


def subjects(database: Database) -> list[str]:
    with database.transaction(Zone.AUDIT) as session:
        return [entry.subject for entry in audited_entries(session)]


def test_each_statement_has_its_rows_on_whose_behalf_it_was_asked(database: Database) -> None:
    zone = Zone.COLLECTION.value.encode()
    asked = [[(1).to_bytes(4), zone, b"collector:1"], [(2).to_bytes(4), zone, b"collector:1"]]
    assert run(database, numbers(1, 2), numbers()) == [asked, []]
    assert run(database, numbers(), numbers(1, 2)) == [[], asked]  # known to the connection by now


def test_all_of_it_is_one_exchange(database: Database, tmp_path: Path) -> None:
    run(database, numbers(1), *noting(1))
    line = database.exchange.pool.connect()
    with exchanges(driver(line), tmp_path) as counted:
        line.close()  # back to the pool, which has no other
        run(database, numbers(1), *noting(1))
    assert counted() == 1


def test_lines_of_the_log_are_of_what_was_written_and_committed_with_it(database: Database) -> None:
    run(database, *noting(2))
    assert subjects(database) == [f"ingest.submission:{UUID(int=2)}"]


def test_what_fails_undoes_everything_and_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        run(database, *noting(1), DIVIDE.of({"by": bytes(4)}), numbers(1))
    assert subjects(database) == []
    assert run(database, DIVIDE.of({"by": (1).to_bytes(4)})) == [[[(1).to_bytes(4)]]]


def test_a_connection_that_has_died_fails_once_and_another_takes_its_place(database: Database) -> None:
    run(database, numbers(1))
    with database.exchange.pool.connect() as line, socket.socket(fileno=os.dup(driver(line).pgconn.socket)) as end:
        end.shutdown(socket.SHUT_RDWR)
    with pytest.raises(DatabaseDown):
        run(database, numbers(1))
    assert len(run(database, numbers(1))[0]) == 1


def test_more_than_the_line_takes_at_once_arrives(database: Database) -> None:
    many = range(50_000)
    (rows,) = run(database, numbers(*many))
    assert [int.from_bytes(row[0] or b"") for row in rows] == list(many)


def driver(line: PoolProxiedConnection) -> DriverConnection:
    assert isinstance(line.driver_connection, DriverConnection)
    return line.driver_connection
