"""The proof fails when it must: these tests break a safe week in every way that would let something out."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from anonymizer import TOTAL, Dimension, Policy, ProtectedPeriod, protect
from anonymizer.attacker.attack import Attacker, identity
from anonymizer.counted_week import CountedWeek
from anonymizer.dimension import flat_dimension
from anonymizer.errors import NotProven
from anonymizer.prove import prove
from anonymizer.published import Evidence, ProtectedTables, PublishedTable
from tests.anonymizer.conftest import forty_reports

FROM = Dimension("origin", {TOTAL: None, "N": TOTAL, "n1": "N", "n2": "N", "S": TOTAL, "s1": "S", "s2": "S"})
TO = Dimension("destination", {**FROM.parents})
SEX = flat_dimension("sex", ["f", "m"])
TABLES = {"movements": (FROM, TO), "arrivals": (TO, SEX)}
POLICY = Policy()


@pytest.fixture(scope="module")
def truth(count_week) -> CountedWeek:
    return count_week(TABLES, forty_reports("fm"))


@pytest.fixture(scope="module")
def week(truth: CountedWeek) -> ProtectedPeriod:
    return protect(truth, POLICY)


@pytest.fixture(scope="module")
def evidence(week: ProtectedPeriod) -> Evidence:
    assert week.proof.evidence is not None
    return week.proof.evidence


def as_published(week: ProtectedPeriod) -> list[PublishedTable]:
    return [PublishedTable(table.name, table.dimensions, table.cells) for table in week.tables]


def complements(truth: CountedWeek, week: ProtectedPeriod) -> list[tuple[str, tuple[str, ...]]]:
    """The cells hidden for the sake of others."""
    pairs = zip(truth.tables, week.tables, strict=True)
    return [
        (table.name, key)
        for told, table in pairs
        for key, value in table.cells.items()
        if value is None and not POLICY.is_unsafe(told.count(key))
    ]


def test_a_safe_week_is_proven_again_from_what_was_published_and_its_evidence(
    truth: CountedWeek, week: ProtectedPeriod, evidence: Evidence
) -> None:
    proven = prove(truth.tables, as_published(week), evidence.alternatives, POLICY)
    assert proven == ProtectedTables(week.policy, week.tables, week.proof)


def test_every_complement_is_needed_by_the_proof(
    truth: CountedWeek, week: ProtectedPeriod, evidence: Evidence, reveal: Callable[..., list[PublishedTable]]
) -> None:
    """The mutation test: publish any one of them, and there is no proof."""
    names = complements(truth, week)
    assert len(names) > 5
    for name, key in names:
        with pytest.raises(NotProven, match="an alternative"):
            prove(truth.tables, reveal(truth, week, name, key), evidence.alternatives, POLICY)


def test_the_attacker_alone_would_have_noticed(
    truth: CountedWeek, week: ProtectedPeriod, reveal: Callable[..., list[PublishedTable]]
) -> None:
    """The second argument is no echo of the first: without any alternative it finds what leaks."""
    wanted = {
        identity(table.dimensions, key): POLICY.required_interval(count)
        for table in truth.tables
        for key, count in table.cells.items()
        if POLICY.is_unsafe(count)
    }
    assert Attacker(as_published(week)).out_of_reach(wanted) == []
    leaks = [cell for cell in complements(truth, week) if Attacker(reveal(truth, week, *cell)).out_of_reach(wanted)]
    assert len(leaks) > 5


def test_an_unsafe_cell_may_not_be_published(
    truth: CountedWeek, week: ProtectedPeriod, evidence: Evidence, reveal: Callable[..., list[PublishedTable]]
) -> None:
    key = next(key for key, count in truth.tables[0].cells.items() if POLICY.is_unsafe(count))
    with pytest.raises(NotProven, match="an unsafe cell is published"):
        prove(truth.tables, reveal(truth, week, "movements", key), evidence.alternatives, POLICY)


def test_a_published_number_must_be_the_true_one(truth: CountedWeek, week: ProtectedPeriod, evidence: Evidence) -> None:
    movements, arrivals = as_published(week)
    changed = replace(movements, cells={**movements.cells, (TOTAL, TOTAL): 1})
    with pytest.raises(NotProven, match="not what was counted"):
        prove(truth.tables, [changed, arrivals], evidence.alternatives, POLICY)


def test_without_its_evidence_nothing_is_proven(truth: CountedWeek, week: ProtectedPeriod, evidence: Evidence) -> None:
    with pytest.raises(NotProven, match="no alternative shows"):
        prove(truth.tables, as_published(week), evidence.alternatives[:2], POLICY)


@pytest.mark.parametrize(
    ("change", "reason"),
    [(1, "does not add up"), (-1000, "is negative")],
)
def test_an_alternative_must_be_a_table(
    truth: CountedWeek, week: ProtectedPeriod, evidence: Evidence, change: int, reason: str
) -> None:
    first, *others = evidence.alternatives
    cell = next(iter(first))
    with pytest.raises(NotProven, match=reason):
        prove(truth.tables, as_published(week), ({**first, cell: first[cell] + change}, *others), POLICY)


def test_a_stricter_policy_is_not_proven_by_the_same_tables(
    truth: CountedWeek, week: ProtectedPeriod, evidence: Evidence
) -> None:
    with pytest.raises(NotProven):
        prove(truth.tables, as_published(week), evidence.alternatives, Policy(threshold=11))


def test_the_table_proven_is_the_table_counted(truth: CountedWeek, week: ProtectedPeriod, evidence: Evidence) -> None:
    movements, arrivals = as_published(week)
    with pytest.raises(NotProven, match="not the table that was counted"):
        prove(truth.tables, [replace(movements, name="other"), arrivals], evidence.alternatives, POLICY)
