"""What stands in clear about a person or a report, as their keys list it.

A record key lists a digest of each row (`casework.store.what_is_listed` says which), sealed in the list that names the newest
versions (`core.keys.newest_versions`): what was changed, added or taken away behind the program's back differs from the list,
and a list that was put back differs from the rows. Rows and list are read in the zone of comparison, which sees a record's rows
whoever's reach it is in, and of them nothing that is sealed: so that one is missing is told to everybody who opens the key.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    LargeBinary,
    Select,
    String,
    Uuid,
    and_,
    any_,
    bindparam,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from casework.models import KeyKind, StoredKey, TokenKind
from casework.rights_models import Restriction
from casework.store.what_is_listed import CUSTODY, FILE, LISTED, NUMBERS, REPORT, RESTRICTION, TOKEN, Column
from core.database import Zone, ask_in
from core.keys.logged_versions import newest_told

__all__ = [
    "Standing",
    "custody_entry",
    "digest_of",
    "file_entry",
    "id_in",
    "key_subject",
    "read_changes",
    "read_rows",
    "report_entry",
    "row_entry",
    "text_of",
    "token_entry",
]

Entry = tuple[UUID, int]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SUBJECT: Final = "casework.record_key:"
_WRITTEN: Final = json.JSONEncoder(ensure_ascii=False).encode  # as PostgreSQL writes a `jsonb`
_KINDS: Final = {kind: kind.value.encode() for kind in TokenKind}


@dataclass(frozen=True)
class Standing:
    """A key's list as it is sealed, and its rows as they stand at the same moment: by digest, their set and their text.

    `changes` is how many changes of the list the audit log tells of.
    """

    versions: bytes
    rows: Mapping[UUID, tuple[str, str]]
    changes: int

    def entries(self, known: Iterable[str]) -> dict[UUID, int]:
        """The rows of these sets as a list names them: a digest in place of an id, the set's number in place of a version."""
        return {digest: NUMBERS[name] for digest, (name, _) in self.rows.items() if name in known}


def key_subject(record: UUID, kind: str) -> str:
    """How the audit log names a record key."""
    return f"{_SUBJECT}{record}/{kind}"


def id_in(text: str) -> str:
    """The id of a row by its text; where it has none of its own, what tells it from the others of the record."""
    name, *values = json.loads(text)
    return " ".join(map(str, values[: LISTED[name].told_by])) or name


def read_rows(session: Session, records: Iterable[UUID], kind: KeyKind) -> dict[UUID, Standing]:
    """By record that has a key of this kind, what stands. One question for all, so that list and rows are of one moment.

    Of a movement report these are its restrictions that stand and, for the key of what its reporter said, the report's row.
    """
    found = ask_in(session, Zone.COMPARISON, _STANDING[kind], {"records": list(records), "kind": kind.value})
    return {record: Standing(versions, dict(map(_numbered, texts)), changes) for record, versions, texts, changes in found}


def read_changes(session: Session, records: Iterable[UUID], kind: KeyKind) -> dict[UUID, tuple[bytes, int]]:
    """By record whose list changed since its key was made, the list as it is sealed, and how many changes the log tells of."""
    found = ask_in(session, Zone.COMPARISON, _CHANGED, {"records": list(records), "kind": kind.value})
    return {record: (versions, changes) for record, versions, changes in found if changes}


@lru_cache(maxsize=1024)  # a great many persons lie in few custodies
def custody_entry(operation: str, custody: str) -> Entry:
    """What is listed of a new person's custody."""
    return _entry(CUSTODY, operation, custody)


def file_entry(operation: str, file: UUID, part: str, row_version: int) -> Entry:
    """What is listed of a new file that came with no submission."""
    return _entry(FILE, str(file), operation, part, row_version, None, None)


def token_entry(tokens: Iterable[tuple[TokenKind, bytes]]) -> Entry:
    """What is listed of all of a person's tokens."""
    each = sorted(_KINDS[kind] + token for kind, token in tokens)
    return _entry(TOKEN, sha256(b"".join(each)).hexdigest() if each else None)


def report_entry(  # noqa: PLR0917  (its columns, in their order)
    operation: str, week: str, chain: UUID, submission: UUID, received_at: datetime, admitted_at: datetime
) -> Entry:
    """What is listed of a movement report."""
    moments = ((moment - _EPOCH) // timedelta(microseconds=1) for moment in (received_at, admitted_at))
    return _entry(REPORT, operation, week, str(chain), str(submission), *moments)


def row_entry(name: str, row: Mapping[str, Any]) -> Entry:
    """What is listed of a row that is about to be written, for a set whose columns are listed as they stand."""
    columns, written = _columns_of(name)
    values = [row[column] for column in columns]
    for place, write in written:
        if values[place] is not None:
            values[place] = write(values[place])
    return _entry(name, *values)


@cache
def _columns_of(name: str) -> tuple[Sequence[str], Sequence[tuple[int, Callable[[Any], str]]]]:
    """The names of a set's columns, and which of them JSON does not write as they are."""
    columns = LISTED[name].columns
    writing = (_WRITING.get(type(column.type)) for column in columns)
    written = [(place, write) for place, write in enumerate(writing) if write]
    return [column.key for column in columns if isinstance(column, InstrumentedAttribute)], written


def _moment(value: datetime) -> str:
    """As `_said` and PostgreSQL's `jsonb` write it."""
    moment = value.astimezone(UTC).replace(tzinfo=None).isoformat()
    return moment.rstrip("0") if value.microsecond else moment


_WRITING: Final[Mapping[type, Callable[[Any], str]]] = {Uuid: str, DateTime: _moment, LargeBinary: bytes.hex}


def _entry(name: str, *values: object) -> Entry:
    return digest_of(_WRITTEN([name, *values])), NUMBERS[name]


def _numbered(text: str) -> tuple[UUID, tuple[str, str]]:
    return digest_of(text), (text.split('"', 2)[1], text)


def digest_of(text: str) -> UUID:
    """128 bits of SHA-256: the list is sealed, so nobody chooses among digests that they cannot see."""
    return UUID(bytes=sha256(text.encode()).digest()[:16])


def _keys(*columns: Column) -> Select[*tuple[Any, ...]]:
    wanted = StoredKey.record == any_(bindparam("records", type_=ARRAY(Uuid))), StoredKey.kind == bindparam("kind")
    return select(StoredKey.record, *columns).where(*wanted)


def _standing(rows: Iterable[Select[str]]) -> Select[*tuple[Any, ...]]:
    texts = func.array(union_all(*(each.correlate(StoredKey) for each in rows)).scalar_subquery(), type_=ARRAY(String))
    return _keys(StoredKey.versions, texts, _CHANGES)


def _texts(name: str, belongs: ColumnElement[bool] | None = None) -> Select[str]:
    """Each of these rows as its text: a `jsonb` array that begins with its set."""
    return select(text_of(name)).where(LISTED[name].belongs if belongs is None else belongs)


def text_of(name: str) -> ColumnElement[str]:
    """A row of this set as it is listed, before it is digested."""
    return func.jsonb_build_array(_constant(name), *map(_said, LISTED[name].columns)).cast(String)


def _said(column: Column) -> Column:
    if isinstance(column.type, DateTime):
        return func.timezone(_constant("UTC"), column)  # the same whatever the session's time zone
    return func.encode(column, _constant("hex")) if isinstance(column.type, LargeBinary) else column


def _constant(text: str) -> ColumnElement[str]:
    """Written into the statement: as parameters they would be sent each time."""
    return literal_column(f"'{text}'::text", String)


_CHANGES: Final = newest_told(_constant(_SUBJECT) + StoredKey.record.cast(String) + _constant("/") + StoredKey.kind, StoredKey)
_CHANGED: Final = _keys(StoredKey.versions, _CHANGES)
_OF_REPORT: Final = _texts(RESTRICTION, and_(Restriction.movement_event == StoredKey.record, Restriction.until.is_(None)))
_STANDING: Final[Mapping[KeyKind, Select[*tuple[Any, ...]]]] = {
    KeyKind.PERSON: _standing([_texts(name) for name in LISTED if name != REPORT]),
    KeyKind.MOVEMENT: _standing([_OF_REPORT, _texts(REPORT)]),
    KeyKind.MOVEMENT_FACTS: _standing([_OF_REPORT]),
}
