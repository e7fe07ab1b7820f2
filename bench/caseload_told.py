"""How much of the caseload is told: of offices of different sizes, at every month's end, every quarter's and every year's.

Run: PYTHONPATH=. nice -n 10 .venv/bin/python bench/caseload_told.py [--months N]

Persons are drawn in the districts of the demonstration's gazetteer, few of the genders and ages that are rare. Each month as
many come as is said, and of those who are there one in twelve goes.
"""

import argparse
import random
from collections.abc import Mapping, Sequence
from time import process_time
from typing import Final

from anonymizer import Policy
from anonymizer.caseload import protect_caseload
from anonymizer.weeks import count_caseload
from anonymizer.weeks.casework_rules import caseload_rules
from app.demonstration.run_demonstration import GAZETTEER
from casework.counting import AGES, UNKNOWN
from casework.month_end import CASELOAD_VARIABLES, CaseloadFact, CaseloadFacts, Change
from core.periods.month import Month
from core.places import Place, read_gazetteer

FIRST = Month(2026, 1)
EVERY = {"month": 1, "quarter": 3, "year": 12}
GO = 1 / 12
RULES = caseload_rules(Policy())
SHOWN: Final = 3  # of the variables those that are drawn; of the others nothing is known here
Person = Mapping[str, str]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--months", type=int, default=48)
    months = asked.parse_args().months
    places = list(read_gazetteer(GAZETTEER))
    print(f"{'come a month':>12} {'ends':<8} {'told':>9} {'gender':>8} {'age':>8} {'residence':>10} {'CPU an end':>11}")
    for come in (5, 20, 60, 200, 1000):
        for cadence, every in EVERY.items():
            print(f"{come:>12} {cadence:<8} {_told(places, come, every, months)}", flush=True)


def _told(places: Sequence[Place], come: int, every: int, months: int) -> str:
    """Of the ends, how many are told; of the cells of those that are, the share that is shown."""
    chance = random.Random(come)
    there: dict[int, Person] = {}
    roll: set[int] = set()
    last, ends, told, started = None, 0, [], process_time()
    known: dict[int, Person] = {}
    for at in range(months):
        for number in [number for number in there if chance.random() < GO]:
            del there[number]
        for _ in range(come):
            known[len(known)] = there[len(known)] = _person(chance, places)
        if (at + 1) % every:
            continue
        ends += 1
        facts = [CaseloadFact(Change.STAYED if number in roll else Change.CAME, who) for number, who in there.items()]
        facts += [CaseloadFact(Change.WENT, known[number]) for number in roll - there.keys()]
        month = FIRST.plus(at)
        counted = CaseloadFacts(month, last.period if last else None, tuple(facts), is_exact=last is not None)
        done = protect_caseload("BENCH", count_caseload(counted, places, before=last.tables if last else ()), RULES)
        if done:
            last, roll = done, set(there)
            told.append(
                [sum(number is not None for number in table.cells.values()) / len(table.cells) for table in done.tables[:SHOWN]]
            )
    seconds = (process_time() - started) / ends
    shares = "".join(f"{100 * sum(column) / len(told):>8.0f} %" for column in zip(*told, strict=True)) if told else ""
    return f"{len(told):>3} of {ends:<3}{shares}{seconds:>9.2f} s"


def _person(chance: random.Random, places: Sequence[Place]) -> Person:
    districts = [place.code for place in places if place.level == 2]
    ages, weights = AGES[:-1], (4, 10, 14, 62, 10)
    return {
        "gender": chance.choices(("female", "male", "other"), (58, 40, 2))[0],
        "age": chance.choices(ages, weights)[0],
        "residence": districts[min(int(chance.expovariate(0.2)), len(districts) - 1)],
        **dict.fromkeys(CASELOAD_VARIABLES[SHOWN:], UNKNOWN),
    }


if __name__ == "__main__":
    main()
