"""Ask for noisy numbers: look up, or check the budget, draw the noise, and write both down as one line.

The loss and the numbers stand in the same line of the register, and nothing is handed out before that line is on the disk.
So a crash leaves either nothing, and nothing was seen, or the line, and the same question gives the same numbers again.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final

import numpy as np

from anonymizer.differential_privacy.budget import Account, account_of
from anonymizer.differential_privacy.clip import clip
from anonymizer.differential_privacy.errors import LevelUnfit, MeasuredBefore, PeriodsUnfit, ReportedSince
from anonymizer.differential_privacy.levels import Level
from anonymizer.differential_privacy.noise import add_noise, cost, scale_for
from anonymizer.method import Method
from anonymizer.records import Records
from anonymizer.register import Book, Departure, Line, departures, register_departure

__all__ = ["Measured", "Plan", "Question", "measure", "plan"]

MOST_CELLS: Final = 1_000_000

Draw = Callable[[Sequence[int], float], list[int]]


@dataclass(frozen=True)
class Question:
    """What is asked: of which data set, at which levels, about which periods (innermost codes of `time`)."""

    data_set: str
    time: str
    over: tuple[str, ...]
    levels: tuple[Level, ...]

    def __post_init__(self) -> None:
        tree = {each.name: each for each in self.levels[0].dimensions}.get(self.time)
        if tree is None:
            raise PeriodsUnfit(given=self.time, reason="the table has no such dimension")
        for code in self.over:
            if code not in tree.parents or code in tree.children:
                raise PeriodsUnfit(given=code, reason=f"it is not among the innermost codes of {self.time}")
        if not self.over or len(set(self.over)) < len(self.over):
            raise PeriodsUnfit(given=self.time, reason="each period that is over is named once, and at least one is")
        seen: set[str] = set()
        for level, told in zip(self.levels, map(self.told, self.parts), strict=True):
            cells = {json.dumps([told["cells"], periods]) for periods in told["together"]}
            if cells & seen:
                raise LevelUnfit(text=level, reason="its cells are asked for twice")
            seen |= cells
        if sum(level.size for level in self.parts) > MOST_CELLS:
            raise LevelUnfit(text=self.levels[0], reason=f"all levels together have more than {MOST_CELLS:,} cells")

    @property
    def parts(self) -> tuple[Level, ...]:
        """The levels with the codes of the periods that are asked about."""
        return tuple(level.within(self.time, self.over) for level in self.levels)

    @property
    def variables(self) -> frozenset[str]:
        """The dimensions that any level tells apart, without time."""
        return frozenset().union(*(level.variables for level in self.levels)) - {self.time}

    def told(self, level: Level) -> dict[str, Any]:
        """A level as the register remembers it: as it was asked, with what its numbers hang on; and which cells these are,
        however they are asked for, by what is told apart and by the periods that are counted together.
        """
        apart = sorted(part for part in str(level).split(",") if part.partition(":")[0] != self.time)
        codes = {each.name: each.digest for each in level.dimensions if each.name in level.variables - {self.time}}
        return {"level": str(level), "codes": codes, "cells": apart, "together": self._together(level)}

    def _together(self, level: Level) -> list[list[str]]:
        [(tree, codes)] = (pair for pair in zip(level.dimensions, level.codes, strict=True) if pair[0].name == self.time)
        return [sorted(period for period in self.over if code in tree.climb(period)) for code in codes]


@dataclass(frozen=True)
class Plan:
    """What asking would cost, worked out from the question and the register alone: no record was looked at."""

    scale: float
    cost: float
    before: Account
    after: Account


@dataclass(frozen=True)
class Measured:
    """Noisy numbers, level by level in order of the cells of `question.parts`; `line` is where they stand in the register.

    `account` is how the budget stood when they were drawn. `again` says that this was before, and that nothing was spent now.
    """

    question: Question
    scale: float
    account: Account
    line: Line
    again: bool
    numbers: tuple[tuple[int, ...], ...] = field(repr=False)


def plan(register: Book, question: Question, rho: float) -> Plan:
    """What it would cost to ask with `rho` for one record. Raises `BudgetMissing` and `RhoUnfit`; spends nothing."""
    return _plan(register.lines(), register, question, rho)


def measure(
    records: Records, register: Book, question: Question, rho: float, secret: bytes, *, draw: Draw = add_noise
) -> Measured:
    """Noisy counts of persons. `records.ids` are persons; `rho` is what one of their records may cost.

    What was asked before is answered with the same numbers, whatever `rho` is now. Raises `BudgetMissing`, `BudgetSpent`,
    `MeasuredBefore`, `ReportedSince`, `MethodsMixed`; then nothing was spent.
    """
    with register.held() as held:
        planned = _plan(held.lines, register, question, rho)
        if earlier := _asked_before(held.lines, question):
            then = account_of(held.lines[: earlier.number], question.data_set, register.path)
            return _measured(question, then, earlier, again=True)
        planned.after.require_within(planned.before)
        clipped = clip(records, question.time, planned.before.most, secret)
        _require_as_then(held.lines, question, clipped.fingerprints)
        counted = [_persons(level, clipped.of(question.over)) for level in question.parts]
        noisy = draw([number for level in counted for number in level], planned.scale)
        detail = {
            "rho": planned.cost,
            "scale": planned.scale,
            "levels": [question.told(level) for level in question.parts],
            "clipped": clipped.fingerprints(question.over),
            "numbers": noisy,
        }
        departure = Departure(
            question.data_set, Method.DIFFERENTIAL_PRIVACY, question.variables, frozenset(question.over), detail
        )
        line = register_departure(held, departure)
        return _measured(question, planned.after, line, again=False)


def _plan(lines: Sequence[Line], register: Book, question: Question, rho: float) -> Plan:
    before = account_of(lines, question.data_set, register.path)
    scale = scale_for(rho, len(question.levels))
    price = cost(scale, len(question.levels))
    return Plan(scale, price, before, before.after(price, question.over))


def _asked_before(lines: Sequence[Line], question: Question) -> Line | None:
    """The line that answers the very question. Raises `MeasuredBefore` where a part of it was answered by another."""
    asked = [question.told(level) for level in question.parts]
    for line, left in departures(lines):
        if left.method is not Method.DIFFERENTIAL_PRIVACY or left.data_set != question.data_set:
            continue
        if left.detail["levels"] == asked:
            return line
        for level, earlier in product(asked, left.detail["levels"]):
            for periods in level["together"]:
                if level["cells"] == earlier["cells"] and periods in earlier["together"]:
                    told = ", ".join(periods)
                    raise MeasuredBefore(level=level["level"], data_set=question.data_set, periods=told, line=line.number)
    return None


def _require_as_then(
    lines: Sequence[Line], question: Question, fingerprints: Callable[[Sequence[str]], dict[str, str]]
) -> None:
    """Raise `ReportedSince` where released periods hold other records than then: the bound on a person rests on them."""
    then: dict[str, str] = {}
    for _, left in departures(lines):
        if left.method is Method.DIFFERENTIAL_PRIVACY and left.data_set == question.data_set:
            then |= left.detail["clipped"]
    now = fingerprints(sorted(then))
    for period, fingerprint in then.items():
        if now[period] != fingerprint:
            raise ReportedSince(data_set=question.data_set, period=period)


def _persons(level: Level, records: Records) -> list[int]:
    """How many persons are in each cell of a level."""
    pairs = np.unique(records.whose * level.size + level.cells(records.places))
    counted: list[int] = np.bincount(pairs % level.size, minlength=level.size).tolist()
    return counted


def _measured(question: Question, account: Account, line: Line, *, again: bool) -> Measured:
    detail = line.says["detail"]
    numbers, parts, start = detail["numbers"], [], 0
    for level in question.parts:
        parts.append(tuple(numbers[start : start + level.size]))
        start += level.size
    return Measured(question, float(detail["scale"]), account, line, again, tuple(parts))
