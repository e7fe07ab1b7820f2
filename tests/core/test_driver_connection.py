"""Statements whose answer nobody awaits go with the next one or with the commit: in their order, all or none."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.audit import Action, Purpose, audited_entries, record
from core.database import Database, Zone
from core.postgres.driver_connection import DriverConnection, driver_connection
from tests.exchanges import exchanges

NOTE = b"INSERT INTO note VALUES (%s)"


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction(Zone.CASEWORK, operation="TEST") as session:
        session.execute(text("CREATE TEMPORARY TABLE note (said text NOT NULL) ON COMMIT DROP"))
        yield session


def lines(database: Database) -> list[str]:
    with database.transaction(Zone.AUDIT) as session:
        return [entry.subject for entry in reversed(audited_entries(session))]


def read(session: Session, subject: str) -> None:
    record(session, Action.READ, subject, purpose=Purpose.ASSISTANCE)


def read_and_fail(session: Session, subject: str) -> None:
    read(session, subject)
    raise RuntimeError


def read_divide_and_read(session: Session, then: str) -> None:
    read(session, "before")
    driver_connection(session).send_along(b"SELECT 1 / %s::int", [0])
    read(session, "after")
    if then:
        session.execute(text(then))


def by_cursor_of_the_server(connection: DriverConnection) -> list[Any]:
    with connection.cursor("notes") as cursor:
        return cursor.execute("SELECT said FROM note").fetchall()


def by_many(connection: DriverConnection) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.executemany("SELECT said FROM note WHERE said <> %s", [("nothing",)], returning=True)
        return list(cursor.fetchall())


def by_copy(connection: DriverConnection) -> list[Any]:
    with connection.cursor() as cursor, cursor.copy("COPY note TO STDOUT") as copy:
        return list(copy.rows())


def by_stream(connection: DriverConnection) -> list[Any]:
    with connection.cursor() as cursor:
        return list(cursor.stream("SELECT said FROM note"))


@pytest.mark.parametrize(
    "ask",
    [lambda c: c.execute("SELECT said FROM note").fetchall(), by_cursor_of_the_server, by_many, by_copy, by_stream],
    ids=["a statement", "a cursor of the server", "many statements", "copy", "stream"],
)
def test_whatever_is_run_comes_after_what_waits(session: Session, ask: Callable[[DriverConnection], list[Any]]) -> None:
    connection = driver_connection(session)
    for said in ("first", "second"):
        connection.send_along(NOTE, [said])
    assert ask(connection) == [("first",), ("second",)]


def test_the_mapper_comes_after_what_waits(session: Session) -> None:
    driver_connection(session).send_along(NOTE, ["first"])
    assert list(session.scalars(text("SELECT said FROM note"))) == ["first"]


def test_what_waits_at_the_end_is_committed(database: Database) -> None:
    with database.transaction(Zone.CASEWORK, operation="TEST") as session:
        read(session, "casework.person")
    assert lines(database) == ["casework.person"]


def test_what_waits_is_undone_with_its_transaction(database: Database) -> None:
    with pytest.raises(RuntimeError), database.transaction(Zone.CASEWORK, operation="TEST") as session:
        read_and_fail(session, "casework.person")
    with database.transaction(Zone.CASEWORK, operation="TEST"):
        pass  # on the same connection: nothing has stayed behind
    assert lines(database) == []


def test_what_waits_within_a_savepoint_is_undone_with_it(database: Database) -> None:
    with database.transaction(Zone.CASEWORK, operation="TEST") as session:
        read(session, "before")
        with pytest.raises(RuntimeError), session.begin_nested():
            read_and_fail(session, "within")
        read(session, "after")
    assert lines(database) == ["before", "after"]


@pytest.mark.parametrize("then", ["SELECT 1", ""], ids=["at the next statement", "at the commit"])
def test_what_fails_undoes_everything(database: Database, then: str) -> None:
    with pytest.raises(Exception, match="division by zero"), database.transaction(Zone.CASEWORK) as session:
        read_divide_and_read(session, then)
    assert lines(database) == []


def test_what_waits_costs_no_exchange_of_its_own(session: Session, tmp_path: Path) -> None:
    connection = driver_connection(session)
    with exchanges(connection, tmp_path) as counted:
        for number in range(20):
            connection.send_along(NOTE, [str(number)])
        assert connection.execute("SELECT count(*) FROM note").fetchall() == [(20,)]
    assert counted() == 1
