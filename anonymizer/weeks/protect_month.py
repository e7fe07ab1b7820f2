"""A month is the sum of its weeks, and protected as one system with them: what a week hides may not be worked out of the month.

What the weeks published stands and what they suppressed stays suppressed, so only the month's own cells are decided. The month
tells more than its weeks: a district that saw two persons a week saw eight in the month.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from anonymizer.attacker import identity
from anonymizer.counted_week import NOTHING, Count, CountedTable
from anonymizer.dimension import TOTAL, Dimension
from anonymizer.errors import MonthUnfit
from anonymizer.outside import Outside, OutsideTotal
from anonymizer.policy import Policy
from anonymizer.protect import protect_tables
from anonymizer.prove import prove_from_outside
from anonymizer.published import (
    Identity,
    Key,
    Proof,
    ProtectedPeriod,
    ProtectedTable,
    PublishedTable,
    Standing,
    certify,
    count_cells,
)
from anonymizer.suppression import Kept, Progress
from core.month import Month
from core.period import Period

__all__ = ["KeptWeek", "month_counts", "protect_month"]

WEEK: Final = "week"
NONE: Final[Mapping[Period, Outside]] = MappingProxyType({})


class KeptWeek(NamedTuple):
    """A week as it was protected, and what was counted for it then."""

    protected: ProtectedPeriod
    counted: tuple[CountedTable, ...]

    @property
    def code(self) -> str:
        return str(self.protected.period)


def protect_month(
    month: Month,
    weeks: Sequence[KeptWeek],
    policy: Policy,
    *,
    outside: Mapping[Period, Outside] = NONE,
    progress: Progress | None = None,
    kept: Kept | None = None,
) -> ProtectedPeriod:
    """The month's tables as they may be published beside those of its weeks, proven and audited together with them.

    `weeks` are all weeks of the month, of one population. `outside` are totals that others publish of the month and of its
    weeks. Raises `MonthUnfit` and what `protect_tables` raises.
    """
    _check_dimensions(month, weeks)
    time = Dimension(WEEK, {TOTAL: None} | {week.code: TOTAL for week in weeks})
    tables = [_with_weeks(time, position, weeks) for position, _ in enumerate(weeks[0].counted)]
    standing = _standing(time, weeks)
    totals = [_in_system(total, period, month) for period, known in outside.items() for total in known]
    done = protect_tables(tables, policy, standing=standing, time=WEEK, outside=totals, progress=progress, kept=kept)
    for known in dict.fromkeys([(), tuple(totals)]):
        prove_from_outside(done.tables, policy, standing, outside=known)
    own = [_of_month(table) for table in done.tables]
    proof = Proof({table.name: table.digest for table in own}, *count_cells(own), done.proof.evidence)
    first = weeks[0].protected
    return ProtectedPeriod(first.operation, month, done.policy, tuple(own), proof, first.population)


def month_counts(weeks: Sequence[KeptWeek]) -> tuple[CountedTable, ...]:
    """The counts of a month: those of its weeks added up. A report is of one week, so reports add up too."""
    return tuple(
        CountedTable(same[0].name, same[0].dimensions, _sum(table.cells for table in same))
        for same in zip(*(week.counted for week in weeks), strict=True)
    )


def _sum(weeks: Iterable[Mapping[Key, Count]]) -> dict[Key, Count]:
    total: defaultdict[Key, Count] = defaultdict(lambda: NOTHING)
    for cells in weeks:
        for key, count in cells.items():
            total[key] = Count(total[key].persons + count.persons, total[key].reports + count.reports)
    return dict(total)


def _check_dimensions(month: Month, weeks: Sequence[KeptWeek]) -> None:
    first, *others = ([table.dimensions for table in week.counted] for week in weeks)
    for week, dimensions in zip(weeks[1:], others, strict=True):
        if dimensions != first:
            raise MonthUnfit(month=month, week=week.code)


def _with_weeks(time: Dimension, position: int, weeks: Sequence[KeptWeek]) -> CountedTable:
    """One table of the month and of all its weeks."""
    of_weeks = {week.code: week.counted[position] for week in weeks}
    first = next(iter(of_weeks.values()))
    cells = {(code, *key): count for code, table in of_weeks.items() for key, count in table.cells.items()}
    month = {(TOTAL, *key): count for key, count in _sum(table.cells for table in of_weeks.values()).items()}
    return CountedTable(first.name, (time, *first.dimensions), cells | month)


def _standing(time: Dimension, weeks: Iterable[KeptWeek]) -> Standing:
    """How the weeks' cells were published."""
    standing: dict[Identity, int | None] = {}
    for week in weeks:
        for table in week.protected.tables:
            dimensions = (time, *table.dimensions)
            standing |= {identity(dimensions, (week.code, *key)): number for key, number in table.cells.items()}
    return standing


def _in_system(total: OutsideTotal, period: Period, month: Month) -> OutsideTotal:
    """A total of a week is of cells of that week."""
    own = () if period == month else ((WEEK, str(period)),)
    return OutsideTotal(tuple(tuple(sorted((*cell, *own))) for cell in total.cells), total.persons)


def _of_month(table: PublishedTable) -> ProtectedTable:
    """The month's own part of a table that was proven together with its weeks."""
    cells = {key[1:]: number for key, number in table.cells.items() if key[0] == TOTAL}
    own = PublishedTable(table.name, table.dimensions[1:], cells)
    return ProtectedTable(own.name, own.dimensions, own.cells, certify(own))
