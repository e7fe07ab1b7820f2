"""What the red team learns of a season as it is published: nothing. Every attack on all that was released, beside the truth."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from anonymizer import CountedTable, Dimension, default_policy
from anonymizer.attacker import Attacker, identity
from anonymizer.published import Identity
from anonymizer.red_team import ATTACKS, WITH_KNOWLEDGE, differencing, zeros
from anonymizer.red_team.one_system import System, system_of
from anonymizer.weeks.protect_sum import KeptPeriod, protect_sum, sum_counts
from casework import MovementFact
from core.periods.month import Month
from tests.red_team.conftest import PublishedChain, PublishedSeason, made_at, write_tables
from tests.red_team.season import FIRST, WEEKS, gazetteer, release_day

POLICY = default_policy()
NOT_YET = {"groups": "group disclosure is no rule of the default policy (docs/limits.md)"}
ATTACKED = [
    pytest.param(name, marks=[pytest.mark.xfail(strict=True, reason=NOT_YET[name])] if name in NOT_YET else [])
    for name in ATTACKS
]


def required(counted: Sequence[CountedTable]) -> Mapping[Identity, tuple[int, int]]:
    """What must stay possible of every cell that is unsafe in truth."""
    return {
        identity(table.dimensions, key): POLICY.required_interval(count)
        for table in counted
        for key, count in table.cells.items()
        if POLICY.is_unsafe(count)
    }


def learned(system: System, counted: Sequence[CountedTable]) -> list[Identity]:
    """The unsafe cells that a system of published numbers leaves less than the policy asks for: exact or too narrow."""
    return Attacker(system.tables, known=system.known).out_of_reach(required(counted))


def test_the_season_has_all_that_happens_to_reports(published: PublishedSeason) -> None:
    """Late reports, edits, corrections and erasures, before a week is released and after."""
    early, late, came_late = set(), set(), 0
    for report in published.season.reports:
        week = report.fact.week
        came_late += report.came > release_day(week)
        for day, fact in report.changes:
            kind = "erased" if fact is None else "corrected" if fact.origin != report.fact.origin else "edited"
            (early if day <= release_day(week) else late).add(kind)
    assert early == late == {"edited", "corrected", "erased"}
    assert came_late > 50
    assert len(published.tables) == WEEKS


@pytest.mark.parametrize("name", ATTACKED)
def test_an_attack_on_the_tables_of_all_weeks_finds_nothing(published: PublishedSeason, name: str) -> None:
    assert [finding.tells for finding in ATTACKS[name](published.tables)] == []


@pytest.mark.parametrize("name", [name for name in ATTACKS if name not in NOT_YET])
def test_an_attack_on_whole_folders_around_the_split_finds_nothing(published: PublishedSeason, name: str) -> None:
    assert [(finding.place, finding.tells) for finding in ATTACKS[name](published.folders)] == []


@pytest.mark.parametrize("name", [name for name in ATTACKS if name not in NOT_YET])
def test_an_attack_on_releases_over_time_finds_nothing(chain: PublishedChain, name: str) -> None:
    assert [finding.tells for finding in ATTACKS[name](chain.releases)] == []


def test_of_no_unsafe_cell_of_any_week_is_more_known_than_the_policy_grants(published: PublishedSeason) -> None:
    """All that is published of a week, in its own release and in later ones, against what was counted."""
    systems = list(differencing.systems([*published.tables, *published.folders]))
    assert len(systems) == WEEKS
    unsafe = 0
    for system, counted in zip(systems, published.counted, strict=True):
        unsafe += len(required(counted.tables))
        assert learned(system, counted.tables) == [], system.release
    assert unsafe > 5000


def test_of_no_unsafe_cell_over_time_is_more_known_than_the_policy_grants(chain: PublishedChain) -> None:
    """Weeks, months and the half year, and every total that ran from release to release, as one system."""
    [system] = differencing.systems(chain.releases)
    assert learned(system, [chain.counted]) == []


def test_a_month_beside_its_weeks_gives_none_of_them_away(published: PublishedSeason, tmp_path: Path) -> None:
    month = Month(2026, 3)
    at = [number for number in range(WEEKS) if FIRST.plus(number) in month.weeks]
    kept = [KeptPeriod(published.protected[number], published.counted[number].tables) for number in at]
    released = protect_sum(month, kept, POLICY)
    weeks = [published.tables[number] for number in at]
    of_month = write_tables(released, tmp_path / "month", places=gazetteer(FIRST), made=made_at(month.weeks[-1]))
    assert list(ATTACKS["differencing"]([*weeks, of_month])) == []
    [system] = [system for system in differencing.systems([*weeks, of_month]) if "and its parts" in system.release]
    assert learned(system, sum_counts(kept)) == []
    for number in at:
        wanted = {
            (*cell, ("period", str(FIRST.plus(number)))): ends
            for cell, ends in required(published.counted[number].tables).items()
        }
        assert Attacker(system.tables).out_of_reach({tuple(sorted(cell)): ends for cell, ends in wanted.items()}) == []


def test_whoever_believes_that_zeros_are_printed_is_refuted_and_wrong_in_every_week(published: PublishedSeason) -> None:
    assert any(zeros.is_refuted(release) for release in published.tables)
    for release, counted in zip(published.tables, published.counted, strict=True):
        hidden = [
            (truth, key)
            for truth, table in zip(counted.tables, release.tables, strict=True)
            for key, number in table.cells.items()
            if number is None
        ]
        assert any(truth.count(key).persons == 0 for truth, key in hidden)


def test_whoever_is_alone_in_a_cell_learns_nothing_of_others(published: PublishedSeason) -> None:
    """Every contributor of every tenth week in turn: of no unsafe cell of others is more known to them than to anybody."""
    attackers = 0
    for at in range(0, WEEKS, 10):
        for fact, own in alone(published, at):
            attackers += 1
            system = system_of([published.tables[at]], own)
            wanted = required_of_others(fact, own, published.counted[at].tables)
            assert Attacker(system.tables, known=system.known).out_of_reach(wanted) == []
    assert attackers > 100


def alone(published: PublishedSeason, at: int) -> Iterator[tuple[MovementFact, dict[Identity, int]]]:
    """Each report with the hidden cells that rest on it alone: its contributor knows what they hold."""
    week = FIRST.plus(at)
    for fact in published.season.facts(week, release_day(week)):
        own = {
            identity(table.dimensions, key): count.persons
            for table, shown in zip(published.counted[at].tables, published.tables[at].tables, strict=True)
            for key, count in table.cells.items()
            if count.reports == 1 and shown.cells[key] is None and persons_in(fact, table.dimensions, key)
        }
        if own:
            yield fact, own


def required_of_others(
    fact: MovementFact, own: Mapping[Identity, int], counted: Sequence[CountedTable]
) -> Mapping[Identity, tuple[int, int]]:
    """The same of every unsafe cell that a report is not alone in. Fewer than its own persons nobody can make it believe."""
    asked = dict(required(counted))
    for table in counted:
        for key, count in table.cells.items():
            name, persons = identity(table.dimensions, key), persons_in(fact, table.dimensions, key)
            if name in asked and persons:
                low = persons + 1 if count.persons < POLICY.threshold else count.persons
                asked[name] = min(count.persons, low), asked[name][1]
    return {name: ends for name, ends in asked.items() if name not in own}


def persons_in(fact: MovementFact, dimensions: Sequence[Dimension], key: Sequence[str]) -> int:
    """How many persons of a report are in a cell."""
    codes = dict(zip((each.name for each in dimensions), key, strict=True))
    places = all(
        codes.get(name, "_T") == "_T" or place.startswith(codes[name])
        for name, place in (("origin", fact.origin), ("destination", fact.destination))
    )
    if not places or codes.get("reason", "_T") not in {"_T", fact.reason}:
        return 0
    return sum(
        persons
        for (sex, age), persons in fact.persons.items()
        if codes.get("sex", "_T") in {"_T", sex} and codes.get("age", "_T") in {"_T", age}
    )


def test_an_outside_total_of_what_is_published_tells_nothing_more(published: PublishedSeason) -> None:
    attack = WITH_KNOWLEDGE["outside totals"]
    for release in published.tables[::10]:
        shown = {cell: number for cell, number in release.figures.items() if number is not None}
        assert list(attack([release], shown)) == []
