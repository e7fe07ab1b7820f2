"""What many tests begin with is made once for all of them: what its making wrote is put back, row by row as it was.

To publish the questionnaires and admit a case takes the program a fifth of a second; to write the same rows again, a hundredth.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial, wraps
from inspect import Parameter, signature
from typing import Any, Final, TypeVar, cast

import pytest
from sqlalchemy import Connection

from core import clock

__all__ = ["OURS", "WRITTEN_TO", "Beginning", "begun"]

OURS: Final = "('core', 'forms', 'ingest', 'casework', 'anonymizer', 'statistics', 'identity')"
# A table that was emptied and vacuumed has no page left: one that has pages was written to.
WRITTEN_TO: Final = (
    "SELECT oid::regclass::text FROM pg_class "
    f"WHERE relkind = 'r' AND relnamespace::regnamespace::text IN {OURS} AND pg_relation_size(oid) > 0 ORDER BY oid"
)
NEXT_TRANSACTION: Final = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
COLUMNS: Final = (
    "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 "
    "AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"
)
COUNTED: Final = "SELECT count(*), count(*) FILTER (WHERE xmin::text::bigint >= {since}) FROM {table}"
ROWS: Final = "SELECT string_agg('(' || concat_ws(', ', {values}) || ')', ', ' ORDER BY ctid) FROM {table} WHERE {which}"
NUMBERED: Final = (
    "SELECT coalesce(string_agg(format('SELECT setval(''%I.%I'', %s)', schemaname, sequencename, last_value), '; '), '') "
    f"FROM pg_sequences WHERE last_value IS NOT NULL AND schemaname IN {OURS}"
)

Gave = TypeVar("Gave")
_NOW: Final = clock.now


@dataclass(frozen=True)
class _Written:
    """The statements that put back what was written, how many rows each table then has, and what its maker gave."""

    statements: str = field(repr=False)
    rows: dict[str, int]
    gave: Any


_written: dict[tuple[str, ...], _Written] = {}


class Beginning:
    """What a database that was blank begins with, one thing after the other; each is known by the function that makes it."""

    def __init__(self, owned: Callable[[], AbstractContextManager[Connection]]) -> None:
        """`owned` lends a connection of the server's administrator on which neither triggers nor foreign keys act."""
        self._owned = owned
        self._names: tuple[str, ...] = ()
        self._rows: dict[str, int] = {}
        self._next = 0  # the number that the next transaction will have, unless somebody writes meanwhile; 0: nothing is made

    def __call__(self, make: Callable[[], Gave]) -> Gave:
        """What `make` gives, having written what it writes, which depends on nothing but what was made before it.

        It is called where nobody has called it yet, and wherever anything else was written before it, or a test has stopped
        the clock. What it gives is given to every test: ids, nothing that changes.
        """
        names = (*self._names, f"{make.__module__}.{make.__qualname__}")
        with self._owned() as connection:
            if not self._undisturbed(connection):
                return make()
            if known := _written.get(names):
                _run(connection, known.statements)
        if not known:
            known = _written[names] = self._watched(make)
        self._names, self._rows = names, known.rows
        with self._owned() as connection:
            self._next = _number(connection)
        return cast("Gave", known.gave)

    def _undisturbed(self, connection: Connection) -> bool:
        if clock.now is not _NOW:
            return False
        return _number(connection) == self._next if self._next else not _run(connection, WRITTEN_TO)

    def _watched(self, make: Callable[[], Gave]) -> _Written:
        with self._owned() as connection:
            since = _number(connection)
        gave = make()
        statements, rows = [], dict[str, int]()
        with self._owned() as connection:
            for (table,) in _run(connection, WRITTEN_TO):
                [(rows[table], new)] = _run(connection, COUNTED.format(table=table, since=since))
                if rows[table] - new != self._rows.get(table, 0):  # what stood there before was changed
                    statements += [f"DELETE FROM {table}", _insert(connection, table, "true")]
                elif new:
                    statements.append(_insert(connection, table, f"xmin::text::bigint >= {since}"))
            [(numbers,)] = _run(connection, NUMBERED)
        return _Written("; ".join([*statements, numbers]), rows, gave)


def begun(make: Callable[..., Any]) -> Any:
    """A fixture that is made once, and what it wrote put back for every further test; it gives ids, or what is made of ids."""

    @wraps(make)
    def fixture(begin: Beginning, **given: Any) -> Any:
        return begin(wraps(make)(partial(make, **given)))

    own = signature(make)
    asks = Parameter("begin", Parameter.KEYWORD_ONLY, annotation=Beginning)
    fixture.__signature__ = own.replace(parameters=[*own.parameters.values(), asks])  # type: ignore[attr-defined]
    return pytest.fixture(fixture)


def _insert(connection: Connection, table: str, which: str) -> str:
    columns = [name for (name,) in _run(connection, COLUMNS.format(table=table))]
    values = ", ".join(f"quote_nullable({column}::text)" for column in columns)
    [(rows,)] = _run(connection, ROWS.format(values=values, table=table, which=which))
    return f"INSERT INTO {table} ({', '.join(columns)}) OVERRIDING SYSTEM VALUE VALUES {rows}" if rows else "SELECT"


def _number(connection: Connection) -> int:
    [(number,)] = _run(connection, NEXT_TRANSACTION)
    return int(number)


def _run(connection: Connection, statements: str) -> list[tuple[Any, ...]]:
    """By the driver itself: what is put back holds signs that would be taken for parameters."""
    done = cast("Any", connection.connection.driver_connection).execute(statements)
    return done.fetchall() if done.description else []
