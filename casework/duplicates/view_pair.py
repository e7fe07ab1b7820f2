"""A pair side by side on a screen: every answer masked, and beside each whether the two agree, which tells no answer.

Answers are compared in memory and nothing of it is kept. A question is revealed on both sides at once, named by its part
and its name: `identity/prs_First_Name`.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from rapidfuzz.distance import JaroWinkler
from sqlalchemy.orm import Session

from casework.duplicates.compare_persons import NEAR_NAME
from casework.duplicates.review_duplicates import PairRecord, open_pair
from casework.models import TokenKind
from casework.names.name_skeleton import name_words, word_skeleton
from casework.store.blind_tokens import plain
from core.audit import Action, Purpose, record
from core.keys.keyring import KeyRing
from forms import RecordPart

__all__ = ["Likeness", "PairField", "PairView", "likeness", "view_pair"]

PHONE: Final = "prs_MobilePhone"


class Likeness(StrEnum):
    """How far two answers to one question agree."""

    SAME = "same"
    SIMILAR = "similar"  # names that are written much alike
    DIFFERENT = "different"
    ONE_SIDED = "one_sided"  # only one of the two records holds an answer


@dataclass(frozen=True)
class PairField:
    """One question; a value is None while it is masked, and where the record holds none (`held`)."""

    address: str
    part: RecordPart
    name: str
    likeness: Likeness
    held: tuple[bool, bool]
    values: tuple[Any, Any] = field(repr=False)
    revealed: bool

    @property
    def choice(self) -> bool:
        """Whether merging has to say which of the two is shown first."""
        return self.likeness in {Likeness.SIMILAR, Likeness.DIFFERENT}


@dataclass(frozen=True)
class PairView:
    """A pair; `agreement` is the level of each thing that was compared (`casework.duplicates.compare_persons`)."""

    id: UUID
    persons: tuple[UUID, UUID]
    agreement: tuple[tuple[str, str], ...]
    fields: tuple[PairField, ...]


def view_pair(session: Session, ring: KeyRing, pair: UUID, *, revealed: Collection[str] = (), purpose: Purpose) -> PairView:
    """The pair with the answers to these questions revealed and all others masked.

    What is revealed leaves a line for each of the two records. Raises what `open_pair` raises.
    """
    opened = open_pair(session, ring, pair, purpose=purpose)
    fields = tuple(_fields(opened, frozenset(revealed)))
    for side, person in enumerate(opened.persons):
        shown = [f"person/{one.address}" for one in fields if one.revealed and one.held[side]]
        if shown:
            subject = f"casework.person:{person}"
            record(session, Action.READ, subject, purpose=purpose, count=len(shown), detail={"revealed": shown})
    return PairView(opened.id, opened.persons, tuple(opened.agreement.items()), fields)


def likeness(part: RecordPart, name: str, one: Any, other: Any) -> Likeness:
    """How far two answers agree. Only names can be similar: of codes and numbers, alike is not the same."""
    if one is None or other is None:
        return Likeness.ONE_SIDED
    if one == other:
        return Likeness.SAME
    if not (isinstance(one, str) and isinstance(other, str)):
        return Likeness.DIFFERENT
    kind = TokenKind.PHONE if name == PHONE else TokenKind.CASE_REFERENCE
    if plain(kind, one) == plain(kind, other):
        return Likeness.SAME
    return Likeness.SIMILAR if part is RecordPart.IDENTITY and _alike(one, other) else Likeness.DIFFERENT


def _alike(one: str, other: str) -> bool:
    if any(sign.isdecimal() for sign in one + other):
        return False
    words = name_words(one), name_words(other)
    if not all(words):
        return False
    skeletons = [[word_skeleton(word) for word in side] for side in words]
    return skeletons[0] == skeletons[1] or JaroWinkler.similarity(*(" ".join(side) for side in words)) >= NEAR_NAME


def _fields(opened: PairRecord, revealed: frozenset[str]) -> Iterator[PairField]:
    one, other = opened.sides
    for part in RecordPart:
        answers = one.get(part, {}), other.get(part, {})
        for name in dict.fromkeys([*answers[0], *answers[1]]):
            values = answers[0].get(name), answers[1].get(name)
            address = f"{part.value}/{name}"
            yield PairField(
                address,
                part,
                name,
                likeness(part, name, *values),
                (values[0] is not None, values[1] is not None),
                values if address in revealed else (None, None),
                address in revealed,
            )
