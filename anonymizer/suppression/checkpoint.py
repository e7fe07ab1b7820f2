"""What a search has found so far, piece by piece: one that was ended goes on from there, and ends as if it had not been.

A search is a row of pieces, each some moves. The same tables under the same policy give the same pieces in the same order,
whatever the number of processes. So a piece that was kept is taken instead of being looked for again.

For the same reason several searches may share one row, each on a machine of its own: each claims a piece before it looks for
it, and what one has found the others take. They are as many copies of one search, and none is more than the others.
"""

import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Final, NamedTuple, Protocol, TypeVar

import numpy as np

from anonymizer.side_by_side import as_found, in_turn, side_by_side
from anonymizer.suppression.equations import Numbers
from anonymizer.suppression.knowers import contributors_of
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

    def claim(self, number: int, *, wait: bool) -> bool:
        """Claim a piece, so that no other search looks for it; False where another does. With `wait` that is waited for."""

    def read(self, number: int) -> bytes | None:
        """A piece that was claimed, and is claimed no more if it was kept; else None, and it is to be looked for."""

    def keep(self, number: int, piece: bytes) -> None:
        """Keep a piece that was claimed, so that it is there when this process is not; it is claimed no more."""


class Checkpoint:
    """The pieces of one search, numbered as they come; without a place to keep them they are only numbered."""

    def __init__(self, search: Search, kept: Kept | None, together: Numbers, *, grand_total: bool) -> None:
        """`together` says who must learn nothing from what they know, as `OwnKnowledge` does; `grand_total` whether that may be
        hidden."""
        self._kept, self._number = kept, 0
        if kept:
            kept.begin(_mark(search, together, grand_total=grand_total))

    def pieces(
        self, work: Callable[[Thing, Part], Piece], thing: Thing, parts: Sequence[Part], processes: int
    ) -> Iterator[Piece]:
        """What `work` finds in each part of a thing, which nobody may change meanwhile: kept, or found side by side."""
        if self._kept is None:
            return side_by_side(work, thing, parts, processes)
        numbered = dict(enumerate(parts, self._number))
        first, self._number = self._number, self._number + len(parts)
        found = self._pieces(work, thing, numbered, processes, self._kept)
        return in_turn((number - first, piece) for number, piece in found)

    def recall(self) -> Piece | None:
        """The next piece, if it was kept."""
        if self._kept is None:
            return None
        self._kept.claim(self._number, wait=True)
        packed = self._kept.read(self._number)
        if packed is None:
            return None
        self._number += 1
        return _unpack(packed)

    def keep(self, piece: Piece) -> None:
        """Keep the next piece."""
        if self._kept:
            self._kept.keep(self._number, _pack(piece))
        self._number += 1

    @staticmethod
    def _pieces(
        work: Callable[[Thing, Part], Piece], thing: Thing, parts: Mapping[int, Part], processes: int, kept: Kept
    ) -> Iterator[tuple[int, Piece]]:
        """The pieces of some parts, by number: first those that nobody else is at, then what others found meanwhile."""
        known, left = dict[int, Piece](), list[int]()

        def free() -> Iterator[tuple[int, Part]]:
            for number, part in parts.items():
                if not kept.claim(number, wait=False):
                    left.append(number)
                elif (packed := kept.read(number)) is not None:
                    known[number] = _unpack(packed)
                else:
                    yield number, part

        for number, piece in as_found(work, thing, free(), len(parts), processes):
            kept.keep(number, _pack(piece))
            yield number, piece
        for number in left:
            kept.claim(number, wait=True)
            if (packed := kept.read(number)) is not None:
                known[number] = _unpack(packed)
            else:  # whoever was at it has ended
                piece = work(thing, parts[number])
                kept.keep(number, _pack(piece))
                yield number, piece
        yield from known.items()


def _mark(search: Search, together: Numbers, *, grand_total: bool) -> bytes:
    """A digest of all that a search depends on. It is made of counts."""
    system, pattern = search.system, search.pattern
    digest = sha256(FORMAT)
    digest.update(together.tobytes() + bytes([grand_total]))
    if np.any(together):
        digest.update(np.ascontiguousarray(system.reports, np.int64).tobytes() + contributors_of(system).tobytes())
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
