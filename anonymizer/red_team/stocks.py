"""Attack 13: subtract the caseload of one month's end from another's, and add those whose cases were closed in between.

That is how many came: in all, of every code that both months show, and of those that are hidden together. The attacker takes
whoever went for a closure, which the tables of casework count by the same codes, and where those are printed he has a number.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final, TypeAlias

from anonymizer.dimension import Dimension
from anonymizer.published import PublishedTable
from anonymizer.red_team.finding import Finding, Findings
from anonymizer.red_team.open_release import Published
from core.periods.month import Month
from core.periods.period import Period, parse_period

__all__ = ["attack"]

NAME: Final = "stocks"
CLOSED: Final = "case_closed"
EVENT: Final = "event"
Codes: TypeAlias = frozenset[str]


def attack(releases: Sequence[Published]) -> Findings:
    """Small numbers of those who came between two months of which the caseload was published."""
    stocks = sorted((each for each in releases if each.is_stock), key=lambda each: each.period)
    closures = {parse_period(each.period): each for each in releases if EVENT in each.dimensions and each.period}
    for before, after in combinations(stocks, 2):
        span = _months_between(before, after)
        for then, now in _same_tables(before, after):
            [dimension] = now.dimensions
            told, earlier = _told(now), _told(then)
            for codes in told.keys() & earlier.keys():
                went = _closed(closures, span, dimension, codes)
                came = None if went is None else told[codes] - earlier[codes] + went
                if came is not None and 0 < came < after.policy.threshold:
                    tells = f"{came} came to {'+'.join(sorted(codes))} since {before.period}"
                    yield Finding(NAME, after.name, now.name, tells)


def _same_tables(before: Published, after: Published) -> Iterator[tuple[PublishedTable, PublishedTable]]:
    then = {table.name: table for table in before.tables}
    return ((then[table.name], table) for table in after.tables if table.name in then and len(table.dimensions) == 1)


def _told(table: PublishedTable) -> Mapping[Codes, int]:
    """What a table of one dimension tells, by the codes that are counted together: shown ones, and the rest of a parent."""
    [dimension] = table.dimensions
    return _told_of(dimension, {code: number for (code,), number in table.cells.items()})


def _told_of(dimension: Dimension, numbers: Mapping[str, int | None]) -> Mapping[Codes, int]:
    told = {frozenset({code}): number for code, number in numbers.items() if number is not None}
    for parent, codes in dimension.children.items():
        whole, parts = numbers.get(parent), {code: numbers.get(code) for code in codes}
        hidden = frozenset(code for code, number in parts.items() if number is None)
        if whole is not None and hidden:
            told[hidden] = whole - sum(number for number in parts.values() if number is not None)
    return told


def _closed(closures: Mapping[Period, Published], months: Iterable[Month], dimension: Dimension, codes: Codes) -> int | None:
    """How many cases of these codes were closed in some months; None where that is not printed of one of them."""
    numbers = [_closed_in(closures, month, dimension, codes) for month in months]
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None


def _closed_in(closures: Mapping[Period, Published], month: Month, dimension: Dimension, codes: Codes) -> int | None:
    """As the month prints it, or else its weeks together."""
    for periods in ((month,), month.weeks):
        numbers = [_printed(closures[period], dimension, codes) for period in periods if period in closures]
        known = [number for number in numbers if number is not None]
        if len(known) == len(periods):
            return sum(known)
    return None


def _printed(release: Published, dimension: Dimension, codes: Codes) -> int | None:
    for table in release.tables:
        if [each.name for each in table.dimensions] == [EVENT, dimension.name]:
            printed = {code: table.cells.get((CLOSED, code)) for code in dimension.parents}
            told = _told_of(dimension, printed)
            parts = [told.get(frozenset({code})) for code in codes]
            known = [number for number in parts if number is not None]
            return told.get(codes, sum(known) if len(known) == len(parts) else None)
    return None


def _months_between(before: Published, after: Published) -> Sequence[Month]:
    """The months after one and up to another."""
    month, months = Month.parse(before.period), list[Month]()
    while str(month) < after.period:
        month = month.plus(1)
        months.append(month)
    return months
