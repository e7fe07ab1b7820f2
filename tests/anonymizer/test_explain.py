"""An officer sees why a cell is hidden, what it would give away, and what protection costs at each level."""

from collections.abc import Callable

import pytest

from anonymizer import TOTAL, CountedWeek, Policy, protect
from anonymizer.attacker import Interval
from anonymizer.dimension import Dimension, flat_dimension
from anonymizer.explain import Explanation, Reason, explain
from anonymizer.loss import losses

ORIGIN = Dimension("origin", {TOTAL: None, "N": TOTAL, "S": TOTAL, "N1": "N", "N2": "N", "N3": "N", "S1": "S", "S2": "S"})
REASON = flat_dimension("reason", ["flood", "conflict"])
POLICY = Policy(contributors=2)
TOLD = {
    ("N1", "flood"): [3, 5],
    ("N1", "conflict"): [9, 4],
    ("N2", "flood"): [1, 2],
    ("N2", "conflict"): [8, 8],
    ("N3", "flood"): [7, 7],
    ("N3", "conflict"): [30],
    ("S1", "flood"): [10, 10],
    ("S2", "conflict"): [12, 3],
}


@pytest.fixture(scope="module")
def counted(count_week: Callable[..., CountedWeek]) -> CountedWeek:
    groups = [({"origin": origin, "reason": reason}, persons) for (origin, reason), told in TOLD.items() for persons in told]
    return count_week({"flows": (ORIGIN, REASON)}, [[group] for group in groups])


@pytest.fixture(scope="module")
def explained(counted: CountedWeek) -> Callable[[str, str], Explanation]:
    week = protect(counted, POLICY)

    def of(origin: str, reason: str) -> Explanation:
        pairs = {"origin": origin, "reason": reason}
        cell = tuple(sorted((name, code) for name, code in pairs.items() if code != TOTAL))
        return explain(counted.tables, week.tables, POLICY, cell)

    return of


class TestOneCell:
    def test_few_persons(self, explained: Callable[[str, str], Explanation]) -> None:
        assert explained("N2", "flood").reason is Reason.FEW_PERSONS

    def test_one_report_of_many(self, explained: Callable[[str, str], Explanation]) -> None:
        assert explained("N3", "conflict").reason is Reason.FEW_CONTRIBUTORS

    def test_what_is_published_needs_no_reason(self, explained: Callable[[str, str], Explanation]) -> None:
        assert explained(TOTAL, TOTAL) == Explanation(Reason.NOT_HIDDEN, Interval(119, 119))

    def test_a_cell_hidden_for_others_names_those_that_it_would_betray(
        self, counted: CountedWeek, explained: Callable[[str, str], Explanation]
    ) -> None:
        [table] = protect(counted, POLICY).tables
        beside = [
            key for key, number in table.cells.items() if number is None and not POLICY.is_unsafe(counted.tables[0].count(key))
        ]
        found = [explained(*key) for key in beside]
        assert found
        assert {each.reason for each in found} == {Reason.FOR_OTHERS}
        betrayed = {cell for each in found for cell in each.betrayed}
        assert (("origin", "N2"), ("reason", "flood")) in betrayed or (("origin", "N3"), ("reason", "conflict")) in betrayed

    def test_a_cell_that_is_not_there(self, explained: Callable[[str, str], Explanation]) -> None:
        with pytest.raises(KeyError):
            explained("N9", "flood")


def test_the_loss_of_each_level_adds_up(counted: CountedWeek) -> None:
    week = protect(counted, POLICY)
    [truth], [table] = counted.tables, week.tables
    found = losses(counted.tables, week.tables, POLICY)
    assert [loss.level for loss in found] == sorted((loss.level for loss in found), key=lambda level: (sum(level), level))
    assert {loss.level: loss.names for loss in found}[2, 1] == ("origin", "reason")
    assert {loss.persons for loss in found} == {truth.count((TOTAL, TOTAL)).persons}
    hidden = [key for key, number in table.cells.items() if number is None]
    assert sum(loss.unsafe + loss.beside + loss.zeros for loss in found) == len(hidden)
    assert sum(loss.suppressed for loss in found) == sum(truth.count(key).persons for key in hidden)
    assert found[0].share == 0
