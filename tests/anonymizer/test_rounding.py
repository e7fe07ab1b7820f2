"""Controlled rounding: multiples that add up, unbiased, and nothing known of a cell that the policy wants to stay open."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer import TOTAL, CountedTable, Dimension, Policy, attack, audit
from anonymizer.attacker import Attacker, identity
from anonymizer.counted_week import Count
from anonymizer.dimension import flat_dimension
from anonymizer.errors import CertificateUnfit, NotProven, RoundingUnfit
from anonymizer.policy import Selection, Sensitive
from anonymizer.published import Key, PublishedTable, RoundedTable, Rounding
from anonymizer.rounding import changes, round_table, why_not_rounded
from anonymizer.rounding.prove_rounding import prove_rounding

SECRET = b"sixteen bytes at least"
POLICY = Policy(threshold=5, contributors=1)
PLACES = {TOTAL: None, "N": TOTAL, "n1": "N", "n2": "N", "n3": "N", "S": TOTAL, "s1": "S", "s2": "S"}
FROM, TO = Dimension("origin", PLACES), Dimension("destination", PLACES)
WHY = flat_dimension("reason", ["flood", "drought", "other"])


def counted(dimensions: tuple[Dimension, ...], inner: Mapping[Key, int]) -> CountedTable:
    """A table from its innermost cells, each person in a report of one."""
    cells: dict[Key, int] = {}
    for key, persons in inner.items():
        for above in product(*(dimension.climb(code) for dimension, code in zip(dimensions, key, strict=True))):
            cells[above] = cells.get(above, 0) + persons
    return CountedTable("moves", dimensions, {key: Count(persons, persons) for key, persons in cells.items() if persons})


def innermost(dimensions: tuple[Dimension, ...]) -> list[Key]:
    return list(product(*([code for code in each.parents if code not in each.children] for each in dimensions)))


def tables(*dimensions: Dimension, most: int = 12) -> st.SearchStrategy[CountedTable]:
    keys = innermost(dimensions)
    return st.lists(st.integers(0, most), min_size=len(keys), max_size=len(keys)).map(
        lambda counts: counted(dimensions, dict(zip(keys, counts, strict=True)))
    )


def rounded(table: CountedTable, *, base: int = 5, secret: bytes = SECRET, policy: Policy | None = None) -> RoundedTable:
    rules = policy or Policy(threshold=base, contributors=1)
    [done] = round_table(table, rules, base=base, secret=secret).tables
    return done


def draw(seed: int, *dimensions: Dimension) -> CountedTable:
    chance = np.random.default_rng(seed)
    keys = innermost(dimensions)
    return counted(dimensions, dict(zip(keys, (chance.integers(0, 9, len(keys)) ** 2 // 4).tolist(), strict=True)))


@settings(max_examples=25, deadline=None)
@given(tables(FROM, TO, WHY), st.sampled_from([3, 5, 10]), st.binary(min_size=16, max_size=16))
def test_every_number_is_a_multiple_next_to_the_true_one_and_every_total_the_sum_of_its_parts(table, base, secret) -> None:
    done = rounded(table, base=base, secret=secret)
    assert why_not_rounded(done) is None
    beyond = [key for key, number in done.cells.items() if abs((number or 0) - table.count(key).persons) >= base]
    assert done.rounding.within == base if not beyond else done.rounding.within > base
    assert len(beyond) < len(done.cells) / 20


@settings(max_examples=20, deadline=None)
@given(tables(FROM, TO), st.sampled_from([3, 5]))
def test_in_two_dimensions_no_number_goes_further_than_the_next_multiple(table, base) -> None:
    """Rows and columns of hierarchies: there is always a rounding that stays next to the true numbers (Cox 1987)."""
    assert rounded(table, base=base).rounding.within == base


@pytest.mark.parametrize("seed", range(4))
def test_in_three_dimensions_cells_that_went_too_far_are_brought_back_where_that_can_be(seed: int) -> None:
    """Rounded block by block each of these has cells beyond the next multiple, and none once they are mended."""
    assert rounded(draw(seed, FROM, TO, WHY)).rounding.within == 5


@settings(max_examples=15, deadline=None)
@given(tables(flat_dimension("origin", ["a", "b"]), flat_dimension("reason", ["flood", "other"]), most=7), st.booleans())
def test_the_attacker_finds_the_very_interval_that_all_possible_tables_leave(table, somebody_knows) -> None:
    """Against every table of whole numbers that is as near to the printed one as it says."""
    done = rounded(table, base=3)
    known = {("a", "flood"): table.count(("a", "flood")).persons} if somebody_knows else {}
    possible = possible_tables(done, known)
    found = attack([done], known={identity(table.dimensions, key): number for key, number in known.items()})
    for key in done.cells:
        values = [one[key] for one in possible]
        assert found["moves", key] == (min(values), max(values))


def possible_tables(done: RoundedTable, known: Mapping[Key, int]) -> list[dict[Key, int]]:
    keys, near = innermost(done.dimensions), done.rounding.within
    found = []
    for values in product(*(range(max(0, (done.cells[key] or 0) - near + 1), (done.cells[key] or 0) + near) for key in keys)):
        table = counted(done.dimensions, dict(zip(keys, values, strict=True)))
        full = {key: table.count(key).persons for key in done.cells}
        if all(abs(full[key] - (number or 0)) < near for key, number in done.cells.items()):
            found.append(full)
    return [full for full in found if all(full[key] == number for key, number in known.items())]


def test_whoever_knows_the_algorithm_and_not_the_secret_cannot_rule_any_of_those_tables_out() -> None:
    """For each table that is near enough there is a secret under which these very numbers would have been published."""
    two = (flat_dimension("reason", ["flood", "other"]),)
    done = rounded(counted(two, {("flood",): 1, ("other",): 4}), base=3)
    assert done.rounding.within == 3
    for full in possible_tables(done, {}):
        other = counted(two, {key: number for key, number in full.items() if key != (TOTAL,)})
        assert any(rounded(other, base=3, secret=b"another secret %03d" % at).cells == done.cells for at in range(400)), full


def test_rounding_is_nearly_right_on_average() -> None:
    """Over many secrets numbers come out as they are: by far nearer than if each went to its nearest multiple always."""
    table = draw(3, FROM, WHY)
    off = []
    for at in range(60):
        done = rounded(table, secret=b"one of many secrets %03d" % at)
        off.append([(number or 0) - table.count(key).persons for key, number in done.cells.items()])
    true = np.array([table.count(key).persons for key in done.cells])
    assert np.mean(np.abs(np.mean(off, axis=0))) < np.mean(np.minimum(true % 5, -true % 5)) / 2


def test_the_same_secret_gives_the_same_numbers_and_another_gives_others() -> None:
    table = draw(1, FROM, TO, WHY)
    assert rounded(table).cells == rounded(table).cells
    assert rounded(table).cells != rounded(table, secret=SECRET + b"!").cells


def test_a_long_list_of_siblings_is_rounded_in_parts_that_nobody_sees() -> None:
    long = flat_dimension("office", [f"o{at:02}" for at in range(40)])
    table = draw(2, long, WHY)
    done = rounded(table)
    assert why_not_rounded(done) is None
    assert done.cells.keys() == set(product(long.parents, WHY.parents))


def test_zeros_that_the_policy_declares_stay_zeros_and_the_attacker_knows_them() -> None:
    none = Selection((("origin", ("n1",)), ("reason", ("flood",))))
    policy = replace(POLICY, structural_zero=(none,))
    inner = {key: 0 if key == ("n1", "flood") else 3 for key in innermost((FROM, WHY))}
    done = rounded(counted((FROM, WHY), inner), policy=policy)
    assert done.cells["n1", "flood"] == 0
    assert audit([done], policy).passed


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"base": 3}, "in base 3 a 0 says 0 to 2"),
        ({"base": 2, "policy": Policy(threshold=1, contributors=1)}, "2 is no base to round to"),
        ({"secret": b"short"}, "could be guessed"),
        ({"policy": replace(POLICY, presence=True)}, "whether anybody is there"),
        ({"policy": replace(POLICY, complements=True)}, "what is left of a total"),
        ({"policy": replace(POLICY, sensitive=(Sensitive(Selection((("reason", ("other",)),)), 11),))}, "1 to 10"),
    ],
)
def test_what_rounding_cannot_keep_is_refused_with_the_reason(given, reason) -> None:
    with pytest.raises(RoundingUnfit, match=reason):
        round_table(draw(1, FROM, WHY), **{"policy": POLICY, "base": 5, "secret": SECRET} | given)


def test_a_large_group_of_one_report_is_refused_since_rounding_would_show_it() -> None:
    table = CountedTable("moves", (WHY,), {("flood",): Count(20, 1), (TOTAL,): Count(20, 1)})
    with pytest.raises(RoundingUnfit, match="2 of its cells hold many persons from few contributors"):
        round_table(table, Policy(), base=5, secret=SECRET)


def change(table: PublishedTable, key: Key, number: int | None, rounding: Rounding | None = None) -> PublishedTable:
    return PublishedTable(table.name, table.dimensions, {**table.cells, key: number}, rounding=rounding or table.rounding)


def test_nothing_but_the_rounded_form_of_the_counted_table_is_proven() -> None:
    table = draw(1, FROM, WHY)
    done = rounded(table)
    grand = (TOTAL, TOTAL)
    total = done.cells[grand] or 0
    for wrong, reason in [
        (change(done, grand, total + 5), "not the sum of its parts"),
        (change(done, grand, total + 1), "no multiple of 5"),
        (change(done, grand, None), "a cell is suppressed"),
        (change(done, grand, total, Rounding(1, 1)), "further from the true one"),
        (change(done, grand, total, Rounding(5, 4)), "does not say how it was rounded"),
        (replace(change(done, grand, total), name="other"), "not the table that was counted"),
    ]:
        with pytest.raises(NotProven, match=reason):
            prove_rounding(table, wrong, POLICY)
    with pytest.raises(NotProven, match="more tightly than the policy allows"):
        prove_rounding(table, done, replace(POLICY, threshold=30))


def test_a_rounded_table_exists_only_under_the_certificate_of_its_own_numbers() -> None:
    done = rounded(draw(1, FROM, WHY))
    with pytest.raises(CertificateUnfit):
        replace(done, cells={**done.cells, (TOTAL, TOTAL): 0})
    with pytest.raises(CertificateUnfit):
        replace(done, rounding=Rounding(5, 50))


def test_an_audit_from_outside_finds_a_base_that_is_under_the_threshold() -> None:
    done = rounded(draw(1, FROM, WHY), base=3)
    assert audit([done], replace(POLICY, threshold=3)).passed
    found = audit([done], POLICY)
    assert {done.cells[offence.key] for offence in found.offences} == {0, 3}


def test_true_numbers_beside_rounded_ones_take_from_what_was_promised() -> None:
    """Why the two are never released of the same variables: a printed total bounds its rounded parts."""
    table = counted((WHY,), {("flood",): 1, ("drought",): 2, ("other",): 1})
    done = rounded(table)
    name = identity((WHY,), ("drought",))
    alone = Attacker([done]).interval(name)
    total = PublishedTable("total", (), {(): 4})
    together = Attacker([done, total]).interval(name)
    assert together.high is not None
    assert alone.high is not None
    assert together.high - together.low < alone.high - alone.low


def test_the_loss_is_told_level_by_level() -> None:
    table = draw(1, FROM, WHY)
    done = rounded(table)
    found = changes(table, done)
    assert [each.level for each in found][:2] == [(0, 0), (0, 1)]
    assert sum(each.moved for each in found) == sum(
        abs((number or 0) - table.count(key).persons) for key, number in done.cells.items()
    )
