"""Tables that could stand behind a release: many answers from one program, the same on one processor as on many."""

from functools import partial

import numpy as np
import pytest

from anonymizer import TOTAL
from anonymizer.attacker import Attacker, attack, possible_tables
from anonymizer.attacker.neighbourhoods import Neighbourhoods
from anonymizer.dimension import flat_dimension
from anonymizer.published import PublishedTable
from anonymizer.side_by_side import side_by_side

PLACES = [f"p{number}" for number in range(8)]
ROWS, COLUMNS = flat_dimension("origin", PLACES), flat_dimension("destination", PLACES)


def all_inside_hidden() -> PublishedTable:
    """Eight by eight hidden cells of 0 to 8 persons, and their sums."""
    inside = np.random.default_rng(0).integers(0, 9, (8, 8))
    edges = {(row, TOTAL): int(inside[at].sum()) for at, row in enumerate(PLACES)}
    edges |= {(TOTAL, column): int(inside[:, at].sum()) for at, column in enumerate(PLACES)}
    cells = {(row, column): edges.get((row, column)) for row in ROWS.parents for column in COLUMNS.parents}
    return PublishedTable("movements", (ROWS, COLUMNS), cells | {(TOTAL, TOTAL): int(inside.sum())})


def test_cells_that_are_asked_for_first_share_no_sum() -> None:
    """Whatever one of them takes from its row and column, it takes from none of the others."""
    signs = Attacker([all_inside_hidden()]).unknowns.equations.signs
    chosen = Neighbourhoods(signs).apart(range(signs.shape[1]), 1)
    assert len(chosen) == 8
    assert np.max(abs(signs[:, chosen]).sum(axis=1)) == 1


@pytest.mark.usefixtures("at_once")
def test_what_is_found_is_the_same_on_one_processor_and_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(possible_tables, "WIDE", 16)  # some columns of many, as in a large table
    shown = []
    for processes in (1, 2):
        monkeypatch.setattr(possible_tables, "side_by_side", partial(side_by_side, processes=processes))
        attacker = Attacker([all_inside_hidden()])
        numbers = np.array([number for _, _, number in attacker.unknowns.hidden()])
        attacker.search(numbers, np.zeros(64, np.int64), np.full(64, 8), singly=False)
        shown.append(np.array(attacker.shown(numbers)))
    assert np.array_equal(*shown)
    assert np.any(shown[0][0] < shown[0][1])


def test_parts_change_nothing_of_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell goes as far as the sums of its row and its column let it, however the table is asked."""
    table = all_inside_hidden()
    whole = attack([table])
    monkeypatch.setattr(possible_tables, "WIDE", 16)
    assert attack([table]) == whole
    assert whole["movements", ("p0", "p0")].high == min(table.cells["p0", TOTAL] or 0, table.cells[TOTAL, "p0"] or 0)


@pytest.mark.usefixtures("at_once")
def test_a_cell_is_asked_for_though_its_sibling_is_wanted_where_it_cannot_be() -> None:
    """What is left of 22 beside a cell of at most 5 is never 1, and the cell may still be 4."""
    ways = flat_dimension("by", ["air", "road"]), flat_dimension("to", ["north", "south"])
    sums = {("air", TOTAL): 22, ("road", TOTAL): 10, (TOTAL, "north"): 5, (TOTAL, "south"): 27, (TOTAL, TOTAL): 32}
    cells: dict[tuple[str, ...], int | None] = {
        (by, to): sums.get((by, to)) for by in ways[0].parents for to in ways[1].parents
    }
    attacker = Attacker([PublishedTable("arrivals", ways, cells)])
    numbers = np.array([number for _, _, number in attacker.unknowns.hidden()])
    attacker.search(numbers, np.ones(4, np.int64), np.full(4, 4))
    at = [key for _, key, _ in attacker.unknowns.hidden()].index(("air", "north"))
    least, most = (of[at] for of in attacker.shown(numbers))
    assert least <= 1
    assert most >= 4
