"""Single sums tell at once how far a cell can rise or fall at most; no program is asked for what lies beyond."""

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from anonymizer.suppression.reach import FAR_AWAY, reach

PERSONS = st.lists(st.integers(0, 4), min_size=6, max_size=6)
MARGINS = np.vstack([np.kron(np.eye(2), np.ones(3)), np.kron(np.ones(2), np.eye(3))])  # of two rows of three cells


def test_a_cell_rises_by_what_the_others_in_its_sum_hold() -> None:
    rises, falls = reach(_sums([[1, 1, 1]]), np.array([1, 2, 0]))
    assert rises.tolist() == [2, 1, 3]
    assert falls.tolist() == [1, 2, 0]


def test_what_one_sum_rules_out_narrows_the_next() -> None:
    """The second cell cannot fall, since the first cannot rise: it is in a sum with empty ones alone."""
    rises, falls = reach(_sums([[1, 0, 1, 0], [1, 1, 0, 0], [0, 1, 0, 1]]), np.array([0, 5, 0, 7]))
    assert (rises.tolist(), falls.tolist()) == ([0, 0, 0, 0], [0, 0, 0, 0])


def test_a_total_and_its_part_rise_together_as_far_as_they_like() -> None:
    rises, falls = reach(_sums([[1, -1]]), np.array([3, 2]))
    assert rises.tolist() == [FAR_AWAY, FAR_AWAY]
    assert falls.tolist() == [2, 2]


@given(PERSONS)
def test_no_table_with_the_same_margins_lies_beyond(persons: list[int]) -> None:
    rises, falls = reach(_sums(MARGINS), np.array(persons))
    true = np.array(persons).reshape(2, 3)
    columns = true.sum(axis=0)
    for upper in product(*(range(total + 1) for total in columns.tolist())):
        if sum(upper) == true[0].sum():
            change = np.array([upper, columns - upper]).ravel() - persons
            assert np.all(change <= rises)
            assert np.all(-change <= falls)


def _sums(rows: object) -> sparse.csc_matrix:
    return sparse.csc_matrix(np.array(rows, float))
