"""What do the newest tables of casework and screenings cost, in time and in what the older ones show?

Run: PYTHONPATH=. .venv/bin/python bench/casework_tables.py [--seeds N]

Weeks are drawn by a seed, over the demonstration's land, and protected once without the newest tables and once with them:
months of casework of several sizes, and weeks of screenings. Seconds are of the processor, with proof and audit.
"""

import argparse
import platform
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from anonymizer import CountedWeek, Policy, ProtectedPeriod, Unit, protect
from anonymizer.weeks import KeptPeriod, count_casework, count_screenings, protect_sum
from anonymizer.weeks.casework_rules import casework_rules, screening_rules
from anonymizer.weeks.fact_columns import FactColumns, columns_of_cases
from app.demonstration.run_demonstration import GAZETTEER
from bench.protect_tables import processor
from casework.counting import (
    AGAIN,
    AGES,
    DECISIONS,
    EXPLOITATIONS,
    GENDERS,
    NATIONALITIES,
    OUTCOMES,
    PROVIDERS,
    REFERRALS,
    ROUTES,
    SERVICES,
    SIZES,
    CaseFacts,
    EventFact,
    HouseholdFact,
    PersonFact,
)
from core.month import Month
from core.places import read_gazetteer
from core.week import Week

PLACES: Final = read_gazetteer(GAZETTEER)
DISTRICTS: Final = [place.code for place in PLACES if place.level == 2][:6]
NEWEST: Final = {"cases_by_nationality", "cases_by_exploitation", "cases_by_route", "screened_by_outcome"}
WITH: Final = {True: "with the newest tables", False: "without"}
SIZES_OF_CASEWORK: Final = ((200, 60), (2_000, 700), (20_000, 6_000))
SIZES_OF_SCREENINGS: Final = (8, 15, 30, 60, 120)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seeds", type=int, default=12, help="weeks of screenings of each size")
    given = arguments.parse_args()
    print(f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}")
    for events, persons in SIZES_OF_CASEWORK:
        for newest in (False, True):
            told = _month(events, persons, newest=newest)
            print(f"casework, {events:,} events of {persons:,} persons a week, {WITH[newest]}: {told}", flush=True)
    for households in SIZES_OF_SCREENINGS:
        for newest in (False, True):
            rules = screening_rules(Policy()) if newest else Policy()
            weeks = [_chosen(_screenings(households, seed), newest=newest) for seed in range(given.seeds)]
            shown = sum(_older(protect(week, rules)) for week in weeks) / len(weeks)
            print(f"screenings, {households} a week, {WITH[newest]}: the older tables show {shown:.1f} cells", flush=True)


def _month(events: int, persons: int, *, newest: bool) -> str:
    month, rules, before = Month(2026, 10), casework_rules(Policy()), processor()
    counted = [_chosen(_casework(events, persons, seed, week), newest=newest) for seed, week in enumerate(month.weeks)]
    kept = [KeptPeriod(protect(week, rules), week.tables) for week in counted]
    of_weeks, between = (processor() - before) / len(kept), processor()
    protect_sum(month, kept, rules)
    seconds = f"{of_weeks:.2f} s a week, {processor() - between:.2f} s the month"
    return f"{seconds}; the older tables of the first week show {_older(kept[0].protected)} cells"


def _chosen(week: CountedWeek, *, newest: bool) -> CountedWeek:
    return replace(week, tables=tuple(table for table in week.tables if newest or table.name not in NEWEST))


def _older(protected: ProtectedPeriod) -> int:
    """How many cells with anything in them are shown, of tables that are not the newest."""
    older = [table for table in protected.tables if table.name not in NEWEST]
    return sum(bool(number) for table in older for number in table.cells.values())


def _casework(events: int, persons: int, seed: int, week: Week) -> CountedWeek:
    chance = np.random.default_rng(seed)
    pick = partial(_pick, chance)
    from_where = [*NATIONALITIES[1:6], *NATIONALITIES[-2:]]
    who = [
        {
            "residence": pick(DISTRICTS),
            "gender": pick(GENDERS[:2]),
            "age": pick(AGES),
            "nationality": pick(from_where, [0.5, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05]),
            "exploitation": pick(EXPLOITATIONS),
            "route": pick(ROUTES[1:8]),
        }
        for _ in range(persons)
    ]
    told = []
    for number in chance.integers(persons, size=events):
        event = pick(("service", "case_closed", "referral"), [0.7, 0.2, 0.1])
        kinds = {"service": SERVICES[:8], "case_closed": OUTCOMES[:4], "referral": REFERRALS}[event]
        served = {"provider": pick(PROVIDERS), "waited": AGAIN} if event == "service" else {}
        told.append(EventFact(int(number), event, pick(kinds), **who[number], **served))
    return count_casework(_columns(CaseFacts(week, events=tuple(told))), PLACES, operation="BENCH")


def _screenings(households: int, seed: int) -> CountedWeek:
    chance = np.random.default_rng(seed)
    pick = partial(_pick, chance)
    persons, homes = [], []
    for number in range(households):
        residence, outcome = pick(DISTRICTS), pick(DECISIONS, [0.6, 0.08, 0.2, 0.07, 0.05])
        age = pick(AGES[:5], [0.02, 0.03, 0.1, 0.8, 0.05])
        persons.append(PersonFact(number, "interviewed", residence, pick(GENDERS[:2]), age, outcome))
        homes.append(HouseholdFact(number, residence, pick(SIZES[:4])))
    facts = CaseFacts(Week(2026, 40), tuple(persons), tuple(homes))
    return count_screenings(_columns(facts), PLACES, operation="BENCH")


def _pick(chance: np.random.Generator, codes: Sequence[str], shares: Sequence[float] | None = None) -> str:
    return str(chance.choice(codes, p=shares))


def _columns(facts: CaseFacts) -> dict[Unit, FactColumns]:
    return {columns.unit: columns for columns in columns_of_cases(facts)}


if __name__ == "__main__":
    main()
