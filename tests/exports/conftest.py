"""A small fictional land, three weeks of reports from it, counted and protected for real, and the release of the last."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from anonymizer import Policy, ProtectedPeriod, protect
from anonymizer.weeks import count_movements
from casework import MovementFact
from core.periods.week import Week
from core.places import Place
from exports import Release, build_release
from exports.edition import Edition, make_edition

WEEK = Week(2026, 7)
MADE_AT = datetime(2026, 2, 17, 9, tzinfo=UTC)
NAMES = {"en": "Marenda <response>", "fr": "Réponse Marenda", "ar": "الاستجابة في مارندا"}
COUNTRIES = {"XM": ("Marenda", "مارندا", (3, 4, 3)), "XT": ("Tolva", "تولفا", (3, 3))}
REGIONS = {
    "XM01": ("Nordal", "نوردال"),
    "XM02": ("Costa & Verde", "كوستا فيردي"),
    "XM03": ("Sabana", "سابانا"),
    "XT01": ("Tarim", "تاريم"),
    "XT02": ("Ouest", "الغرب"),
}
REASONS = ("conflict", "flood", "drought", "eviction", "livelihood", "other")
SEXES = ("female", "male")
AGES = ("0-4", "5-11", "12-17", "18-59", "60+")


@dataclass(frozen=True)
class Land:
    """The land's places and its weeks: two released ones, a week without a release between them and the newest."""

    places: list[Place]
    earlier: list[ProtectedPeriod]
    newest: ProtectedPeriod


def made_land() -> list[Place]:
    """Two countries side by side: regions as bands, districts as columns of a band."""
    return [place for number, code in enumerate(COUNTRIES) for place in _country(code, west=-30.0 + 4 * number)]


def _country(code: str, west: float) -> Iterator[Place]:
    name, arabic, districts = COUNTRIES[code]
    height = len(districts)
    yield Place(code, None, 0, {"en": name, "ar": arabic}, _box(west, 0, west + 4, height))
    for row, count in enumerate(districts):
        region = f"{code}{row + 1:02d}"
        english, translated = REGIONS[region]
        yield Place(region, code, 1, {"en": english, "ar": translated}, _box(west, row, west + 4, row + 1))
        for column in range(count):
            left, width = west + 4 * column / count, 4 / count
            district = f"{region}{column + 1:02d}"
            yield Place(district, region, 2, {"en": f"{english} {'ABCD'[column]}"}, _box(left, row, left + width, row + 1))


def _box(west: float, south: float, east: float, north: float) -> dict[str, object]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "MultiPolygon", "coordinates": [[ring]]}


def made_facts(places: list[Place], week: Week, *, reports: int, seed: int) -> list[MovementFact]:
    """Reports of groups of one to nine persons; most move within their region, some districts see few."""
    chance = random.Random(seed)
    districts = [place.code for place in places if place.level == 2]
    weights = [1 / (1 + position % 5) for position, _ in enumerate(districts)]
    return [_fact(chance, districts, weights, week, number) for number in range(reports)]


def _fact(chance: random.Random, districts: list[str], weights: list[float], week: Week, number: int) -> MovementFact:
    origin, elsewhere = chance.choices(districts, weights, k=2)
    destination = origin if chance.random() < 0.6 else elsewhere
    persons: dict[tuple[str, str], int] = {}
    for _ in range(chance.randint(1, 9)):
        group = (chance.choice(SEXES), chance.choices(AGES, (3, 4, 3, 6, 1))[0])
        persons[group] = persons.get(group, 0) + 1
    reason = chance.choices(REASONS, (9, 6, 4, 2, 2, 1))[0]
    return MovementFact(UUID(int=number), week, origin, destination, reason, persons)


def protected_week(places: list[Place], week: Week, *, reports: int = 200, seed: int = 0) -> ProtectedPeriod:
    """A week as the anonymizer hands it over."""
    facts = made_facts(places, week, reports=reports, seed=seed)
    return protect(count_movements(facts, places, week, operation="TEST"), Policy())


@pytest.fixture(scope="session")
def land() -> Land:
    places = made_land()
    earlier = [protected_week(places, WEEK.plus(-back), reports=150, seed=back) for back in (3, 1)]
    return Land(places, earlier, protected_week(places, WEEK, reports=200, seed=0))


@pytest.fixture(scope="session")
def protect_week() -> Callable[[list[Place], Week], ProtectedPeriod]:
    """Makes, counts and protects a week of reports from some places."""
    return protected_week


@pytest.fixture(scope="session")
def edition(land: Land) -> Edition:
    """What the release is made from."""
    return make_edition(land.newest, land.earlier, operation_names=NAMES, places=land.places, contact="", made_at=MADE_AT)


@pytest.fixture(scope="session")
def build(land: Land) -> Callable[[Path], Release]:
    """Builds the newest week's release in a folder."""

    def built(folder: Path, **changes: Any) -> Release:
        given: dict[str, Any] = {"operation_names": NAMES, "places": land.places, "made_at": MADE_AT}
        return build_release(land.newest, land.earlier, folder=folder, **given | changes)

    return built


@pytest.fixture(scope="session")
def release(build: Callable[[Path], Release], tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The release of the newest week, in its folder."""
    return build(tmp_path_factory.mktemp("releases") / "2026-W07")
