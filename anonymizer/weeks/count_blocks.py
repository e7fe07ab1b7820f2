"""The week's two tables counted from columns: the same numbers as `count_movements`, without opening a single report."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anonymizer.counted_week import Count, CountedTable, CountedWeek
from anonymizer.dimension import TOTAL, Dimension
from anonymizer.errors import FactCodeUnknown
from anonymizer.weeks.count_movements import AGES, SEXES, movement_tables
from anonymizer.weeks.fact_columns import MEASURES, VARIABLES, FactColumns, tabulate
from core.places import Place

__all__ = ["Cells", "count_blocks"]

Key = tuple[str, ...]


def count_blocks(facts: FactColumns, places: Iterable[Place], *, operation: str) -> CountedWeek:
    """Count a week's reports, and the persons they speak of, at every level; raises `FactCodeUnknown`."""
    movements, arrivals = movement_tables(places)
    tables = (
        CountedTable("movements", movements, _movements(facts, movements)),
        CountedTable("arrivals", arrivals, _arrivals(facts, arrivals)),
    )
    return CountedWeek(operation, facts.week, tables)


def _movements(facts: FactColumns, dimensions: Sequence[Dimension]) -> dict[Key, Count]:
    persons = _persons(facts, SEXES, AGES)
    cells = Cells(facts, dimensions)
    codes = [facts.codes(variable) for variable in VARIABLES]
    for at, count, reports in _filled(facts, VARIABLES, persons):
        cells.add(tuple(known[place] for known, place in zip(codes, at, strict=True)), count, reports)
    return cells.counts()


def _arrivals(facts: FactColumns, dimensions: Sequence[Dimension]) -> dict[Key, Count]:
    """A report may have persons in many groups, and counts once in the sum of them: so each sum is counted by itself."""
    cells = Cells(facts, dimensions[:1])
    sexes = {TOTAL: SEXES} | {code: (code,) for code in SEXES}
    ages = {TOTAL: AGES} | {code: (code,) for code in AGES}
    for (sex_code, of_sex), (age_code, of_age) in product(sexes.items(), ages.items()):
        persons = _persons(facts, of_sex, of_age)
        for (at,), count, reports in _filled(facts, ("destination",), persons):
            cells.add((facts.codes("destination")[at],), count, reports, below=(sex_code, age_code))
    return cells.counts()


def _persons(facts: FactColumns, sexes: Sequence[str], ages: Sequence[str]) -> NDArray[Any]:
    total = np.zeros(facts.rows, dtype=np.int64)
    for measure, (sex, age) in MEASURES.items():
        if sex in sexes and age in ages:
            total += facts.columns[measure].values
    return total


def _filled(facts: FactColumns, along: Sequence[str], persons: NDArray[Any]) -> Iterable[tuple[tuple[int, ...], int, int]]:
    """The innermost cells that hold persons: where, how many, and from how many reports."""
    counts, reports = tabulate(facts, along, persons), tabulate(facts, along, persons > 0)
    for at in zip(*np.nonzero(counts), strict=True):
        yield tuple(map(int, at)), int(counts[at]), int(reports[at])


class Cells:
    """Persons and reports by cell, at every level of the dimensions; a report adds to one innermost cell only."""

    def __init__(self, facts: FactColumns, dimensions: Sequence[Dimension]) -> None:
        self.facts, self.dimensions = facts, dimensions
        self.persons: Counter[Key] = Counter()
        self.reports: Counter[Key] = Counter()

    def add(self, key: Key, persons: int, reports: int, *, below: Key = ()) -> None:
        for dimension, code in zip(self.dimensions, key, strict=True):
            if code not in dimension.parents or code in dimension.children:
                raise FactCodeUnknown(week=self.facts.week, dimension=dimension.name)
        for above in product(*(dimension.climb(code) for dimension, code in zip(self.dimensions, key, strict=True))):
            self.persons[(*above, *below)] += persons
            self.reports[(*above, *below)] += reports

    def counts(self) -> dict[Key, Count]:
        return {key: Count(persons, self.reports[key]) for key, persons in self.persons.items()}
