"""What stands in clear about a person and decides who sees them, or what may be published of them.

Such rows are queried, and some are derived by the database itself, so they cannot be sealed. Instead the record key lists a
digest of each, sealed in the list that names the newest versions (`core.newest_versions`): what was changed, added or taken
away behind the program's back differs from the list, and a list that was put back differs from the rows.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    LargeBinary,
    Select,
    SQLColumnExpression,
    String,
    Uuid,
    and_,
    any_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from casework.duplicate_models import Merge
from casework.models import Case, FileRow, KeptFrom, KeyKind, Opening, Person, StoredKey
from casework.rights_models import Consent, Hold, Restriction

__all__ = ["IN_PART", "Standing", "custody_entry", "file_entry", "id_in", "is_of_clear_row", "read_rows", "table_of"]

CUSTODY, FILE, KEPT_FROM, MERGE, OPENING, RESTRICTION = "person", "file", "kept_from", "merge", "opening", "restriction"
# By table, what is compared. The order is written into every list: a table or set of columns that is new goes to the end.
_COLUMNS: Final[Mapping[str, tuple[InstrumentedAttribute[Any], ...]]] = {
    CUSTODY: (Person.operation, Person.custody),
    "consent": (
        Consent.id,
        Consent.operation,
        Consent.purpose,
        Consent.recipient,
        Consent.version,
        Consent.state,
        Consent.basis,
        Consent.given_by,
        Consent.text_version,
        Consent.language,
        Consent.said_at,
        Consent.said_to,
        Consent.valid_until,
        Consent.recorded_by,
        Consent.recorded_at,
    ),
    RESTRICTION: (
        Restriction.id,
        Restriction.operation,
        Restriction.consent,
        Restriction.purpose,
        Restriction.recipient,
        Restriction.since,
        Restriction.until,
        Restriction.reason,
        Restriction.set_by,
        Restriction.ended_by,
    ),
    OPENING: (
        Opening.id,
        Opening.operation,
        Opening.custody,
        Opening.actor,
        Opening.recipient,
        Opening.kind,
        Opening.parts,
        Opening.opened_by,
        Opening.opened_at,
        Opening.until,
        Opening.reviewed_by,
        Opening.reviewed_at,
        Opening.justified,
    ),
    KEPT_FROM: (KeptFrom.part, KeptFrom.actor, KeptFrom.operation, KeptFrom.set_by, KeptFrom.set_at),
    "hold": (Hold.id, Hold.operation, Hold.set_by, Hold.set_at, Hold.until, Hold.lifted_by, Hold.lifted_at),
    FILE: (FileRow.id, FileRow.operation, FileRow.part, FileRow.row_version, FileRow.chain, FileRow.replaced_at),
    "case": (Case.id, Case.operation, Case.household, Case.state, Case.screening_outcome, Case.opened_at, Case.reference),
    MERGE: (Merge.id, Merge.operation, Merge.survivor, Merge.merged, Merge.shown_first, Merge.former_custody, Merge.undone_at),
}
# Not every account that sees a person sees all of these rows, and a link goes with either of its persons.
IN_PART: Final = frozenset({OPENING, MERGE})
_OWN_ID: Final = {CUSTODY: 2, KEPT_FROM: 2}  # how many columns tell a row that has no id of its own
_FIRST: Final = 2**32 - 256  # no version comes so far
_TABLES: Final = tuple(_COLUMNS)
_NUMBERS: Final = {table: _FIRST + number for number, table in enumerate(_TABLES)}


@dataclass(frozen=True)
class Standing:
    """A key's list as it is sealed, and its rows as they stand at the same moment: by digest, their table and their text."""

    versions: bytes
    rows: Mapping[UUID, tuple[str, str]]

    @property
    def entries(self) -> dict[UUID, int]:
        """The rows as a list names them: a digest in place of an id, the number of a table in place of a version."""
        return {digest: _NUMBERS[table] for digest, (table, _) in self.rows.items()}


def is_of_clear_row(version: int) -> bool:
    """Whether an entry of a key's list tells of a row in clear, and not of the newest version of a sealed one."""
    return version >= _FIRST


def table_of(version: int) -> str:
    """The table that such an entry tells of."""
    return _TABLES[version - _FIRST] if version - _FIRST < len(_TABLES) else "a later version of this program"


def id_in(text: str) -> str:
    """The id of a row by its text; where it has none of its own, what tells it from the others of the record."""
    table, *values = json.loads(text)
    return " ".join(map(str, values[: _OWN_ID.get(table, 1)]))


def read_rows(session: Session, records: Iterable[UUID], kind: KeyKind) -> dict[UUID, Standing]:
    """By record that has a key of this kind, what stands. One question for all, so that list and rows are of one moment.

    Of a movement report these are the restrictions of it that stand.
    """
    asked = _OF_PERSONS if kind is KeyKind.PERSON else _OF_REPORTS
    found = session.execute(asked, {"records": list(records), "kind": kind.value})
    return {record: Standing(versions, dict(map(_numbered, texts))) for record, versions, texts in found}


@lru_cache(maxsize=1024)  # a great many persons lie in few custodies
def custody_entry(operation: str, custody: str) -> tuple[UUID, int]:
    """What is listed of a new person's custody."""
    return _entry(CUSTODY, operation, custody)


def file_entry(operation: str, file: UUID, part: str, row_version: int) -> tuple[UUID, int]:
    """What is listed of a new file that came with no submission."""
    return _entry(FILE, str(file), operation, part, row_version, None, None)


def _entry(table: str, *values: object) -> tuple[UUID, int]:
    return _digest(json.dumps([table, *values], ensure_ascii=False)), _NUMBERS[table]  # as PostgreSQL writes a `jsonb`


def _numbered(text: str) -> tuple[UUID, tuple[str, str]]:
    return _digest(text), (text.split('"', 2)[1], text)


def _digest(text: str) -> UUID:
    """128 bits of SHA-256: the list is sealed, so nobody chooses among digests that they cannot see."""
    return UUID(bytes=sha256(text.encode()).digest()[:16])


def _standing(rows: Iterable[Select[str]]) -> Select[UUID, bytes, Sequence[str]]:
    texts = func.array(union_all(*(each.correlate(StoredKey) for each in rows)).scalar_subquery(), type_=ARRAY(String))
    wanted = StoredKey.record == any_(bindparam("records", type_=ARRAY(Uuid))), StoredKey.kind == bindparam("kind")
    return select(StoredKey.record, StoredKey.versions, texts).where(*wanted)


def _texts(table: str, its: ColumnElement[bool]) -> Select[str]:
    """Each of these rows as the text of a `jsonb` array that begins with its table."""
    said = func.jsonb_build_array(_constant(table), *map(_said, _COLUMNS[table]))
    return select(said.cast(String)).where(its)


def _said(column: InstrumentedAttribute[Any]) -> SQLColumnExpression[Any]:
    if isinstance(column.type, DateTime):
        return func.timezone(_constant("UTC"), column)  # the same whatever the session's time zone
    return func.encode(column, _constant("hex")) if isinstance(column.type, LargeBinary) else column


def _constant(text: str) -> ColumnElement[str]:
    """Written into the statement: as parameters they would be sent each time."""
    return literal_column(f"'{text}'::text", String)


_OF_PERSONS: Final = _standing(
    [
        _texts(CUSTODY, Person.id == StoredKey.record),
        *(
            _texts(table, _COLUMNS[table][0].class_.person == StoredKey.record)
            for table in ("consent", RESTRICTION, OPENING, KEPT_FROM, "hold", FILE, "case")
        ),
        _texts(MERGE, or_(Merge.survivor == StoredKey.record, Merge.merged == StoredKey.record)),
    ]
)
_OF_REPORTS: Final = _standing(
    [_texts(RESTRICTION, and_(Restriction.movement_event == StoredKey.record, Restriction.until.is_(None)))]
)
