"""Many rows of a table by one statement, one array for each column.

COPY is not for tables under row-level security, and the object mapper costs more than sealing what it writes. The statement is
the same however many rows there are, so it is prepared once.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Boolean, DateTime, Integer, LargeBinary, String, Table, Uuid
from sqlalchemy.orm import Session

from core.database import Base
from core.driver_connection import driver_connection
from core.packed_arrays import Kind, Packed, moment_sent, packed

__all__ = ["insert_rows"]

Row = Mapping[str, Any]
# By what a column holds: the items of its array, the array's name in SQL, and how PostgreSQL receives one.
_SENT: Final[Mapping[type, tuple[Kind, str, Callable[[Any], bytes]]]] = {
    Uuid: (Kind.UUID, "uuid", lambda value: value.bytes),
    String: (Kind.TEXT, "text", str.encode),
    LargeBinary: (Kind.BYTEA, "bytea", bytes),
    Integer: (Kind.INTEGER, "integer", lambda value: value.to_bytes(4, signed=True)),
    Boolean: (Kind.BOOLEAN, "boolean", lambda value: bytes([value])),
    DateTime: (Kind.TIMESTAMPTZ, "timestamptz", moment_sent),
}


def insert_rows(session: Session, table: type[Base], rows: Sequence[Row]) -> None:
    """Insert rows that name the same columns; those that they do not name get what the database gives them.

    The statement goes along with the next one (`core.driver_connection`), and what the database refuses is raised there.
    """
    if rows:
        columns = tuple(rows[0])
        given = {name: _column(table, name, [row[name] for row in rows]) for name in columns}
        driver_connection(session).send_along(_statement(table, columns), given)


def _column(table: type[Base], name: str, values: Collection[Any]) -> Packed:
    kind, _, send = _sent(table, name)
    return packed(kind, [None if value is None else send(value) for value in values])


@lru_cache(256)
def _sent(table: type[Base], name: str) -> tuple[Kind, str, Callable[[Any], bytes]]:
    return _SENT[type(_columns(table).columns[name].type)]


@lru_cache(64)
def _statement(table: type[Base], columns: Sequence[str]) -> bytes:
    """As bytes, so that the driver knows it again."""
    into, names = _columns(table), ", ".join(f'"{name}"' for name in columns)
    arrays = ", ".join(f"%({name})b::{_sent(table, name)[1]}[]" for name in columns)
    # Names of tables and columns are the program's own.
    return f'INSERT INTO {into.schema}."{into.name}" ({names}) SELECT * FROM unnest({arrays})'.encode()


def _columns(table: type[Base]) -> Table:
    found = table.__table__
    assert isinstance(found, Table)  # noqa: S101  (a mapped class of ours stands for one table)
    return found
