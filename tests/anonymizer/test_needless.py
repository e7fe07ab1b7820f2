"""What hidden cells alone can show is found without hiding more; and what can be done without is published again."""

import os
import random
import sys
from collections.abc import Callable
from itertools import count

import numpy as np
import pytest

from anonymizer import TOTAL, CountedWeek, Dimension, Policy
from anonymizer.primary import primary_of
from anonymizer.side_by_side import side_by_side
from anonymizer.suppression.checkpoint import Checkpoint
from anonymizer.suppression.equations import System, build_system
from anonymizer.suppression.goals import Goals
from anonymizer.suppression.guards import guard
from anonymizer.suppression.hidden import Hidden
from anonymizer.suppression.moves import Move
from anonymizer.suppression.pattern import Pattern
from anonymizer.suppression.prune import prune
from anonymizer.suppression.scopes import scopes_around
from anonymizer.suppression.search import Search, in_order

PLACES = {TOTAL: None} | {f"R{at}": TOTAL for at in range(3)} | {f"R{at % 3}D{at}": f"R{at % 3}" for at in range(9)}
ORIGIN, DESTINATION = Dimension("origin", PLACES), Dimension("destination", PLACES)
POLICY = Policy(contributors=1)


@pytest.fixture(scope="module")
def system(count_week: Callable[..., CountedWeek]) -> System:
    chance = random.Random(3)
    districts = [code for code in PLACES if "D" in code]
    told = [[({"origin": min(chance.choices(districts, k=2)), "destination": chance.choice(districts)}, 1)] for _ in range(400)]
    return build_system(count_week({"flows": (ORIGIN, DESTINATION)}, told).tables)


@pytest.fixture
def search(system: System) -> Search:
    """A search that has met every goal, as it comes: cell by cell, and nothing dropped yet."""
    _, guards = guard(system, primary_of(system.counted, POLICY))
    pattern = Pattern(system, guards)
    search = Search(system, pattern, Goals(system, guards, pattern.unsafe))
    for cell in in_order(system, list(search.goals.open)):
        search.protect(cell, lambda unknown: scopes_around(system, unknown, grand_total=True))
    assert not search.goals.open
    return search


class TestHidden:
    def test_moves_change_hidden_cells_alone_keep_every_sum_and_meet_the_goal(self, search: Search) -> None:
        hidden, found = Hidden(search.system, search.pattern), 0
        for cell, goals in search.goals.wanted.items():
            for goal in goals:
                if move := hidden.find(cell, goal):
                    found += 1
                    assert np.all(search.pattern.hidden[move.cells])
                    assert not np.any(_as_change(search.system, move) @ search.system.sums.T)
                    assert (cell, goal) in {search.goals.named[met] for met in search.goals.met_by([move]).goal.tolist()}
        assert found == search.goals.number

    @pytest.mark.parametrize(("sizes", "all_found"), [((4,), False), ((4, sys.maxsize), True)])
    def test_what_is_not_found_near_is_looked_for_among_all_of_them(
        self, search: Search, monkeypatch: pytest.MonkeyPatch, sizes: tuple[int, ...], *, all_found: bool
    ) -> None:
        monkeypatch.setattr("anonymizer.suppression.hidden.SIZES", sizes)
        hidden = Hidden(search.system, search.pattern)
        found = [hidden.find(cell, goal) for cell, goal in search.goals.named[:30]]
        assert all(found) == all_found

    def test_a_cell_that_is_not_hidden_has_no_move(self, search: Search) -> None:
        [shown, *_] = np.flatnonzero(~search.pattern.hidden & (search.system.persons > 4)).tolist()
        goal = search.goals.wanted[next(iter(search.goals.wanted))][0]
        assert Hidden(search.system, search.pattern).find(shown, goal) is None


def test_what_is_left_after_pruning_meets_every_goal_and_is_hidden_already(search: Search) -> None:
    before = search.pattern.hidden.copy()
    prune(search, Checkpoint(search, None, np.zeros(search.system.size, np.int64), grand_total=True), processes=1)
    assert np.sum(search.pattern.hidden) < np.sum(before)
    assert not np.any(search.pattern.hidden & ~before)
    assert np.all(search.pattern.hidden[search.pattern.unsafe])
    assert len(set(search.goals.met_by(search.moves).goal.tolist())) == search.goals.number
    assert all(np.all(search.pattern.hidden[move.cells]) for move in search.moves)


@pytest.mark.usefixtures("at_once")
def test_processes_find_what_one_finds_in_the_same_order() -> None:
    alone, together = (list(side_by_side(_scaled, 3, [4, 1, 5], processes)) for processes in (1, 2))
    assert [found for _, found in alone] == [found for _, found in together] == [12, 3, 15]
    assert {who for who, _ in alone} == {os.getpid()}
    assert os.getpid() not in {who for who, _ in together}


def test_for_little_work_no_process_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anonymizer.side_by_side.ALONE_SECONDS", 60)
    assert list(side_by_side(_scaled, 3, [4, 1, 5], 2)) == [(os.getpid(), 12), (os.getpid(), 3), (os.getpid(), 15)]


@pytest.mark.parametrize(("parts", "processes"), [(3, 1), (4, 2)])
def test_processes_are_started_once_the_parts_done_show_that_more_than_that_is_left(
    monkeypatch: pytest.MonkeyPatch, parts: int, processes: int
) -> None:
    """The first part takes a second, and one process does up to two and a half alone."""
    monkeypatch.setattr("anonymizer.side_by_side.ALONE_SECONDS", 2.5)
    monkeypatch.setattr("anonymizer.side_by_side.monotonic", count().__next__)
    where = [who == os.getpid() for who, _ in side_by_side(_scaled, 3, range(parts), 2)]
    assert where == [True] + [processes == 1] * (parts - 1)


def _scaled(thing: int, part: int) -> tuple[int, int]:
    """Which process worked, and what it found."""
    return os.getpid(), thing * part


def _as_change(system: System, move: Move) -> np.ndarray:
    change = np.zeros(system.size, np.int64)
    change[move.cells] = move.step
    return change
