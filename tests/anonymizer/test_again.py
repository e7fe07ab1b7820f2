"""A small table is searched again where hiding costs most: what comes out costs less, and meets all that was met."""

import random
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer import TOTAL, CountedWeek, Dimension, Policy
from anonymizer.counted_week import Count, CountedTable
from anonymizer.dimension import flat_dimension
from anonymizer.primary import primary_of
from anonymizer.suppression import again
from anonymizer.suppression.again import hide_less
from anonymizer.suppression.equations import System, build_system
from anonymizer.suppression.goals import Goals
from anonymizer.suppression.guards import guard
from anonymizer.suppression.hidden import Hidden
from anonymizer.suppression.own_knowledge import OwnKnowledge
from anonymizer.suppression.pattern import Pattern
from anonymizer.suppression.programs import Program
from anonymizer.suppression.scopes import scopes_around
from anonymizer.suppression.search import Search, in_order

PLACES = {TOTAL: None} | {f"R{at}": TOTAL for at in range(3)} | {f"R{at % 3}D{at}": f"R{at % 3}" for at in range(9)}
ORIGIN, DESTINATION = Dimension("origin", PLACES), Dimension("destination", PLACES)
POLICY = Policy(contributors=1)

Counted = Callable[..., CountedWeek]


@pytest.fixture(scope="module")
def system(count_week: Counted) -> System:
    chance = random.Random(3)
    districts = [code for code in PLACES if "D" in code]
    told = [[({"origin": min(chance.choices(districts, k=2)), "destination": chance.choice(districts)}, 1)] for _ in range(400)]
    return build_system(count_week({"flows": (ORIGIN, DESTINATION)}, told).tables)


def searched(system: System) -> Search:
    """A search that has met every goal as it comes, cell by cell, and dropped nothing yet."""
    _, guards = guard(system, primary_of(system.counted, POLICY))
    pattern = Pattern(system, guards)
    search = Search(system, pattern, Goals(system, guards, pattern.guarded))
    for cell in in_order(system, list(search.goals.open)):
        search.protect(cell, lambda unknown: scopes_around(system, unknown, grand_total=True))
    return search


def cost(search: Search, *, of_zeros: bool = True) -> float:
    beside = search.pattern.hidden & ~search.pattern.first & (of_zeros | (search.system.persons > 0))
    return float(np.sum(search.pattern.cost[beside]))


def assert_all_is_met_by_what_is_hidden(search: Search) -> None:
    met = search.goals.met_by(search.moves)
    for goal, (cell, wanted) in enumerate(search.goals.named):
        shown = [search.goals.touched(search.moves[at]) for at in met.move[met.goal == goal].tolist()]
        assert search.goals.are_met(cell, wanted, shown)
    used = np.zeros(search.system.size, bool)
    for move in search.moves:
        used[move.cells] = True
        assert not np.any(search.system.sums[:, move.cells] @ move.step)
    assert np.array_equal(search.pattern.hidden, used | search.pattern.first)


def test_it_costs_less_and_every_goal_is_met(system: System) -> None:
    search = searched(system)
    before, of_numbers = cost(search), cost(search, of_zeros=False)
    hide_less(search)
    assert cost(search) < before
    assert cost(search, of_zeros=False) < 0.92 * of_numbers
    assert_all_is_met_by_what_is_hidden(search)


def test_zeros_stay_hidden_where_hidden_cells_answer_for_them(system: System) -> None:
    search, (_, guards) = searched(system), guard(system, primary_of(system.counted, POLICY))
    before = np.flatnonzero(search.pattern.hidden & (system.persons[: search.system.size] == 0))
    hide_less(search)
    kept = search.pattern.hidden[before]
    assert np.sum(kept) > 0.5 * len(before)
    for zero in before[~kept].tolist():
        pattern = search.pattern.copy()
        pattern.hide(np.array([zero]))
        [goal] = guards.of(zero).possible
        assert Hidden(system, pattern).find(zero, goal) is None


def test_so_is_every_goal_to_those_who_know_cells_of_their_own(system: System) -> None:
    search = searched(system)
    search.goals.mind(OwnKnowledge(system, np.where(search.pattern.guarded, 1, 0)), search.moves)
    for cell in in_order(system, list(search.goals.open)):
        search.protect(cell, lambda unknown: scopes_around(system, unknown, grand_total=True))
    before = cost(search)
    hide_less(search)
    assert cost(search) < before
    assert_all_is_met_by_what_is_hidden(search)


@settings(max_examples=25)
@given(st.lists(st.sampled_from([0, 1, 2, 3, 6, 9]), min_size=12, max_size=12))
def test_it_never_costs_more(inner: list[int]) -> None:
    """Tables of three rows and four columns with their totals."""
    rows, columns = flat_dimension("row", "abc"), flat_dimension("column", "wxyz")
    persons = np.zeros((4, 5), np.int64)
    persons[1:, 1:] = np.reshape(inner, (3, 4))
    persons[0], persons[:, 0] = persons.sum(axis=0), persons.sum(axis=1)
    persons[0, 0] = sum(inner)
    codes = [list(rows.parents), list(columns.parents)]
    cells = {(codes[0][i], codes[1][j]): Count(int(n), int(n)) for (i, j), n in np.ndenumerate(persons)}
    search = searched(build_system([CountedTable("flat", (rows, columns), cells)]))
    if not search.goals.open:
        before = cost(search)
        hide_less(search)
        assert cost(search) <= before
        assert_all_is_met_by_what_is_hidden(search)


def test_no_more_programs_are_asked_than_that(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    search, asked, find = searched(system), [], Program.find
    monkeypatch.setattr(Program, "find", lambda program, *goal: asked.append(goal) or find(program, *goal))
    monkeypatch.setattr(again, "ASKED", Fraction(7, system.size))
    monkeypatch.setattr(again, "_keep_zeros", lambda *_: None)
    hide_less(search)
    assert len(asked) == 7
    assert_all_is_met_by_what_is_hidden(search)


def test_a_large_table_stays_as_it_was_found(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    search = searched(system)
    before = search.pattern.hidden.copy()
    monkeypatch.setattr(again, "SMALL", system.size - 1)
    hide_less(search)
    assert np.array_equal(search.pattern.hidden, before)
