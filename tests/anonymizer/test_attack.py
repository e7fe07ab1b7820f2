"""The attacker finds out what can be found out, and no more."""

from collections.abc import Mapping

import pytest

from anonymizer import TOTAL, attack
from anonymizer.attacker.attack import Interval
from anonymizer.dimension import Dimension, flat_dimension
from anonymizer.errors import TablesContradict
from anonymizer.published import PublishedTable

ROWS, COLUMNS = flat_dimension("origin", ["a", "b"]), flat_dimension("reason", ["x", "y"])


def square(cells: Mapping[tuple[str, str], int | None]) -> PublishedTable:
    """A two by two table: its inner cells and its edges."""
    order = [(row, column) for row in ("a", "b", TOTAL) for column in ("x", "y", TOTAL)]
    return PublishedTable("movements", (ROWS, COLUMNS), {key: cells.get(key, 0) for key in order})


EDGES = {("a", TOTAL): 5, ("b", TOTAL): 9, (TOTAL, "x"): 6, (TOTAL, "y"): 8, (TOTAL, TOTAL): 14}


def test_a_single_mark_is_worked_out_by_subtraction() -> None:
    table = square({**EDGES, ("a", "x"): None, ("a", "y"): 3, ("b", "x"): 4, ("b", "y"): 5})
    assert attack([table]) == {("movements", ("a", "x")): Interval(2, 2)}


def test_a_rectangle_of_marks_leaves_an_interval() -> None:
    table = square({**EDGES, ("a", "x"): None, ("a", "y"): None, ("b", "x"): None, ("b", "y"): None})
    assert attack([table])["movements", ("a", "x")] == Interval(0, 5)
    assert attack([table])["movements", ("b", "y")] == Interval(3, 8)


def test_a_hidden_grand_total_has_no_upper_end() -> None:
    table = PublishedTable("movements", (ROWS,), {(TOTAL,): None, ("a",): None, ("b",): 7})
    assert attack([table]) == {("movements", (TOTAL,)): Interval(7, None), ("movements", ("a",)): Interval(0, None)}


def test_a_number_hidden_in_one_table_and_published_in_another_is_known() -> None:
    """The same arrivals stand at the edge of two tables."""
    first = PublishedTable("movements", (ROWS,), {(TOTAL,): 9, ("a",): None, ("b",): None})
    second = PublishedTable("arrivals", (ROWS,), {(TOTAL,): 9, ("a",): 4, ("b",): 5})
    assert attack([first, second])["movements", ("b",)] == Interval(5, 5)


def test_two_tables_together_bound_more_than_each_alone() -> None:
    by_reason = square(
        {**EDGES, ("a", TOTAL): None, ("b", TOTAL): None} | dict.fromkeys([("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")])
    )
    sexes = flat_dimension("sex", ["f", "m"])
    by_sex = PublishedTable(
        "arrivals",
        (ROWS, sexes),
        {("a", "f"): 4, ("a", "m"): None, ("a", TOTAL): None, ("b", "f"): 0, ("b", "m"): None, ("b", TOTAL): None}
        | {(TOTAL, "f"): 4, (TOTAL, "m"): 10, (TOTAL, TOTAL): 14},
    )
    assert attack([by_reason])["movements", ("a", TOTAL)] == Interval(0, 14)
    assert attack([by_reason, by_sex])["movements", ("a", TOTAL)] == Interval(4, 14)


def test_hierarchies_are_used() -> None:
    """A district is its region less the other districts."""
    places = Dimension("origin", {TOTAL: None, "N": TOTAL, "n1": "N", "n2": "N", "S": TOTAL})
    table = PublishedTable("movements", (places,), {(TOTAL,): 20, ("N",): None, ("n1",): 6, ("n2",): None, ("S",): 11})
    assert attack([table])["movements", ("n2",)] == Interval(3, 3)


@pytest.mark.parametrize(
    "cells",
    [
        {**EDGES, ("a", "x"): 9, ("a", "y"): None},
        {**EDGES, ("a", "x"): 1, ("a", "y"): 1, ("b", "x"): 5, ("b", "y"): 7},
    ],
)
def test_numbers_that_contradict_each_other_are_refused(cells: dict[tuple[str, str], int | None]) -> None:
    with pytest.raises(TablesContradict, match="movements"):
        attack([square(cells)])


def test_tables_that_contradict_each_other_are_refused() -> None:
    first, second = (PublishedTable(name, (ROWS,), {(TOTAL,): n, ("a",): n, ("b",): 0}) for name, n in (("one", 3), ("two", 4)))
    with pytest.raises(TablesContradict, match="two"):
        attack([first, second])
