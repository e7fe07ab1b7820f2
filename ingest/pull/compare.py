"""Hold a page of a server's list against what is known of it: what changed there, what is new, what is gone.

KoboToolbox gives no moment of a change, so edits, deletions and validations are found by going through all numbers. A page
tells everything about the numbers from its beginning to its last: a record of ours between them that it does not list is gone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.database import among
from core.keys.keyring import KeyRing
from ingest.blind_tokens import pulled_token, pulled_version
from ingest.models import ErasedInstance, PulledRow, Submission
from ingest.pull.errors import SourceEmptied
from ingest.pull.mark_records import keep_validations, mark_deleted
from ingest.pull.server_record import ListedRecord
from ingest.sources.register_source import Source

__all__ = ["Compared", "compare"]

AT_ONCE: Final = 1_000


@dataclass(frozen=True)
class Compared:
    """The numbers to fetch, and how many were marked as deleted or have another validation."""

    fetch: frozenset[int]
    deleted: int
    validated: int


@dataclass(frozen=True)
class _Known:
    version: bytes
    taken_in: bool
    validation: str | None
    deleted: bool


def compare(
    session: Session, ring: KeyRing, source: Source, listed: Sequence[ListedRecord], *, after: int, position: int
) -> Compared:
    """Compare the page that follows number `after` (collection zone); an empty one is the end of the list.

    `position` is where the source stood before the page was asked for: what was taken in since is not missing. Deleted is
    marked, never erased: that is casework's to decide. Raises `SourceEmptied` where the server shows nothing at all any more.
    """
    last = listed[-1].number if listed else position
    if not listed and after == 0 and (count := _count(session, source, last)):
        raise SourceEmptied(source=source.id, known=count)
    of_number = {record.number: record for record in listed}
    known: dict[int, _Known] = {}
    deleted = 0
    for some in _known(session, source, after, last):
        known |= {number: row for number, row in some.items() if number in of_number}
        gone = {number for number, row in some.items() if number <= position and not row.deleted} - of_number.keys()
        deleted += mark_deleted(session, source, gone)
    erased = _erased(session, ring, source, [number for number in of_number if number not in known])
    fetch = {record.number for record in listed if _to_fetch(ring, source, record, known)} - erased
    changed = [r for r in listed if r.number in known and known[r.number].validation != r.validation]
    keep_validations(session, source, changed)
    return Compared(frozenset(fetch), deleted, len(changed))


def _count(session: Session, source: Source, last: int) -> int:
    ours = PulledRow.source == source.id, PulledRow.number <= last
    return session.scalar(select(func.count()).select_from(PulledRow).where(*ours)) or 0


def _known(session: Session, source: Source, after: int, last: int) -> Iterator[dict[int, _Known]]:
    """What is known of the numbers up to the last one, some at a time: of all that are gone there may be millions."""
    columns = PulledRow.number, PulledRow.version, Submission.complete, PulledRow.validation, PulledRow.deleted_at
    rows = (
        select(*columns)
        .outerjoin(Submission, Submission.id == PulledRow.submission)
        .where(PulledRow.source == source.id, PulledRow.number <= last)
        .order_by(PulledRow.number)
        .limit(AT_ONCE)
    )
    while some := {
        number: _Known(version, bool(complete), validation, deleted_at is not None)
        for number, version, complete, validation, deleted_at in session.execute(rows.where(PulledRow.number > after))
    }:
        yield some
        after = max(some)


def _to_fetch(ring: KeyRing, source: Source, record: ListedRecord, known: dict[int, _Known]) -> bool:
    """What is not known, is another version, came back, lies in quarantine, or waits for its files."""
    row = known.get(record.number)
    if row is None or not row.taken_in or row.deleted:
        return True
    return row.version != pulled_version(ring, source.id, record.number, record.uuid)


def _erased(session: Session, ring: KeyRing, source: Source, numbers: Sequence[int]) -> set[int]:
    tokens = {pulled_token(ring, source.id, number): number for number in numbers}
    if not tokens:
        return set()
    same = ErasedInstance.operation == source.operation, among(ErasedInstance.instance, tokens)
    return {tokens[token] for token in session.scalars(select(ErasedInstance.instance).where(*same))}
