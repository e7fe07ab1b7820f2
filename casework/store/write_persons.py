"""Persons by the hundred thousand, as a pull or an import brings them: sealed while they stream, written by COPY.

PostgreSQL refuses COPY into a table with row-level security, so each batch is copied, as ciphertext, into temporary tables
of this transaction and inserted from there under the policies. While the database takes in one batch, the next is sealed.
Tokens wait for the last batch and are inserted in their order: each of them falls on another page of a large index, and in
disorder a page would be fetched, changed and logged for every one of them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import chain, islice
from struct import Struct
from typing import Any, Final
from uuid import UUID, uuid4

from psycopg import Cursor, sql
from sqlalchemy.orm import Session

from casework.models import FileChunk, FileRow, KeyKind, Person, StoredKey, Token, TokenKind
from casework.store.clear_rows import custody_entry, file_entry, token_entry
from casework.store.seal_file import NewFile, seal_chunks, seal_label
from casework.store.seal_record import KEY_TABLE, written
from casework.store.what_is_listed import EDITION, NEWEST_EDITION
from core.access import UNASSIGNED, Custody
from core.audit import Action, Purpose, record
from core.clock import now
from core.keys.keyring import KeyRing
from core.keys.newest_versions import versions_field, write_versions
from core.postgres.driver_connection import driver_connection
from core.postgres.packed_arrays import moment_sent
from core.sealing.seal_many import ManySealer
from forms import RecordPart

__all__ = ["NewPerson", "write_persons"]

BATCH: Final = 2_000  # persons sealed and in memory at a time, twice
FEW: Final = 50  # up to here plain INSERTs cost less than temporary tables
# In the order in which rows may be inserted, with the types that COPY in its binary form must be told.
COLUMNS: Final[Mapping[type, Mapping[str, str]]] = {
    Person: {
        "id": "uuid",
        "operation": "varchar",
        "row_version": "int4",
        "custody": "varchar",
        **{part.value: "bytea" for part in RecordPart},
    },
    StoredKey: {
        "record": "uuid",
        "kind": "varchar",
        "operation": "varchar",
        "key_version": "int4",
        "sealed": "bytea",
        "commitment": "bytea",
        "versions": "bytea",
    },
    Token: {"operation": "varchar", "kind": "varchar", "token": "bytea", "record": "uuid"},
    FileRow: {
        "id": "uuid",
        "person": "uuid",
        "operation": "varchar",
        "part": "varchar",
        "row_version": "int4",
        "label": "bytea",
        "added_at": "timestamptz",
    },
    FileChunk: {"file": "uuid", "position": "int4", "operation": "varchar", "content": "bytea"},
}
PERSON, PERSON_KEY, FIRST_VERSION = "casework.person", KeyKind.PERSON.value, 1
# COPY's binary form: https://www.postgresql.org/docs/15/sql-copy.html, "Binary Format".
COPY_HEADER, COPY_END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
COUNT, LENGTH = Struct(">h"), Struct(">i")
ENCODERS: Final[Mapping[str, Callable[[Any], bytes]]] = {
    "uuid": lambda value: value.bytes,
    "varchar": str.encode,
    "bytea": bytes,
    "int4": LENGTH.pack,
    "timestamptz": moment_sent,
}
Row = tuple[Any, ...]


@dataclass(frozen=True)
class NewPerson:
    """A person on the way into the store. A part that is not named is sealed empty; tokens are ready made."""

    parts: Mapping[RecordPart, Mapping[str, Any]] = field(repr=False)
    tokens: Sequence[tuple[TokenKind, bytes]] = field(default=(), repr=False)
    files: Sequence[NewFile] = field(default=(), repr=False)
    custody: Custody = UNASSIGNED
    id: UUID = field(default_factory=uuid4)


def write_persons(
    session: Session, ring: KeyRing, operation: str, persons: Iterable[NewPerson], *, purpose: Purpose = Purpose.COLLECTION
) -> int:
    """Write persons with their keys, tokens and files in the caller's transaction (zone casework); how many there were.

    Memory stays flat however many come; a file's content is held while its batch is written, so large files are added
    one by one. `persons` must not use the session while it is gone through: the database is at work with it. All or none:
    what fails undoes the transaction.
    """
    coming = iter(persons)
    first = list(islice(coming, FEW + 1))
    if len(first) <= FEW:
        _insert_few(session, ring, operation, first)
        written = len(first)
    else:
        written = _copy_all(session, ring, operation, chain(first, coming))
    record(session, Action.ADMITTED, "casework.person", purpose=purpose, count=written)
    return written


def _insert_few(session: Session, ring: KeyRing, operation: str, persons: Iterable[NewPerson]) -> None:
    """Without the object mapper: one statement for each person, and none is waited for before the commit."""
    sealer, connection = ManySealer(ring, KEY_TABLE, PERSON_KEY), driver_connection(session)
    for person in persons:
        rows: dict[type, list[Row]] = {table: [] for table in COLUMNS}
        for table, row in _rows(sealer, operation, person, now()):
            rows[table].append(row)
        shape = tuple((table, len(some)) for table, some in rows.items() if some)
        connection.send_along(_insert_all(shape), tuple(chain.from_iterable(chain.from_iterable(rows.values()))))


def _copy_all(session: Session, ring: KeyRing, operation: str, persons: Iterable[NewPerson]) -> int:
    written = 0
    with driver_connection(session).cursor() as cursor, ThreadPoolExecutor(1) as database:
        _make_temporary(cursor)
        under_way: Future[None] | None = None
        for count, encoded in _encoded_batches(ring, operation, persons):
            if under_way:
                under_way.result()
            under_way, written = database.submit(_take_in, cursor, encoded), written + count
        if under_way:
            under_way.result()
        _take_in_tokens(cursor)
        for table in COLUMNS:
            cursor.execute(sql.SQL("DROP TABLE {}").format(_incoming(table)))
    return written


def _encoded_batches(
    ring: KeyRing, operation: str, persons: Iterable[NewPerson]
) -> Iterator[tuple[int, dict[type, bytearray]]]:
    """How many persons, and their rows as COPY takes them.

    A person is let go of before the next is asked for: Python's search for garbage would visit thousands, were they kept.
    """
    coming = iter(persons)
    while True:
        encoded, count = {table: bytearray(COPY_HEADER) for table in COLUMNS}, 0
        for table, row in _sealed(ring, operation, islice(coming, BATCH)):
            encoded[table] += _encoded(table, row)
            count += table is Person
        if not count:
            return
        yield count, {table: rows + COPY_END for table, rows in encoded.items()}


def _sealed(ring: KeyRing, operation: str, persons: Iterable[NewPerson]) -> Iterator[tuple[type, Row]]:
    """Every row of these persons, with its table."""
    sealer, moment = ManySealer(ring, KEY_TABLE, PERSON_KEY), now()
    for person in persons:
        yield from _rows(sealer, operation, person, moment)


def _rows(sealer: ManySealer, operation: str, new: NewPerson, moment: datetime) -> Iterator[tuple[type, Row]]:
    record = new.id.bytes
    key, wrapped = sealer.new_key(record)
    files, custody = [(uuid4(), file) for file in new.files], str(new.custody)
    listed = [
        custody_entry(operation, custody),
        token_entry(new.tokens),
        *(file_entry(operation, one, file.part.value, FIRST_VERSION) for one, file in files),
    ]
    entries = {new.id: FIRST_VERSION, EDITION: NEWEST_EDITION, **dict(listed)}
    versions = sealer.seal(key, write_versions(entries), KEY_TABLE, versions_field(PERSON_KEY), record)
    yield StoredKey, (new.id, PERSON_KEY, operation, wrapped.version, wrapped.sealed, wrapped.commitment, versions)
    ciphertexts = [sealer.seal(key, written(new.parts.get(part, {})), PERSON, part.value, record) for part in RecordPart]
    yield Person, (new.id, operation, FIRST_VERSION, custody, *ciphertexts)
    for kind, token in new.tokens:
        yield Token, (operation, kind.value, token, new.id)
    for file_id, file in files:
        label = seal_label(key, file_id, file)
        yield FileRow, (file_id, new.id, operation, file.part.value, FIRST_VERSION, label, moment)
        for position, sealed in enumerate(seal_chunks(key, file_id, file.content)):
            yield FileChunk, (file_id, position, operation, sealed)


def _make_temporary(cursor: Cursor[Any]) -> None:
    for table, columns in COLUMNS.items():
        typed = sql.SQL(", ").join(sql.SQL(f"{{}} {kind}").format(sql.Identifier(name)) for name, kind in columns.items())
        cursor.execute(sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(_incoming(table), typed))


def _take_in(cursor: Cursor[Any], encoded: Mapping[type, bytearray]) -> None:
    """One batch; its tokens no further than into their temporary table."""
    for table, rows in encoded.items():
        names = sql.SQL(", ").join(map(sql.Identifier, COLUMNS[table]))
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(_incoming(table), names)) as copy:
            copy.write(rows)
        if table is not Token:
            cursor.execute(_TAKE_OVER[table])
            cursor.execute(sql.SQL("TRUNCATE {}").format(_incoming(table)))


def _take_in_tokens(cursor: Cursor[Any]) -> None:
    cursor.execute("SET LOCAL work_mem = '64MB'")
    cursor.execute(_TAKE_OVER[Token] + sql.SQL(" ORDER BY token"))
    cursor.execute("SET LOCAL work_mem TO DEFAULT")


def _incoming(table: type) -> sql.Identifier:
    return sql.Identifier("pg_temp", f"incoming_{getattr(table, '__tablename__')}")  # noqa: B009


def _encoded(table: type, row: Row) -> bytes:
    """A row in COPY's binary form, straight from what it is: the driver would ask each value for its type again."""
    count, encoders = _ENCODERS[table]
    pieces = [count]
    for encode, value in zip(encoders, row, strict=True):
        content = encode(value)
        pieces += (LENGTH.pack(len(content)), content)
    return b"".join(pieces)


def _target(table: type) -> sql.Identifier:
    return sql.Identifier("casework", getattr(table, "__tablename__"))  # noqa: B009  (a class is known by its table)


@lru_cache(128)
def _insert_all(shape: tuple[tuple[type, int], ...]) -> bytes:
    """One statement that inserts so many rows into each table; at its end the database checks what refers to what.

    As bytes, so that the driver knows it again and need not put it together for each person.
    """
    *before, last = (_insert(table, rows) for table, rows in shape)
    named = (sql.SQL("{} AS ({})").format(sql.Identifier(f"part_{n}"), insert) for n, insert in enumerate(before))
    return sql.SQL("WITH {} {}").format(sql.SQL(", ").join(named), last).as_bytes()


def _insert(table: type, rows: int) -> sql.Composed:
    columns = COLUMNS[table]
    row = sql.SQL("({})").format(sql.SQL(", ").join([sql.Placeholder()] * len(columns)))
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("INSERT INTO {} ({}) VALUES {}").format(_target(table), names, sql.SQL(", ").join([row] * rows))


_ENCODERS: Final = {
    table: (COUNT.pack(len(columns)), [ENCODERS[kind] for kind in columns.values()]) for table, columns in COLUMNS.items()
}
_TAKE_OVER: Final = {
    table: sql.SQL("INSERT INTO {} ({names}) SELECT {names} FROM {}").format(
        _target(table), _incoming(table), names=sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    for table, columns in COLUMNS.items()
}
