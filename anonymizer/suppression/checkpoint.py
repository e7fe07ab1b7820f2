"""What a search has found so far, piece by piece: one that was ended goes on from there, and ends as if it had not been.

A search is a row of pieces, each some moves. The same tables under the same policy give the same pieces in the same order,
whatever the number of processes. So a piece that was kept is taken instead of being looked for again.
"""

import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import Final, NamedTuple, Protocol, TypeVar

import numpy as np

from anonymizer.side_by_side import side_by_side
from anonymizer.suppression.moves import Move
from anonymizer.suppression.search import Search

__all__ = ["Checkpoint", "Kept", "Piece"]

FORMAT: Final = b"waystation search 5"  # another, whenever the same tables are searched otherwise

Thing = TypeVar("Thing")
Part = TypeVar("Part")


class Piece(NamedTuple):
    """The moves that were found in a part of a system, and the cells that they let be `shown` again."""

    moves: list[Move]
    shown: Sequence[int] = ()


class Kept(Protocol):
    """Where pieces are kept. Counts can be worked out from them, so whoever keeps them seals them."""

    def begin(self, mark: bytes) -> None:
        """Forget what was kept of any search but the one of this mark."""

    def read(self, number: int) -> bytes | None:
        """A piece that was kept, or None."""

    def keep(self, number: int, piece: bytes) -> None:
        """Keep a piece, so that it is there when this process is not."""


class Checkpoint:
    """The pieces of one search, numbered as they come; without a place to keep them they are only numbered."""

    def __init__(self, search: Search, kept: Kept | None) -> None:
        self._kept, self._number = kept, 0
        if kept:
            kept.begin(_mark(search))

    def pieces(
        self, work: Callable[[Thing, Part], Piece], thing: Thing, parts: Sequence[Part], processes: int
    ) -> Iterator[Piece]:
        """What `work` finds in each part of a thing, which nobody may change meanwhile: kept, or found side by side."""
        known: list[Piece] = []
        while len(known) < len(parts) and (found := self.recall()) is not None:
            known.append(found)
        yield from known
        for piece in side_by_side(work, thing, parts[len(known) :], processes):
            self.keep(piece)
            yield piece

    def recall(self) -> Piece | None:
        """The next piece, if it was kept."""
        packed = self._kept.read(self._number) if self._kept else None
        if packed is None:
            return None
        self._number += 1
        return _unpack(packed)

    def keep(self, piece: Piece) -> None:
        """Keep the next piece."""
        if self._kept:
            self._kept.keep(self._number, _pack(piece))
        self._number += 1


def _mark(search: Search) -> bytes:
    """A digest of all that a search depends on. It is made of counts."""
    system, pattern = search.system, search.pattern
    digest = sha256(FORMAT)
    for array in (system.codes, system.persons, system.sums.indptr, system.sums.indices, system.totals, pattern.first):
        digest.update(np.ascontiguousarray(array, np.int64).tobytes())
    digest.update(pattern.cost.tobytes() + pattern.shown.tobytes() + pattern.guarded.tobytes())
    digest.update(repr(search.goals.named).encode())
    return digest.digest()


def _pack(piece: Piece) -> bytes:
    moves = [(move.cells.tolist(), move.step.tolist(), move.back, move.forth) for move in piece.moves]
    return zlib.compress(json.dumps([moves, list(piece.shown)], separators=(",", ":")).encode())


def _unpack(packed: bytes) -> Piece:
    moves, shown = json.loads(zlib.decompress(packed))
    return Piece([Move(np.array(cells), np.array(step), back, forth) for cells, step, back, forth in moves], shown)
