"""A period is searched beside its parts, few of them at a time: they stand, and only its own cells are decided."""

import random
from collections import Counter
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from anonymizer import TOTAL, Dimension, Policy
from anonymizer.counted_week import Count, CountedTable
from anonymizer.dimension import flat_dimension
from anonymizer.policy import Possible
from anonymizer.primary import primary_of
from anonymizer.protect import protect_tables
from anonymizer.published import Standing
from anonymizer.suppression import layers
from anonymizer.suppression.equations import Flags, System, build_system
from anonymizer.suppression.guards import guard
from anonymizer.suppression.layers import Layers, layers_of
from anonymizer.suppression.pattern import Pattern
from anonymizer.suppression.programs import Program
from anonymizer.suppression.scopes import Scope, cells_in, scopes_around, scopes_beside
from anonymizer.suppression.suppress import suppress

POLICY = Policy(contributors=1)


@pytest.fixture(autouse=True)
def few_cells_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small tables, searched as large ones are."""
    monkeypatch.setattr(layers, "ROOM", 0)


WEEK = flat_dimension("week", ["W1", "W2", "W3"])
PLACES = {TOTAL: None, "N": TOTAL, "S": TOTAL} | {f"{region}{number}": region for region in "NS" for number in range(3)}
ORIGIN, REASON = Dimension("origin", PLACES), flat_dimension("reason", ["flood", "conflict", "drought"])


def month_of(counts: dict[tuple[str, ...], int], *dimensions: Dimension) -> CountedTable:
    """A table of a month and its weeks, whose cells at every level are the sums of these innermost ones."""
    cells: Counter[tuple[str, ...]] = Counter()
    for key, persons in counts.items():
        for above in product(*(dimension.climb(code) for dimension, code in zip(dimensions, key, strict=True))):
            cells[above] += persons
    return CountedTable("arrivals", dimensions, {key: Count(persons, persons) for key, persons in cells.items()})


@pytest.fixture(scope="module")
def month() -> CountedTable:
    chance = random.Random(5)
    inner = product(WEEK.children[TOTAL], ("N0", "N1", "N2", "S0", "S1", "S2"), REASON.children[TOTAL])
    return month_of({key: chance.choice([0, 1, 2, 6, 9, 14, 30]) for key in inner}, WEEK, ORIGIN, REASON)


@pytest.fixture(scope="module")
def standing(month: CountedTable) -> Standing:
    """Each week as it is published by itself."""
    standing: dict[tuple[tuple[str, str], ...], int | None] = {}
    for week in WEEK.children[TOTAL]:
        own = CountedTable("arrivals", (ORIGIN, REASON), {key[1:]: n for key, n in month.cells.items() if key[0] == week})
        for key, number in protect_tables([own], POLICY).tables[0].cells.items():
            below = zip(("origin", "reason", "week"), (*key, week), strict=True)
            standing[tuple((name, code) for name, code in below if code != TOTAL)] = number
    return standing


def number_of(system: System, **codes: str) -> int:
    return next(unknown for unknown in range(system.size) if dict(system.identity(unknown)) == codes)


@pytest.fixture(scope="module")
def system(month: CountedTable) -> System:
    return build_system([month])


class TestLayers:
    def test_a_cell_of_a_part_is_looked_for_there(self, system: System) -> None:
        beside = weeks_of(system, np.ones(system.size, bool))
        for week in WEEK.children[TOTAL]:
            [layer] = beside.around(number_of(system, week=week, origin="S0"))
            assert system.shapes[beside.axis].codes[layer] == week

    def test_a_cell_of_the_period_is_looked_for_where_most_of_it_is_hidden(self, system: System) -> None:
        hidden = np.zeros(system.size, bool)
        hidden[number_of(system, week="W2", origin="N1")] = True
        beside = weeks_of(system, hidden)
        assert system.shapes[beside.axis].codes[beside.home[number_of(system, origin="N1")]] == "W2"

    def test_an_unsafe_cell_of_the_period_is_looked_for_wherever_it_has_to_fall(self, system: System) -> None:
        """One that is safe may stay as it is in all but one."""
        hidden = np.zeros(system.size, bool)
        for origin in ("N1", "S2"):
            hidden[[number_of(system, week=week, origin=origin) for week in ("W1", "W3")]] = True
        unsafe, safe = number_of(system, origin="N1"), number_of(system, origin="S2")
        hidden[unsafe] = True
        beside = weeks_of(system, hidden)
        codes = system.shapes[beside.axis].codes
        assert [codes[layer] for layer in beside.around(unsafe)] == ["W1", "W3"]
        assert len(beside.around(safe)) == 1

    def test_few_cells_are_searched_as_one(self, system: System, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(layers, "ROOM", 1)
        assert layers_of(system, np.arange(system.size) == 0, "week") is None

    def test_a_program_is_of_one_layer_and_at_last_of_all(self, system: System, standing: Standing) -> None:
        beside = suppressing(system, standing)
        unknown = number_of(system, week="W1", origin="N1", reason="flood")
        first, *_, last = scopes_around(beside, unknown, grand_total=False)
        weeks = [{beside.identity(cell)[-1][1] for cell in cells_of(beside, scope, standing)} for scope in (first, last)]
        assert weeks[0] & set(WEEK.parents) == {"W1"}
        assert weeks[1] >= {"W1", "W2", "W3"}

    def test_scopes_are_of_the_cells_own_part(self, system: System, standing: Standing) -> None:
        beside = suppressing(system, standing)
        cells = [number_of(system, week=week, origin="N1", reason="flood") for week in WEEK.children[TOTAL]]
        axis = [shape.name for shape in system.shapes].index("reason")
        scopes = scopes_beside(beside, cells, axis)
        assert len({scopes[cell][0] for cell in cells}) == len(cells)
        for cell in cells:
            assert all(cell in cells_of(beside, scope, standing) for scope in scopes[cell])


def suppressing(system: System, standing: Standing) -> System:
    """The system as a search has it."""
    hidden = np.array([standing.get(system.identity(unknown), 0) is None for unknown in range(system.size)])
    return replace(system, layers=weeks_of(system, hidden))


def weeks_of(system: System, hidden: Flags) -> Layers:
    found = layers_of(system, hidden, "week")
    assert found is not None
    return found


def cells_of(system: System, scope: Scope, standing: Standing) -> list[int]:
    _, guards = guard(system, primary_of(system.counted, POLICY))
    cells: list[int] = cells_in(system, Pattern(system, guards, standing), scope).tolist()
    return [cell for cell in cells if system.identity(cell)]


class TestTheMonth:
    @pytest.mark.usefixtures("at_once")
    def test_it_is_the_same_with_one_process_or_two(self, month: CountedTable, standing: Standing) -> None:
        one, two = (suppress(build_system([month]), POLICY, standing=standing, time="week", processes=n) for n in (1, 2))
        assert np.array_equal(one.hidden, two.hidden)
        assert [change.cells.tolist() for change in one.alternatives] == [change.cells.tolist() for change in two.alternatives]

    def test_it_is_proven_and_its_weeks_stand(self, month: CountedTable, standing: Standing) -> None:
        [done] = protect_tables([month], POLICY, standing=standing, time="week").tables
        for (week, *codes), number in done.cells.items():
            if week != TOTAL:
                named = zip(("origin", "reason", "week"), (*codes, week), strict=True)
                assert number == standing[tuple((name, code) for name, code in named if code != TOTAL)]
        shown = [key for key, number in done.cells.items() if key[0] == TOTAL and number]
        assert any(done.cells[week, *key[1:]] is None for key in shown for week in WEEK.children[TOTAL])


def test_a_cell_that_changes_with_another_falls_no_further_than_that() -> None:
    """Of the month's four persons two came in a week that is published, so no move of the other week takes it to one."""
    counts = {("W1", "a"): 2, ("W1", "b"): 9, ("W2", "a"): 2, ("W2", "b"): 9}
    week, place = flat_dimension("week", ["W1", "W2"]), flat_dimension("place", ["a", "b"])
    counted = month_of(counts, week, place)
    system, guards = guard(build_system([counted]), primary_of([counted], POLICY))
    standing: Standing = {tuple(sorted({"week": at, "place": to}.items())): None for at in ("W1",) for to in "ab"} | {
        tuple(sorted({"week": "W2", "place": to}.items())): counts["W2", to] for to in "ab"
    }
    pattern = Pattern(system, guards, standing)
    everything = Scope(tuple(shape.root for shape in system.shapes), (0,))
    program = Program.of_scope(system, pattern, everything)
    of_month = number_of(system, place="a")
    assert program.find(of_month, Possible(2, 2)) is not None
    assert program.find(of_month, Possible(1, 1)) is None
