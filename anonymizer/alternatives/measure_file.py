"""A CSV file of records in, noisy counts under a privacy budget out: the whole of `waystation anonymizer dp release`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from anonymizer.alternatives.read_records import read_records
from anonymizer.alternatives.write_released import LEVEL, Released, write_released
from anonymizer.differential_privacy import (
    DELTA,
    Account,
    Measured,
    Plan,
    Question,
    epsilon_of,
    innermost,
    measure,
    plan,
    read_level,
)
from anonymizer.dimension import Dimension
from anonymizer.errors import TableUnreadable
from anonymizer.method import Method
from anonymizer.register import Book, Line, Register, register_at
from anonymizer.tool.protect_file import Step
from anonymizer.tool.read_hierarchy import read_hierarchy
from anonymizer.tool.write_release import require_free

__all__ = ["Asked", "MeasuredFile", "measure_file", "preview_file"]

PERSONS: Final = "persons"
STATEMENT: Final = (
    "Every number is a count of persons with noise from a discrete Gaussian distribution of scale 'scale'. Of each "
    "person at most 'most' records count in all periods of the data set together, and a person counts once in a cell. All "
    "releases of the data set by this method together, this one among them, change the odds that anybody can tell whether any "
    "one person is in it by no more than zero-concentrated differential privacy allows with rho = 'spent'; no release after it "
    "may bring that above 'budget'. Releases of the same persons by other methods are not covered. Numbers may be negative, "
    "and totals are not the sums of their parts. Nothing was suppressed, so nothing is proven by suppression."
)


@dataclass(frozen=True)
class Asked:
    """What is asked of a file: the column of persons, the one of time, what is over, and the levels as they are written.

    Without `levels` it is the level of innermost cells. `rho` is what one record of a person may cost.
    """

    data_set: str
    person: str
    time: str
    over: Sequence[str]
    levels: Sequence[str]
    rho: float


@dataclass(frozen=True)
class MeasuredFile:
    """A release as it was written. `again` says that its numbers had been drawn before, and nothing was spent now."""

    folder: Path
    line: Line
    account: Account
    again: bool


def preview_file(register: Path, asked: Asked, hierarchies: Mapping[str, Path]) -> tuple[Question, Plan]:
    """What it would cost, from the hierarchies and the register alone. No record is read, and nothing is spent."""
    dimensions = tuple(read_hierarchy(name, path).dimension for name, path in hierarchies.items())
    if not dimensions:
        raise TableUnreadable(file=register, reason="no hierarchy is given, so there is no dimension")
    question = _question(asked, dimensions)
    return question, plan(Register(register), question, asked.rho)


def measure_file(
    table: Path,
    out: Path,
    *,
    asked: Asked,
    register: Path | Book,
    secret: bytes,
    hierarchies: Mapping[str, Path],
    step: Step | None = None,
) -> MeasuredFile:
    """Read, count, spend, draw and write. Raises what reading, `measure` and writing raise.

    Should the writing fail, the same question asked again gives the same numbers and costs nothing.
    """
    tell = step or (lambda _what, _done, _of: None)
    require_free(out)
    tell("reading", 0, 0)
    known = {name: read_hierarchy(name, path) for name, path in hierarchies.items()}
    records = read_records(table, known, identity=asked.person, declared=True)
    if any(each.name in {LEVEL, PERSONS} for each in records.dimensions):
        raise TableUnreadable(file=table, reason=f"the release has columns {LEVEL} and {PERSONS}; give yours another name")
    question = _question(asked, records.dimensions)
    tell("adding noise", 0, 0)
    measured = measure(records, register_at(register), question, asked.rho, secret)
    tell("writing", 0, 0)
    write_released(_released(records.name, measured), measured.line, out)
    return MeasuredFile(out, measured.line, measured.account, measured.again)


def _question(asked: Asked, dimensions: tuple[Dimension, ...]) -> Question:
    levels = tuple(read_level(text, dimensions) for text in asked.levels) or (innermost(dimensions),)
    return Question(asked.data_set, asked.time, tuple(asked.over), levels)


def _released(name: str, measured: Measured) -> Released:
    parts = zip(measured.question.parts, measured.numbers, strict=True)
    rows = [(str(level), *key, number) for level, found in parts for key, number in zip(level.keys, found, strict=True)]
    dimensions = measured.question.levels[0].dimensions
    return Released(name, Method.DIFFERENTIAL_PRIVACY, dimensions, PERSONS, rows, _promise(measured), STATEMENT, levelled=True)


def _promise(measured: Measured) -> dict[str, Any]:
    """What is said of the noise and the budget as they were when the numbers were drawn."""
    says, account = measured.line.says, measured.account
    return {
        "scale": measured.scale,
        "rho": says["detail"]["rho"],
        "levels": [str(level) for level in measured.question.levels],
        "time": measured.question.time,
        "periods": sorted(measured.question.over),
        "most": account.most,
        "spent": float(account.spent),
        "budget": account.rho,
        "epsilon": epsilon_of(account.rho),
        "delta": DELTA,
    }
