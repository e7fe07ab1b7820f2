"""Anybody can judge a release from itself alone: what it says of safe tables, and of tables that say too much."""

from collections.abc import Callable

import pytest

from anonymizer import TOTAL, Dimension, Policy, ProtectedPeriod, attack, protect
from anonymizer.attacker.attack import Interval
from anonymizer.attacker.audit_release import audit
from anonymizer.counted_week import CountedWeek
from anonymizer.dimension import flat_dimension
from anonymizer.errors import NotProven
from anonymizer.prove import prove_from_outside
from anonymizer.published import PublishedTable
from tests.anonymizer.conftest import forty_reports

POLICY = Policy()
FROM = Dimension("origin", {TOTAL: None, "N": TOTAL, "n1": "N", "n2": "N", "S": TOTAL, "s1": "S", "s2": "S"})
SEX = flat_dimension("sex", ["f", "m", "x"])
TABLES = {"movements": (FROM, Dimension("destination", FROM.parents)), "arrivals": (FROM, SEX)}


@pytest.fixture(scope="module")
def truth(count_week) -> CountedWeek:
    return count_week(TABLES, forty_reports("fmx"))


@pytest.fixture(scope="module")
def week(truth: CountedWeek) -> ProtectedPeriod:
    return protect(truth, POLICY)


def row(**cells: int | None) -> PublishedTable:
    """A table of one dimension under its total; a cell without a number is suppressed."""
    total = cells.pop("total", 0)
    return PublishedTable(
        "movements", (flat_dimension("origin", list(cells)),), {(TOTAL,): total} | {(c,): n for c, n in cells.items()}
    )


def test_a_protected_week_passes(week: ProtectedPeriod) -> None:
    verdict = audit(week.tables, POLICY)
    assert verdict.passed
    assert verdict.suppressed == week.proof.suppressed
    assert verdict.narrowest is not None
    low, high = verdict.narrowest
    assert (low <= 1 and high >= POLICY.threshold - 1) or high >= POLICY.threshold


def test_no_cell_hidden_for_the_sake_of_others_can_be_published_unnoticed(
    truth: CountedWeek, week: ProtectedPeriod, reveal: Callable[..., list[PublishedTable]]
) -> None:
    """The mutation test: nearly all of them are needed, and what is then known too well is named."""
    pairs = list(zip(truth.tables, week.tables, strict=True))
    safe = [
        (told.name, key)
        for told, table in pairs
        for key, n in table.cells.items()
        if n is None and not POLICY.is_unsafe(told.count(key))
    ]
    noticed = [audit(reveal(truth, week, name, key), POLICY).offences for name, key in safe]
    assert len(safe) > 5
    assert sum(bool(offences) for offences in noticed) > len(safe) / 2


def test_nothing_that_fails_it_is_handed_out() -> None:
    with pytest.raises(NotProven, match=r"an outsider can know a cell, .* too well"):
        prove_from_outside([row(total=50, a=None, b=20, c=0)], POLICY)


def test_a_number_that_can_be_worked_out_is_an_offence_however_large() -> None:
    verdict = audit([row(total=50, a=None, b=20, c=0)], POLICY)
    assert [(offence.key, offence.interval) for offence in verdict.offences] == [(("a",), Interval(30, 30))]


def test_a_cell_that_is_known_to_be_small_keeps_every_small_number() -> None:
    """Three persons in two cells: neither can be four, and everybody sees that both are under five."""
    verdict = audit([row(total=33, a=None, b=None, c=30)], POLICY)
    assert [offence.interval for offence in verdict.offences] == [Interval(0, 3)] * 2
    assert audit([row(total=34, a=None, b=None, c=30)], POLICY).passed


def test_a_published_number_under_the_threshold_is_an_offence() -> None:
    verdict = audit([row(total=50, a=4, b=46, c=0)], POLICY)
    assert [(offence.key, offence.interval) for offence in verdict.offences] == [(("a",), Interval(4, 4))]
    assert audit([row(total=50, a=4, b=46, c=0)], Policy(threshold=3)).passed


def test_what_was_published_before_under_another_policy_is_not_judged_again() -> None:
    assert audit([row(total=50, a=4, b=46, c=0)], POLICY, standing={(("origin", "a"),): 4}).passed


def test_a_cell_that_may_be_large_may_be_bounded_from_below() -> None:
    """Everybody can see that it is 3 or more; so it is not a cell of one or two, but it may well be one of ten."""
    places, sexes = flat_dimension("origin", ["a", "b"]), flat_dimension("sex", ["f", "m"])
    cells = {(TOTAL, TOTAL): 20, (TOTAL, "f"): 10, (TOTAL, "m"): 10, ("a", TOTAL): 13, ("b", TOTAL): 7}
    table = PublishedTable("movements", (places, sexes), cells | dict.fromkeys([(p, s) for p in "ab" for s in "fm"]))
    assert attack([table])["movements", ("a", "f")] == Interval(3, 10)
    assert audit([table], POLICY).passed


def test_printed_zeros_tell_that_somebody_is_in_every_suppressed_cell() -> None:
    table = row(total=5, a=None, b=None, c=0)
    assert audit([table], POLICY).passed
    assert audit([table], POLICY, zeros_visible=True).passed
    tight = row(total=34, a=None, b=None, c=30)
    assert audit([tight], POLICY).passed
    assert [offence.interval for offence in audit([tight], POLICY, zeros_visible=True).offences] == [Interval(1, 3)] * 2


def test_who_knows_one_cell_may_learn_the_next_and_is_not_told_their_own() -> None:
    table = row(total=9, a=None, b=None, c=0)
    verdict = audit([table], POLICY, known={(("origin", "a"),): 7})
    assert [(offence.key, offence.interval) for offence in verdict.offences] == [(("b",), Interval(2, 2))]


def test_a_table_that_hides_nothing_has_nothing_to_judge() -> None:
    verdict = audit([row(total=9, a=9, b=0)], POLICY)
    assert verdict.passed
    assert (verdict.suppressed, verdict.narrowest) == (0, None)
