"""The largest released cells of a kind, for the map, the sentences and the key figures."""

from collections.abc import Iterable
from itertools import product
from typing import TypeVar

from anonymizer import TOTAL
from exports.edition import ARRIVALS, MOVEMENTS, REGION, Edition, codes_of

__all__ = ["largest_flows", "largest_places", "largest_reasons"]

Code = TypeVar("Code")


def largest_reasons(edition: Edition, number: int) -> list[tuple[str, int]]:
    """(reason, persons), largest first; only released cells above zero, here and below."""
    *_, reasons = edition.table(MOVEMENTS).dimensions
    return _largest(
        ((code, edition.persons(MOVEMENTS, (TOTAL, TOTAL, code))) for code in codes_of(reasons) if code != TOTAL), number
    )


def largest_places(edition: Edition, level: int, number: int) -> list[tuple[str, int]]:
    """(place, persons who arrived there)."""
    return _largest(((code, edition.persons(ARRIVALS, (code, TOTAL, TOTAL))) for code in edition.places_at(level)), number)


def largest_flows(edition: Edition, number: int) -> list[tuple[tuple[str, str], int]]:
    """((origin, destination), persons) between different regions."""
    pairs = product(edition.places_at(REGION, dimension="origin"), edition.places_at(REGION))
    return _largest(((pair, edition.persons(MOVEMENTS, (*pair, TOTAL))) for pair in pairs if pair[0] != pair[1]), number)


def _largest(cells: Iterable[tuple[Code, int | None]], number: int) -> list[tuple[Code, int]]:
    released = [(code, persons) for code, persons in cells if persons]
    return sorted(released, key=lambda cell: -cell[1])[:number]
