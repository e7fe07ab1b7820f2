"""Periods that lie in one another, as one system of tables: whoever attacks a week has its month, and the other weeks of that.

Each table gets a dimension of time, whose total is the widest of the periods.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, TypeVar

from anonymizer.counted_week import CountedTable
from anonymizer.dimension import TOTAL, Dimension
from anonymizer.officer.look_inside import Inside
from anonymizer.outside import OutsideTotal
from anonymizer.published import Identity, Key, PublishedTable
from core.periods.period import Period

__all__ = ["TIME", "as_one_system", "lies_in", "name_in", "within_the_widest"]

TIME: Final = "period"

Cell = TypeVar("Cell")


def lies_in(part: Period, whole: Period) -> bool:
    """Whether all days of one are days of the other."""
    return whole.monday <= part.monday and part.sunday <= whole.sunday


def within_the_widest(period: Period, known: Collection[Period]) -> list[Period]:
    """Of some periods those that lie in the widest one that holds `period`, the widest first."""
    widest = max((each for each in known if lies_in(period, each)), key=_days, default=period)
    return sorted((each for each in known if lies_in(each, widest)), key=lambda each: (-_days(each), each.monday))


def as_one_system(periods: Sequence[Inside]) -> Inside:
    """The tables of periods that lie in the first of them, the widest first; as they are where there is one period alone.

    A table that one of them lacks, or has otherwise, is left out.
    """
    widest, *parts = periods
    if not parts:
        return widest
    codes = {inside.period: TOTAL if inside is widest else str(inside.period) for inside in periods}
    parents: dict[str, str | None] = {TOTAL: None}
    for at, inside in enumerate(parts, 1):
        above = [codes[other.period] for other in periods[:at] if lies_in(inside.period, other.period)]
        parents[codes[inside.period]] = above[-1]
    time = Dimension(TIME, parents)
    timed = list(zip(codes.values(), periods, strict=True))
    counted, published = [], []
    for at, table in enumerate(widest.published):
        if all(_has(inside, at, table) for inside in parts):
            dimensions = (time, *table.dimensions)
            counts = _joined({code: each.counted[at].cells for code, each in timed})
            numbers = _joined({code: each.published[at].cells for code, each in timed})
            counted.append(CountedTable(table.name, dimensions, counts))
            published.append(PublishedTable(table.name, dimensions, numbers))
    outside = [_timed(total, codes[inside.period]) for inside in periods for total in inside.outside]
    return Inside(widest.period, widest.policy, published, counted, outside)


def _timed(total: OutsideTotal, code: str) -> OutsideTotal:
    own = () if code == TOTAL else ((TIME, code),)
    return OutsideTotal(tuple(tuple(sorted((*cell, *own))) for cell in total.cells), total.persons)


def _joined(of_periods: Mapping[str, Mapping[Key, Cell]]) -> dict[Key, Cell]:
    return {(code, *key): cell for code, cells in of_periods.items() for key, cell in cells.items()}


def name_in(cell: Identity, period: Period, system: Inside) -> Identity:
    """What a cell of a period is called in the system."""
    timed = any(dimension.name == TIME for table in system.published for dimension in table.dimensions)
    if not timed or period == system.period:
        return cell
    return tuple(sorted((*cell, (TIME, str(period)))))


def _has(inside: Inside, at: int, table: PublishedTable) -> bool:
    tables = inside.published
    return at < len(tables) and (tables[at].name, tables[at].dimensions) == (table.name, table.dimensions)


def _days(period: Period) -> int:
    return (period.sunday - period.monday).days
