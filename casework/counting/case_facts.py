"""The facts that a week of casework adds to tables, and the coarse codes that they are told in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from casework.models import HouseholdRole
from core.periods.week import Week
from core.world_regions import REGIONS

__all__ = [
    "AGAIN",
    "AGES",
    "DECISIONS",
    "EVENTS",
    "EXPLOITATIONS",
    "GENDERS",
    "NATIONALITIES",
    "OUTCOMES",
    "PROVIDERS",
    "REFERRALS",
    "ROUTES",
    "SERVICES",
    "SIZES",
    "STATELESS",
    "UNKNOWN",
    "WAITS",
    "CaseFacts",
    "EventFact",
    "HouseholdFact",
    "PersonFact",
    "coarse",
    "person_fact",
    "size_band",
    "wait_band",
]

UNKNOWN: Final = "_U"  # not said (SDMX, as in CL_AREA and its siblings)
OTHER: Final = "other"
GENDERS: Final = ("female", "male", OTHER, UNKNOWN)
AGES: Final = ("0-4", "5-11", "12-17", "18-59", "60+", UNKNOWN)
OLDEST: Final = ((4, "0-4"), (11, "5-11"), (17, "12-17"), (59, "18-59"), (150, "60+"))
SIZES: Final = ("1", "2-3", "4-6", "7+", UNKNOWN)
LARGEST: Final = ((1, "1"), (3, "2-3"), (6, "4-6"), (999, "7+"))
# What came of a screening: how somebody decided in the case file, else what the interview answered.
DECISIONS: Final = ("accepted", "referred", "not_eligible", "not_wanted", "undecided")
EVENTS: Final = ("service", "referral", "case_closed")
# What was given, by its type: the codes of our own questionnaire and programme; those that an office added are others.
SERVICES: Final = (
    "accommodation",
    "basic_items",
    "medical",
    "psychosocial",
    "legal",
    "documents",
    "education",
    "training",
    "livelihood",
    "family_tracing",
    "return",
    OTHER,
)
REFERRALS: Final = ("accepted", "done", "rejected", "revoked", "waiting", UNKNOWN)  # how one that was sent was answered
OUTCOMES: Final = ("goals_met", "returned", "referred", "wish", "lost", "died", OTHER, UNKNOWN)
PROVIDERS: Final = ("own", "partner", UNKNOWN)
AGAIN: Final = "again"  # not the first service of a case
WAITS: Final = ("0-7", "8-30", "31-90", "91+", UNKNOWN)  # days from the screening to the first service
SUBREGIONS: Final = tuple(code for below in REGIONS.values() for code in below)
STATELESS: Final = "stateless"
NATIONALITIES: Final = (*SUBREGIONS, STATELESS, UNKNOWN)
ROUTES: Final = (*SUBREGIONS, UNKNOWN)  # where the journey began
EXPLOITATIONS: Final = ("labour", "sexual", "marriage", OTHER, "several", "none", UNKNOWN)
LATEST: Final = ((7, "0-7"), (30, "8-30"), (90, "31-90"))


@dataclass(frozen=True, order=True)
class PersonFact:
    """One person of a screened household; `household` numbers those of the week, and `role` says who was interviewed. `outcome`
    says what came of their screening (`DECISIONS`); it is empty for other members.
    """

    household: int
    role: str
    residence: str = field(repr=False)
    gender: str = field(repr=False)
    age: str = field(repr=False)
    outcome: str = field(default="", repr=False)


@dataclass(frozen=True, order=True)
class HouseholdFact:
    """One household, where the one who spoke for it may be counted. `size` is a band of what they said."""

    household: int
    residence: str = field(repr=False)
    size: str = field(repr=False)


@dataclass(frozen=True, order=True)
class EventFact:
    """Something that happened in a case; `person` numbers the persons of the week's events, so that several of one person are
    known for theirs.

    `kind` is what was given, how a referral that was sent stands, or with which outcome a case was closed.
    `provider` says by whom a service was given: `own`, `partner`, or not said; `waited` how long the person had waited for it
    if it is the first of the case (`WAITS`), else `AGAIN`; both are empty for other events. `nationality` and `route` are parts
    of the world (UN M49).
    """

    person: int
    event: str = field(repr=False)
    kind: str = field(default="", repr=False)
    provider: str = field(default="", repr=False)
    residence: str = field(default=UNKNOWN, repr=False)
    gender: str = field(default=UNKNOWN, repr=False)
    age: str = field(default=UNKNOWN, repr=False)
    waited: str = field(default="", repr=False)
    nationality: str = field(default=UNKNOWN, repr=False)
    exploitation: str = field(default=UNKNOWN, repr=False)
    route: str = field(default=UNKNOWN, repr=False)


@dataclass(frozen=True)
class CaseFacts:
    """A week's facts. A residence is the code of a district or `UNKNOWN`."""

    week: Week
    persons: tuple[PersonFact, ...] = ()
    households: tuple[HouseholdFact, ...] = ()
    events: tuple[EventFact, ...] = ()


def person_fact(household: int, role: HouseholdRole, residence: str, said: Mapping[str, str], outcome: str = "") -> PersonFact:
    """A person by what was said of them, by variable."""
    gender = coarse(said.get("gender", ""), GENDERS)
    return PersonFact(household, role.value, residence, gender, _band(said.get("age", ""), OLDEST), outcome)


def coarse(code: str, known: Sequence[str]) -> str:
    """A code of a list; one that stands in no list is another, and one that was not said is not known."""
    return code if code in known else OTHER if code else UNKNOWN


def size_band(answer: str) -> str:
    """The band of a household's size as it was said."""
    return _band(answer, LARGEST)


def wait_band(days: int) -> str:
    """In how many days somebody got the first service; one that was given before the screening came at once."""
    return next((band for end, band in LATEST if days <= end), "91+")


def _band(answer: str, bands: Sequence[tuple[int, str]]) -> str:
    """The first band whose end is not below the number; `UNKNOWN` where the answer is none."""
    if not (answer.isascii() and answer.isdecimal() and len(answer) <= 3):
        return UNKNOWN
    return next((band for end, band in bands if int(answer) <= end), UNKNOWN)
