"""The pieces of a search that is under way, each sealed under a key of its own that the key ring wraps, until it is over.

Counts can be worked out from them. Each is written in a transaction of its own, so that it is there when the worker is not.
What does not open (a key was retired meanwhile, or a row changed) is not taken: the search begins anew, which costs time alone.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from anonymizer.asking.asked_periods import Asked
from anonymizer.models import SearchPieceRow
from core.keys.keyring import KeyRing, KeyVersionUnknown
from core.sealing.envelope import CiphertextRefused
from core.sealing.seal_alone import open_alone, seal_alone

__all__ = ["SealedPieces"]

TABLE = "anonymizer.search_piece"


class SealedPieces:
    """Keeps the pieces of the search for one period, by number (zone anonymizer); the first row says of which search."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Session]], ring: KeyRing, asked: Asked) -> None:
        self._transaction, self._ring, self._asked = transaction, ring, asked
        self._known: dict[int, bytes] = {}

    def begin(self, mark: bytes) -> None:
        with self._transaction() as session:
            rows = session.execute(
                select(SearchPieceRow.number, SearchPieceRow.content).where(SearchPieceRow.asked == self._asked.id)
            )
            try:
                self._known = {
                    number: open_alone(self._ring, content, TABLE, self._asked.id, number) for number, content in rows
                }
            except (CiphertextRefused, KeyVersionUnknown):
                self._known = {}
            if self._known.get(0) == mark:
                return
            self._known = {}
            session.execute(delete(SearchPieceRow).where(SearchPieceRow.asked == self._asked.id))
            self._add(session, 0, mark)

    def read(self, number: int) -> bytes | None:
        return self._known.get(number + 1)

    def keep(self, number: int, piece: bytes) -> None:
        with self._transaction() as session:
            self._add(session, number + 1, piece)

    def _add(self, session: Session, number: int, piece: bytes) -> None:
        content = seal_alone(self._ring, piece, TABLE, self._asked.id, number)
        row = {"asked": self._asked.id, "number": number, "operation": self._asked.operation, "content": content}
        session.execute(insert(SearchPieceRow).values(row))
