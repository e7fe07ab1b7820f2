"""How fast is a week protected and proven, and what does it cost? Time, suppressed cells and persons, level by level.

Run: PYTHONPATH=. .venv/bin/python bench/protect.py [--reports N ...] [--screenings N ...] [--seed N]    (prints, keeps nothing)

The week: 24 districts in 7 regions of 2 countries, on both ends of every movement; flows after Zipf, drawn towards near
groups of 1 to 60 persons. The screenings of a week are a system of their own: one person interviewed for each household.
"""

import argparse
import platform
import random
import resource
import time
from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from anonymizer import TOTAL, CountedWeek, Dimension, Policy, ProtectedPeriod, protect
from anonymizer.weeks import count_movements, count_screenings
from anonymizer.weeks.fact_columns import columns_of_cases
from casework import MovementFact
from casework.counting import CaseFacts, HouseholdFact, PersonFact
from casework.counting.case_facts import size_band
from core.periods.week import Week
from core.places import Place

WEEK = Week(2026, 7)
REGIONS = {"XM": (4, 4, 3, 3), "XT": (4, 3, 3)}
REASONS = {"conflict": 10, "flood": 5, "drought": 3, "eviction": 2, "livelihood": 2, "other": 1}
OUTCOMES = {"accepted": 6, "not_eligible": 3, "referred": 2, "undecided": 2, "not_wanted": 1}
AGES = {"0-4": 17, "5-11": 20, "12-17": 14, "18-59": 42, "60+": 7}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--reports", type=int, nargs="+", default=[100, 300, 1000])
    arguments.add_argument("--screenings", type=int, nargs="*", default=[25, 100, 1000])
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    print(f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}")
    for reports in given.reports:
        measure(f"{reports} reports", draw_week(reports, random.Random(given.seed)))
    for screenings in given.screenings:
        measure(f"{screenings} screenings", draw_screenings(screenings, random.Random(given.seed)))


def measure(what: str, counted: CountedWeek) -> None:
    started, worked = time.perf_counter(), processor_seconds()
    week = protect(counted, Policy())
    seconds, processor = time.perf_counter() - started, processor_seconds() - worked
    assert week.proof.evidence is not None
    evidence = week.proof.evidence
    print(f"\n{what}: protected and proven in {seconds:.1f} s ({processor:.1f} s of processor time), ", end="")
    print(f"{len(evidence.alternatives)} alternatives")
    print(f"unsafe {evidence.unsafe}, hidden for their sake {evidence.complementary}")
    for row in losses(counted, week):
        print(row)


def processor_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def losses(counted: CountedWeek, week: ProtectedPeriod) -> Iterator[str]:
    yield f"{'level':42} {'cells > 0':>9} {'unsafe':>7} {'hidden':>7} {'zeros hidden':>12} {'persons hidden':>14}"
    for truth, table in zip(counted.tables, week.tables, strict=True):
        seen: Counter[tuple[str, str]] = Counter()
        for key, value in table.cells.items():
            count, level = truth.count(key), level_of(table.dimensions, key)
            seen[level, "cells"] += count.persons > 0
            seen[level, "unsafe"] += Policy().is_unsafe(count)
            seen[level, "hidden" if count.persons else "zeros"] += value is None
            seen[level, "persons"] += count.persons
            seen[level, "lost"] += count.persons * (value is None)
        for level in dict.fromkeys(level for level, _ in seen):
            cells, unsafe, hidden, zeros = (seen[level, kind] for kind in ("cells", "unsafe", "hidden", "zeros"))
            share = seen[level, "lost"] / max(seen[level, "persons"], 1)
            yield f"{level:42} {cells:9} {unsafe:7} {hidden:7} {zeros:12} {share:14.0%}"


def level_of(dimensions: tuple[Dimension, ...], key: tuple[str, ...]) -> str:
    names = {1: "country", 2: "region", 3: "district"}
    parts = []
    for dimension, code in zip(dimensions, key, strict=True):
        if code != TOTAL:
            depth = len(dimension.climb(code)) - 1
            place = "XM" in dimension.parents and not code.startswith("_")
            parts.append(f"{dimension.name} {names[depth]}" if place else dimension.name)
    return " x ".join(parts) or "total"


def draw_week(reports: int, chance: random.Random) -> CountedWeek:
    places = list(draw_places())
    districts = [place.code for place in places if place.level == 2]
    flows = [(origin, destination) for origin in districts for destination in districts]
    pull = {code: 1 / (1 + rank) ** 0.9 for rank, code in enumerate(chance.sample(districts, len(districts)))}
    push = {code: 1 / (1 + rank) ** 0.9 for rank, code in enumerate(chance.sample(districts, len(districts)))}
    weights = [push[origin] * pull[destination] * nearness(origin, destination) for origin, destination in flows]
    facts = [draw_fact(number, *chance.choices(flows, weights)[0], chance) for number in range(reports)]
    return count_movements(facts, places, WEEK, operation="BENCH")


def draw_screenings(households: int, chance: random.Random) -> CountedWeek:
    """Households of one to nine, of each of which somebody is interviewed."""
    places = list(draw_places())
    districts = [place.code for place in places if place.level == 2]
    weights = [1 / (1 + rank) ** 0.9 for rank, _ in enumerate(districts)]
    persons, of_each = [], []
    for number in range(households):
        [residence], size = chance.choices(districts, weights), min(9, 1 + int(chance.expovariate(0.5)))
        [age] = chance.choices(("12-17", "18-59", "60+"), (2, 10, 1))
        gender, [outcome] = chance.choice(("female", "male")), chance.choices(list(OUTCOMES), list(OUTCOMES.values()))
        persons.append(PersonFact(number, "interviewed", residence, gender, age, outcome))
        of_each.append(HouseholdFact(number, residence, size_band(str(size))))
    facts = columns_of_cases(CaseFacts(WEEK, tuple(persons), tuple(of_each)))
    return count_screenings({columns.unit: columns for columns in facts}, places, operation="BENCH")


def nearness(origin: str, destination: str) -> float:
    return 8 if origin[:4] == destination[:4] else 2 if origin[:2] == destination[:2] else 0.5


def draw_places() -> Iterator[Place]:
    shape = {"type": "MultiPolygon", "coordinates": []}
    for country, regions in REGIONS.items():
        yield Place(country, None, 0, {"en": country}, shape)
        for region, districts in enumerate(regions, 1):
            yield Place(f"{country}{region:02}", country, 1, {"en": "region"}, shape)
            for district in range(1, districts + 1):
                yield Place(f"{country}{region:02}{district:02}", f"{country}{region:02}", 2, {"en": "district"}, shape)


def draw_fact(number: int, origin: str, destination: str, chance: random.Random) -> MovementFact:
    size = min(60, max(1, int(chance.lognormvariate(2.2, 1))))
    groups = Counter(
        (chance.choice(["female", "male"]), chance.choices(list(AGES), list(AGES.values()))[0]) for _ in range(size)
    )
    [reason] = chance.choices(list(REASONS), list(REASONS.values()))
    return MovementFact(UUID(int=number), WEEK, origin, destination, reason, groups)


if __name__ == "__main__":
    main()
