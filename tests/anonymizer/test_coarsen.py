"""Coarser dimensions: the same people in fewer codes."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer import TOTAL, CountedWeek
from anonymizer.coarsen import Coarser, coarsen, drop_level, merge_codes
from anonymizer.counted_week import Count, CountedTable
from anonymizer.dimension import Dimension, flat_dimension
from anonymizer.errors import CoarseningUnfit

PLACE = Dimension("place", {TOTAL: None, "N": TOTAL, "n1": "N", "n2": "N", "S": TOTAL, "s1": "S", "E": TOTAL})
REASON = flat_dimension("reason", ["flood", "drought", "other"])
NATURAL = merge_codes(REASON, ["flood", "drought"], "natural")


def test_a_level_is_left_out_with_all_below_it() -> None:
    coarser = drop_level(PLACE, 2)
    assert coarser.dimension.parents == {TOTAL: None, "N": TOTAL, "S": TOTAL, "E": TOTAL}
    assert [coarser.code_of(PLACE, code) for code in ("n1", "n2", "s1", "E")] == ["N", "N", "S", "E"]


def test_siblings_become_one_code_and_what_lies_below_them_stays() -> None:
    coarser = merge_codes(PLACE, ["S", "N"], "NS")
    assert coarser.dimension.parents == {TOTAL: None, "NS": TOTAL, "n1": "NS", "n2": "NS", "s1": "NS", "E": TOTAL}
    assert [coarser.code_of(PLACE, code) for code in ("N", "n1", "E")] == ["NS", "n1", "E"]


def test_a_merged_code_may_keep_the_name_of_a_part() -> None:
    assert merge_codes(REASON, ["flood", "other"], "other").dimension.parents == {TOTAL: None, "other": TOTAL, "drought": TOTAL}


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: merge_codes(PLACE, ["n1", "s1"], "x"), "only siblings"),
        (lambda: merge_codes(PLACE, ["n1", "n9"], "x"), "no code n9"),
        (lambda: merge_codes(PLACE, ["N", TOTAL], "x"), "no code _T"),
        (lambda: merge_codes(PLACE, ["n1", "n1"], "x"), "two different codes"),
        (lambda: merge_codes(PLACE, ["n1", "n2"], "s1"), "there already"),
        (lambda: drop_level(PLACE, 1), "those that can: 2 to 2"),
        (lambda: drop_level(PLACE, 3), "those that can: 2 to 2"),
        (lambda: drop_level(REASON, 1), "none"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(make: Callable[[], Coarser], told: str) -> None:
    with pytest.raises(CoarseningUnfit, match=told):
        make()


@given(st.lists(st.tuples(st.sampled_from(["n1", "n2", "s1", "E"]), st.sampled_from(["flood", "drought", "other"]))))
def test_to_count_coarse_rows_and_to_coarsen_what_was_counted_give_the_same_persons(rows: list[tuple[str, str]]) -> None:
    dropped, fine = drop_level(PLACE, 2), count(rows, PLACE, REASON)
    coarse_rows = [(dropped.code_of(PLACE, place), NATURAL.code_of(REASON, reason)) for place, reason in rows]
    assert coarsen(coarsen(fine, dropped), NATURAL) == count(coarse_rows, dropped.dimension, NATURAL.dimension)


def test_one_after_the_other_is_one() -> None:
    north = merge_codes(PLACE, ["N", "E"], "NE")
    both = drop_level(north.dimension, 2).after(north)
    assert both.parts == {TOTAL: (TOTAL,), "NE": ("N", "E"), "S": ("S",)}
    assert [both.code_of(PLACE, code) for code in ("n1", "E", "s1")] == ["NE", "NE", "S"]


def test_of_merged_contributors_the_careful_bound_is_taken(count_week: Callable[..., CountedWeek]) -> None:
    """One report speaks of both reasons: two and one contributors are at least two, and not three."""
    reports = [[({"reason": "flood"}, 4), ({"reason": "drought"}, 2)], [({"reason": "flood"}, 3)]]
    [table] = count_week({"reasons": (REASON,)}, reports).tables
    assert coarsen(table, NATURAL).count(("natural",)) == Count(9, 2)


def test_a_table_without_the_dimension_stays_as_it_is() -> None:
    table = count([("n1", "flood")], PLACE, REASON)
    assert coarsen(table, drop_level(Dimension("other", PLACE.parents), 2)) is table


def count(rows: list[tuple[str, str]], *dimensions: Dimension) -> CountedTable:
    """Each row one person, and a contributor of their own where nothing was merged since."""
    cells: dict[tuple[str, ...], int] = {}
    for row in rows:
        for place in dimensions[0].climb(row[0]):
            for reason in dimensions[1].climb(row[1]):
                cells[place, reason] = cells.get((place, reason), 0) + 1
    return CountedTable("flows", dimensions, {key: Count(persons, 1) for key, persons in cells.items()})
