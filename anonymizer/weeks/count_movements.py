"""From movement reports to the week's two tables, every level counted.

`movements` counts persons by origin, destination and reason; `arrivals` by destination, sex and age band. Beside the
persons stand the reports they come from: in a cell of `arrivals` a report counts when it has persons in that cell. The
number of reports decides what is safe to publish and is never published itself.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from typing import Final

from anonymizer.counted_week import Count, CountedTable, CountedWeek
from anonymizer.dimension import TOTAL, Dimension, flat_dimension
from anonymizer.errors import CodeUnknown, FactOfAnotherWeek
from casework import MovementFact
from core.periods.week import Week
from core.places import Place

__all__ = ["AGES", "SEXES", "count_movements", "movement_tables", "place_dimension"]

REASONS: Final = ("conflict", "flood", "drought", "eviction", "livelihood", "other")
SEXES: Final = ("female", "male")
AGES: Final = ("0-4", "5-11", "12-17", "18-59", "60+")

Key = tuple[str, ...]
Innermost = Callable[[MovementFact], Iterator[tuple[Key, int]]]


def count_movements(facts: Iterable[MovementFact], places: Iterable[Place], week: Week, *, operation: str) -> CountedWeek:
    """Count the reports of one operation's week; raises `FactOfAnotherWeek` and `CodeUnknown`."""
    reports = list(facts)
    for fact in reports:
        if fact.week != week:
            raise FactOfAnotherWeek(report=fact.report, other=fact.week, week=week)
    movements, arrivals = movement_tables(places)
    return CountedWeek(
        operation,
        week,
        (
            CountedTable("movements", movements, _counted(movements, reports, _movement)),
            CountedTable("arrivals", arrivals, _counted(arrivals, reports, _arrivals)),
        ),
    )


def movement_tables(places: Iterable[Place]) -> tuple[tuple[Dimension, ...], tuple[Dimension, ...]]:
    """The dimensions of the tables `movements` and `arrivals`."""
    gazetteer = list(places)
    origin, destination = place_dimension("origin", gazetteer), place_dimension("destination", gazetteer)
    reason, sex, age = flat_dimension("reason", REASONS), flat_dimension("sex", SEXES), flat_dimension("age", AGES)
    return (origin, destination, reason), (destination, sex, age)


def place_dimension(name: str, places: Iterable[Place]) -> Dimension:
    """District under region under country under the total, as the gazetteer has them."""
    return Dimension(name, {TOTAL: None} | {place.code: place.parent or TOTAL for place in places})


def _movement(fact: MovementFact) -> Iterator[tuple[Key, int]]:
    yield (fact.origin, fact.destination, fact.reason), sum(fact.persons.values())


def _arrivals(fact: MovementFact) -> Iterator[tuple[Key, int]]:
    for (sex, age), persons in fact.persons.items():
        yield (fact.destination, sex, age), persons


def _counted(dimensions: Sequence[Dimension], facts: Iterable[MovementFact], innermost: Innermost) -> dict[Key, Count]:
    persons: Counter[Key] = Counter()
    reports: Counter[Key] = Counter()
    last: dict[Key, int] = {}
    for number, fact in enumerate(facts):
        added = _every_level(dimensions, fact, innermost)
        persons.update(added)
        reports.update(added.keys())
        last |= dict.fromkeys(added, number)
    return {key: Count(persons[key], of, alone=last[key] if of == 1 else None) for key, of in reports.items()}


def _every_level(dimensions: Sequence[Dimension], fact: MovementFact, innermost: Innermost) -> Counter[Key]:
    added: Counter[Key] = Counter()
    for key, persons in innermost(fact):
        if not persons:
            continue
        for dimension, code in zip(dimensions, key, strict=True):
            if code not in dimension.parents or code in dimension.children:
                raise CodeUnknown(report=fact.report, dimension=dimension.name)
        for above in product(*(dimension.climb(code) for dimension, code in zip(dimensions, key, strict=True))):
            added[above] += persons
    return added
