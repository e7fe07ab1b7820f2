"""The pieces of a search that is under way, each sealed under a key of its own that the key ring wraps, until it is over.

Counts can be worked out from them. Each is written in a transaction of its own, so that it is there when the worker is not.
What does not open (a key was retired meanwhile, or a row changed) is not taken: it is looked for anew, which costs time alone.

Several workers may share the pieces of a search, each on processors of its own. Whoever looks for a piece holds an advisory
lock for it, on a connection that is theirs as long as they search: a worker that dies lets go, and whoever waits for a piece
waits for its lock and asks nothing meanwhile.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from time import monotonic
from typing import Final, Self
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from anonymizer.asking.asked_periods import Asked
from anonymizer.models import SearchPieceRow
from core.keys.keyring import KeyRing, KeyVersionUnknown
from core.sealing.envelope import CiphertextRefused
from core.sealing.seal_alone import open_alone, seal_alone

__all__ = ["NothingToHelp", "SealedPieces"]

TABLE: Final = "anonymizer.search_piece"
HELPERS: Final = 3  # of one search: others have work to do, too
LONG: Final = 5.0  # seconds of a search from which it is worth another's counting and loading
BOOT: Final = Path("/proc/sys/kernel/random/boot_id")

Transaction = Callable[[], AbstractContextManager[Session]]
Call = Callable[[], None]


class NothingToHelp(Exception):
    """There is no such search, or it is over, or enough are at it already, or one of those with this one's processors."""


class SealedPieces:
    """Keeps the pieces of the search for one period, by number (zone anonymizer); the first row says of which search.

    Made by `own`, for the one that took the period, or by `help_with`. `call` sends for help.
    """

    def __init__(
        self,
        transaction: Transaction,
        locks: Session,
        ring: KeyRing,
        asked: Asked,
        *,
        helps: bool,
        call: Call | None,
    ) -> None:
        self._transaction, self._locks, self._ring, self._asked = transaction, locks, ring, asked
        self._helps, self._call, self._begun = helps, call, monotonic()
        self._search = uuid4()

    @classmethod
    @contextmanager
    def own(cls, transaction: Transaction, ring: KeyRing, asked: Asked, call: Call | None = None) -> Iterator[Self]:
        """For whoever took the period: what is kept of another search is forgotten. Help is called for when it takes long."""
        with _locks(transaction) as locks:
            yield cls(transaction, locks, ring, asked, helps=False, call=call)

    @classmethod
    @contextmanager
    def help_with(cls, transaction: Transaction, ring: KeyRing, asked: Asked, call: Call | None = None) -> Iterator[Self]:
        """For another that comes to it; each calls for one more. Searching with it raises `NothingToHelp` where it is over."""
        with _locks(transaction) as locks:
            yield cls(transaction, locks, ring, asked, helps=True, call=call)

    def begin(self, mark: bytes) -> None:
        with self._transaction() as session:
            first = SearchPieceRow.asked == self._asked.id, SearchPieceRow.number == 0
            known = session.scalar(select(SearchPieceRow).where(*first))
            found = self._open(known.search, 0, known.content) if known else None
            if known and found == mark:
                self._search = known.search
            elif self._helps:
                raise NothingToHelp
            else:
                session.execute(delete(SearchPieceRow).where(SearchPieceRow.asked == self._asked.id))
                self._add(session, 0, mark)
        here = self._lock(f"on {_processors_here()}")
        if self._helps and not (here and any(self._lock(f"helper {number}") for number in range(HELPERS))):
            raise NothingToHelp
        if self._helps:
            self._call_once()

    def claim(self, number: int, *, wait: bool) -> bool:
        return self._lock(f"{self._search} {number}", wait=wait)

    def read(self, number: int) -> bytes | None:
        asked = SearchPieceRow.asked == self._asked.id, SearchPieceRow.search == self._search
        wanted = select(SearchPieceRow.number, SearchPieceRow.content).where(*asked, SearchPieceRow.number.in_((0, number + 1)))
        found = {row.number: row.content for row in self._locks.execute(wanted)}
        if 0 not in found:
            raise NothingToHelp
        piece = self._open(self._search, number + 1, found[number + 1]) if number + 1 in found else None
        if piece is not None:
            self._let_go(number)
        return piece

    def keep(self, number: int, piece: bytes) -> None:
        with self._transaction() as session:
            self._add(session, number + 1, piece)
        self._let_go(number)
        if monotonic() - self._begun > LONG:
            self._call_once()

    def _add(self, session: Session, number: int, piece: bytes) -> None:
        content = seal_alone(self._ring, piece, TABLE, self._search, number)
        row = {
            "asked": self._asked.id,
            "search": self._search,
            "number": number,
            "operation": self._asked.operation,
            "content": content,
        }
        session.execute(insert(SearchPieceRow).values(row).on_conflict_do_nothing())

    def _open(self, search: UUID, number: int, content: bytes) -> bytes | None:
        try:
            return open_alone(self._ring, content, TABLE, search, number)
        except (CiphertextRefused, KeyVersionUnknown):
            return None

    def _lock(self, what: str, *, wait: bool = False) -> bool:
        mark = self._mark(what)
        if not wait:
            return bool(self._locks.scalar(select(func.pg_try_advisory_lock(mark))))
        self._locks.execute(select(func.pg_advisory_lock(mark)))
        return True

    def _let_go(self, number: int) -> None:
        self._locks.execute(select(func.pg_advisory_unlock(self._mark(f"{self._search} {number}"))))

    def _mark(self, what: str) -> object:
        return func.hashtextextended(f"search for {self._asked.id} {what}", 0)

    def _call_once(self) -> None:
        if (call := self._call) is not None:
            self._call = None
            call()


@contextmanager
def _locks(transaction: Transaction) -> Iterator[Session]:
    """A connection that holds locks one by one: those of a transaction would be held to its end."""
    with transaction() as session:
        try:
            yield session
        finally:
            session.execute(select(func.pg_advisory_unlock_all()))


def _processors_here() -> str:
    """Which processors this process may use, of which machine: two at a search that share them gain nothing."""
    machine = BOOT.read_text(encoding="ascii").strip() if BOOT.exists() else os.uname().nodename
    return f"{machine} {sorted(os.sched_getaffinity(0))}"
