"""Weeks made by hand: small hierarchies, reports as they are told, counted in the plainest way."""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product

import pytest

from anonymizer import Dimension, ProtectedPeriod
from anonymizer.counted_week import Count, CountedTable, CountedWeek
from anonymizer.published import PublishedTable
from core.periods.week import Week

Report = Sequence[tuple[Mapping[str, str], int]]
"""Groups of one report: the codes of a group by dimension, and its persons."""


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes are started for the least of work, where several are asked for."""
    monkeypatch.setattr("anonymizer.side_by_side.ALONE_SECONDS", 0)


def forty_reports(sexes: str) -> list[Report]:
    """Reports of one or two groups between four districts, some of them visited seldom."""
    chance = random.Random(5)
    inner = ["n1", "n2", "s1", "s2"]
    reports = []
    for _ in range(40):
        origin, destination = chance.choices(inner, (6, 3, 2, 1), k=2)
        groups = [({"origin": origin, "destination": destination, "sex": sex}, chance.randint(1, 4)) for sex in sexes]
        reports.append(groups[: chance.randint(1, 2)])
    return reports


CountWeek = Callable[[Mapping[str, tuple[Dimension, ...]], Iterable[Report]], CountedWeek]


@pytest.fixture(scope="session")
def count_week() -> CountWeek:
    """Counts reports in any tables, at every level."""

    def counted(tables: Mapping[str, tuple[Dimension, ...]], reports: Iterable[Report]) -> CountedWeek:
        told = list(reports)
        return CountedWeek("TEST", Week(2026, 7), tuple(_table(name, along, told) for name, along in tables.items()))

    return counted


def _table(name: str, dimensions: tuple[Dimension, ...], reports: list[Report]) -> CountedTable:
    persons: Counter[tuple[str, ...]] = Counter()
    contributing: Counter[tuple[str, ...]] = Counter()
    for report in reports:
        cells: Counter[tuple[str, ...]] = Counter()
        for codes, count in report:
            for key in product(*(dimension.climb(codes[dimension.name]) for dimension in dimensions)):
                cells[key] += count
        persons.update(cells)
        contributing.update(cells.keys())
    return CountedTable(name, dimensions, {key: Count(persons[key], contributing[key]) for key in persons})


@pytest.fixture(scope="session")
def reveal() -> Callable[[CountedWeek, ProtectedPeriod, str, tuple[str, ...]], list[PublishedTable]]:
    """The tables of a protected week with one suppressed cell published, in every table it stands in."""

    def revealed(truth: CountedWeek, week: ProtectedPeriod, name: str, key: tuple[str, ...]) -> list[PublishedTable]:
        told = next(table for table in truth.tables if table.name == name)
        codes = _codes(told.dimensions, key)
        return [
            replace(
                PublishedTable(table.name, table.dimensions, table.cells),
                cells={
                    cell: told.count(key).persons if _codes(table.dimensions, cell) == codes else value
                    for cell, value in table.cells.items()
                },
            )
            for table in week.tables
        ]

    return revealed


def _codes(dimensions: Sequence[Dimension], key: tuple[str, ...]) -> set[tuple[str, str]]:
    return {(dimension.name, code) for dimension, code in zip(dimensions, key, strict=True) if code != "_T"}
