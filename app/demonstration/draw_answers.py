"""What the enumerators of the demonstration were told: movement reports, screening and assistance interviews.

Flows follow a gravity model with Zipf-like town sizes; most groups are families, a few are convoys. Each week has its own
weather: one region floods, another sees fighting, so that reasons change from week to week.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from core.periods.week import Week
from core.places import Place

__all__ = [
    "AGES",
    "REASONS",
    "SEXES",
    "Answers",
    "Interview",
    "MovementReport",
    "draw_group",
    "draw_interviews",
    "draw_reports",
    "draw_uuid",
]

DISTRICT: Final = 2
SEXES: Final = ("female", "male")
AGES: Final = ("0-4", "5-11", "12-17", "18-59", "60+")
REASONS: Final = ("conflict", "flood", "drought", "eviction", "livelihood", "other")
AGE_SHARES: Final = (18, 19, 15, 42, 6)
GIVEN_NAMES: Final = (
    "Amal",
    "Idris",
    "Lena",
    "Yusra",
    "Tomas",
    "Hodan",
    "Samir",
    "Nadia",
    "Kofi",
    "Mira",
    "Bilal",
    "Rosa",
    "أمل",
    "سمير",
)
FAMILY_NAMES: Final = (
    "Okar",
    "Belassen",
    "Tarvo",
    "Marou",
    "Sefid",
    "Dalmar",
    "Quist",
    "Nuru",
    "Velen",
    "Harro",
    "النور",
    "درويش",
)
REMARKS: Final = (
    "Arrived on foot after two nights on the road.",
    "Their well is dry and the animals were sold.",
    "Le pont est coupé, le groupe a traversé en pirogue.",
    "وصلوا ليلا ويحتاجون إلى بطانيات.",
)

# One question's answers by name; a repeat is a list of the same.
Answers = Mapping[str, str | Sequence[Mapping[str, str]]]


@dataclass(frozen=True)
class MovementReport:
    """One report of one group, as an enumerator would send it."""

    instance: UUID
    arrival: date
    origin: str
    destination: str
    reason: str
    persons: Mapping[tuple[str, str], int]
    answers: Answers = field(repr=False)

    @property
    def week(self) -> Week:
        return Week.of(self.arrival)

    def regrouped(self, instance: UUID, persons: Mapping[tuple[str, str], int]) -> "MovementReport":
        """The same report with other group counts: what an edit sends."""
        return replace(self, instance=instance, persons=persons)


@dataclass(frozen=True)
class Interview:
    """A screening or assistance interview."""

    form: str
    instance: UUID
    answers: Answers = field(repr=False)

    @property
    def week(self) -> Week:
        return Week.of(date.fromisoformat(str(self.answers["interview_date"])))


def draw_reports(chance: random.Random, places: Sequence[Place], weeks: Sequence[Week], count: int) -> list[MovementReport]:
    """Draw `count` reports, spread over the weeks."""
    land = _Land(chance, [place for place in places if place.level == DISTRICT])
    return [_report(chance, land, weeks, number * len(weeks) // count) for number in range(count)]


def draw_uuid(chance: random.Random) -> UUID:
    """A version 4 UUID from the demonstration's own seed."""
    return UUID(int=chance.getrandbits(128), version=4)


class _Land:
    """Districts with a size (how many arrive and leave) and neighbours that attract more."""

    def __init__(self, chance: random.Random, districts: Sequence[Place]) -> None:
        self.districts = list(districts)
        order = chance.sample(range(len(districts)), len(districts))
        self.size = {place.code: 1 / (1 + rank) ** 0.8 for place, rank in zip(districts, order, strict=True)}

    def origin(self, chance: random.Random, troubled: str) -> str:
        """A district that people leave; the troubled region's people leave most."""
        weights = [self.size[place.code] * (6 if place.parent == troubled else 1) for place in self.districts]
        return chance.choices(self.districts, weights)[0].code

    def residence(self, chance: random.Random) -> str:
        """A district where somebody lives."""
        return chance.choices(self.districts, [self.size[place.code] for place in self.districts])[0].code

    def destination(self, chance: random.Random, origin: str) -> str:
        """Where they go: most stay in their district or region."""
        weights = [self.size[place.code] * _nearness(origin, place.code) for place in self.districts]
        return chance.choices(self.districts, weights)[0].code


def _nearness(one: str, other: str) -> float:
    if one == other:
        return 12
    if one[:4] == other[:4]:
        return 6
    return 1.5 if one[:2] == other[:2] else 0.5


def _report(chance: random.Random, land: _Land, weeks: Sequence[Week], week: int) -> MovementReport:
    regions = sorted({place.parent or "" for place in land.districts})
    troubled = regions[(week * 3 + 1) % len(regions)]
    origin = land.origin(chance, troubled)
    destination = land.destination(chance, origin)
    reason_weights = [30, 8, 14, 6, 12, 4]
    reason_weights[week % 2] += 40 if origin.startswith(troubled) else 0
    reason = chance.choices(REASONS, reason_weights)[0]
    persons = draw_group(chance)
    arrival = weeks[week].monday + timedelta(days=chance.randrange(7))
    answers = {
        "reporter_role": chance.choice(("key_informant", "community_leader", "partner_staff", "displaced_person")),
        "reporter_name": draw_name(chance),
        "reporter_phone": draw_phone(chance),
        "report_date": (arrival + timedelta(days=1)).isoformat(),
        "displacement_kind": "cross_border" if origin[:2] != destination[:2] else "new_displacement",
        "arrival_date": arrival.isoformat(),
        "origin_region": origin[:4],
        "origin_district": origin,
        "destination_region": destination[:4],
        "destination_district": destination,
        "reason": reason,
        "transport": chance.choice(("foot", "foot", "animal", "car", "truck", "bus", "boat")),
        "household_head_name": draw_name(chance),
        "priority_need": chance.choice(("shelter", "food", "water", "health", "household_items", "protection")),
        "border_intention": chance.choice(("no", "no", "no", "undecided", "yes")),
        "final_destination": chance.choice(("here", "here", "origin", "elsewhere", "neighbouring_country", "unknown")),
        "coping": chance.choice(("relatives", "assistance", "relatives work", "fewer_meals borrowing", "selling_assets")),
        "protection_concern": chance.choice(("none", "none", "family_separation", "extortion documents", "specific_needs")),
        "remarks": chance.choice(REMARKS),
    }
    if answers["protection_concern"] != "none":
        answers["protection_follow_up"] = "yes"
    if reason == "other":
        answers["reason_other"] = "The market closed."
    return MovementReport(draw_uuid(chance), arrival, origin, destination, reason, persons, answers)


def draw_interviews(chance: random.Random, places: Sequence[Place], weeks: Sequence[Week], count: int) -> list[Interview]:
    """Draw `count` interviews: a screening each for most persons, and an assistance interview for the cases that opened."""
    land = _Land(chance, [place for place in places if place.level == DISTRICT])
    screenings = [_screening(chance, land, weeks, number) for number in range((count + 1) // 2)]
    assistances = [_assistance(chance, weeks, screening) for screening in screenings[: count // 2]]
    return screenings + assistances


def _screening(chance: random.Random, land: _Land, weeks: Sequence[Week], number: int) -> Interview:
    day = chance.choice(weeks).monday + timedelta(days=chance.randrange(5))
    status = chance.choice(("possible", "actual", "not"))
    members = [
        {
            "member_name": draw_name(chance),
            "member_gender": chance.choice(SEXES),
            "member_age": str(chance.randrange(1, 70)),
            "member_relationship": chance.choice(("spouse", "child", "sibling", "parent")),
        }
        for _ in range(chance.randrange(4))
    ]
    given, family = draw_name(chance).split(" ")
    residence = land.residence(chance)
    born = date(chance.randrange(1960, 2008), chance.randrange(1, 13), chance.randrange(1, 28))
    answers: Answers = {
        "case_reference": f"MRD-{number + 1:04d}",
        "interview_date": day.isoformat(),
        "con_Language": chance.choice(("en", "fr", "ar")),
        "con_GivenBy": "self",
        "con_Consent": "yes",
        "con_Statistics": chance.choice(("yes", "yes", "yes", "no")),
        "con_SharingWith": chance.choice(("medical_partner", "medical_partner legal_partner", "")),
        "con_Expiry": chance.choice(("1_year", "no_end")),
        "prs_First_Name": given,
        "prs_Second_Name": family,
        "prs_Birthdate": born.isoformat(),
        "prs_Age": str((day - born).days * 4 // 1461),
        "prs_Gender": chance.choice(SEXES),
        "prs_Citizenship": "unknown",
        "prs_MobilePhone": draw_phone(chance),
        "contact_is_safe": "yes",
        "residence_region": residence[:4],
        "residence_district": residence,
        "household_size": str(len(members) + 1),
        "household_member": members,
        "vic_MethodOfRecruitment": "ThroughFriendsOrSocialEvents",
        "journey_country": "unknown",
        "vic_Methods_of_Control": "FalsePromises WithholdsDocuments",
        "vic_TypeOfExploitation": "ForcedLabour",
        "still_in_danger": chance.choice(("yes", "no", "unknown")),
        "vic_TraffickingStatus": status,
        "vic_TraffickingStatusDecisionMakingOrg": "NGO",
        "eligible": "no" if status == "not" else "yes",
        "interviewer_notes": "Spoke calmly; asked to be called in the evening only.",
    }
    return Interview("screening_interview", draw_uuid(chance), answers)


def _assistance(chance: random.Random, weeks: Sequence[Week], screening: Interview) -> Interview:
    day = weeks[-1].monday + timedelta(days=chance.randrange(5))
    service = {
        "service_type": chance.choice(("accommodation", "medical", "legal", "psychosocial")),
        "service_date": day.isoformat(),
        "service_provider": chance.choice(("Harbour Clinic", "Legal Aid Desk", "Lake Shelter")),
    }
    answers: Answers = {
        "case_reference": screening.answers["case_reference"],
        "interview_date": day.isoformat(),
        "feels_safe": "yes",
        "health": chance.choice(("good", "fair", "poor")),
        "needs": "accommodation legal",
        "service": [service],
        "experience_narrative": "Worked on a boat without pay for two seasons and left at night.",
        "cas_Status": chance.choice(("active", "follow_up", "closed")),
    }
    if answers["cas_Status"] == "closed":
        answers = {**answers, "cas_ReasonForCaseClosure": "Lives with her sister and needs nothing more from us."}
    return Interview("assistance_interview", draw_uuid(chance), answers)


def draw_group(chance: random.Random) -> dict[tuple[str, str], int]:
    """A group by sex and age: a family as a rule, a convoy now and then."""
    size = chance.randint(15, 60) if chance.random() < 0.06 else 1 + min(int(chance.expovariate(0.25)), 12)
    persons: dict[tuple[str, str], int] = {}
    for _ in range(size):
        who = (chance.choice(SEXES), chance.choices(AGES, AGE_SHARES)[0])
        persons[who] = persons.get(who, 0) + 1
    return persons


def draw_name(chance: random.Random) -> str:
    return f"{chance.choice(GIVEN_NAMES)} {chance.choice(FAMILY_NAMES)}"


def draw_phone(chance: random.Random) -> str:
    return f"+999 {chance.randrange(100, 999)} {chance.randrange(1000, 9999)}"
