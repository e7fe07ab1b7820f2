"""Rows that are about no person but decide what is done with persons: accounts, roles, agreements, policies, who may send.

A class of such rows says so where it is defined, and nothing more need be thought of: what a transaction loaded of it is
proven, and what it wrote is listed (`core.listed.prove`). A sealed list (`core.listed.sealed_list`) names every row by its key
and a keyed digest of its columns.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import Column, Table, event
from sqlalchemy.orm import Session

from core.database import Base, Zone
from core.keys.keyring import KeyRing

__all__ = ["LISTED", "ListName", "Listed", "key_id", "listed", "loaded_rows", "said_row"]

PURPOSE: Final = "listed row"
SUBJECT: Final = "core.sealed_list"
LOADED: Final = "core.loaded"  # in the session: the rows that wait to be proven
DIGEST_BYTES: Final = 16
Rows = TypeVar("Rows", bound=type[Base])
Row = tuple[type[Base], tuple[Any, ...]]  # a class and a key
Values = Mapping[str, Any]


@dataclass(frozen=True, order=True)
class ListName:
    """Which list a row is on: of its table, for one operation (or the whole installation), for a month where there are many."""

    table: str
    operation: str = ""
    month: str = ""

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.table, self.operation, self.month)))

    @property
    def subject(self) -> str:
        """What the audit log calls the list."""
        return ":".join((SUBJECT, self.table, self.operation, self.month))

    @classmethod
    def of_subject(cls, subject: str) -> "ListName":
        """Read what `subject` wrote."""
        return cls(*subject.split(":")[1:])


@dataclass(frozen=True)
class Listed:
    """What is listed of a table: its `columns`, what says which list a row is on, and the zone that reads it to verify it."""

    zone: Zone
    table: Table
    columns: tuple[Column[Any], ...]
    by: str
    monthly: str

    @property
    def name(self) -> str:
        return f"{self.table.schema}.{self.table.name}"

    @property
    def placing(self) -> tuple[str, ...]:
        """The columns that say which row it is, and which list it is on."""
        return (*(column.name for column in self.table.primary_key), *filter(None, (self.by, self.monthly)))

    def key(self, values: Values) -> tuple[Any, ...]:
        """What the row is known by."""
        return tuple(values[column.name] for column in self.table.primary_key)

    def list_name(self, values: Values) -> ListName:
        """The list that the row is on."""
        month = f"{values[self.monthly].astimezone(UTC):%Y-%m}" if self.monthly else ""
        return ListName(self.name, values[self.by] if self.by else "", month)

    def digest(self, ring: KeyRing, values: Values) -> bytes:
        """128 bits of HMAC-SHA256 over the listed columns; what is null is left out, so that a new column changes nothing."""
        said = {column.name: value for column in self.columns if (value := values[column.name]) is not None}
        return ring.blind_token(PURPOSE, _text([self.name, said]))[:DIGEST_BYTES]


LISTED: Final[dict[type[Base], Listed]] = {}


def listed(zone: Zone, *, by: str = "", monthly: str = "", but: Collection[str] = ()) -> Callable[[Rows], Rows]:
    """Let the rows of a class be listed: for each operation that the column `by` names, and each month of the column `monthly`.

    `but`: columns that decide nothing, or hold what is sealed and changes by itself, as the wrapping of a key does.
    """

    def declare(rows: Rows) -> Rows:
        table = rows.__table__
        assert isinstance(table, Table)  # noqa: S101  (our classes have a table each)
        LISTED[rows] = Listed(zone, table, tuple(column for column in table.columns if column.name not in but), by, monthly)
        event.listen(rows, "load", _note)
        event.listen(rows, "refresh", _note)
        return rows

    return declare


def loaded_rows(session: Session) -> dict[Row, Values]:
    """The listed rows that were loaded since this was asked last, by class and key: their columns as they were loaded."""
    loaded: dict[Row, Values] = session.info.pop(LOADED, {})
    return loaded


def said_row(key: tuple[Any, ...]) -> str:
    """The key as problems say it."""
    return "/".join(part.hex() if isinstance(part, bytes) else str(part) for part in key)


def key_id(key: tuple[Any, ...]) -> UUID:
    """The key as lists write it: a row's own id, or 128 bits of the digest of a key of several columns."""
    return key[0] if len(key) == 1 and isinstance(key[0], UUID) else UUID(bytes=sha256(_text(key).encode()).digest()[:16])


def _note(row: Base, context: Any, *_: object) -> None:
    its = LISTED[type(row)]
    values = {column.name: row.__dict__[column.name] for column in its.columns}
    context.session.info.setdefault(LOADED, {})[type(row), its.key(values)] = values


def _text(said: object) -> str:
    return json.dumps(said, ensure_ascii=False, sort_keys=True, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)
