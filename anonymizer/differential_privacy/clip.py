"""At most m records of a person count in all periods together; the others are left out.

That bounds what one person can change, and so what the noise has to cover. Records of earlier periods come first, so that
what counts in a period hangs on it and earlier ones only; within a period a keyed hash decides, which favours no code. A
person counts once in a cell, however often they stand in it.
"""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np

from anonymizer.records import Places, Records

__all__ = ["Clipped", "clip"]


@dataclass(frozen=True, eq=False)
class Clipped:
    """The records that count: whose they are, the position of their codes, and the position of their period's code."""

    records: Records
    time: int
    secret: bytes = field(repr=False)

    @property
    def periods(self) -> Places:
        """The position of the period of each record among the codes of time."""
        return self.records.places[self.time]

    def of(self, periods: Iterable[str]) -> Records:
        """The records of some periods."""
        positions = self.records.dimensions[self.time].positions
        return _pick(self.records, np.isin(self.periods, [positions[code] for code in periods]))

    def fingerprints(self, periods: Iterable[str]) -> dict[str, str]:
        """For each period the same for the same records in any order, and telling nothing of them without the secret."""
        return {code: _fingerprint(self.of([code]), self.secret) for code in sorted(periods)}


def clip(records: Records, time: str, most: int, secret: bytes) -> Clipped:
    """Keep each person's first `most` records; `records.ids` are persons, `time` names the dimension of periods."""
    axis = [dimension.name for dimension in records.dimensions].index(time)
    once = _once_in_a_cell(records)
    many = np.flatnonzero(np.bincount(once.whose, minlength=len(once.ids))[once.whose] > most)
    ties = np.zeros(len(once.whose), np.uint64)
    ties[many] = _ties(_pick(once, many), secret)
    order = np.lexsort((ties, once.places[axis], once.whose))
    ordered = once.whose[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else order
    ranks = np.arange(len(ordered)) - np.repeat(starts, np.diff(np.r_[starts, len(ordered)]))
    return Clipped(_pick(once, order[ranks < most]), axis, secret)


def _once_in_a_cell(records: Records) -> Records:
    _, first = np.unique(records.whose * records.size + records.cells, return_index=True)
    return _pick(records, first)


def _pick(records: Records, rows: Places | np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Records:
    places = tuple(along[rows] for along in records.places)
    return Records(records.name, records.dimensions, places, records.ids, records.whose[rows])


def _ties(records: Records, secret: bytes) -> list[int]:
    """A keyed hash of each row."""
    seeded = hmac.new(secret, digestmod=sha256)
    found = []
    for told in _told(records):
        started = seeded.copy()
        started.update(told)
        found.append(int.from_bytes(started.digest()[:8], "big"))
    return found


def _fingerprint(records: Records, secret: bytes) -> str:
    return hmac.new(secret, b"\n".join(sorted(_told(records))), sha256).hexdigest()


def _told(records: Records) -> list[bytes]:
    """Each row as bytes that no other person or cell gives: lengths stand before texts."""
    codes: Sequence[Mapping[int, str]] = [dict(enumerate(each.parents)) for each in records.dimensions]
    rows = zip(records.whose.tolist(), *(along.tolist() for along in records.places), strict=True)
    texts = ((records.ids[who], *(names[at] for names, at in zip(codes, places, strict=True))) for who, *places in rows)
    return ["".join(f"{len(text)}:{text}" for text in row).encode() for row in texts]
