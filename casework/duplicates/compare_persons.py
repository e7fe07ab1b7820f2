"""How much two records speak for one person: agreement weighed after Fellegi and Sunter (1969).

Each answer that both records hold agrees to a level. A level weighs log2(m / u): how often it is met among records of one
person (m) over how often among records of any two (u). The weights add up; an answer that one of them lacks weighs
nothing. Decision 13 says where the figures come from; `tests/casework/test_compare_persons.py` measures what they find.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from math import log2
from typing import Any, Final

from rapidfuzz.distance import JaroWinkler

from casework.duplicate_models import Similarity
from casework.models import TokenKind
from casework.names.name_skeleton import name_words, word_skeleton
from casework.names.person_name import BIRTH_DATE, PersonName, person_name
from casework.store.blind_tokens import plain
from forms import RecordPart

__all__ = ["LEVELS", "LIKELY", "POSSIBLE", "Profile", "agreement", "profile", "similarity", "weight"]

# (m, u) by level; those of one answer add up to one, for each pair is of one level.
LEVELS: Final[Mapping[str, Mapping[str, tuple[float, float]]]] = {
    "name": {
        "same": (0.80, 0.0002),
        "swapped": (0.05, 0.0001),
        "near": (0.10, 0.0017),
        "one": (0.04, 0.02),
        "other": (0.01, 0.978),
    },
    "birth": {
        "same": (0.70, 0.002),
        "slip": (0.08, 0.003),  # day and month exchanged, or one digit off
        "year": (0.10, 0.03),
        "near": (0.09, 0.10),  # at most two years apart
        "other": (0.03, 0.865),
    },
    "gender": {"same": (0.98, 0.5), "other": (0.02, 0.5)},
    "citizenship": {"same": (0.95, 0.5), "other": (0.05, 0.5)},
    "phone": {"same": (0.45, 0.004), "other": (0.55, 0.996)},
}
POSSIBLE: Final = 14.0
LIKELY: Final = 20.0
NEAR_NAME: Final = 0.88  # Jaro-Winkler, of romanized names
YEARS_APART: Final = 2
ISO_DATE: Final = 10  # characters


@dataclass(frozen=True)
class Profile:
    """What of a person is compared, each as plainly as it can be written; empty where it was not said."""

    given: str = field(repr=False)
    family: str = field(repr=False)
    birth: str = field(repr=False)  # a year, or a day as year-month-day
    gender: str = field(repr=False)
    citizenship: str = field(repr=False)
    phone: str = field(repr=False)


def profile(parts: Mapping[RecordPart, Mapping[str, Any]]) -> Profile:
    """What is compared, from the identity, contact and facts of a person interviewed or of a household member."""
    identity, contact, facts = (parts[part] for part in (RecordPart.IDENTITY, RecordPart.CONTACT, RecordPart.FACTS))
    name = person_name(identity)
    return Profile(
        _first(name.given, 0),
        _first(name.family, -1),
        _birth(str(identity.get(BIRTH_DATE, "")), name),
        str(facts.get("prs_Gender") or facts.get("member_gender") or ""),
        str(facts.get("prs_Citizenship", "")),
        plain(TokenKind.PHONE, str(contact.get("prs_MobilePhone", ""))),
    )


def similarity(one: Profile, other: Profile) -> Similarity | None:
    """How alike the two are; None where they are not alike enough to trouble anybody."""
    total = weight(one, other)
    if total < POSSIBLE:
        return None
    return Similarity.LIKELY if total >= LIKELY else Similarity.POSSIBLE


def weight(one: Profile, other: Profile) -> float:
    """The sum of the weights, in bits."""
    return sum(log2(m / u) for m, u in (LEVELS[answer][level] for answer, level in agreement(one, other).items()))


def agreement(one: Profile, other: Profile) -> dict[str, str]:
    """The level of each answer that both hold: what a review screen says of the pair, without the answers."""
    levels = {
        "name": _name_level(one, other),
        "birth": _birth_level(one.birth, other.birth),
        "gender": _level(one.gender, other.gender),
        "citizenship": _level(one.citizenship, other.citizenship),
        "phone": _level(one.phone, other.phone),
    }
    return {answer: level for answer, level in levels.items() if level}


def _first(name: str, place: int) -> str:
    """Of several given names the first, of several family names the last, in Latin letters."""
    words = name_words(name)
    return words[place] if words else ""


def _birth(said: str, name: PersonName) -> str:
    # The first of January is what is written where the day is not known.
    if len(said) == ISO_DATE and not said.endswith("-01-01"):
        return said
    return str(name.birth_year or "")


def _level(one: str, other: str) -> str:
    return ("same" if one == other else "other") if one and other else ""


def _name_level(one: Profile, other: Profile) -> str:
    if not (one.given and one.family and other.given and other.family):
        return ""
    straight = _alike(one.given, other.given), _alike(one.family, other.family)
    crossed = _alike(one.given, other.family), _alike(one.family, other.given)
    if straight == (2, 2):
        return "same"
    if crossed == (2, 2):
        return "swapped"
    if min(straight) or min(crossed):
        return "near"
    return "one" if max(*straight, *crossed) == 2 else "other"


def _alike(one: str, other: str) -> int:
    """2 for one name, however it is spelt; 1 for names that are written much alike; 0 for others."""
    if word_skeleton(one) == word_skeleton(other):
        return 2
    return int(JaroWinkler.similarity(one, other) >= NEAR_NAME)


def _birth_level(one: str, other: str) -> str:
    if not one or not other:
        return ""
    apart = abs(int(one[:4]) - int(other[:4]))
    if len(one) == len(other) == ISO_DATE:
        if one == other:
            return "same"
        if _exchanged(one) == other or sum(a != b for a, b in zip(one, other, strict=True)) == 1:
            return "slip"
    if apart == 0:
        return "year"
    return "near" if apart <= YEARS_APART else "other"


def _exchanged(day: str) -> str:
    try:
        return date(int(day[:4]), int(day[8:]), int(day[5:7])).isoformat()
    except ValueError:
        return ""
