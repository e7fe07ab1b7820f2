"""A batch of records of files made ready by whoever has it, without the database, and then written by one statement.

What `ingest.pull.ready_page` is to a page of a server. Whatever there is more to say of a record than that it is new, and
whatever comes with files, is left to `take_in`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from core.clock import now
from core.driver_connection import driver_connection
from core.keyring import KeyRing
from core.packed_arrays import Kind, packed
from ingest.errors import Refused
from ingest.from_files.candidate import Candidate, Mark, mark_of
from ingest.from_files.look_up_forms import LookUp
from ingest.insert_arrivals import ADD_UNLESS_THERE, rows, seal_arrivals
from ingest.pull.insert_many import note_received
from ingest.recognise_post import Arrival
from ingest.take_turns import TURN_BYTES

__all__ = ["ReadyBatch", "make_ready", "write_ready"]

TURNS_NOT_GOT: Final = b"SELECT 1 FROM unnest(%b::bigint[]) AS t (turn) WHERE NOT pg_try_advisory_xact_lock(turn)"
# Anything that makes one of them more than new: it was erased, it is here, an edit replaced it before.
KNOWN: Final = b"""
    SELECT 1 FROM ingest.tombstone WHERE operation = %(operation)s AND instance = ANY(%(instance)b::bytea[])
    UNION ALL SELECT 1 FROM ingest.submission WHERE operation = %(operation)s AND instance = ANY(%(instance)b::bytea[])
    UNION ALL SELECT 1 FROM ingest.submission WHERE operation = %(operation)s AND replaces = ANY(%(instance)b::bytea[])
"""


@dataclass(frozen=True)
class ReadyBatch:
    """Those records of a batch that are plain as far as the batch tells, sealed, in columns. `marks` has what a dry run knows
    each by, by their place in the batch; `waiting` are the places of those that wait for files."""

    marks: Mapping[int, Mark]
    waiting: frozenset[int]
    columns: Mapping[str, Any] = field(repr=False)
    turns: bytes = field(repr=False)
    submissions: Sequence[UUID]


def make_ready(ring: KeyRing, operation: str, candidates: Sequence[Candidate], look_up: LookUp) -> ReadyBatch:
    """What can be said of a batch without asking what is here; `look_up` knows the forms that were asked for before."""
    plain: dict[bytes, tuple[int, Arrival]] = {}
    for place, candidate in enumerate(candidates):
        arrival = _arrival(ring, candidate, look_up)
        if arrival is not None and not arrival.replaces and not arrival.post.files:
            plain.setdefault(arrival.instance, (place, arrival))
    new = seal_arrivals(ring, [arrival for _, arrival in plain.values()])
    return ReadyBatch(
        marks={place: mark_of(arrival) for place, arrival in plain.values()},
        waiting=frozenset(place for place, arrival in plain.values() if arrival.expected),
        columns=rows(ring, operation, new),
        turns=packed(Kind.BIGINT, sorted(instance[:TURN_BYTES] for instance in plain)),
        submissions=[one.id for one in new],
    )


def _arrival(ring: KeyRing, candidate: Candidate, look_up: LookUp) -> Arrival | None:
    try:
        candidate.named(ring)
        return candidate.arrival(ring, look_up)
    except Refused:
        return None  # and is told by whoever can keep it


def write_ready(session: Session, batch: ReadyBatch) -> bool:
    """Write all of them, or nothing where one of them is not new or somebody else is at work on it (collection zone)."""
    if not batch.submissions:
        return False
    connection = driver_connection(session)
    if connection.execute(TURNS_NOT_GOT, (batch.turns,)).fetchone() or connection.execute(KNOWN, batch.columns).fetchone():
        return False
    with session.begin_nested() as attempt:
        added = connection.execute(ADD_UNLESS_THERE, {**batch.columns, "at": now()}).fetchall()
        if len(added) < len(batch.submissions):
            attempt.rollback()
            return False
    note_received(session, list(batch.submissions))
    return True
