"""What a report on casework can be of: a released period, or a quarter of which all three months are released.

A quarter is no period of its own: nothing is protected or released for it. Its numbers are what any reader of the three months
can add up, and it has none where one of the three shows none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from core.periods.month import Month
from exports import PublishedRelease

__all__ = ["Cells", "Span", "spans_of", "summed"]

MONTHS: Final = 3
Cells = Mapping[tuple[str, ...], int | None]


@dataclass(frozen=True)
class Span:
    """A released period, or a quarter, as `2026-Q1` (SDMX 3.0, reporting quarter); with its one release, or those of its months
    in their order."""

    name: str
    releases: tuple[PublishedRelease, ...]

    @property
    def is_month(self) -> bool:
        return not self.is_quarter and isinstance(self.releases[0].period, Month)

    @property
    def is_quarter(self) -> bool:
        return len(self.releases) > 1


def spans_of(released: Iterable[PublishedRelease]) -> list[Span]:
    """Of one operation's releases all that can be chosen, the newest first."""
    each = [Span(str(row.period), (row,)) for row in released]
    quarters = _quarters([span for span in each if span.is_month])
    return sorted([*each, *quarters], key=lambda span: (span.releases[-1].period.sunday, span.releases[0].period.monday))[::-1]


def summed(parts: Sequence[Cells]) -> Cells:
    """A table of a span from those of its releases; empty where one has none, or one of other codes."""
    first, *others = parts
    if any(other.keys() != first.keys() for other in others):
        return {}
    return {key: _sum([part[key] for part in parts]) for key in first}


def _quarters(months: Iterable[Span]) -> list[Span]:
    ordered = sorted((span.releases[0] for span in months), key=lambda row: row.period.monday)
    found = ((name, tuple(rows)) for name, rows in groupby(ordered, lambda row: _quarter_of(row.period)))
    return [Span(name, rows) for name, rows in found if len(rows) == MONTHS]


def _quarter_of(period: object) -> str:
    return f"{period.year}-Q{(period.number - 1) // MONTHS + 1}" if isinstance(period, Month) else ""


def _sum(numbers: Sequence[int | None]) -> int | None:
    shown = [number for number in numbers if number is not None]
    return sum(shown) if len(shown) == len(numbers) else None
