"""All that one release is made from: protected periods, the gazetteer, names and the moment it is made.

Every writer takes an `Edition` and nothing else, so that whatever reaches a reader has passed through here, and here
only numbers of protected tables come in.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from anonymizer import TOTAL, Dimension, ProtectedPeriod, ProtectedTable
from core.periods.period import Period, kind_of
from core.places import Place
from exports.errors import HistoryUnfit, PlaceUnknown
from exports.languages import Language

__all__ = [
    "ARRIVALS",
    "COUNTRY",
    "DISTRICT",
    "HOUSEHOLDS",
    "MOVEMENTS",
    "REGION",
    "SCREENED",
    "Edition",
    "codes_of",
    "make_edition",
]

MOVEMENTS: Final = "movements"  # origin x destination x reason
ARRIVALS: Final = "arrivals"  # destination x sex x age
SCREENED: Final = "screened"  # residence x gender x age group
HOUSEHOLDS: Final = "households"  # residence x household size
GEOGRAPHIC: Final = frozenset({"origin", "destination", "residence"})
NOWHERE: Final = "_"  # codes that begin so are of no place and no category: the total, and what nobody said
COUNTRY, REGION, DISTRICT = 0, 1, 2

Key = tuple[str, ...]


@dataclass(frozen=True)
class Edition:
    """One week, month or year, and the released ones of its kind before it (oldest first), with what is needed to draw them."""

    now: ProtectedPeriod
    history: tuple[ProtectedPeriod, ...]
    places: Mapping[str, Place]
    operation_names: Mapping[str, str]
    contact: str
    made_at: datetime

    @property
    def previous(self) -> ProtectedPeriod | None:
        """The period just before, if it is among the released ones."""
        before = self.now.period.plus(-1)
        return next((past for past in self.history if past.period == before), None)

    @property
    def kind(self) -> str:
        """`week`, `month` or `year`."""
        return kind_of(self.now.period)

    def table(self, name: str, of: ProtectedPeriod | None = None) -> ProtectedTable:
        """A protected table of this period, or of another."""
        return next(table for table in (of or self.now).tables if table.name == name)

    def persons(self, name: str, key: Key, of: ProtectedPeriod | None = None) -> int | None:
        """A released cell; None where it is suppressed, or where that period's table does not have it."""
        return self.number(name, key, of)

    def number(self, name: str, key: Key, of: ProtectedPeriod | None = None) -> int | None:
        """The same where a table counts something else than persons (`anonymizer.counted_in`)."""
        return self.table(name, of).cells.get(key)

    def operation(self, language: Language) -> str:
        """The operation's name in a language, else in English, else its code."""
        return self.operation_names.get(language.code) or self.operation_names.get("en") or self.now.operation

    def name(self, dimension: str, code: str, language: Language) -> str:
        """What a code stands for."""
        if code == TOTAL:
            return language.label("total", code)
        if dimension in GEOGRAPHIC and not code.startswith(NOWHERE):
            return self.places[code].name(language.code)
        return language.label(dimension, code)

    def places_at(self, *levels: int, dimension: str = "destination") -> list[str]:
        """Codes of the places of some levels along a dimension, each parent before its children."""
        places = next(each for table in self.now.tables for each in table.dimensions if each.name == dimension)
        return [code for code in codes_of(places) if code in self.places and self.places[code].level in levels]


def make_edition(
    now: ProtectedPeriod,
    history: Sequence[ProtectedPeriod],
    *,
    operation_names: Mapping[str, str],
    places: Sequence[Place],
    contact: str,
    made_at: datetime,
) -> Edition:
    """Check that the periods and the gazetteer belong together; raises `HistoryUnfit` or `PlaceUnknown`.

    `made_at` is kept to the second, as PDF and XLSX can state it.
    """
    earlier = tuple(sorted(history, key=lambda past: past.period.monday))
    _require_earlier(now, earlier)
    gazetteer = {place.code: place for place in places}
    for code in _place_codes(now):
        if code not in gazetteer:
            raise PlaceUnknown(place=code)
    return Edition(now, earlier, gazetteer, operation_names, contact, made_at.replace(microsecond=0))


def _require_earlier(now: ProtectedPeriod, history: Sequence[ProtectedPeriod]) -> None:
    seen: set[Period] = set()
    for past in history:
        fits = past.operation == now.operation and kind_of(past.period) == kind_of(now.period)
        if not fits or past.period.monday >= now.period.monday or past.period in seen:
            raise HistoryUnfit(given=f"{past.period} of {past.operation}", period=now.period, operation=now.operation)
        seen.add(past.period)


def _place_codes(now: ProtectedPeriod) -> Iterator[str]:
    for table in now.tables:
        for dimension in table.dimensions:
            if dimension.name in GEOGRAPHIC:
                yield from (code for code in dimension.parents if not code.startswith(NOWHERE))


def codes_of(dimension: Dimension) -> list[str]:
    """A dimension's codes, each parent before its children, siblings in order of the code.

    The order depends on nothing else, so it tells nothing of the numbers; digits are compared as numbers, which puts
    the age band 5-11 before 12-17. What nobody said comes last.
    """
    children: dict[str | None, list[str]] = {}
    for code, parent in dimension.parents.items():
        children.setdefault(parent, []).append(code)
    return list(_below(None, children))


def _below(parent: str | None, children: Mapping[str | None, list[str]]) -> Iterator[str]:
    for code in sorted(children.get(parent, ()), key=lambda code: (code.startswith(NOWHERE), _natural(code))):
        yield code
        yield from _below(code, children)


def _natural(code: str) -> list[tuple[int, str]]:
    return [(int(digits or 0), other) for digits, other in re.findall(r"(\d+)|(\D+)", code)]
