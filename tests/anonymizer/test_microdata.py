"""Records that several persons always share, and records drawn from released counts."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer import Policy, protect_tables
from anonymizer.counted_week import CountedTable
from anonymizer.dimension import Dimension, flat_dimension
from anonymizer.microdata import MicrodataImpossible, Recoding, Rules, anonymise, draw_rows, fill_hidden, unsafe_classes
from anonymizer.published import PublishedTable
from anonymizer.records import Records
from anonymizer.tool.count_table import Rows, count_table

PLACE = Dimension("place", {"_T": None, "N": "_T", "n1": "N", "n2": "N", "S": "_T", "s1": "S"})
AGE = flat_dimension("age", ["child", "adult"])
REASON = flat_dimension("reason", ["flood", "conflict", "drought"])
TABLE = (PLACE, AGE, REASON)

Row = tuple[str, str, str, str]
rows = st.lists(
    st.tuples(
        st.sampled_from([f"p{at}" for at in range(15)]),
        st.sampled_from(["n1", "n2", "s1"]),
        st.sampled_from(["child", "adult"]),
        st.sampled_from(["flood", "conflict", "drought"]),
    ),
    min_size=1,
    max_size=40,
)


def records(told: list[Row]) -> Records:
    names = list(dict.fromkeys(row[0] for row in told))
    columns = zip(*((row[1], row[2], row[3]) for row in told), strict=True)
    places = tuple(
        np.array([each.positions[code] for code in column], np.int64) for each, column in zip(TABLE, columns, strict=True)
    )
    return Records("people", TABLE, places, names, np.array([names.index(row[0]) for row in told], np.int64))


@settings(max_examples=80, deadline=None)
@given(told=rows, k=st.integers(2, 5), diversity=st.integers(1, 3), most_hidden=st.sampled_from([0.0, 0.1, 0.5]))
def test_every_class_is_of_k_persons_and_diverse_or_nothing_is_released(
    told: list[Row], k: int, diversity: int, most_hidden: float
) -> None:
    """Persons, not rows: each released row is matched with the persons that it may be of."""
    rules = Rules(k, ("place", "age"), ("reason",), diversity)
    try:
        found = anonymise(records(told), rules, most_hidden=most_hidden)
    except MicrodataImpossible:
        assert len({who for who, *_ in told}) < k or diversity > 1
        return
    classes = Counter(row[:2] for row in found.rows)
    for (place, age), size in classes.items():
        alike = {who for who, at, old, _ in told if place in PLACE.climb(at) and age in AGE.climb(old)}
        assert k <= size <= len(alike)
        assert len({row[2] for row in found.rows if row[:2] == (place, age)}) >= diversity


@settings(max_examples=60, deadline=None)
@given(told=rows)
def test_nothing_is_made_up(told: list[Row]) -> None:
    """Every row is of somebody: there are records of as many persons that it is a coarser form of."""
    try:
        found = anonymise(records(told), Rules(2, ("place", "age", "reason")), most_hidden=0.2)
    except MicrodataImpossible:
        return
    for row, times in Counter(found.rows).items():
        under = [
            true for true in told if all(code in each.climb(own) for each, code, own in zip(TABLE, row, true[1:], strict=True))
        ]
        assert times <= len({true[0] for true in under})


def test_what_gives_up_least_is_taken_and_rare_records_show_totals_only() -> None:
    told: list[Row] = [(f"a{at}", "n1", "child", "flood") for at in range(40)]
    told += [(f"b{at}", "n2", "adult", "flood") for at in range(40)]
    told += [("c1", "s1", "child", "flood"), ("c2", "s1", "adult", "flood"), ("c3", "s1", "adult", "flood")]
    rules = Rules(3, ("place", "age"), ("reason",))
    found = anonymise(records(told), rules, most_hidden=0.05)
    assert found.depths == {"place": 2, "age": 1}
    assert Counter(found.rows)["_T", "_T", "flood"] == found.hidden == 3
    without = anonymise(records(told), rules, most_hidden=0.0)
    assert without.hidden == 0
    assert without.depths != found.depths


def test_what_is_left_over_and_too_few_together_is_left_out() -> None:
    told: list[Row] = [(f"a{at}", "n1", "child", "flood") for at in range(40)] + [("c1", "s1", "child", "flood")]
    found = anonymise(records(told), Rules(3, ("place", "age"), ("reason",)), most_hidden=0.05)
    assert (len(found.rows), found.hidden, found.left_out) == (40, 0, 1)


def test_what_is_left_over_of_one_person_is_no_crowd_either() -> None:
    told: list[Row] = [(f"a{at}", "n1", "child", "flood") for at in range(40)]
    told += [("c1", "s1", "child", "flood"), ("c1", "s1", "adult", "flood"), ("c1", "n2", "adult", "flood")]
    found = anonymise(records(told), Rules(3, ("place", "age"), ("reason",)), most_hidden=0.1)
    assert (len(found.rows), found.hidden, found.left_out) == (40, 0, 1)


def test_classes_are_judged_from_rows_alone() -> None:
    told = [("n1", "flood"), ("n1", "flood"), ("n2", "flood"), ("n2", "drought"), ("s1", "flood")]
    names = ["place", "reason"]
    assert unsafe_classes(told, names, Rules(2, ("place",))) == [("s1",)]
    assert unsafe_classes(told, names, Rules(2, ("place",), ("reason",), 2)) == [("n1",), ("s1",)]


def test_a_person_with_many_rows_is_no_crowd() -> None:
    told: list[Row] = [("one", "n1", "child", why) for why in ("flood", "conflict", "drought")] * 5
    with pytest.raises(MicrodataImpossible):
        anonymise(records(told), Rules(2, ("place", "age"), ("reason",)), most_hidden=0.5)


def test_generalising_goes_by_depth_and_its_loss_from_nothing_to_all() -> None:
    recoding = Recoding([PLACE])
    places = [np.array([PLACE.positions[code] for code in ("n1", "n2", "s1")])]
    named = [[list(PLACE.parents)[at] for at in recoding.codes(places, (depth,))[0].tolist()] for depth in range(3)]
    assert named == [["_T", "_T", "_T"], ["N", "N", "S"], ["n1", "n2", "s1"]]
    losses = [recoding.loss(recoding.codes(places, (depth,))) for depth in range(3)]
    assert losses == [1.0, pytest.approx(1 / 3), 0.0]


# Synthetic records


def counted(told: list[Row]) -> CountedTable:
    found = records(told)
    persons = np.ones(len(told), np.int64)
    return count_table("people", list(zip(TABLE, found.places, strict=True)), Rows(persons, persons * 3))


def as_shown(table: CountedTable) -> PublishedTable:
    [protected] = protect_tables([table], Policy(threshold=3)).tables
    return PublishedTable(protected.name, protected.dimensions, protected.cells)


@settings(max_examples=20, deadline=None)
@given(told=rows)
def test_synthetic_records_follow_from_the_published_numbers_alone(told: list[Row]) -> None:
    """Only a table without what is hidden goes in, by type; what it shows innermost comes out as it is."""
    shown = as_shown(counted(told))
    drawn = draw_rows(fill_hidden(shown), seed=1)
    again = Counter(drawn)
    for key, number in shown.cells.items():
        innermost = not any(code in each.children for each, code in zip(TABLE, key, strict=True))
        if innermost and number is not None:
            assert again[key] == number


def test_hidden_counts_are_filled_so_that_published_totals_are_met() -> None:
    place = Dimension("place", {"_T": None, "a": "_T", "b": "_T", "c": "_T"})
    table = PublishedTable("people", (place, AGE), {
        ("_T", "_T"): 100, ("_T", "child"): 40, ("_T", "adult"): 60,
        ("a", "_T"): 50, ("b", "_T"): 30, ("c", "_T"): 20,
        ("a", "child"): 20, ("a", "adult"): 30,
        ("b", "child"): None, ("b", "adult"): None, ("c", "child"): None, ("c", "adult"): None,
    })  # fmt: skip
    filled = fill_hidden(table)
    assert filled["a", "child"] == 20
    assert filled["b", "child"] + filled["b", "adult"] == pytest.approx(30)
    assert filled["b", "child"] + filled["c", "child"] == pytest.approx(20)
    assert filled["b", "child"] == pytest.approx(12)


def test_negative_noisy_counts_give_no_rows_and_the_seed_decides_fractions() -> None:
    assert draw_rows({("a",): -3.0, ("b",): 2.0}, seed=0) == [("b",), ("b",)]
    numbers = {len(draw_rows({("a",): 2.5}, seed=seed)) for seed in range(20)}
    assert numbers == {2, 3}
