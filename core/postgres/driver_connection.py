"""The driver's connection: statements whose answer nobody awaits go with the next one, or with the commit.

A line of the audit log, or the rows of a new person, need no answer but that they were taken in, which the commit gives as
well. Each answer awaited is a turn of two processes: for one person written they cost as much as the writing. What waits
keeps its place: whatever is run on the connection comes after it, and what fails in it fails there, with the transaction.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.abc import Params, Query
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from core.postgres.packed_arrays import Packed, PackedDumper

__all__ = ["DriverConnection", "driver_connection", "use_driver_connections"]


class DriverConnection(psycopg.Connection[Any]):
    """A psycopg connection that can hold statements back until something is sent anyway."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cursor_factory = _Cursor
        self._waiting: list[tuple[bytes, Params]] = []

    def send_along(self, statement: bytes, parameters: Params) -> None:
        """Run the statement, of which nothing is wanted back, before whatever is run next, in the same exchange."""
        self._waiting.append((statement, parameters))

    def commit(self) -> None:
        if self._waiting:
            self.execute("COMMIT")  # the driver's own would await an answer to it inside the exchange, and then the exchange's
        else:
            super().commit()

    def rollback(self) -> None:
        self._waiting.clear()
        super().rollback()

    def cursor(self, *args: Any, **kwargs: Any) -> Any:
        if args or kwargs.get("name"):  # a cursor of the server's, which is declared where no pipeline may be
            self.send_what_waits()
        return super().cursor(*args, **kwargs)

    def send_what_waits(self) -> None:
        with self.after_what_waits():
            pass

    @contextmanager
    def after_what_waits(self) -> Iterator[None]:
        """What is run in here goes in one exchange with what waits, and after it."""
        if self._waiting:
            with self.in_one_exchange():
                yield
        else:
            yield

    @contextmanager
    def in_one_exchange(self) -> Iterator[None]:
        """The same, and all that is run in here goes in that one exchange; its results are fetched afterwards."""
        waiting, self._waiting = self._waiting, []
        with self.pipeline(), psycopg.Cursor(self) as of_no_answer:
            for statement, parameters in waiting:
                of_no_answer.execute(statement, parameters)
            yield


class _Cursor(psycopg.Cursor[Any]):
    """Whatever it runs comes after what waits on its connection."""

    _conn: DriverConnection

    def execute(self, query: Any, params: Params | None = None, **how: Any) -> Any:
        with self._conn.after_what_waits():
            return super().execute(query, params, **how)

    def executemany(self, query: Query, params_seq: Iterable[Params], **how: Any) -> None:
        with self._conn.after_what_waits():
            super().executemany(query, params_seq, **how)

    def stream(self, query: Any, params: Params | None = None, **how: Any) -> Any:
        self._conn.send_what_waits()
        return super().stream(query, params, **how)

    def copy(self, statement: Any, params: Params | None = None, **how: Any) -> Any:
        self._conn.send_what_waits()
        return super().copy(statement, params, **how)


def use_driver_connections(engine: Engine) -> None:
    """Let the engine's connections be of this kind."""

    @event.listens_for(engine, "do_connect")
    def connect(_: object, __: object, cargs: Any, cparams: Any) -> DriverConnection:
        connection = DriverConnection.connect(*cargs, **cparams)
        connection.adapters.register_dumper(Packed, PackedDumper)
        return connection


def driver_connection(session: Session) -> DriverConnection:
    """The driver's own connection of a transaction, for COPY and binary results; what is pending is flushed first."""
    session.flush()
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, DriverConnection)  # noqa: S101  (`core.database.connect` opens no other)
    return connection
