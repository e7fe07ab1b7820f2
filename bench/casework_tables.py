"""What do the newest tables of casework and screenings cost, in time and in what the older ones show?

Run: PYTHONPATH=. .venv/bin/python bench/casework_tables.py [--seeds N] [--only weeks | --only year] [--events N --persons N]

Weeks are drawn by a seed, over the demonstration's land, and protected once without the newest tables and once with them:
months of casework of several sizes, and weeks of screenings. Seconds are of the processor, with proof and audit. With
--only weeks no month is made; with --only year a year of casework of one size (--events a week of --persons), with all tables.
"""

import argparse
import platform
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from anonymizer import CountedWeek, Policy, ProtectedPeriod, Unit, protect
from anonymizer.weeks import KeptPeriod, count_casework, count_screenings, protect_sum, sum_counts
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
    WAITS,
    CaseFacts,
    EventFact,
    HouseholdFact,
    PersonFact,
)
from core.periods.month import Month
from core.periods.week import Week
from core.periods.year import Year
from core.places import read_gazetteer

PLACES: Final = read_gazetteer(GAZETTEER)
DISTRICTS: Final = [place.code for place in PLACES if place.level == 2][:6]
NEWEST: Final = {*(f"waits_by_{who}" for who in ("residence", "nationality", "exploitation", "route")), "screened_by_outcome"}
WITH: Final = {True: "with the newest tables", False: "without"}
SIZES_OF_CASEWORK: Final = ((200, 60), (2_000, 700), (20_000, 6_000))
FIRST: Final = 0.5  # of those who were served in a week, how many had no service before
SHARES_OF_WAITS: Final = [0.5, 0.25, 0.15, 0.05, 0.05]
SIZES_OF_SCREENINGS: Final = (8, 15, 30, 60, 120)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seeds", type=int, default=12, help="weeks of screenings of each size")
    arguments.add_argument("--only", choices=("weeks", "year"))
    arguments.add_argument("--events", type=int, default=2_000)
    arguments.add_argument("--persons", type=int, default=700)
    given = arguments.parse_args()
    print(f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}")
    if given.only == "year":
        _year(given.events, given.persons)
        return
    for events, persons in SIZES_OF_CASEWORK:
        for newest in (False, True):
            told = _month(events, persons, newest=newest, weeks_alone=given.only == "weeks")
            print(f"casework, {events:,} events of {persons:,} persons a week, {WITH[newest]}: {told}", flush=True)
    for households in SIZES_OF_SCREENINGS:
        for newest in (False, True):
            rules = screening_rules(Policy()) if newest else Policy()
            weeks = [_chosen(_screenings(households, seed), newest=newest) for seed in range(given.seeds)]
            shown = sum(_older(protect(week, rules)) for week in weeks) / len(weeks)
            print(f"screenings, {households} a week, {WITH[newest]}: the older tables show {shown:.1f} cells", flush=True)


def _year(events: int, persons: int) -> None:
    """Each month is told when it is done, and at last the year."""
    year, rules, parts = Year(2025), casework_rules(Policy()), list[KeptPeriod]()
    for month in year.months:
        before = processor()
        inside = [
            KeptPeriod(protect(counted, rules), counted.tables)
            for counted in (_casework(events, persons, year.weeks.index(week), week) for week in month.weeks)
        ]
        between = processor()
        done = KeptPeriod(protect_sum(month, inside, rules), sum_counts(inside))
        parts += [done, *inside]
        print(f"{month}: weeks {between - before:.0f} s, {_told(done, processor() - between)}", flush=True)
    before = processor()
    done = KeptPeriod(protect_sum(year, parts, rules), sum_counts(parts))
    print(f"{year}: {_told(done, processor() - before)}", flush=True)


def _told(kept: KeptPeriod, seconds: float) -> str:
    shown = sum(bool(number) for table in kept.protected.tables for number in table.cells.values())
    held = sum(bool(count.persons) for table in kept.counted for count in table.cells.values())
    return f"itself {seconds:.0f} s, it shows {shown} of {held} cells with anything in them"


def _month(events: int, persons: int, *, newest: bool, weeks_alone: bool) -> str:
    month, rules, before = Month(2026, 10), casework_rules(Policy()), processor()
    counted = [_chosen(_casework(events, persons, seed, week), newest=newest) for seed, week in enumerate(month.weeks)]
    kept = [KeptPeriod(protect(week, rules), week.tables) for week in counted]
    of_weeks, between = (processor() - before) / len(kept), processor()
    seconds = f"{of_weeks:.2f} s a week"
    if not weeks_alone:
        protect_sum(month, kept, rules)
        seconds += f", {processor() - between:.2f} s the month"
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
    told, served_before = [], set[int]()
    for number in chance.integers(persons, size=events):
        event = pick(("service", "case_closed", "referral"), [0.7, 0.2, 0.1])
        kinds = {"service": SERVICES[:8], "case_closed": OUTCOMES[:4], "referral": REFERRALS}[event]
        served = {}
        if event == "service":
            first = number not in served_before and chance.random() < FIRST
            served_before.add(int(number))
            served = {"provider": pick(PROVIDERS), "waited": pick(WAITS, SHARES_OF_WAITS) if first else AGAIN}
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
