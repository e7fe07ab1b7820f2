"""Does what was released agree with what was sent? Counted again here, from the drawn answers, by the plainest means.

Shares nothing with the counting or protecting code: it reads the CSV files of the release as a partner would.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from app.demonstration.draw_answers import MovementReport
from core.errors import Problem

__all__ = ["Agreement", "ReleasedNumberWrong", "check_release"]


class ReleasedNumberWrong(Problem):
    code = "APP-011"
    says = "In {file}, the cell {cell} says {released}, but {sent} persons were sent in."
    remedy = "This is a defect of Waystation: please report it with the command that was run."


@dataclass(frozen=True)
class Agreement:
    """How many released cells were compared, how many are suppressed, how many persons the week counts."""

    released: int
    suppressed: int
    persons: int


def check_release(folder: Path, reports: Sequence[MovementReport]) -> Agreement:
    """Compare every released cell of one week with the week's reports; raises `ReleasedNumberWrong`."""
    movements = _check(folder / "data" / "movements.csv", ("origin", "destination", "reason"), _movements(reports))
    arrivals = _check(folder / "data" / "arrivals.csv", ("destination", "sex", "age"), _arrivals(reports))
    persons = sum(sum(report.persons.values()) for report in reports)
    return Agreement(movements[0] + arrivals[0], movements[1] + arrivals[1], persons)


def _movements(reports: Iterable[MovementReport]) -> Counter[tuple[str, ...]]:
    counts: Counter[tuple[str, ...]] = Counter()
    for report in reports:
        for cell in product(_levels(report.origin), _levels(report.destination), (report.reason, "_T")):
            counts[cell] += sum(report.persons.values())
    return counts


def _arrivals(reports: Iterable[MovementReport]) -> Counter[tuple[str, ...]]:
    counts: Counter[tuple[str, ...]] = Counter()
    for report in reports:
        for (sex, age), persons in report.persons.items():
            for cell in product(_levels(report.destination), (sex, "_T"), (age, "_T")):
                counts[cell] += persons
    return counts


def _levels(district: str) -> tuple[str, str, str, str]:
    return district, district[:4], district[:2], "_T"


def _check(file: Path, dimensions: tuple[str, ...], sent: Counter[tuple[str, ...]]) -> tuple[int, int]:
    released = suppressed = 0
    with file.open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            cell = tuple(row[dimension] for dimension in dimensions)
            if row["persons"] == "":
                suppressed += 1
            elif int(row["persons"]) == sent[cell]:
                released += 1
            else:
                raise ReleasedNumberWrong(file=file.name, cell=" ".join(cell), released=row["persons"], sent=sent[cell])
    return released, suppressed
