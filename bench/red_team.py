"""What does the red team learn of more seasons than the tests have, and what does the pattern of hidden cells depend on?

Run: PYTHONPATH=. .venv/bin/python bench/red_team.py [--seeds N ...] [--weeks N] [--twins N]    (prints tables, keeps nothing)

For each seed a season of 52 weeks as in tests/red_team: tables protected and written as they are published, attacked by
all attacks together, and the attacker's intervals beside the truth. Then the gaps that stand: rows all of whose persons
are in one category, contributors who are alone in a cell and learn of another from it, and twins: weeks in which one
report has another reason, so that no number changes that is shown. A twin is protected anew; where other cells are
hidden, the pattern told the two apart.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from anonymizer import CountedWeek, ProtectedPeriod, default_policy, protect
from anonymizer.attacker import identity
from anonymizer.red_team import ATTACKS, WITH_KNOWLEDGE, differencing
from anonymizer.weeks import count_movements
from tests.red_team.conftest import PublishedSeason, write_tables
from tests.red_team.season import FIRST, REASONS, gazetteer, release_day, season_of
from tests.red_team.test_season import alone, learned, required
from tests.red_team.test_two_builds import differing

EVERY = 13  # one week of so many is tried for contributors and twins


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    arguments.add_argument("--weeks", type=int, default=52)
    arguments.add_argument("--twins", type=int, default=3, help="twins of a week at most")
    given = arguments.parse_args()
    columns = (
        "seed",
        "weeks",
        "hidden",
        "unsafe",
        "too well known",
        "found by others",
        "one category",
        "alone",
        "alone and learn",
        "twins",
        "told apart",
        "CPU",
    )
    print(" | ".join(columns))
    for seed in given.seeds:
        start = time.process_time()
        with tempfile.TemporaryDirectory() as folder:
            row = _season(seed, given.weeks, given.twins, Path(folder))
        print(" | ".join(map(str, (seed, given.weeks, *row, f"{time.process_time() - start:.0f} s"))), flush=True)


def _season(seed: int, weeks: int, twins: int, root: Path) -> Iterator[int]:
    season = season_of(seed, weeks)
    counted = [season.counted(FIRST.plus(at)) for at in range(weeks)]
    protected = [protect(week, default_policy()) for week in counted]
    tables = [write_tables(week, root / str(week.period)) for week in protected]
    published = PublishedSeason(season, counted, protected, tables, ())
    yield sum(number is None for release in tables for number in release.figures.values())
    yield sum(len(required(week.tables)) for week in counted)
    yield sum(len(learned(system, week.tables)) for system, week in zip(differencing.systems(tables), counted, strict=True))
    yield sum(len(list(attack(tables))) for name, attack in ATTACKS.items() if name != "groups")
    yield len(list(ATTACKS["groups"](tables)))
    contributors = [(tables[at], own) for at in range(0, weeks, EVERY) for own in alone(published, at)]
    yield len(contributors)
    yield sum(next(WITH_KNOWLEDGE["collusion"]([release], own), None) is not None for release, own in contributors)
    told = [_told_apart(published, at, twin) for at in range(0, weeks, EVERY) for twin in list(_twins(published, at))[:twins]]
    yield len(told)
    yield sum(told)


def _twins(published: PublishedSeason, at: int) -> Iterator[CountedWeek]:
    """Weeks with another reason in one report, where that changes no number that is shown."""
    week = FIRST.plus(at)
    facts = published.season.facts(week, release_day(week))
    shown = {cell for cell, number in published.tables[at].figures.items() if number is not None}
    for number, fact in enumerate(facts):
        for reason in REASONS:
            other = [*facts[:number], replace(fact, reason=reason), *facts[number + 1 :]]
            if reason != fact.reason and not any(_is_shown(shown, fact.destination, each) for each in (fact.reason, reason)):
                twin = count_movements(other, gazetteer(week), week, operation="TEST")
                if not shown & differing(published.counted[at], twin):
                    yield twin
                    break


def _is_shown(shown: set[tuple[tuple[str, str], ...]], destination: str, reason: str) -> bool:
    """Whether one cell that would change is shown, which spares counting the twin."""
    return (("destination", destination), ("reason", reason)) in shown


def _told_apart(published: PublishedSeason, at: int, twin: CountedWeek) -> bool:
    return _pattern(protect(twin, default_policy())) != _pattern(published.protected[at])


def _pattern(week: ProtectedPeriod) -> set[tuple[tuple[str, str], ...]]:
    return {identity(table.dimensions, key) for table in week.tables for key, number in table.cells.items() if number is None}


if __name__ == "__main__":
    main()
