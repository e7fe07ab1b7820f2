"""The facts that a week of casework adds to tables, and the coarse codes that they are told in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from casework.models import HouseholdRole
from core.week import Week

__all__ = [
    "AGES",
    "EVENTS",
    "GENDERS",
    "SIZES",
    "UNKNOWN",
    "CaseFacts",
    "EventFact",
    "HouseholdFact",
    "PersonFact",
    "person_fact",
    "size_band",
]

UNKNOWN: Final = "_U"  # not said (SDMX, as in CL_AREA and its siblings)
OTHER: Final = "other"
GENDERS: Final = ("female", "male", OTHER, UNKNOWN)
AGES: Final = ("0-4", "5-11", "12-17", "18-59", "60+", UNKNOWN)
OLDEST: Final = ((4, "0-4"), (11, "5-11"), (17, "12-17"), (59, "18-59"), (150, "60+"))
SIZES: Final = ("1", "2-3", "4-6", "7+", UNKNOWN)
LARGEST: Final = ((1, "1"), (3, "2-3"), (6, "4-6"), (999, "7+"))
EVENTS: Final = ("case_opened", "service", "referral", "case_closed")


@dataclass(frozen=True, order=True)
class PersonFact:
    """One person of a screened household; `household` numbers those of the week, and `role` says who was interviewed."""

    household: int
    role: str
    residence: str = field(repr=False)
    gender: str = field(repr=False)
    age: str = field(repr=False)


@dataclass(frozen=True, order=True)
class HouseholdFact:
    """One household, where the one who spoke for it may be counted. `size` is a band of what they said."""

    household: int
    residence: str = field(repr=False)
    size: str = field(repr=False)


@dataclass(frozen=True, order=True)
class EventFact:
    """Something that happened in a case, told in an interview of the week; `case` numbers the cases of the week.

    `service` is the code of a service that was given, empty for other events.
    """

    case: int
    event: str = field(repr=False)
    service: str = field(repr=False)


@dataclass(frozen=True)
class CaseFacts:
    """A week's facts. A residence is the code of a district or `UNKNOWN`."""

    week: Week
    persons: tuple[PersonFact, ...] = ()
    households: tuple[HouseholdFact, ...] = ()
    events: tuple[EventFact, ...] = ()


def person_fact(household: int, role: HouseholdRole, residence: str, said: Mapping[str, str]) -> PersonFact:
    """A person by what was said of them, by variable."""
    gender = said.get("gender", "")
    coarse = gender if gender in GENDERS else OTHER if gender else UNKNOWN
    return PersonFact(household, role.value, residence, coarse, _band(said.get("age", ""), OLDEST))


def size_band(answer: str) -> str:
    """The band of a household's size as it was said."""
    return _band(answer, LARGEST)


def _band(answer: str, bands: Sequence[tuple[int, str]]) -> str:
    """The first band whose end is not below the number; `UNKNOWN` where the answer is none."""
    if not (answer.isascii() and answer.isdecimal() and len(answer) <= 3):
        return UNKNOWN
    return next((band for end, band in bands if int(answer) <= end), UNKNOWN)
