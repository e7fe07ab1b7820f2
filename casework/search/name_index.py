"""The names of one operation in memory, for the free search: nothing of it is ever written down.

Names repeat, so each word is kept once, with its skeleton and the persons who bear it. A question is compared with
the words, and the persons of the alike words are scored. Who is out of the asking account's reach is put aside before
anything is ranked or cut to a limit, so that nobody out of reach changes what is answered.
"""

from array import array
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from casework.names.name_likeness import word_likenesses
from casework.names.name_skeleton import name_words, word_skeleton
from core.access import Custody, Grant
from core.permissions import Role

__all__ = ["FreeQuestion", "HeldName", "NameIndex", "Reach"]

Reach = tuple[str, str, str, str]
LEAST_LIKENESS: Final = 0.75
GONE: Final = -1
EVERYWHERE: Final[Reach] = ("%", "%", "%", "%")


@dataclass(frozen=True)
class HeldName:
    """What the index is told of a person."""

    person: UUID
    custody: str
    name: str = field(repr=False)


@dataclass(frozen=True)
class FreeQuestion:
    """A name, and within which reaches it may be answered; of `opened` persons also beyond them, of `kept` ones never."""

    name: str = field(repr=False)
    reaches: tuple[Reach, ...]
    opened: frozenset[UUID] = frozenset()
    kept: frozenset[UUID] = frozenset()
    limit: int = 20


class NameIndex:
    """Words of names, and who bears them where."""

    def __init__(self, held: Iterable[HeldName] = ()) -> None:
        self._words: list[str] = []
        self._skeletons: list[str] = []
        self._bearers: list[array[int]] = []  # of each word, the slots of its persons
        self._word_numbers: dict[str, int] = {}
        self._persons: list[bytes] = []  # by slot
        self._names: list[array[int]] = []  # by slot, the numbers of its words
        self._slots: dict[bytes, int] = {}
        self._custody = array("i")  # by slot, the number of its custody
        self._custodies: list[str] = []
        self._custody_numbers: dict[str, int] = {}
        for one in held:
            self.put(one)

    def __len__(self) -> int:
        return len(self._slots)

    def put(self, held: HeldName) -> None:
        """Take in a person, or in place of what was held of them."""
        self.remove(held.person)
        slot = len(self._persons)
        self._slots[held.person.bytes] = slot
        self._persons.append(held.person.bytes)
        self._custody.append(_number(held.custody, self._custody_numbers, self._custodies))
        words = array("i", [self._word(word) for word in dict.fromkeys(name_words(held.name))])
        self._names.append(words)
        for word in words:
            self._bearers[word].append(slot)

    def remove(self, person: UUID) -> None:
        """Forget a person, and each word of their name that nobody else bears."""
        slot = self._slots.pop(person.bytes, None)
        if slot is None:
            return
        self._custody[slot] = GONE
        for word in self._names[slot]:
            self._bearers[word].remove(slot)
            if not self._bearers[word]:
                self._word_numbers.pop(self._words[word])
                self._words[word] = self._skeletons[word] = ""
        self._names[slot] = array("i")
        self._persons[slot] = b""

    def search(self, question: FreeQuestion) -> list[tuple[UUID, float]]:
        """Who is likest, with their likeness, at most `limit`; equal ones in order of their ids."""
        asked = name_words(question.name)
        if not asked or not self._persons:
            return []
        likeness = np.mean([self._scores(word) for word in asked], axis=0)
        likeness[~self._within(question)] = 0
        found = np.flatnonzero(likeness >= LEAST_LIKENESS)
        ranked = sorted((-float(likeness[slot]), self._persons[slot]) for slot in found[_best(likeness[found], question.limit)])
        return [(UUID(bytes=person), -score) for score, person in ranked[: question.limit]]

    def _word(self, word: str) -> int:
        if word not in self._word_numbers:
            self._word_numbers[word] = len(self._words)
            self._words.append(word)
            self._skeletons.append(word_skeleton(word))
            self._bearers.append(array("i"))
        return self._word_numbers[word]

    def _scores(self, asked: str) -> NDArray[np.float32]:
        """By slot, the likeness of the likest word."""
        scores = np.zeros(len(self._persons), np.float32)
        alike = word_likenesses(asked, self._words, self._skeletons)
        for word in np.flatnonzero(alike >= LEAST_LIKENESS):
            bearers = np.array(self._bearers[word], np.int64)
            scores[bearers] = np.maximum(scores[bearers], alike[word])
        return scores

    def _within(self, question: FreeQuestion) -> NDArray[np.bool_]:
        """By slot, whether the account may be told of this person."""
        grants = [Grant(Role.CASEWORKER, *reach) for reach in question.reaches]  # only where, whatever the role
        covered = [any(grant.covers(Custody.parse(custody)) for grant in grants) for custody in self._custodies]
        custody = np.array(self._custody, np.int64)
        within: NDArray[Any] = np.array([*covered, False])[custody]  # GONE is the last
        within[self._slots_of(question.opened)] = True
        within[self._slots_of(question.kept)] = False
        return within

    def _slots_of(self, persons: Collection[UUID]) -> list[int]:
        return [self._slots[person.bytes] for person in persons if person.bytes in self._slots]


def _number(value: str, numbers: dict[str, int], values: list[str]) -> int:
    if value not in numbers:
        numbers[value] = len(values)
        values.append(value)
    return numbers[value]


def _best(scores: NDArray[np.float32], limit: int) -> NDArray[np.intp]:
    """The places of the `limit` highest scores, and of all that equal the lowest of them."""
    if len(scores) <= limit:
        return np.arange(len(scores))
    return np.flatnonzero(scores >= np.partition(scores, -limit)[-limit])
