"""A season of an operation, simulated: 52 weeks of movement reports as they come, are edited, corrected and erased.

Each report arrives on some day; it may be late, edited by its sender, corrected by a caseworker, and its persons may be erased.
A week is counted on the day of its release, ten days after it ended, from the reports as they then stand. What changes
afterwards stays inside: a week that was released is never counted again. After half of the season a district is split.
Nothing here protects anything: that is the anonymizer's own part, which the season is fed to.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from anonymizer.counted_week import CountedWeek
from anonymizer.weeks import count_movements
from casework import MovementFact
from core.periods.week import Week
from core.places import Place

__all__ = ["FIRST", "SPLIT", "WEEKS", "Season", "gazetteer", "season_of"]

FIRST, WEEKS, SPLIT = Week(2026, 1), 52, 26
RELEASED_AFTER = timedelta(days=10)
REASONS = ("conflict", "flood", "drought", "eviction", "livelihood", "other")
SEXES, AGES = ("female", "male"), ("0-4", "5-11", "12-17", "18-59", "60+")
NAMES = {
    "XM": ("Marenda", "Marenda", "مارندا"),
    "XM01": ("Nordal", "Nordal", "نوردال"),
    "XM0101": ("Aldea", "Aldée", "ألديا"),
    "XM0102": ("Bristo", "Bristau", "بريستو"),
    "XM02": ("Sabana", "Savane", "سابانا"),
    "XM0201": ("Corvo", "Corveau", "كورفو"),
    "XM0202": ("Dunas", "Dunes", "دوناس"),
    "XM0203": ("Dunas Oeste", "Dunes-Ouest", "دوناس الغربية"),
    "XM0204": ("Estero", "Estère", "إستيرو"),
}
AREAS = {"XM": (0, 0, 4, 2), "XM01": (0, 0, 4, 1), "XM0101": (0, 0, 2, 1), "XM0102": (2, 0, 4, 1), "XM02": (0, 1, 4, 2)}
BEFORE = {"XM0201": (0, 1, 2, 2), "XM0202": (2, 1, 4, 2)}
AFTER = {"XM0201": (0, 1, 2, 2), "XM0203": (2, 1, 3, 2), "XM0204": (3, 1, 4, 2)}
"""In the middle of the season Dunas is split, and its halves get codes of their own."""


@dataclass(frozen=True)
class Report:
    """A report as it stands, and the days on which it came, and changed or went after that."""

    fact: MovementFact
    came: date
    changes: tuple[tuple[date, MovementFact | None], ...]

    def on(self, day: date) -> MovementFact | None:
        """What it says on a day; None before it came and after it was erased."""
        if day < self.came:
            return None
        return next((fact for when, fact in reversed(self.changes) if when <= day), self.fact)


@dataclass(frozen=True)
class Season:
    """All reports of all weeks, in order of their weeks."""

    reports: tuple[Report, ...]

    def facts(self, week: Week, day: date) -> list[MovementFact]:
        """What is known of a week on a day."""
        standing = (report.on(day) for report in self.reports if report.fact.week == week)
        return [fact for fact in standing if fact is not None]

    def counted(self, week: Week) -> CountedWeek:
        """A week as it is counted for its release: the truth that the release hides some of."""
        return count_movements(self.facts(week, release_day(week)), gazetteer(week), week, operation="TEST")


def release_day(week: Week) -> date:
    """When a week is counted and released."""
    return week.sunday + RELEASED_AFTER


def gazetteer(week: Week) -> list[Place]:
    """The places as they are in a week."""
    areas = AREAS | (AFTER if week >= FIRST.plus(SPLIT) else BEFORE)
    return [_place(code, areas[code]) for code in sorted(areas)]


def season_of(seed: int, weeks: int = WEEKS) -> Season:
    """The season of a seed."""
    chance = random.Random(seed)
    reports = [_report(chance, FIRST.plus(at), number) for at in range(weeks) for number in range(chance.randint(40, 120))]
    return Season(tuple(reports))


def _place(code: str, box: tuple[int, int, int, int]) -> Place:
    west, south, east, north = box
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    names = dict(zip(("en", "fr", "ar"), NAMES[code], strict=True))
    return Place(code, code[:-2] or None, len(code) // 2 - 1, names, {"type": "MultiPolygon", "coordinates": [[ring]]})


def _report(chance: random.Random, week: Week, number: int) -> Report:
    districts = [place.code for place in gazetteer(week) if place.level == 2]
    fact = _fact(chance, week, districts, UUID(int=chance.getrandbits(128), version=4))
    came = week.monday + timedelta(days=chance.randint(0, 6)) + timedelta(days=int(chance.expovariate(1 / 3)))
    return Report(fact, came, tuple(_changes(chance, fact, came)))


def _changes(chance: random.Random, fact: MovementFact, came: date) -> Iterator[tuple[date, MovementFact | None]]:
    """Edits by the sender, corrections of the place, and erasures, days or months later."""
    day = came
    if chance.random() < 0.15:
        day += timedelta(days=chance.randint(1, 60))
        fact = replace(fact, persons=_persons(chance))
        yield day, fact
    if chance.random() < 0.05:
        day += timedelta(days=chance.randint(1, 60))
        fact = replace(fact, origin=fact.destination)
        yield day, fact
    if chance.random() < 0.04:
        yield day + timedelta(days=chance.randint(1, 120)), None


def _fact(chance: random.Random, week: Week, districts: Sequence[str], report: UUID) -> MovementFact:
    weights = [1 / (1 + at) for at, _ in enumerate(districts)]
    origin, elsewhere = chance.choices(districts, weights, k=2)
    destination = origin if chance.random() < 0.5 else elsewhere
    reason = chance.choices(REASONS, (9, 6, 4, 2, 2, 1))[0]
    return MovementFact(report, week, origin, destination, reason, _persons(chance))


def _persons(chance: random.Random) -> Mapping[tuple[str, str], int]:
    persons: dict[tuple[str, str], int] = {}
    for _ in range(chance.randint(1, 9)):
        group = (chance.choice(SEXES), chance.choices(AGES, (3, 4, 3, 6, 1))[0])
        persons[group] = persons.get(group, 0) + 1
    return persons
