"""Weeks, months and a total over time: what is over is published once, and all releases together give nothing away."""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import product

import pytest

from anonymizer import TOTAL, Dimension, Policy, attack
from anonymizer.counted_week import Count, CountedTable
from anonymizer.dimension import flat_dimension
from anonymizer.errors import PeriodsChanged, ReleasedOtherwise
from anonymizer.periods import protect_periods
from anonymizer.prove import prove
from anonymizer.published import Evidence, Identity, PublishedTable

POLICY = Policy(contributors=1)
WEEKS = {f"W{number}": f"M{(number + 1) // 2}" for number in range(1, 7)}
WEEK = Dimension("week", {TOTAL: None, "M1": TOTAL, "M2": TOTAL, "M3": TOTAL} | WEEKS)
PLACES = {TOTAL: None, "N": TOTAL, "S": TOTAL} | {f"{region}{number}": region for region in "NS" for number in range(3)}
ORIGIN, REASON = Dimension("origin", PLACES), flat_dimension("reason", ["flood", "conflict", "drought"])

Draw = Callable[[int], CountedTable]


@pytest.fixture(scope="session")
def draw() -> Draw:
    """Six weeks of persons, counted at every level."""

    def drawn(seed: int) -> CountedTable:
        chance = random.Random(seed)
        cells: Counter[tuple[str, ...]] = Counter()
        for origin, reason, week in product(PLACES, REASON.parents, WEEKS):
            if origin not in ORIGIN.children and reason != TOTAL:
                persons = chance.choice([0, 1, 2, 3, 6, 9, 14])
                for key in product(ORIGIN.climb(origin), REASON.climb(reason), WEEK.climb(week)):
                    cells[key] += persons
        return CountedTable("arrivals", (ORIGIN, REASON, WEEK), {key: Count(n, n) for key, n in cells.items()})

    return drawn


def release(counted: CountedTable, weeks: Sequence[int], before: PublishedTable | None) -> tuple[PublishedTable, Evidence]:
    done = protect_periods(counted, "week", [f"W{week}" for week in weeks], POLICY, released=before)
    assert done.proof.evidence is not None
    return done.tables[0], done.proof.evidence


class TestWhatIsOver:
    def test_a_week_is_published_when_it_is_over_and_its_month_with_its_last_week(self, draw: Draw) -> None:
        first, _ = release(draw(1), [1], None)
        assert set(first.dimensions[2].parents) == {TOTAL, "M1", "W1"}
        second, _ = release(draw(1), [1, 2], first)
        assert set(second.dimensions[2].parents) == {TOTAL, "M1", "W1", "W2"}
        hidden_in_part = [key for key, number in second.cells.items() if key[2] == "W1" and number is None]
        assert any(second.cells[origin, reason, "M1"] is not None for origin, reason, _ in hidden_in_part)

    def test_what_is_not_over_says_what_its_parts_say(self, draw: Draw) -> None:
        last, _ = release(draw(1), range(1, 4), None)
        for (origin, reason, week), number in last.cells.items():
            if week == "M2":
                assert number == last.cells[origin, reason, "W3"]
            if week == TOTAL:
                parts = [last.cells[origin, reason, part] for part in ("M1", "W3")]
                assert number == (None if None in parts else sum(filter(None, parts)))

    def test_what_was_published_stands(self, draw: Draw) -> None:
        before = None
        for week in range(1, 7):
            after, _ = release(draw(2), range(1, week + 1), before)
            if before is not None:
                over = {code for code in before.dimensions[2].parents if code in WEEKS}
                assert {key: after.cells[key] for key in before.cells if key[2] in over} == {
                    key: number for key, number in before.cells.items() if key[2] in over
                }
            before = after

    def test_weeks_that_are_part_of_nothing_new_need_no_counts(self, draw: Draw) -> None:
        whole = draw(3)
        first, _ = release(whole, [1, 2], None)
        forgotten = {key: count for key, count in whole.cells.items() if key[2] in {"W3", "W4", "M2"}}
        after, _ = release(replace(whole, cells=forgotten), [3, 4], first)
        assert after.cells["N", TOTAL, "W1"] == first.cells["N", TOTAL, "W1"]


class TestAllReleasesTogether:
    @pytest.mark.parametrize("seed", range(4))
    def test_leave_every_unsafe_cell_what_must_stay_possible(self, draw: Draw, seed: int) -> None:
        counted, before = draw(seed), None
        for week in range(1, 6):
            before, _ = release(counted, range(1, week + 1), before)
        assert before is not None
        unsafe = 0
        over = {"W1", "W2", "W3", "W4", "W5", "M1", "M2"}
        for (_, key), (low, high) in attack([before]).items():
            if key[2] in over and 0 < counted.count(key).persons < POLICY.threshold:
                unsafe += 1
                assert low <= 1
                assert high is None or high >= POLICY.threshold - 1
        assert unsafe > 20

    def test_are_proven_by_what_each_was_proven_with(self, draw: Draw) -> None:
        """The evidence of a month that got over, and of the week after it: both hold for the whole."""
        counted = draw(7)
        first, _ = release(counted, [1], None)
        month, of_month = release(counted, [1, 2], first)
        last, of_week = release(counted, [1, 2, 3], month)
        cells = {key: count for key, count in counted.cells.items() if key[2] in {"W1", "W2", "W3", "M1"}}
        # The total and the month that is not over, as they are published: of three weeks.
        truth = CountedTable("arrivals", last.dimensions, cells | over_time(cells))
        alternatives = [{**other, **above(other)} for evidence in (of_month, of_week) for other in evidence.alternatives]
        assert prove([truth], [last], alternatives, POLICY).proof.evidence


class TestRefused:
    def test_a_correction_of_a_released_week_when_its_month_gets_over(self, draw: Draw) -> None:
        counted = draw(4)
        first, _ = release(counted, [1], None)
        shown = next(key for key, number in first.cells.items() if number and innermost(key))
        late = {
            cell: Count(count.persons + 1, count.reports + 1) if adds_to(shown, cell) else count
            for cell, count in counted.cells.items()
        }
        with pytest.raises(ReleasedOtherwise):
            release(replace(counted, cells=late), [1, 2], first)

    def test_a_month_that_was_over_gets_no_other_weeks(self, draw: Draw) -> None:
        counted = draw(5)
        first, _ = release(counted, [1, 2], None)
        longer = Dimension("week", {**WEEK.parents, "W2b": "M1"})
        with pytest.raises(PeriodsChanged, match="M1"):
            release(replace(counted, dimensions=(ORIGIN, REASON, longer)), [1, 2, 3], first)

    def test_a_week_does_not_vanish(self, draw: Draw) -> None:
        counted = draw(5)
        first, _ = release(counted, [1], None)
        without = {code: parent for code, parent in WEEK.parents.items() if code != "W1"}
        with pytest.raises(PeriodsChanged, match="W1"):
            release(replace(counted, dimensions=(ORIGIN, REASON, Dimension("week", without))), [2], first)

    def test_other_places_are_another_table(self, draw: Draw) -> None:
        counted = draw(5)
        first, _ = release(counted, [1], None)
        moved = Dimension("origin", {**PLACES, "N0": "S"})
        with pytest.raises(PeriodsChanged, match="other dimensions"):
            release(replace(counted, dimensions=(moved, REASON, WEEK)), [1, 2], first)


def over_time(cells: dict[tuple[str, ...], Count]) -> dict[tuple[str, ...], Count]:
    """The month of week 3 and the total over time, as the published table has them: of three weeks."""
    found: Counter[tuple[str, ...]] = Counter()
    for (origin, reason, week), count in cells.items():
        if week == "W3":
            found[origin, reason, "M2"] += count.persons
        if week in WEEKS:
            found[origin, reason, TOTAL] += count.persons
    return {key: Count(persons, persons) for key, persons in found.items()}


def above(change: Mapping[Identity, int]) -> dict[Identity, int]:
    """What a change of week 3, or of the first month, does to the sums above, which nobody sees."""
    found: Counter[Identity] = Counter()
    for cell, persons in change.items():
        codes = dict(cell)
        week = codes.pop("week")
        if week == "W3":
            found[tuple(sorted({**codes, "week": "M2"}.items()))] += persons
        if week in {"W3", "M1"}:
            found[tuple(sorted(codes.items()))] += persons
    return {cell: persons for cell, persons in found.items() if persons}


def innermost(key: tuple[str, ...]) -> bool:
    return not any(code in dimension.children for dimension, code in zip((ORIGIN, REASON, WEEK), key, strict=True))


def adds_to(key: tuple[str, ...], cell: tuple[str, ...]) -> bool:
    """Whether a cell counts those of an innermost cell, too."""
    return all(above in dimension.climb(code) for dimension, above, code in zip((ORIGIN, REASON, WEEK), cell, key, strict=True))
