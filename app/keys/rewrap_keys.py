"""Re-wrapping every stored record key under the newest key of the ring, while the program runs.

Each batch is a transaction of its own, so what is done stays done: whoever starts it again goes on where it was broken off.
Three threads share the ids out between them: while one computes, the database writes what the others have sent.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Final
from uuid import UUID

from app.keys.key_tables import KEY_TABLES
from core.access import Access
from core.audit_line import Action, Purpose, record
from core.database import Database, Zone
from core.keys.keyring import KeyRing
from core.keys.wrapped_keys import Batch, KeyTable, Slice, count_by_version, rewrap_batch, slices

__all__ = ["Rewrapped", "rewrap", "waiting"]

PARTS: Final = 3

Told = Callable[[int], None]


@dataclass
class Rewrapped:
    """What was done: how many record keys, and those that do not open and stayed as they were, as (table, record)."""

    count: int = 0
    refused: list[tuple[str, UUID]] = field(default_factory=list)


def waiting(database: Database, ring: KeyRing, who: Access) -> int:
    """How many record keys are not yet wrapped under the ring's current key."""
    with database.transaction(Zone.KEYS, access=who) as session:
        counted = [count_by_version(session, table) for table in KEY_TABLES]
    return sum(number for counts in counted for version, number in counts.items() if version != ring.current)


def rewrap(database: Database, ring: KeyRing, who: Access, told: Told, *, parts: int = PARTS) -> Rewrapped:
    """Re-wrap what waits; `told` hears of every batch how many it was. Raises `KeyVersionUnknown`."""
    run = _Run(database, ring, who, told)
    run.in_parts(slices(parts))
    # What was added meanwhile by somebody who had not heard of the new key yet.
    if waiting(database, ring, who) > len(run.done.refused):
        run.done.refused.clear()
        run.over(Slice())
    return run.done


@dataclass
class _Run:
    database: Database
    ring: KeyRing
    who: Access
    told: Told
    done: Rewrapped = field(default_factory=Rewrapped)
    turn: Lock = field(default_factory=Lock)
    stop: Event = field(default_factory=Event)

    def in_parts(self, parts: Sequence[Slice]) -> None:
        with ThreadPoolExecutor(len(parts)) as pool:
            working = [pool.submit(self.over, part) for part in parts]
            try:
                for future in working:
                    future.result()
            except BaseException:
                self.stop.set()  # the others end after the batch they are at
                raise

    def over(self, part: Slice) -> None:
        for table in KEY_TABLES:
            batch = self._one_batch(table, part, None)
            while batch.last and not self.stop.is_set():
                batch = self._one_batch(table, part, batch.last)

    def _one_batch(self, table: KeyTable, part: Slice, after: tuple[UUID, str] | None) -> Batch:
        with self.database.transaction(Zone.KEYS, access=self.who) as session:
            batch = rewrap_batch(session, self.ring, table, part, after)
            if batch.count:
                detail = {"did": "rewrap", "version": self.ring.current}
                record(session, Action.KEY_USED, table.name, purpose=Purpose.SECURITY, count=batch.count, detail=detail)
        with self.turn:
            self.done.count += batch.count
            self.done.refused += [(table.name, refused) for refused in batch.refused]
            self.told(batch.count)
        return batch
