"""How fast is the next week protected and added to all the weeks before it, and do they together give anything away?

Run: PYTHONPATH=. .venv/bin/python bench/protect_periods.py [--weeks N] [--seed N] [--attack]

A year of weeks of 5,046 cells each (24 districts in 4 regions, both ways, five reasons, 20,000 persons a week), in months of
four or five weeks. The seconds are those of `protect_periods`: search, proof, and the table of all weeks so far. With
--attack the attacker of the last release, which holds all that was ever published, looks for unsafe cells.
"""

import argparse
import platform
import time

import numpy as np

from anonymizer import TOTAL, Dimension, Policy, attack
from anonymizer.counted_week import Count, CountedTable
from anonymizer.periods import protect_periods
from anonymizer.published import PublishedTable
from bench.protect_tables import draw_table

POLICY = Policy(contributors=1)
WEEKS = {f"W{week:02}": f"M{min(1 + (week - 1) * 12 // 52, 12):02}" for week in range(1, 53)}
TIME = Dimension("week", {TOTAL: None} | dict.fromkeys(WEEKS.values(), TOTAL) | WEEKS)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--weeks", type=int, default=52)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--attack", action="store_true")
    given = arguments.parse_args()
    print(f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}")
    chance = np.random.default_rng(given.seed)
    cells: dict[tuple[str, ...], Count] = {}
    released: PublishedTable | None = None
    for number, (week, month) in enumerate(list(WEEKS.items())[: given.weeks], 1):
        drawn = draw_table(4, 24, 20_000, chance)
        add_week(cells, drawn, (week, month, TOTAL))
        counted = CountedTable("flows", (*drawn.dimensions, TIME), cells)
        wall, processor = time.perf_counter(), time.process_time()
        done = protect_periods(counted, "week", [week], POLICY, released=released)
        released = done.tables[0]
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        last = list(WEEKS.values()).count(month) == list(WEEKS.values())[:number].count(month)
        print(
            f"{week}{' and ' + month if last else ''}: {wall:.1f} s, {processor:.1f} s here, {done.proof.published:,} shown",
            flush=True,
        )
    if given.attack and released is not None:
        look_for(counted, released)


def add_week(cells: dict[tuple[str, ...], Count], drawn: CountedTable, periods: tuple[str, ...]) -> None:
    for key, count in drawn.cells.items():
        for period in periods:
            before = cells.get((*key, period), Count(0, 0))
            cells[*key, period] = Count(before.persons + count.persons, before.reports + count.reports)


def look_for(counted: CountedTable, released: PublishedTable) -> None:
    wall = time.perf_counter()
    intervals = attack([released])
    over = {code for code in released.dimensions[-1].parents if code in WEEKS}
    unsafe = [each for (_, key), each in intervals.items() if key[-1] in over and POLICY.is_unsafe(counted.count(key))]
    short = sum(each.low > 1 or (each.high is not None and each.high < 4) for each in unsafe)
    print(f"attacked in {time.perf_counter() - wall:.1f} s: {len(unsafe):,} unsafe cells of weeks, {short} bounded too tightly")


if __name__ == "__main__":
    main()
