"""What a period would lose under other rules or with coarser codes: asked for once, then tried choice by choice.

Each choice is protected as it would be, without the proof. Totals that others publish are known, but those by a dimension that
is made coarser. What comes of a choice is written down before the next, so that whoever is at it can be ended and another go
on; the outcomes are kept until somebody asks anew about the period.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import product
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from anonymizer.counted_week import CountedTable
from anonymizer.dimension import finest
from anonymizer.inside.outcome import Outcome
from anonymizer.models import TrialRow
from anonymizer.officer.list_periods import protected_periods
from anonymizer.officer.look_inside import leave_line, require_officer
from anonymizer.officer.read_losses import LevelTold, tell_levels
from anonymizer.population import Population
from anonymizer.trials.choices import Choice, coarser_tables, rules_of
from anonymizer.trials.errors import PeriodUnknown, TrialUnfit
from anonymizer.trials.try_choice import OpenedChoice, made_of
from anonymizer.weeks import load_protected, policy_in_force, weekly_tables
from casework import movement_sources
from core.audit import Purpose
from core.clock import now
from core.keys.keyring import KeyRing
from core.periods.period import Period, parse_period, weeks_of
from core.periods.week import Week
from core.postgres.turns import take_turns

__all__ = [
    "TRIED",
    "Trial",
    "Tried",
    "ask_trial",
    "find_trial",
    "keep_outcome",
    "levels_to_leave_out",
    "open_choice",
    "read_trial",
    "take_trial",
    "tell_of_trial",
    "unfinished_trials",
    "weeks_to_read",
]

MOST_CHOICES: Final = 24
TRIED: Final = (Population.MOVEMENTS, Population.SCREENINGS, Population.CASEWORK)
"""Of whom what can be tried; the caseload of a month's end is told or not, and nothing about it can be chosen."""


@dataclass(frozen=True)
class Tried:
    """A choice and what it would lose; `refused` says why it cannot be met."""

    choice: Choice
    levels: tuple[LevelTold, ...] = ()
    refused: str = ""


@dataclass(frozen=True)
class Trial:
    """What was asked about a period, by whom and when, what has been tried of it so far, and how many `hundredths` of the next
    choice are done."""

    id: UUID
    period: Period
    population: Population
    asked_by: str
    asked_at: datetime
    choices: tuple[Choice, ...]
    tried: tuple[Tried, ...]
    hundredths: int

    @property
    def finished(self) -> bool:
        return len(self.tried) == len(self.choices)


def ask_trial(
    session: Session,
    ring: KeyRing,
    period: Period,
    population: Population = Population.MOVEMENTS,
    *,
    thresholds: Sequence[int],
    contributors: Sequence[int],
    coarser: Sequence[str],
    purpose: Purpose,
) -> Trial:
    """Ask what every threshold with every number of contributors would hide: with the codes as they are, with each coarsening
    by itself, and with all (zone anonymizer). Nothing is counted for it yet.

    What is not given is as in the policy in force. It takes the place of what was asked about the period before. Raises
    `NotAllowed`, `PeriodUnknown` and `TrialUnfit`.
    """
    access = require_officer(session, period)
    tables = _tables_of(session, ring, access.operation, period, population)
    own = policy_in_force(session, tables, population)
    numbers = list(product(dict.fromkeys(thresholds or [own.threshold]), dict.fromkeys(contributors or [own.contributors])))
    given = tuple(dict.fromkeys(coarser))
    if given:
        _require_own_codes(session, access.operation, period, population)
    codes = [(), *((one,) for one in given), *([given] if len(given) > 1 else [])]
    choices = [Choice(*pair, steps) for steps in codes for pair in numbers]
    if len(choices) > MOST_CHOICES:
        raise TrialUnfit(reason=f"it makes {len(choices)} choices, and at most {MOST_CHOICES} are tried")
    for choice in choices:
        rules_of(own, choice, population)
        coarser_tables(tables, choice)
    _one_at_a_time(session, access.operation, period, population)
    session.execute(delete(TrialRow).where(*_of(access.operation, period, population)))
    row = TrialRow(
        id=uuid4(),
        operation=access.operation,
        population=population.value,
        period=str(period),
        asked_by=access.actor,
        asked_at=now(),
        choices=[asdict(choice) for choice in choices],
        outcomes=[],
        hundredths=0,
    )
    session.add(row)
    session.flush()
    leave_line(session, period, purpose=purpose, kind="ask", count=len(choices))
    return _trial(row)


def take_trial(session: Session, trial: UUID) -> bool:
    """Whether nobody else is at a trial: it is this one's as long as the transaction lasts (zone anonymizer)."""
    require_officer(session)
    mark = func.hashtextextended(f"anonymizer.trial at work:{trial}", 0)
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(mark))))


def open_choice(session: Session, ring: KeyRing, trial: UUID, *, purpose: Purpose) -> OpenedChoice | None:
    """What the next choice of a trial is tried on (zone anonymizer): it may take minutes, and needs no transaction.

    Facts of cases must be there for the `weeks_to_read`. None where nothing is left to try, or something else was asked
    meanwhile. Raises `NotAllowed` and what loading and counting raise.
    """
    asked = find_trial(session, trial)
    if asked is None or asked.finished:
        return None
    leave_line(session, asked.period, purpose=purpose, kind="try")
    choice = asked.choices[len(asked.tried)]
    return OpenedChoice.of(session, ring, asked.period, asked.population, choice)


def keep_outcome(session: Session, trial: UUID, outcome: Outcome) -> Trial | None:
    """Write down what came of the next choice (zone anonymizer); None where something else was asked meanwhile."""
    require_officer(session)
    row = session.get(TrialRow, trial)
    if row is None or not _change(session, trial, outcomes=[*row.outcomes, _written(outcome)], hundredths=0):
        return None
    session.refresh(row)
    return _trial(row)


def find_trial(session: Session, trial: UUID) -> Trial | None:
    """A trial by its id, for whoever is to go on with it (zone anonymizer); None where something else was asked meanwhile."""
    require_officer(session)
    row = session.get(TrialRow, trial)
    return _trial(row) if row else None


def weeks_to_read(session: Session, trial: Trial) -> list[Week]:
    """The weeks of which a trial needs facts of cases as they are now: those of them that are not protected."""
    if trial.finished or trial.population is Population.MOVEMENTS:
        return []
    weeks = weeks_of(trial.period)
    standing = _protected(session, require_officer(session).operation, weeks, trial.population)
    return [week for week in weeks if week not in standing]


def tell_of_trial(session: Session, trial: UUID, hundredths: int) -> bool:
    """Say how far the next choice is (zone anonymizer), beside the transaction that tries it; False where something else was
    asked meanwhile, so that nobody waits for it any more."""
    return _change(session, trial, hundredths=hundredths)


def read_trial(
    session: Session, period: Period, population: Population = Population.MOVEMENTS, *, purpose: Purpose
) -> Trial | None:
    """What was asked about a period last, and its outcomes so far (zone anonymizer); raises `NotAllowed`."""
    access = require_officer(session, period)
    row = session.scalars(select(TrialRow).where(*_of(access.operation, period, population))).one_or_none()
    if row is not None:
        leave_line(session, period, purpose=purpose, kind="trial", count=len(row.outcomes))
    return _trial(row) if row else None


def unfinished_trials(session: Session) -> list[UUID]:
    """Trials of an operation of which something is left to try (zone anonymizer)."""
    left = func.jsonb_array_length(TrialRow.outcomes) < func.jsonb_array_length(TrialRow.choices)
    wanted = select(TrialRow.id).where(TrialRow.operation == require_officer(session).operation, left)
    return list(session.scalars(wanted.order_by(TrialRow.asked_at)))


def levels_to_leave_out(
    session: Session, period: Period, population: Population = Population.MOVEMENTS, *, purpose: Purpose
) -> list[str]:
    """Which levels of the dimensions of a population's tables can be left out, as a choice writes them; raises `NotAllowed`.

    None of a sum of which a part is protected: its codes stand.
    """
    operation = require_officer(session).operation
    leave_line(session, None, purpose=purpose, kind="levels")
    if _protected(session, operation, made_of(period), population):
        return []
    dimensions = finest(dimension for _, along in weekly_tables(session, operation, population) for dimension in along)
    return [f"{name}={level}" for name, each in dimensions.items() for level in range(2, each.levels + 1)]


def _change(session: Session, trial: UUID, **values: object) -> bool:
    """Whether it was still there to be changed."""
    changed = update(TrialRow).where(TrialRow.id == trial).values(values).returning(TrialRow.id)
    return session.scalar(changed) is not None


def _one_at_a_time(session: Session, operation: str, period: Period, population: Population) -> None:
    """Of two who ask at once about a period, the later one's question stands."""
    take_turns(session, f"anonymizer.trial:{operation}:{population}:{period}")


def _of(operation: str, period: Period, population: Population) -> tuple[Any, ...]:
    return TrialRow.operation == operation, TrialRow.population == population.value, TrialRow.period == str(period)


def _tables_of(session: Session, ring: KeyRing, operation: str, period: Period, population: Population) -> list[CountedTable]:
    """The tables that a period has, with nothing in them. Raises `PeriodUnknown`, and `TrialUnfit` where a part has none."""
    every = [*made_of(period), period]
    standing = _protected(session, operation, every, population)
    if population is not Population.MOVEMENTS:
        for each in _protected(session, operation, every, Population.MOVEMENTS):
            if each not in standing:
                raise TrialUnfit(reason=f"{each} was protected without tables of {population.value}")
    elif not standing and not set(weeks_of(period)) & set(movement_sources(session, operation)):
        raise PeriodUnknown(operation=operation, period=period)
    if standing:
        tables = load_protected(session, ring, operation, standing[0], population).tables
        return [CountedTable(table.name, table.dimensions, {}) for table in tables]
    return [CountedTable(name, along, {}) for name, along in weekly_tables(session, operation, population)]


def _require_own_codes(session: Session, operation: str, period: Period, population: Population) -> None:
    """A sum has the codes of its parts."""
    for part in _protected(session, operation, made_of(period), population):
        raise TrialUnfit(reason=f"{part} is protected, and its codes stand as they are")


def _protected(session: Session, operation: str, periods: Sequence[Period], population: Population) -> list[Period]:
    """Those of some periods in which tables of a population are protected."""
    known = set(protected_periods(session, operation, population))
    return [each for each in periods if each in known]


def _written(outcome: Outcome) -> dict[str, Any]:
    """Only what an officer is told is kept."""
    return {"levels": [asdict(level) for level in tell_levels(outcome.losses)], "refused": outcome.refused}


def _trial(row: TrialRow) -> Trial:
    choices = tuple(Choice(it["threshold"], it["contributors"], tuple(it["coarser"])) for it in row.choices)
    tried = tuple(
        Tried(choice, tuple(map(_level, told["levels"])), told["refused"])
        for choice, told in zip(choices, row.outcomes, strict=False)
    )
    period, population = parse_period(row.period), Population(row.population)
    return Trial(row.id, period, population, row.asked_by, row.asked_at, choices, tried, row.hundredths)


def _level(told: Mapping[str, Any]) -> LevelTold:
    return LevelTold(**{**told, "level": tuple(told["level"]), "names": tuple(told["names"])})
