"""The pieces of a search that is under way, each sealed under a key of its own that the key ring wraps, until it is over.

Counts can be worked out from them. Each is written in a transaction of its own, so that it is there when the worker is not.
What does not open (a key was retired meanwhile, or a row changed) is not taken: the search begins anew, which costs time alone.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from anonymizer.models import SearchPieceRow
from anonymizer.weeks.asked_periods import Asked
from core.envelope import WRAPPED_BYTES, Binding, CiphertextRefused, WrappedKey, new_record_key, unwrap_record_key
from core.keyring import KeyRing, KeyVersionUnknown

__all__ = ["SealedPieces"]

VERSION_BYTES: Final = 4
COMMITMENT_BYTES: Final = 32


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
                self._known = {number: self._open(number, content) for number, content in rows}
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
        content = self._seal(number, piece)
        row = {"asked": self._asked.id, "number": number, "operation": self._asked.operation, "content": content}
        session.execute(insert(SearchPieceRow).values(row))

    def _seal(self, number: int, piece: bytes) -> bytes:
        key, wrapped = new_record_key(self._ring, self._binding(number, "key"))
        version = wrapped.version.to_bytes(VERSION_BYTES, "big")
        return version + wrapped.sealed + wrapped.commitment + key.seal(piece, self._binding(number, "content"))

    def _open(self, number: int, content: bytes) -> bytes:
        ends = VERSION_BYTES, VERSION_BYTES + WRAPPED_BYTES, VERSION_BYTES + WRAPPED_BYTES + COMMITMENT_BYTES
        version, sealed, commitment = content[: ends[0]], content[ends[0] : ends[1]], content[ends[1] : ends[2]]
        wrapped = WrappedKey(int.from_bytes(version, "big"), sealed, commitment)
        key = unwrap_record_key(self._ring, wrapped, self._binding(number, "key"))
        return key.open(content[ends[2] :], self._binding(number, "content"))

    def _binding(self, number: int, field: str) -> Binding:
        return Binding("anonymizer.search_piece", self._asked.id, field, number)
