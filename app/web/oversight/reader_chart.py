"""Who read how much: a row for each account and zone, with a bar for each day, drawn here and sent inside the page."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from core.search_audit import AccountDay

__all__ = ["Bar", "ReaderRow", "rows_of_readers"]

WIDTH: Final = 300
HEIGHT: Final = 40
MARK: Final = 8  # room above the bars for the mark of an unusual day
LEAST: Final = 2  # so that one read is seen beside nine hundred


@dataclass(frozen=True)
class Bar:
    """A day's bar, in units of the drawing; `records` is what it stands for."""

    day: date
    records: int
    unusual: bool
    x: float
    y: float
    width: float
    height: float

    @property
    def mark(self) -> str:
        """The corners of the mark above an unusual day: a shape, for colour alone is not seen by all."""
        middle = self.x + self.width / 2
        top = self.y - MARK + 1
        return f"{middle - 4:.1f},{top:.1f} {middle + 4:.1f},{top:.1f} {middle:.1f},{top + 6:.1f}"


@dataclass(frozen=True)
class ReaderRow:
    """What one account read in one zone."""

    actor: str
    zone: str
    records: int
    most: int
    bars: tuple[Bar, ...]

    @property
    def unusual(self) -> tuple[Bar, ...]:
        return tuple(bar for bar in self.bars if bar.unusual)


def rows_of_readers(days: Sequence[AccountDay], first: date, last: date, *, mirrored: bool) -> list[ReaderRow]:
    """Rows for these days, those with an unusual day first, then by records. `mirrored` where time runs to the left."""
    groups = defaultdict(list)
    for day in days:
        groups[day.actor, day.zone].append(day)
    most: dict[str, int] = defaultdict(int)  # one scale for a zone: whoever reads most is seen to
    for day in days:
        most[day.zone] = max(most[day.zone], day.records)
    rows = [
        ReaderRow(
            actor,
            zone,
            sum(day.records for day in group),
            max(day.records for day in group),
            _bars(group, most[zone], first, last, mirrored=mirrored),
        )
        for (actor, zone), group in groups.items()
    ]
    return sorted(rows, key=lambda row: (not row.unusual, -row.records, row.actor, row.zone))


def _bars(group: Sequence[AccountDay], most: int, first: date, last: date, *, mirrored: bool) -> tuple[Bar, ...]:
    span = (last - first).days + 1
    step = WIDTH / span
    bars = []
    for day in sorted(group, key=lambda it: it.day):
        at = (day.day - first).days
        height = max(LEAST, day.records / most * (HEIGHT - MARK)) if day.records else 0
        x = (span - 1 - at if mirrored else at) * step
        bars.append(Bar(day.day, day.records, day.unusual, x, HEIGHT - height, max(1, step - 1), height))
    return tuple(bars)
