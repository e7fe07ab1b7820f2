"""Many rows of a table by one statement, one array for each column.

COPY is not for tables under row-level security, and the object mapper costs more than sealing what it writes. The statement is
the same however many rows there are, so it is prepared once. A row is written into its columns as soon as it is made: kept by
the thousand, rows would be visited again and again by Python's search for garbage.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Boolean, DateTime, Integer, LargeBinary, String, Table, Uuid
from sqlalchemy.orm import Session

from core.database import Base
from core.postgres.driver_connection import driver_connection
from core.postgres.packed_arrays import Kind, moment_sent, packed

__all__ = ["NewRows"]

Sender = tuple[Kind, str, Callable[[Any], bytes]]
# By what a column holds: the items of its array, the array's name in SQL, and how PostgreSQL receives one.
_SENT: Final[Mapping[type, Sender]] = {
    Uuid: (Kind.UUID, "uuid", lambda value: value.bytes),
    String: (Kind.TEXT, "text", str.encode),
    LargeBinary: (Kind.BYTEA, "bytea", bytes),
    Integer: (Kind.INTEGER, "integer", lambda value: value.to_bytes(4, signed=True)),
    Boolean: (Kind.BOOLEAN, "boolean", lambda value: bytes([value])),
    DateTime: (Kind.TIMESTAMPTZ, "timestamptz", moment_sent),
}


class NewRows:
    """Rows of one table on their way. All name the same columns; those that they do not name get what the database gives."""

    def __init__(self, table: type[Base]) -> None:
        self._table = table
        self._columns: list[tuple[str, list[bytes | None], Callable[[Any], bytes]]] = []

    def add(self, row: Mapping[str, Any]) -> None:
        """Take on a row; raises `KeyError` where it does not name a column that others do."""
        if not self._columns:
            self._columns = [(name, [], _sent(self._table, name)[2]) for name in row]
        for name, column, send in self._columns:
            value = row[name]
            column.append(None if value is None else send(value))

    def __bool__(self) -> bool:
        return bool(self._columns)

    def insert(self, session: Session) -> None:
        """Insert them all, if there are any. The statement goes along with the next one (`core.postgres.driver_connection`),
        and what the database refuses is raised there."""
        if self:
            given = {name: packed(_sent(self._table, name)[0], column) for name, column, _ in self._columns}
            driver_connection(session).send_along(_statement(self._table, tuple(given)), given)


@lru_cache(256)
def _sent(table: type[Base], name: str) -> Sender:
    return _SENT[type(_made_of(table).columns[name].type)]


@lru_cache(64)
def _statement(table: type[Base], columns: Sequence[str]) -> bytes:
    """As bytes, so that the driver knows it again."""
    into, names = _made_of(table), ", ".join(f'"{name}"' for name in columns)
    arrays = ", ".join(f"%({name})b::{_sent(table, name)[1]}[]" for name in columns)
    # Names of tables and columns are the program's own.
    return f'INSERT INTO {into.schema}."{into.name}" ({names}) SELECT * FROM unnest({arrays})'.encode()


def _made_of(table: type[Base]) -> Table:
    found = table.__table__
    assert isinstance(found, Table)  # noqa: S101  (a mapped class of ours stands for one table)
    return found
