"""One part of every person in reach, opened as a stream: for counting the store, and for nothing that a caseworker does.

One transaction reads, under its own row-level security; two processes beside it unwrap, decrypt and fold. What was opened
lives only in their memory, one person at a time, and only what the fold makes of them comes back.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from struct import Struct
from typing import Any, Final, TypeVar

from psycopg import sql
from sqlalchemy.orm import Session

from casework.models import KeyKind
from casework.store.bulk_limit import require_window
from casework.store.compare_in_bulk import KEPT_TEXT, ComparedInBulk, compared_in_bulk
from casework.store.fold_beside import Tray, fold_beside
from casework.store.need_to_know import PART_RIGHTS
from casework.store.seal_record import KEY_TABLE
from core.access import Access, NotAllowed, require
from core.audit import Action, Purpose, record
from core.keys.keyring import KEY_BYTES, KeyRing
from core.permissions import Right
from core.postgres.copied_rows import copied_rows
from core.postgres.driver_connection import driver_connection
from core.sealing.envelope import WRAPPED_BYTES
from core.sealing.open_many import HEAD_BYTES, HEAD_LAYOUT, KEY_LAYOUT, ManyOpener
from forms import RecordPart

__all__ = ["open_in_bulk"]

Answers = Mapping[str, Any]
T = TypeVar("T")

PROCESSES: Final = 2
# One row in COPY's binary form: how many fields, then each with its length. Ids, versions, wrapped key and commitment are of
# fixed length; then come the list of versions, the ciphertext, the custody, and who is kept from what, a line each. The heads
# of the list and of the ciphertext are read along with their lengths.
ROW: Final = Struct(f">2x 4x16s 4xi 4xi i{KEY_LAYOUT} i{KEY_BYTES}s i{HEAD_LAYOUT}")
PART: Final = Struct(f">i{HEAD_LAYOUT}")
LENGTH: Final = Struct(">i")

PERSONS: Final = sql.SQL(
    "COPY (SELECT p.id, p.row_version, k.key_version, k.sealed, k.commitment, k.versions, "
    "p.{part}, p.custody, coalesce(n.kept, '') "
    "FROM casework.person p JOIN casework.record_key k ON k.record = p.id AND k.kind = {kind} "
    f"LEFT JOIN (SELECT person, string_agg({KEPT_TEXT}, chr(10)) AS kept FROM casework.kept_from GROUP BY person) n "
    "ON n.person = p.id WHERE p.operation = {operation} AND p.custody LIKE ANY ({reach})"
    ") TO STDOUT (FORMAT BINARY)"
)
# For the whole store both tables are read from end to end. The planner takes the subquery in the keys' policy, which is never
# run for such a reach, for so dear that it would rather look up each key.
READ_THROUGH: Final = (
    "SELECT set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true), set_config('work_mem', '64MB', true)"
)
AS_BEFORE: Final = "SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL jit TO DEFAULT; SET LOCAL work_mem TO DEFAULT"
WHOLE: Final = "%"


def open_in_bulk(
    session: Session,
    ring: KeyRing,
    operation: str,
    fold: Callable[[Iterator[tuple[bytes, Answers]]], T],
    *,
    purpose: Purpose,
    part: RecordPart = RecordPart.FACTS,
    processes: int = PROCESSES,
) -> Iterator[T]:
    """What `fold` makes of the persons that each process opens, given as the bytes of their id and the answers of the part.

    An account needs `READ_IN_BULK` and the right to the part, and is given the records that one grant of both covers; the
    program itself reads facts, for statistics, and nothing else. An account needs a window that a second person approved. An
    erased person, whose key is gone, is not there; nor is one of whose part the account is kept from.
    With `processes` 0 this process does the work. Raises `NotAllowed`, `CiphertextRefused`, `KeyVersionUnknown`,
    `ClearRowChanged` or `ListPutBack`.
    """
    access = require(session, Right.READ_IN_BULK, subject="casework.person")
    reach = _reach(access, part, purpose)
    require_window(session)
    opener = ManyOpener(ring, KEY_TABLE, KeyKind.PERSON.value, "casework.person", part.value)
    compared = compared_in_bulk(session, operation, access.actor, part.value)

    def fold_trays(trays: Iterator[Tray]) -> tuple[int, T]:
        counted = [0]
        folded = fold(_opened(trays, opener, compared, counted))
        return counted[0], folded

    persons = 0
    for count, folded in fold_beside(_rows(session, operation, part, reach), fold_trays, processes):
        persons += count
        yield folded
    detail = {"parts": [part.value], "in_bulk": True}
    record(session, Action.READ, "casework.person", purpose=purpose, count=persons, detail=detail)


def _reach(access: Access, part: RecordPart, purpose: Purpose) -> list[str]:
    if access.system:
        if part is not RecordPart.FACTS or purpose is not Purpose.STATISTICS:
            raise NotAllowed(Right.READ_IN_BULK, "casework.person")
        return [access.reach]
    needed = (Right.READ_IN_BULK, PART_RIGHTS[part])
    reach = [grant.reach for grant in access.grants if all(map(grant.holds, needed))]
    if not reach:
        raise NotAllowed(PART_RIGHTS[part], "casework.person")
    return reach


def _rows(session: Session, operation: str, part: RecordPart, reach: list[str]) -> Iterator[memoryview]:
    wanted = PERSONS.format(
        part=sql.Identifier(part.value),
        kind=KeyKind.PERSON.value,
        operation=operation,
        reach=reach,
    )
    connection = driver_connection(session)
    if WHOLE in reach:
        connection.execute(READ_THROUGH)
    yield from copied_rows(connection, wanted)
    connection.execute(AS_BEFORE)


def _opened(
    trays: Iterator[Tray], opener: ManyOpener, compared: ComparedInBulk, counted: list[int]
) -> Iterator[tuple[bytes, Answers]]:
    open_, shows, decode = opener.opening(), compared.showing(), json.JSONDecoder().raw_decode
    fixed, part, length = ROW.unpack_from, PART.unpack_from, LENGTH.unpack_from
    row_bytes, part_bytes, length_bytes = ROW.size, PART.size, LENGTH.size
    for tray, end in trays:
        at = 0
        while at < end:
            head = fixed(tray, at)
            person, row_version, key_version, wrapped, nonce, sealed, committed, commitment, size, list_form, list_nonce = head
            if wrapped != WRAPPED_BYTES or committed != KEY_BYTES:
                raise opener.refused_key(person)
            list_at, list_end = at + row_bytes, at + row_bytes - HEAD_BYTES + size
            size, part_form, part_nonce = part(tray, list_end)
            part_at, part_end = list_end + part_bytes, list_end + length_bytes + size
            custody_at = part_end + length_bytes
            custody_end = custody_at + length(tray, part_end)[0]
            kept_at = custody_end + length_bytes
            at = kept_at + length(tray, custody_end)[0]
            newest, plaintext = open_(
                person,
                key_version,
                nonce,
                sealed,
                commitment,
                list_form,
                list_nonce,
                tray[list_at:list_end],
                row_version,
                part_form,
                part_nonce,
                tray[part_at:part_end],
            )
            if shows(person, newest, tray[custody_at:custody_end], tray[kept_at:at]):
                counted[0] += 1
                yield person, decode(plaintext.decode())[0]
