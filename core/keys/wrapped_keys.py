"""The tables of wrapped record keys: counting, re-wrapping and checking what is in them, without opening data (zone keys).

Re-wrapping opens a record key under its old key-encryption key and seals the same record key under the newest. The record's
ciphertexts and the key's commitment stay as they are. A key destroyed meanwhile stays destroyed: the update finds no row.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from secrets import token_bytes
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import sql
from sqlalchemy.orm import Session

from core.keys.keyring import NONCE_BYTES, KeyRing, KeyVersionUnknown
from core.postgres.driver_connection import driver_connection
from core.sealing.envelope import Binding, CiphertextRefused, WrappedKey, unwrap_record_key

__all__ = ["BATCH", "Batch", "KeyTable", "Slice", "check_batch", "check_first", "count_by_version", "rewrap_batch", "slices"]

BATCH: Final = 10_000
FIRST, BEYOND = UUID(int=0), UUID(int=2**128 - 1)
SAMPLE: Final = BEYOND  # no other part of a binding holds sixteen bytes 0xff

Row = tuple[bytes, str, int, bytes, bytes]  # the id as its bytes: a million of them become no objects


@dataclass(frozen=True)
class KeyTable:
    """A table that keeps wrapped record keys, and how their sealing is bound (`core.sealing.envelope.Binding`).

    `bindings` are the tables that a key may belong to, the likeliest first; `label` is the field of the binding, and
    `label_column` the column that says it, where keys of several kinds lie in one table. Where a record has a row and a
    key for each of its versions, `row_version` is their column.
    """

    name: str
    bindings: tuple[str, ...]
    record: str = "record"
    label: str = "key"
    label_column: str | None = None
    row_version: str | None = None
    version: str = "key_version"
    sealed: str = "sealed"
    commitment: str = "commitment"

    def binding(self, owner: str, record: UUID, label: str) -> Binding:
        """Of a key of this table that belongs to a record of `owner`; `label` tells the keys of one record apart."""
        return Binding(owner, record, self.label, int(label)) if self.row_version else Binding(owner, record, label)


@dataclass(frozen=True)
class Slice:
    """A part of a table, by the ids of its records: `first` <= id <= `last`."""

    first: UUID = FIRST
    last: UUID = BEYOND


@dataclass(frozen=True)
class Batch:
    """What became of a batch: how many were handled, which do not open, and after which row to go on (None: no more)."""

    count: int
    refused: Sequence[UUID] = field(default=())
    last: tuple[UUID, str] | None = None


def slices(parts: int) -> list[Slice]:
    """Equal parts of all ids. Ids are random, those of one batch together, so these are equal parts of every large table."""
    edges = [2**128 * number // parts for number in range(parts + 1)]
    return [Slice(UUID(int=low), UUID(int=high - 1)) for low, high in pairwise(edges)]


def count_by_version(session: Session, table: KeyTable) -> dict[int, int]:
    """How many record keys of a table are wrapped under each version."""
    query = sql.SQL("SELECT {version}, count(*) FROM {table} GROUP BY 1 ORDER BY 1").format(**_names(table))
    return dict(driver_connection(session).execute(query).fetchall())


def rewrap_batch(session: Session, ring: KeyRing, table: KeyTable, part: Slice, after: tuple[UUID, str] | None) -> Batch:
    """Re-wrap the next batch of record keys that are not under the ring's current version.

    A key that does not open stays as it is and is named in the answer. Raises `KeyVersionUnknown`.
    """
    rows = _fetch(session, table, part, after, but=ring.current)
    alike: dict[tuple[str, int], list[tuple[bytes, bytes]]] = defaultdict(list)
    for record, label, version, sealed, _ in rows:
        alike[label, version].append((record, sealed))
    wrapping, refused = _Wrapping(ring, table), []
    for (label, version), wrapped in alike.items():
        done, not_opened = wrapping.anew(label, version, wrapped)
        refused += not_opened
        if done:
            _store(session, table, done, current=ring.current, label=label, old=version)
    return Batch(len(rows) - len(refused), refused, _last(rows))


def check_batch(session: Session, ring: KeyRing, table: KeyTable, after: tuple[UUID, str] | None) -> Batch:
    """Open the next batch of record keys and check their commitments; names those that do not open."""
    rows = _fetch(session, table, Slice(), after)
    refused = [UUID(bytes=row[0]) for row in rows if not _opens(ring, table, row)]
    return Batch(len(rows), refused, _last(rows))


def check_first(session: Session, ring: KeyRing, table: KeyTable) -> int | None:
    """Try the ring on one record key of a table; the version it is wrapped under if it does not open."""
    rows = _fetch(session, table, Slice(), None, limit=1)
    return next((row[2] for row in rows if not _opens(ring, table, row)), None)


class _Wrapping:
    """The newest lock of a ring, and the associated data of a table, made once for a batch."""

    def __init__(self, ring: KeyRing, table: KeyTable) -> None:
        self.ring, self.table = ring, table
        self.newest = AESGCM(ring.key(ring.current))

    def anew(
        self, label: str, version: int, wrapped: Sequence[tuple[bytes, bytes]]
    ) -> tuple[list[tuple[bytes, bytes]], list[UUID]]:
        """Keys of one label and version, as (record, sealed), sealed anew; and the records whose key does not open."""
        decrypt, encrypt = AESGCM(self.ring.key(version)).decrypt, self.newest.encrypt
        (before, after), *others = self._around(label)
        nonces = token_bytes(NONCE_BYTES * len(wrapped))  # asking for each would cost as much as sealing
        done, refused = [], []
        for number, (record, sealed) in enumerate(wrapped):
            data = before + record + after
            try:
                secret = decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], data)
            except (InvalidTag, ValueError):
                opened = _first_opened(decrypt, sealed, [one + record + two for one, two in others])
                if opened is None:
                    refused.append(UUID(bytes=record))
                    continue
                secret, data = opened
            nonce = nonces[number * NONCE_BYTES : (number + 1) * NONCE_BYTES]
            done.append((record, nonce + encrypt(nonce, secret, data)))
        return done, refused

    def _around(self, label: str) -> list[tuple[bytes, bytes]]:
        """What a binding says before and after the record's id: for each owner, so that it need not be said for each key."""
        said = [self.table.binding(owner, SAMPLE, label).associated_data for owner in self.table.bindings]
        return [(before, after) for before, _, after in (text.partition(SAMPLE.bytes) for text in said)]


def _first_opened(
    decrypt: Callable[[bytes, bytes, bytes], bytes], sealed: bytes, possible: Sequence[bytes]
) -> tuple[bytes, bytes] | None:
    for data in possible:
        with suppress(InvalidTag, ValueError):
            return decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], data), data
    return None


def _opens(ring: KeyRing, table: KeyTable, row: Row) -> bool:
    record, label, version, sealed, commitment = row
    for owner in table.bindings:
        try:
            unwrap_record_key(ring, WrappedKey(version, sealed, commitment), table.binding(owner, UUID(bytes=record), label))
        except (CiphertextRefused, KeyVersionUnknown):
            continue
        return True
    return False


def _fetch(
    session: Session,
    table: KeyTable,
    part: Slice,
    after: tuple[UUID, str] | None,
    *,
    but: int | None = None,
    limit: int | None = None,
) -> Sequence[Row]:
    record, label = after or (part.first, "")  # no label is empty: the first row is beyond this
    query = sql.SQL(
        "SELECT uuid_send({record}), {label}, {version}, {sealed}, {commitment} FROM {table} WHERE {record} BETWEEN %s AND %s "
        "AND ({record}, {label}) > (%s, %s) AND (%s::int IS NULL OR {version} <> %s) ORDER BY {record}, {label} LIMIT %s"
    ).format(**_names(table))
    with driver_connection(session).cursor(binary=True) as cursor:
        rows: Sequence[Row] = cursor.execute(query, (record, part.last, record, label, but, but, limit or BATCH)).fetchall()
    return rows


def _store(
    session: Session, table: KeyTable, pairs: Sequence[tuple[bytes, bytes]], *, current: int, label: str, old: int
) -> None:
    """Write what was wrapped anew under `current`, where it is still there and still under `old`; in order of the ids.

    Ids and sealed keys are of one length each, so they travel as two strings of bytes that the database cuts up: arrays of
    them would cost as much as the cryptography. That they lie between two ids lets it walk its index once for all of them.
    """
    statement = sql.SQL(
        "UPDATE {table} AS t SET {version} = %(current)s, "
        "{sealed} = substring(%(sealed)b FROM n * %(length)s + 1 FOR %(length)s) "
        "FROM generate_series(0, %(count)s - 1) AS n WHERE t.{record} BETWEEN %(first)s AND %(last)s "
        "AND uuid_send(t.{record}) = substring(%(records)b FROM n * 16 + 1 FOR 16) "
        "AND {label} = %(label)s AND t.{version} = %(old)s"
    ).format(**_names(table))
    records, sealed = zip(*pairs, strict=True)
    given = {
        "records": b"".join(records),
        "first": UUID(bytes=records[0]),
        "last": UUID(bytes=records[-1]),
        "sealed": b"".join(sealed),
        "length": len(sealed[0]),
        "count": len(pairs),
    }
    driver_connection(session).execute(statement, {**given, "current": current, "label": label, "old": old})


def _last(rows: Sequence[Row]) -> tuple[UUID, str] | None:
    return (UUID(bytes=rows[-1][0]), rows[-1][1]) if len(rows) == BATCH else None


def _names(table: KeyTable) -> dict[str, sql.Composable]:
    schema, name = table.name.split(".")
    alike = sql.Identifier(table.row_version) if table.row_version else sql.Literal(table.label)
    return {
        "table": sql.Identifier(schema, name),
        "record": sql.Identifier(table.record),
        "label": sql.Identifier(table.label_column) if table.label_column else sql.SQL("{}::text").format(alike),
        "version": sql.Identifier(table.version),
        "sealed": sql.Identifier(table.sealed),
        "commitment": sql.Identifier(table.commitment),
    }
