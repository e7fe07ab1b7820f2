"""Lists that name the rows of a table, sealed under the key ring: which rows there are, and how each of them stands.

An entry is the row's key and a keyed digest of its columns (`core.listed.declare`), 32 bytes. The seal is a keyed fingerprint
over name, version and entries, so whoever has not the ring can neither write a list nor give an old one a new version. An old
list put back together with all its rows verifies; the audit log names every version written, and `store verify` asks it.
"""

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.audit_line import Action, Purpose, record
from core.errors import Problem
from core.keys.keyring import KeyRing
from core.listed.declare import DIGEST_BYTES, ListName
from core.postgres.driver_connection import DriverConnection

__all__ = ["ListDamaged", "SealedList", "read_lists", "take_list", "write_list"]

PURPOSE: Final = "sealed list"
KEY_BYTES: Final = 16
ENTRY_BYTES: Final = KEY_BYTES + DIGEST_BYTES

# By the driver itself: it is asked for every page.
READ: Final = (
    b"SELECT version, entries, seal FROM core.sealed_list WHERE listed = %(table)s AND operation = %(operation)s "
    b"AND month = %(month)s"
)
BEGIN: Final = text(
    "INSERT INTO core.sealed_list (listed, operation, month, version, entries, seal) "
    "VALUES (:table, :operation, :month, 0, '', :seal) ON CONFLICT DO NOTHING"
)
TAKE: Final = text(
    "SELECT version, entries, seal FROM core.sealed_list "
    "WHERE listed = :table AND operation = :operation AND month = :month FOR UPDATE"
)
WRITE: Final = text(
    "UPDATE core.sealed_list SET version = :version, entries = :entries, seal = :seal "
    "WHERE listed = :table AND operation = :operation AND month = :month"
)


class ListDamaged(Problem):
    code = "CORE-168"
    says = "The sealed list of {list} is not as the program wrote it, so nothing tells whether its rows are."
    remedy = (
        "Nothing was done. Treat it as tampering: keep the database as it is, run `bin/waystation store verify` and "
        "`audit verify`, and compare with a backup."
    )


@dataclass(frozen=True)
class SealedList:
    """A list whose seal was found right."""

    version: int
    content: bytes

    def names(self, key: UUID, digest: bytes) -> bool:
        """Whether the row stands on the list as it is."""
        entry, at = key.bytes + digest, -1
        while (at := self.content.find(entry, at + 1)) >= 0:
            if at % ENTRY_BYTES == 0:
                return True
        return False

    @property
    def entries(self) -> dict[UUID, bytes]:
        """The digest of each row."""
        starts = range(0, len(self.content), ENTRY_BYTES)
        return {UUID(bytes=self.content[at : at + KEY_BYTES]): self.content[at + KEY_BYTES : at + ENTRY_BYTES] for at in starts}


def read_lists(session: Session, ring: KeyRing, names: Iterable[ListName]) -> dict[ListName, SealedList]:
    """Those of the lists that there are; raises `ListDamaged`."""
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, DriverConnection)  # noqa: S101  (`core.database.connect` opens no other)
    asked = set(names)
    with connection.in_one_exchange() if len(asked) > 1 else nullcontext():
        answers = {name: connection.execute(READ, vars(name), binary=True) for name in asked}
    rows = {name: answer.fetchone() for name, answer in answers.items()}
    return {name: _opened(ring, name, *row) for name, row in rows.items() if row is not None}


def take_list(session: Session, ring: KeyRing, name: ListName, *, believed: bool = False) -> SealedList:
    """The list, begun where there is none, held until the transaction ends; raises `ListDamaged`.

    `believed`: its rows will be, so nothing is asked of what it says.
    """
    connection = session.connection()
    row = connection.execute(TAKE, vars(name)).one_or_none()
    if row is None:
        connection.execute(BEGIN, {**vars(name), "seal": _seal(ring, name, 0, b"")})
        row = connection.execute(TAKE, vars(name)).one()
    return SealedList(row.version, b"") if believed else _opened(ring, name, *row)


def write_list(
    session: Session,
    ring: KeyRing,
    name: ListName,
    before: SealedList,
    entries: Mapping[UUID, bytes],
    *,
    restored: bool = False,
) -> None:
    """The next version of a list that was taken; a line of the log names it."""
    version, content = before.version + 1, b"".join(key.bytes + digest for key, digest in sorted(entries.items()))
    sealed = {"version": version, "entries": content, "seal": _seal(ring, name, version, content)}
    session.connection().execute(WRITE, {**vars(name), **sealed})
    detail = {"version": version, "restored": restored}
    record(session, Action.SEALED, name.subject, purpose=Purpose.SECURITY, count=len(entries), detail=detail)


def _opened(ring: KeyRing, name: ListName, version: int, content: bytes, seal: bytes) -> SealedList:
    if len(content) % ENTRY_BYTES or not compare_digest(seal, _seal(ring, name, version, content)):
        raise ListDamaged(list=name)
    return SealedList(version, content)


def _seal(ring: KeyRing, name: ListName, version: int, content: bytes) -> bytes:
    said = (*vars(name).values(), str(version), sha256(content).hexdigest())
    return ring.blind_token(PURPOSE, "\n".join(said))
