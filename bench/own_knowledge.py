"""What does it cost to keep from contributors what others hide, and what do they learn where that is not asked for?

Run: PYTHONPATH=. .venv/bin/python bench/own_knowledge.py [--reports N ...] [--together 0 1 2] [--seed N] [--attack]

The week is that of bench/protect.py, or with --demonstration the last of the two weeks that `bin/demo` spreads its reports
over. For each value of the rule `own_knowledge`: the processor time of protection with its proof, cells hidden beside the
unsafe ones, alternatives kept as evidence, and the share of persons hidden at some levels. With --attack every contributor who
is alone in a cell attacks the tables in turn, knowing what is theirs; printed is how many of them find an unsafe cell of
others exactly, and how many such cells are found by somebody.
"""

import argparse
import platform
import random
import time
from collections import Counter

from anonymizer import CountedWeek, Policy, protect
from anonymizer.attacker import identity
from anonymizer.attacker.insiders import learned_by_insiders
from anonymizer.errors import ProtectionImpossible
from anonymizer.prove_own_knowledge import Contributors
from anonymizer.published import ProtectedTable
from anonymizer.weeks import count_movements
from app.demonstration.draw_answers import draw_reports
from app.demonstration.run_demonstration import GAZETTEER
from bench.protect import draw_week, level_of
from bench.protect_tables import processor
from casework import MovementFact
from core.periods.week import Week
from core.places import read_gazetteer

LEVELS = ("destination district", "destination region x reason", "destination district x age", "origin district")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--reports", type=int, nargs="+", default=[100, 300])
    arguments.add_argument("--together", type=int, nargs="+", default=[0, 1])
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--attack", action="store_true")
    arguments.add_argument("--demonstration", action="store_true")
    given = arguments.parse_args()
    print(f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}")
    for reports in given.reports:
        chance = random.Random(given.seed)
        counted = draw_demonstration(reports, chance) if given.demonstration else draw_week(reports, chance)
        for together in given.together:
            measure(counted, reports, together, attack=given.attack)


def draw_demonstration(reports: int, chance: random.Random) -> CountedWeek:
    weeks = [Week(2026, number) for number in (6, 7)]
    places = read_gazetteer(GAZETTEER)
    told = [report for report in draw_reports(chance, places, weeks, reports) if report.week == weeks[-1]]
    facts = [
        MovementFact(report.instance, weeks[-1], report.origin, report.destination, report.reason, report.persons)
        for report in told
    ]
    return count_movements(facts, places, weeks[-1], operation="DEMO")


def measure(counted: CountedWeek, reports: int, together: int, *, attack: bool) -> None:
    before = processor()
    try:
        week = protect(counted, Policy(own_knowledge=together))
    except ProtectionImpossible as refused:
        print(f"{reports} reports, own_knowledge {together}: {refused.what}", flush=True)
        return
    evidence = week.proof.evidence
    assert evidence is not None
    seconds = processor() - before
    print(f"{reports} reports, own_knowledge {together}: {seconds:.1f} s of processor time, {evidence.unsafe} unsafe", end="; ")
    print(f"{evidence.complementary} beside them, {len(evidence.alternatives)} alternatives", flush=True)
    persons: Counter[tuple[str, bool]] = Counter()
    for truth, table in zip(counted.tables, week.tables, strict=True):
        for key, value in table.cells.items():
            persons[level_of(table.dimensions, key), value is None] += truth.count(key).persons
    shares = (f"{level} {persons[level, True] / (persons[level, True] + persons[level, False]):.0%}" for level in LEVELS)
    print(f"    persons hidden by {', '.join(shares)}")
    if attack:
        attack_from_inside(counted, week.tables)


def attack_from_inside(counted: CountedWeek, tables: tuple[ProtectedTable, ...]) -> None:
    started, truth, unsafe = time.process_time(), {}, {}
    for told, table in zip(counted.tables, tables, strict=True):
        for key, value in table.cells.items():
            name, count = identity(table.dimensions, key), told.count(key)
            truth[name] = count.persons
            if value is None and Policy().is_unsafe(count):
                unsafe[name] = count.persons
    insiders = [{cell: truth[cell] for cell in cells} for cells in Contributors(counted.tables, 1).cells]
    above = {cell: (persons, persons + 1) for cell, persons in unsafe.items()}
    below = {cell: (max(persons - 1, 0), persons) for cell, persons in unsafe.items()}
    found = [dict(learned_by_insiders(tables, insiders, wanted)) for wanted in (above, below)]
    exactly = [set(found[0][number]) & set(found[1][number]) for number in range(len(insiders))]
    who, cells = sum(map(bool, exactly)), len(set().union(*exactly))
    print(f"    of {len(insiders)} contributors alone in a cell {who} find others exactly, {cells} cells in all", end=" ")
    print(f"({time.process_time() - started:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
