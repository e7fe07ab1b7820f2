"""A move back and forth: which of its multiples takes a cell where it must be able to go."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.policy import Possible
from anonymizer.suppression.moves import FAR, make_move, nearest_multiples

STEPS = st.integers(-4, 4).filter(bool)


def test_a_move_goes_as_far_as_its_poorest_cells_can_give() -> None:
    move = make_move(np.array([3, 5, 8]), np.array([2, -4, 6]), np.array([5, 7, 9]))
    assert move.step.tolist() == [1, -2, 3]
    assert (move.back, move.forth) == (-3, 3)


@given(
    st.lists(st.tuples(STEPS, st.integers(0, 12)), min_size=1, max_size=4),
    st.integers(0, 16),
    st.one_of(st.none(), st.integers(0, 4)),
)
def test_the_multiple_is_the_nearest_that_reaches_the_goal_and_leaves_no_cell_negative(
    cells: list[tuple[int, int]], least: int, width: int | None
) -> None:
    change, persons = (np.array(column) for column in zip(*cells, strict=True))
    move = make_move(np.arange(len(cells)), change, persons)
    goal = Possible(least, None if width is None else least + width)
    step, own = int(move.step[0]), int(persons[0])
    if goal.holds(own):
        return
    reaching = [
        multiple
        for multiple in range(-40, 41)
        if goal.holds(own + multiple * step) and np.all(persons + multiple * move.step >= 0)
    ]
    most = FAR if goal.most is None else goal.most
    ends = np.array([[move.back, move.forth]])
    multiple, reached = nearest_multiples(np.array([step]), ends, np.array([goal.least - own]), np.array([most - own]))
    assert reached.item() == bool(reaching)
    assert not reaching or multiple.item() == min(reaching, key=abs)
