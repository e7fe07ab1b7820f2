"""Key figures as sums of released cells, each saying whether it is exact.

A sum over released cells tells nothing that the cells do not tell. Where a part is suppressed the sum of the others
is a lower bound, and is given as one.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from anonymizer import TOTAL, ProtectedPeriod
from exports.edition import ARRIVALS, COUNTRY, MOVEMENTS, REGION, Edition

__all__ = ["MEASURES", "Measure", "change_of", "measure"]

UNDER_18: Final = ("0-4", "5-11", "12-17")
Key = tuple[str, ...]


@dataclass(frozen=True)
class Measure:
    """A number of persons, or a lower bound where it is not `exact`.

    None where the released cells say nothing; None and exact where there is nothing to count (borders of one country).
    """

    persons: int | None
    exact: bool


def measure(edition: Edition, name: str, of: ProtectedPeriod | None = None) -> Measure:
    """A key figure by its name in `MEASURES`, of this period or of another."""
    table, keys = MEASURES[name](edition)
    cells = [edition.persons(table, key, of) for key in keys]
    released = [persons for persons in cells if persons is not None]
    if len(released) < len(cells):
        return Measure(sum(released) or None, exact=False)
    return Measure(sum(released) if cells else None, exact=True)


def change_of(edition: Edition, name: str) -> int | None:
    """The change of a key figure from the period before, where both are released and both figures exact."""
    if edition.previous is None:
        return None
    now, before = measure(edition, name), measure(edition, name, edition.previous)
    if now.persons is None or before.persons is None or not (now.exact and before.exact):
        return None
    return now.persons - before.persons


def _arrivals(_: Edition) -> tuple[str, Iterable[Key]]:
    return MOVEMENTS, [(TOTAL, TOTAL, TOTAL)]


def _within_regions(edition: Edition) -> tuple[str, Iterable[Key]]:
    return MOVEMENTS, [(region, region, TOTAL) for region in edition.places_at(REGION)]


def _between_regions(edition: Edition) -> tuple[str, Iterable[Key]]:
    regions = [(code, edition.places[code].parent) for code in edition.places_at(REGION)]
    return MOVEMENTS, [
        (origin, destination, TOTAL)
        for origin, country in regions
        for destination, other in regions
        if origin != destination and country == other
    ]


def _across_borders(edition: Edition) -> tuple[str, Iterable[Key]]:
    countries = edition.places_at(COUNTRY)
    return MOVEMENTS, [
        (origin, destination, TOTAL) for origin in countries for destination in countries if origin != destination
    ]


def _children(_: Edition) -> tuple[str, Iterable[Key]]:
    return ARRIVALS, [(TOTAL, TOTAL, age) for age in UNDER_18]


def _women(_: Edition) -> tuple[str, Iterable[Key]]:
    return ARRIVALS, [(TOTAL, "female", TOTAL)]


MEASURES: Final[Mapping[str, Callable[[Edition], tuple[str, Iterable[Key]]]]] = {
    "arrivals": _arrivals,
    "within_regions": _within_regions,
    "between_regions": _between_regions,
    "across_borders": _across_borders,
    "women": _women,
    "children": _children,
}
