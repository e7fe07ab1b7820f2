"""How fast is the next week protected and added to all the weeks before it, and do they together give anything away?

Run: PYTHONPATH=. .venv/bin/python bench/protect_periods.py [--weeks N] [--seed N] [--alike] [--no-months]
         [--attack | --together]

A year of weeks of 5,046 cells each (24 districts in 4 regions, both ways, five reasons, 20,000 persons a week), in months of
four or five weeks. Every week is drawn with places of its own, which is the worst that can come: what is small in one week
is large in another. With --alike all weeks have the same places, as those of one operation. The seconds are of the processor,
children included, for `protect_periods`: search, proof, and the table of all weeks so far. Beside them stands what the release
shows, and of a month that is over how much it hides.

With --attack each month that is over is attacked together with its weeks, and each week beyond them. That is all there is
to attack: the running total shows a cell only where every part of it is shown, and then their sum, which is checked. So it
tells nothing else, and without it no equation holds between two months. With --together all weeks, months and the running total
are attacked as one system, which takes none of that for granted. With --no-months the weeks lie right below the running total.
"""

import argparse
import platform
from collections.abc import Iterable, Iterator
from itertools import product

import numpy as np

from anonymizer import TOTAL, Dimension, Policy, audit
from anonymizer.counted_week import Count, CountedTable
from anonymizer.dimension import flat_dimension
from anonymizer.periods import protect_periods
from anonymizer.published import Key, PublishedTable
from bench.protect_tables import draw_table, processor

POLICY = Policy(contributors=1)
WEEKS = {f"W{week:02}": f"M{min(1 + (week - 1) * 12 // 52, 12):02}" for week in range(1, 53)}
TIME = Dimension("week", {TOTAL: None} | dict.fromkeys(WEEKS.values(), TOTAL) | WEEKS)
NO_MONTHS = flat_dimension("week", WEEKS)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--weeks", type=int, default=52)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--alike", action="store_true")
    arguments.add_argument("--no-months", action="store_true")
    arguments.add_argument("--attack", action="store_true")
    arguments.add_argument("--together", action="store_true")
    given = arguments.parse_args()
    time = NO_MONTHS if given.no_months else TIME
    print(f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}")
    chance = np.random.default_rng(given.seed)
    cells: dict[tuple[str, ...], Count] = {}
    released: PublishedTable | None = None
    for number, (week, month) in enumerate(list(WEEKS.items())[: given.weeks], 1):
        drawn = draw_table(4, 24, 20_000, chance, np.random.default_rng(given.seed) if given.alike else None)
        add_week(cells, drawn, time.climb(week))
        counted = CountedTable("flows", (*drawn.dimensions, time), cells)
        before = processor()
        done = protect_periods(counted, "week", [week], POLICY, released=released)
        released = done.tables[0]
        print(f"{week}: {processor() - before:.1f} s, {done.proof.published:,} shown; {hidden_in(released, week)}", flush=True)
        if month in time.children and list(WEEKS.values()).count(month) == list(WEEKS.values())[:number].count(month):
            print(f"{month} is over with it: {hidden_in(released, month)}", flush=True)
    if released is not None and (given.attack or given.together):
        look_for([released] if given.together else parted(released))


def hidden_in(released: PublishedTable, period: str) -> str:
    of_period = [number for key, number in released.cells.items() if key[-1] == period]
    return f"{period} hides {of_period.count(None):,} of {len(of_period):,} cells"


def add_week(cells: dict[tuple[str, ...], Count], drawn: CountedTable, periods: Iterable[str]) -> None:
    for key, count in drawn.cells.items():
        for period in periods:
            before = cells.get((*key, period), Count(0, 0))
            cells[*key, period] = Count(before.persons + count.persons, before.reports + count.reports)


def look_for(parts: Iterable[PublishedTable]) -> None:
    before, suppressed, broken = processor(), 0, 0
    for apart in parts:
        found = audit([apart], POLICY)
        suppressed, broken = suppressed + found.suppressed, broken + len(found.offences)
        print(f"{apart.name}: {found.suppressed:,} suppressed cells, {len(found.offences)} known too well", flush=True)
    print(f"attacked in {processor() - before:.1f} s: {suppressed:,} suppressed cells, {broken} known too well")


def parted(released: PublishedTable) -> Iterator[PublishedTable]:
    """Each month that is over with its weeks, and each week of a month that is not; raises ValueError where more is shown."""
    *others, time = released.dimensions
    begun = {month: list(time.children.get(month, ())) for month in time.children[TOTAL]}
    whole = {month for month, weeks in begun.items() if len(weeks) == list(WEEKS.values()).count(month)}
    so_far = {TOTAL: list(begun)} | {month: weeks for month, weeks in begun.items() if month not in whole}
    for key in product(*(each.parents for each in others)):
        for period, parts in so_far.items():
            numbers = [released.cells[*key, part] for part in parts]
            if released.cells[*key, period] != (None if None in numbers else sum(filter(None, numbers))):
                raise ValueError(f"{period} shows something else than what its parts add up to")
    for month, weeks in begun.items():
        for total, parts in [(month, weeks)] if month in whole else [(week, []) for week in weeks]:
            yield _with_total(released, total, parts)


def _with_total(released: PublishedTable, total: str, parts: list[str]) -> PublishedTable:
    """One period as the total of a table, beside its parts."""
    *others, _ = released.dimensions
    time = Dimension("week", {TOTAL: None} | dict.fromkeys(parts, TOTAL))
    cells: dict[Key, int | None] = {}
    for key in product(*(each.parents for each in others)):
        cells |= {(*key, part): released.cells[*key, part] for part in parts}
        cells[*key, TOTAL] = released.cells[*key, total]
    return PublishedTable(total, (*others, time), cells)


if __name__ == "__main__":
    main()
