"""What earlier weeks of a month hide is hidden rather than other cells, so that the month hides fewer."""

from collections.abc import Callable, Mapping

import pytest

from anonymizer import TOTAL, Dimension, Policy
from anonymizer.counted_week import Count, CountedTable, CountedWeek
from anonymizer.dimension import flat_dimension
from anonymizer.periods import protect_periods
from anonymizer.protect import protect, protect_tables
from anonymizer.published import Key, ProtectedTable

ROW, COLUMN = flat_dimension("row", ["a", "b", "c"]), flat_dimension("column", ["x", "y", "z"])
INNER = {"ax": 2, "ay": 20, "az": 20, "bx": 20, "by": 20, "bz": 20, "cx": 20, "cy": 20, "cz": 20}
"""Beside ax two cells of a, two of x and two others are as good as each other."""
POLICY = Policy(contributors=1)


def table_of(inner: Mapping[str, int], *time: str) -> CountedTable:
    """The cells at every level; of the innermost code of a dimension of time, and all above it, where there is one."""
    cells: dict[Key, Count] = {}
    for (row, column), persons in inner.items():
        for key in ((i, j, *at) for i in (row, TOTAL) for j in (column, TOTAL) for at in ([[each] for each in time] or [[]])):
            before = cells.get(key, Count(0, 0)).persons
            cells[key] = Count(before + persons, before + persons)
    return CountedTable("flows", (ROW, COLUMN), cells)


def hidden(table: ProtectedTable) -> set[str]:
    return {"".join(key) for key, number in table.cells.items() if number is None}


@pytest.mark.parametrize("before", ["ax ay bx by", "ax ay cx cy", "ax az bx bz", "ax az cx cz"])
def test_of_cells_that_are_as_good_those_are_hidden_that_were(before: str) -> None:
    known = {(("column", cell[1]), ("row", cell[0])) for cell in before.split()}
    [done] = protect_tables([table_of(INNER)], POLICY, hidden_before=known).tables
    assert hidden(done) == set(before.split())


def test_earlier_weeks_are_given_as_they_were_protected(count_week: Callable[..., CountedWeek]) -> None:
    before, week = (
        count_week(
            {"flows": (ROW, COLUMN)}, [[({"row": cell[0], "column": cell[1]}, persons)] for cell, persons in counts.items()]
        )
        for counts in (INNER | {"cx": 8, "cy": 8, "ay": 8}, INNER)
    )
    first = protect(before, POLICY)
    apart, after = protect(week, POLICY), protect(week, POLICY, earlier=[first])
    assert hidden(after.tables[0]) == hidden(first.tables[0]) != hidden(apart.tables[0])


@pytest.fixture(scope="module")
def cells() -> Mapping[Key, int | None]:
    """Three weeks: of the first two the second has no reason but the first to hide what it hides."""
    parents = {TOTAL: None, "M1": TOTAL, "M2": TOTAL, "W1": "M1", "W2": "M1", "W3": "M2"}
    time, counts = Dimension("week", parents), {}
    for week, inner in {"W1": INNER | {"cx": 8, "cy": 8, "ay": 8}, "W2": INNER, "W3": INNER}.items():
        for key, count in table_of(inner, *time.climb(week)).cells.items():
            persons = count.persons + (counts[key].persons if key in counts else 0)
            counts[key] = Count(persons, persons)
    counted = CountedTable("flows", (ROW, COLUMN, time), counts)
    return protect_periods(counted, "week", ["W1", "W2", "W3"], POLICY).tables[0].cells


class TestOverTime:
    def hidden_in(self, cells: Mapping[Key, int | None], week: str) -> set[str]:
        return {"".join(key[:2]) for key, number in cells.items() if key[2] == week and number is None}

    def test_a_week_hides_what_the_week_before_it_in_its_month_hides(self, cells: Mapping[Key, int | None]) -> None:
        assert self.hidden_in(cells, "W1") == self.hidden_in(cells, "W2") == {"ax", "ay", "cx", "cy"}
        assert self.hidden_in(cells, "M1") <= {"ax", "ay", "cx", "cy"}

    def test_what_another_month_hides_is_nothing_to_it(self, cells: Mapping[Key, int | None]) -> None:
        assert self.hidden_in(cells, "W3") != self.hidden_in(cells, "W2")
