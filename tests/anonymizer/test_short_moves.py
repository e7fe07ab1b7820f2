"""Short moves: a table that differs from a known one in as little as can be, so that one cell is where it is wanted."""

from functools import partial
from itertools import product

import numpy as np
import pytest

from anonymizer import TOTAL
from anonymizer.attacker import Attacker, possible_tables, short_moves
from anonymizer.attacker.short_moves import Push, ShortMoves
from anonymizer.attacker.unknowns import Equations, Whole
from anonymizer.dimension import flat_dimension
from anonymizer.published import Key, PublishedTable
from anonymizer.side_by_side import side_by_side

SIDE = 8
INSIDE = np.random.default_rng(0).integers(2, 9, (SIDE, SIDE))
PLACES = [f"p{number}" for number in range(SIDE)]
ROWS, COLUMNS = flat_dimension("origin", PLACES), flat_dimension("destination", PLACES)


def all_inside_hidden() -> PublishedTable:
    """Hidden cells of 2 to 8 persons, and their sums."""
    edges = {(row, TOTAL): int(INSIDE[at].sum()) for at, row in enumerate(PLACES)}
    edges |= {(TOTAL, column): int(INSIDE[:, at].sum()) for at, column in enumerate(PLACES)}
    cells = {(row, column): edges.get((row, column)) for row in ROWS.parents for column in COLUMNS.parents}
    return PublishedTable("movements", (ROWS, COLUMNS), cells | {(TOTAL, TOTAL): int(INSIDE.sum())})


def moves_from(base: Whole) -> tuple[Equations, ShortMoves]:
    core = Attacker([all_inside_hidden()])._core
    return core.equations, ShortMoves(core.equations, core.lower, core.upper, base)


def test_one_person_more_takes_four_cells_of_a_table_of_rows_and_columns() -> None:
    """Whoever is put into a cell leaves another of its row and of its column, and one goes to where these meet."""
    base = INSIDE.ravel()
    equations, moves = moves_from(base)
    table = moves.table([Push(0, int(base[0]) + 1)], np.random.default_rng(0))
    assert table is not None
    assert table[0] == base[0] + 1
    assert np.count_nonzero(table - base) == 4
    assert equations.hold(table)


def test_several_cells_are_moved_at_once_each_to_its_own_goal() -> None:
    base = INSIDE.ravel()
    equations, moves = moves_from(base)
    wanted = [Push(at, int(base[at]) + change) for at, change in ((0, -2), (9, 3), (18, 1))]
    table = moves.table(wanted, np.random.default_rng(0))
    assert table is not None
    assert [table[push.column] for push in wanted] == [push.goal for push in wanted]
    assert equations.hold(table)


def test_a_goal_out_of_reach_leaves_the_cell_before_it_and_the_next_one_is_asked_from_the_start() -> None:
    base = INSIDE.ravel()
    equations, moves = moves_from(base)
    most = min(INSIDE[0].sum(), INSIDE[:, 0].sum())
    beyond = moves.table([Push(0, int(most) + 5)], np.random.default_rng(0))
    assert beyond is not None
    assert beyond[0] <= most
    assert equations.hold(beyond)
    after = moves.table([Push(9, int(base[9]) + 1)], np.random.default_rng(0))
    assert after is not None
    assert np.count_nonzero(after - base) == 4


def all_of_a_cube_hidden() -> tuple[Whole, PublishedTable]:
    """Hidden cells of 0 to 3 persons by origin, destination and reason, and their sums along any of these."""
    inside, codes = np.random.default_rng(3).integers(0, 4, (3, 3, 3)), [TOTAL, *PLACES[:3]]
    cells: dict[Key, int | None] = {}
    for at in product(range(4), repeat=3):
        below = inside[tuple(slice(None) if place == 0 else place - 1 for place in at)]
        cells[tuple(codes[place] for place in at)] = int(below.sum()) if 0 in at else None
    dimensions = tuple(flat_dimension(name, codes[1:]) for name in ("origin", "destination", "reason"))
    return inside.ravel(), PublishedTable("movements", dimensions, cells)


def test_what_is_broken_of_a_move_is_decided_until_it_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shortest way to one person in a cell of none is of halves; whole ones are longer."""
    persons, table = all_of_a_cube_hidden()
    core = Attacker([table])._core
    base = core.columns(persons)
    assert base is not None
    moves, push = ShortMoves(core.equations, core.lower, core.upper, base), Push(1, 1)
    found = moves.table([push], np.random.default_rng(0))
    assert found is not None
    assert (base[1], found[1]) == (0, 1)
    assert core.equations.hold(found)
    assert np.all(found >= core.lower)
    monkeypatch.setattr(short_moves, "DECIDED", 1)
    assert moves.table([push], np.random.default_rng(0)) is None


def test_a_goal_is_ruled_out_only_where_no_table_has_it() -> None:
    _, moves = moves_from(INSIDE.ravel())
    most = int(min(INSIDE[0].sum(), INSIDE[:, 0].sum()))
    assert not moves.rules_out(Push(0, most))
    assert not moves.rules_out(Push(0, 0))
    assert moves.rules_out(Push(0, most + 1))


def test_what_no_move_made_whole_is_branched_near_the_cell() -> None:
    possible = Attacker([all_inside_hidden()]).possible
    possible.find_first()
    goal = int(min(INSIDE[0].sum(), INSIDE[:, 0].sum()))
    possible.branch(0, goal)
    assert possible.most[0] == goal


def test_short_moves_show_the_same_on_one_processor_and_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(possible_tables, "WORTHWHILE", 0)
    monkeypatch.setattr(possible_tables.PossibleTables, "_ask_together", lambda *_: None)
    shown = []
    for processes in (1, 2):
        monkeypatch.setattr(possible_tables, "side_by_side", partial(side_by_side, processes=processes))
        attacker = Attacker([all_inside_hidden()])
        numbers = np.array([number for _, _, number in attacker.unknowns.hidden()])
        attacker.search(numbers, np.zeros(SIDE * SIDE, np.int64), np.full(SIDE * SIDE, 5))
        shown.append(np.array(attacker.shown(numbers)))
    assert np.array_equal(*shown)
    assert np.all(shown[0][0] == 0)
    assert np.all(shown[0][1] >= 5)
