"""How long does a month of the demonstration's land take to protect beside its weeks, and what does it hide?

Run: PYTHONPATH=. .venv/bin/python bench/protect_month.py [--month 2026-M10] [--reports N] [--seed N]

The reports are those that the demonstration draws for a year that ends with 2026-W47, so many a week, counted in the two linked
tables of movements under the default policy. Seconds are of the processor, children included, with proof and audit.
"""

import argparse
import platform
import random
from collections.abc import Sequence

from anonymizer import ProtectedPeriod, protect
from anonymizer.policy import default_policy
from anonymizer.weeks import KeptPeriod, protect_sum
from anonymizer.weeks.count_movements import count_movements
from app.demonstration.draw_answers import MovementReport, draw_reports
from app.demonstration.run_demonstration import GAZETTEER
from bench.protect_tables import processor
from casework import MovementFact
from core.periods.month import Month
from core.periods.week import Week
from core.places import read_gazetteer

YEAR = [Week(2026, 47).plus(number - 51) for number in range(52)]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--month", type=Month.parse, default=Month(2026, 10))
    arguments.add_argument("--reports", type=int, default=96)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    print(f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}")
    places = read_gazetteer(GAZETTEER)
    reports = draw_reports(random.Random(given.seed), places, YEAR, given.reports * len(YEAR))
    weeks: list[KeptPeriod] = []
    for week in given.month.weeks:
        facts = [as_fact(report) for report in reports if report.week == week]
        counted, before = count_movements(facts, places, week, operation="BENCH"), processor()
        earlier = [each.protected for each in weeks]
        weeks.append(KeptPeriod(protect(counted, default_policy(), earlier=earlier), counted.tables))
        print(f"{week}, {_persons(facts)} persons: {processor() - before:.1f} s; {_hidden(weeks[-1].protected)}", flush=True)
    before = processor()
    month = protect_sum(given.month, weeks, default_policy())
    print(f"{given.month}: {processor() - before:.1f} s; {_hidden(month)}")


def as_fact(report: MovementReport) -> MovementFact:
    return MovementFact(report.instance, report.week, report.origin, report.destination, report.reason, report.persons)


def _persons(facts: Sequence[MovementFact]) -> int:
    return sum(sum(fact.persons.values()) for fact in facts)


def _hidden(period: ProtectedPeriod) -> str:
    return f"hidden are {period.proof.suppressed:,} of {period.proof.published + period.proof.suppressed:,} cells"


if __name__ == "__main__":
    main()
