"""One part of every person in reach, opened as a stream: for counting the store, and for nothing that a caseworker does.

One transaction reads, under its own row-level security; two processes beside it unwrap, decrypt and fold. What was opened
lives only in their memory, one batch at a time, and only what the fold makes of it comes back.
"""

import json
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from struct import Struct
from typing import Any, Final, TypeVar

from psycopg import sql
from sqlalchemy.orm import Session

from casework.errors import ClearRowChanged, ListPutBack
from casework.models import KeyKind
from casework.store.bulk_limit import require_window
from casework.store.compare_in_bulk import KEPT_TEXT, ComparedInBulk, compared_in_bulk
from casework.store.need_to_know import PART_RIGHTS
from casework.store.seal_record import KEY_TABLE
from core.access import Access, NotAllowed, require
from core.audit import Action, Purpose, record
from core.driver_connection import driver_connection
from core.envelope import WRAPPED_BYTES, CiphertextRefused
from core.keyring import KEY_BYTES, KeyRing, KeyVersionUnknown
from core.open_many import ManyOpener
from core.permissions import Right, holds
from forms import RecordPart

__all__ = ["open_in_bulk"]

Answers = Mapping[str, Any]
Opening = tuple[ManyOpener, ComparedInBulk]
Fold = Callable[[Iterator[tuple[bytes, Answers]]], Any]
T = TypeVar("T")

PROCESSES: Final = 2
BATCH_BYTES: Final = 1024 * 1024
COPY_HEADER: Final = 19  # signature, flags and length of the header's extension
# One row in COPY's binary form: how many fields, then each with its length. All are of fixed length but the last four: the list
# of versions, whose length is read here, the ciphertext, the custody, and who is kept from what, a line each.
ROW = Struct(f">hi16siiiii{WRAPPED_BYTES}si{KEY_BYTES}si")
LENGTH = Struct(">i")
END: Final = b"\xff\xff"

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
    """What `fold` makes of each batch of persons, each given as the bytes of their id and the answers of the part.

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
    persons = 0
    for count, folded in _folded(_batches(session, operation, part, reach), (opener, compared), fold, processes):
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
    reach = [grant.reach for grant in access.grants if all(holds(grant.role, right) for right in needed)]
    if not reach:
        raise NotAllowed(PART_RIGHTS[part], "casework.person")
    return reach


def _batches(session: Session, operation: str, part: RecordPart, reach: list[str]) -> Iterator[bytes]:
    """Rows in COPY's binary form, without its header, some `BATCH_BYTES` at a time."""
    wanted = PERSONS.format(
        part=sql.Identifier(part.value),
        kind=KeyKind.PERSON.value,
        operation=operation,
        reach=reach,
    )
    size = 0
    with driver_connection(session).cursor() as cursor:
        if WHOLE in reach:
            cursor.execute(READ_THROUGH)
        with cursor.copy(wanted) as copy:
            pending = [bytes(copy.read())[COPY_HEADER:]]
            for row in copy:
                pending.append(bytes(row))
                size += len(row)
                if size >= BATCH_BYTES:
                    yield b"".join(pending)
                    pending, size = [], 0
        cursor.execute(AS_BEFORE)
    yield b"".join(pending)


def _folded(
    batches: Iterator[bytes], opening: Opening, fold: Callable[[Iterator[tuple[bytes, Answers]]], T], processes: int
) -> Iterator[tuple[int, T]]:
    if not processes or multiprocessing.current_process().daemon:  # a daemon may have no children
        _prepare(opening, fold)
        yield from (_settled(_fold_batch(batch)) for batch in batches)
        _at_work.clear()
        return
    # Forked, so that key ring and fold are there without ever being written anywhere.
    forked = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, forked, _prepare, (opening, fold)) as pool:
        under_way: deque[Future[Any]] = deque()
        for batch in batches:
            under_way.append(pool.submit(_fold_batch, batch))
            if len(under_way) > 2 * processes:
                yield _settled(under_way.popleft().result())
        while under_way:
            yield _settled(under_way.popleft().result())


_at_work: list[tuple[Opening, Fold]] = []  # what a process of the pool works with


def _prepare(opening: Opening, fold: Fold) -> None:
    _at_work[:] = [(opening, fold)]


def _fold_batch(batch: bytes) -> tuple[Any, Any]:
    """How many persons and the fold of them; or the kind of a refusal and what it names, for refusals do not travel."""
    ((opening, fold),) = _at_work
    counted = [0]
    try:
        folded = fold(_opened(batch, *opening, counted))
    except (CiphertextRefused, KeyVersionUnknown, ClearRowChanged, ListPutBack) as refusal:
        return type(refusal), refusal.where
    return counted[0], folded


def _settled(answer: tuple[Any, Any]) -> tuple[int, Any]:
    first, second = answer
    if isinstance(first, type):
        raise first(**second)
    return first, second


def _opened(batch: bytes, opener: ManyOpener, compared: ComparedInBulk, counted: list[int]) -> Iterator[tuple[bytes, Answers]]:
    at, end, open_, shows, decode = 0, len(batch), opener.open, compared.shows, json.JSONDecoder().raw_decode
    fixed, length, row = ROW.unpack_from, LENGTH.unpack_from, ROW.size
    batch += bytes(row)  # so that a last row that was cut short is still read as one, and refused
    while at < end and batch[at : at + 2] != END:
        _, _, person, _, row_version, _, key_version, wrapped, sealed, committed, commitment, size = fixed(batch, at)
        if wrapped != WRAPPED_BYTES or committed != KEY_BYTES:
            raise opener.refused_key(person)
        versions_end = at + row + size
        (size,) = length(batch, versions_end)
        ciphertext_end = versions_end + LENGTH.size + size
        (size,) = length(batch, ciphertext_end)
        custody_end = ciphertext_end + LENGTH.size + size
        (size,) = length(batch, custody_end)
        kept_end = custody_end + LENGTH.size + size
        newest, plaintext = open_(
            person,
            key_version,
            sealed,
            commitment,
            batch[at + row : versions_end],
            row_version,
            batch[versions_end + LENGTH.size : ciphertext_end],
        )
        custody, kept = batch[ciphertext_end + LENGTH.size : custody_end], batch[custody_end + LENGTH.size : kept_end]
        if shows(person, newest, custody, kept):
            counted[0] += 1
            yield person, decode(plaintext.decode())[0]
        at = kept_end
