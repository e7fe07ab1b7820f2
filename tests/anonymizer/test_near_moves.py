"""Short moves in a wide system: of what is near, in programs that several columns share."""

import numpy as np
import pytest

from anonymizer.attacker import Attacker, near_moves, possible_tables
from anonymizer.attacker.neighbourhoods import Neighbourhoods
from tests.anonymizer.test_possible_tables import all_inside_hidden


@pytest.mark.parametrize("size", [4, 30, 1000])
def test_every_column_is_well_inside_one_neighbourhood(size: int) -> None:
    attacker = Attacker([all_inside_hidden()])
    possible = attacker.possible
    possible.find_first()
    wanted = np.arange(len(possible.least))
    near = Neighbourhoods(attacker.unknowns.equations.signs)
    found = [own for _, own in near_moves.homes(possible._core, possible.least, near, size, wanted)]
    assert np.array_equal(np.sort(np.concatenate(found)), wanted)


@pytest.mark.usefixtures("at_once")
def test_a_wide_system_is_asked_near_by_and_answers_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty-four cells, each as far down and up as its row and column let it."""
    table, shown = all_inside_hidden(), []
    for wide in (False, True):
        if wide:
            monkeypatch.setattr(possible_tables, "CHEAP", 10)
            monkeypatch.setattr(possible_tables, "SIZES", (20, 60))
        attacker = Attacker([table])
        numbers = np.array([number for _, _, number in attacker.unknowns.hidden()])
        attacker.search(numbers, np.zeros(64, np.int64), np.full(64, 3))
        shown.append(np.array(attacker.shown(numbers)))
    low, high = shown[1]
    assert np.array_equal(low <= 0, shown[0][0] <= 0)
    assert np.array_equal(high >= 3, shown[0][1] >= 3)
