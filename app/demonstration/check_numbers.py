"""Does what was released agree with what was sent? Counted again here, from the drawn answers, by the plainest means.

Shares nothing with the counting or protecting code: it reads the CSV files of the release as a partner would.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from app.demonstration.draw_answers import AGES, Interview, MovementReport
from core.errors import Problem

__all__ = ["Agreement", "ReleasedNumberWrong", "check_release"]


class ReleasedNumberWrong(Problem):
    code = "APP-011"
    says = "In {file}, the cell {cell} says {released}, but {sent} were sent in."
    remedy = "This is a defect of Waystation: please report it with the command that was run."


@dataclass(frozen=True)
class Agreement:
    """How many released cells were compared, how many are suppressed, how many persons moved and how many households were
    screened in the week."""

    released: int
    suppressed: int
    persons: int
    households: int


def check_release(folder: Path, reports: Sequence[MovementReport], screenings: Sequence[Interview]) -> Agreement:
    """Compare every released cell of one week with the week's reports and screenings; raises `ReleasedNumberWrong`."""
    movements = _check(folder / "data" / "movements.csv", ("origin", "destination", "reason"), _movements(reports))
    arrivals = _check(folder / "data" / "arrivals.csv", ("destination", "sex", "age"), _arrivals(reports))
    data = folder / "screenings" / "data"
    screened = _check(data / "screened.csv", ("residence", "gender", "age_group"), _screened(screenings), counted="persons")
    households = _check(data / "households.csv", ("residence", "household_size"), _households(screenings), counted="households")
    persons = sum(sum(report.persons.values()) for report in reports)
    released, suppressed = (sum(each) for each in zip(movements, arrivals, screened, households, strict=True))
    return Agreement(released, suppressed, persons, len(screenings))


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


def _screened(screenings: Iterable[Interview]) -> Counter[tuple[str, ...]]:
    counts: Counter[tuple[str, ...]] = Counter()
    for one in screenings:
        gender, age = str(one.answers["prs_Gender"]), _band(str(one.answers["prs_Age"]), AGES)
        counts.update(product(_levels(str(one.answers["residence_district"]))[1:], (gender, "_T"), (age, "_T")))
    return counts


def _households(screenings: Iterable[Interview]) -> Counter[tuple[str, ...]]:
    counts: Counter[tuple[str, ...]] = Counter()
    for one in screenings:
        size = _band(str(one.answers["household_size"]), ("1", "2-3", "4-6", "7+"))
        counts.update(product(_levels(str(one.answers["residence_district"]))[1:], (size, "_T")))
    return counts


def _band(number: str, bands: Sequence[str]) -> str:
    """The band that a number lies in: each is written by its ends, the last with a plus."""
    return next(band for band in bands if band.endswith("+") or int(number) <= int(band.split("-")[-1]))


def _levels(district: str) -> tuple[str, str, str, str]:
    return district, district[:4], district[:2], "_T"


def _check(
    file: Path, dimensions: tuple[str, ...], sent: Counter[tuple[str, ...]], *, counted: str = "persons"
) -> tuple[int, int]:
    released = suppressed = 0
    with file.open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            cell = tuple(row[dimension] for dimension in dimensions)
            if row[counted] == "":
                suppressed += 1
            elif int(row[counted]) == sent[cell]:
                released += 1
            else:
                raise ReleasedNumberWrong(file=file.name, cell=" ".join(cell), released=row[counted], sent=sent[cell])
    return released, suppressed
