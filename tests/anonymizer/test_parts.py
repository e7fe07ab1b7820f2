"""A large table is searched in parts: they share nothing that may be hidden, and their number of processes changes nothing."""

import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer import TOTAL, CountedWeek, Dimension, Policy
from anonymizer.primary import primary_of
from anonymizer.suppression import parts
from anonymizer.suppression.checkpoint import Checkpoint
from anonymizer.suppression.equations import System, build_system
from anonymizer.suppression.goals import Goals
from anonymizer.suppression.guards import guard
from anonymizer.suppression.parts import divide, search_parts
from anonymizer.suppression.pattern import Pattern
from anonymizer.suppression.search import Search
from anonymizer.suppression.suppress import suppress

REGIONS = {TOTAL: None} | {f"R{region}": TOTAL for region in range(4)}
PLACES = REGIONS | {f"R{region}D{district}": f"R{region}" for region in range(4) for district in range(4)}
ORIGIN, DESTINATION = Dimension("origin", PLACES), Dimension("destination", PLACES)
REASON = Dimension("reason", {TOTAL: None, "flood": TOTAL, "conflict": TOTAL, "drought": TOTAL})
SEX = Dimension("sex", {TOTAL: None, "female": TOTAL, "male": TOTAL})
DISTRICTS = [code for code in PLACES if "D" in code]


@pytest.fixture(scope="module")
def system(count_week: Callable[..., CountedWeek]) -> System:
    """Two tables that share their totals by destination; most districts exchange few persons."""
    chance = random.Random(3)
    told = [
        [
            (
                {
                    "origin": chance.choice(DISTRICTS),
                    "destination": min(chance.choice(DISTRICTS), chance.choice(DISTRICTS)),
                    "reason": chance.choice(["flood", "flood", "conflict", "drought"]),
                    "sex": chance.choice(["female", "male"]),
                },
                1,
            )
        ]
        for _ in range(4000)
    ]
    counted = count_week({"flows": (ORIGIN, DESTINATION, REASON), "arrivals": (DESTINATION, SEX)}, told)
    return build_system(counted.tables)


class TestParts:
    def test_every_unsafe_cell_below_a_group_is_in_one_part(self, system: System) -> None:
        goals = _goals(system)
        parts = divide(system, goals.open)
        within = [cell for part in parts for cell in part.cells]
        assert len(within) == len(set(within))
        assert len(parts) > 3
        assert set(within) <= set(goals.open)

    def test_moves_of_different_parts_have_no_cell_in_common(self, system: System) -> None:
        search = _search(system)
        found = list(
            search_parts(
                search,
                divide(system, search.goals.open),
                Checkpoint(search, None, np.zeros(search.system.size, np.int64), grand_total=True),
                processes=1,
            )
        )
        moved = [set(np.concatenate([move.cells for move in piece.moves]).tolist()) for piece in found if piece.moves]
        assert len(moved) > 3
        assert sum(map(len, moved)) == len(set.union(*moved))

    @pytest.mark.usefixtures("at_once")
    def test_two_processes_hide_what_one_does(self, system: System, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(parts, "WORTHWHILE", 1)
        alone, together = (suppress(system, Policy(), processes=processes) for processes in (1, 2))
        assert np.array_equal(alone.hidden, together.hidden)
        assert len(alone.alternatives) == len(together.alternatives)


@given(st.data())
def test_the_sums_of_some_cells_are_those_whose_totals_are_among_them(system: System, data: st.DataObject) -> None:
    cells = np.array(sorted(data.draw(st.sets(st.integers(0, system.size - 1), min_size=1, max_size=60))))
    rows = [row for row, total in enumerate(system.totals.tolist()) if total in set(cells.tolist())]
    expected = sorted(map(tuple, system.sums[rows][:, cells].toarray().tolist()))
    assert sorted(map(tuple, system.sums_within(cells).toarray().tolist())) == expected


def _goals(system: System) -> Goals:
    _, guards = guard(system, primary_of(system.counted, Policy()))
    return Goals(system, guards, Pattern(system, guards).unsafe)


def _search(system: System) -> Search:
    _, guards = guard(system, primary_of(system.counted, Policy()))
    return Search(system, Pattern(system, guards), _goals(system))
