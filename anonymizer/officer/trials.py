"""What a week would lose under other rules or with coarser codes: asked for once, then tried choice by choice.

Each choice is protected as it would be, without the proof. Totals that others publish are known, but those by a dimension that
is made coarser. `go_on` tries one choice in a transaction of its own, so that a worker, or the page that waits, can be ended
and go on; the outcomes are kept until somebody asks anew about the week.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import product
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from anonymizer.coarsen import coarsen
from anonymizer.counted_week import CountedTable
from anonymizer.dimension import finest
from anonymizer.elsewhere import known_where_it_agrees
from anonymizer.errors import CoarseningUnfit, CoarserUnreadable, PeriodNotProtected, PolicyUnfit
from anonymizer.inside import Coarsening, read_dropped, read_merged
from anonymizer.inside.outcome import Outcome, outcome_of, with_numbers
from anonymizer.models import TrialRow
from anonymizer.officer.errors import PeriodUnknown, TrialUnfit
from anonymizer.officer.look_inside import leave_line, require_officer
from anonymizer.officer.read_losses import LevelTold, tell_levels
from anonymizer.policy import Policy
from anonymizer.weeks import count_week, load_counts, load_protected, policy_in_force, weekly_tables
from core.access import access_of
from core.audit import Purpose
from core.clock import now
from core.keys.keyring import KeyRing
from core.periods.week import Week
from core.postgres.turns import take_turns

__all__ = ["Choice", "Trial", "Tried", "ask_trial", "go_on", "levels_to_leave_out", "read_trial"]

MOST_CHOICES: Final = 24


@dataclass(frozen=True)
class Choice:
    """A threshold, a number of contributors, and coarser codes as the tool writes them: `origin=2`, `reason=a+b:c`."""

    threshold: int
    contributors: int
    coarser: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tried:
    """A choice and what it would lose; `refused` says why it cannot be met."""

    choice: Choice
    levels: tuple[LevelTold, ...] = ()
    refused: str = ""


@dataclass(frozen=True)
class Trial:
    """What was asked about a week, by whom and when, and what has been tried of it so far."""

    id: UUID
    week: Week
    asked_by: str
    asked_at: datetime
    choices: tuple[Choice, ...]
    tried: tuple[Tried, ...]

    @property
    def finished(self) -> bool:
        return len(self.tried) == len(self.choices)


def ask_trial(
    session: Session,
    ring: KeyRing,
    week: Week,
    *,
    thresholds: Sequence[int],
    contributors: Sequence[int],
    coarser: Sequence[str],
    purpose: Purpose,
) -> Trial:
    """Ask what every threshold with every number of contributors would hide: with the codes as they are, with each coarsening
    by itself, and with all (zone anonymizer).

    What is not given is as in the policy in force. It takes the place of what was asked about the week before. Raises
    `NotAllowed`, `PeriodUnknown` and `TrialUnfit`.
    """
    access = require_officer(session, week)
    own = policy_in_force(session)
    numbers = list(product(dict.fromkeys(thresholds or [own.threshold]), dict.fromkeys(contributors or [own.contributors])))
    given = tuple(dict.fromkeys(coarser))
    codes = [(), *((one,) for one in given), *([given] if len(given) > 1 else [])]
    choices = [Choice(*pair, steps) for steps in codes for pair in numbers]
    if len(choices) > MOST_CHOICES:
        raise TrialUnfit(reason=f"it makes {len(choices)} choices, and at most {MOST_CHOICES} are tried")
    counted = _counted(session, ring, week)
    for choice in choices:
        _policy(own, choice)
        _coarser(counted, choice)
    _one_at_a_time(session, access.operation, week)
    session.execute(delete(TrialRow).where(TrialRow.operation == access.operation, TrialRow.period == str(week)))
    row = TrialRow(
        id=uuid4(),
        operation=access.operation,
        period=str(week),
        asked_by=access.actor,
        asked_at=now(),
        choices=[asdict(choice) for choice in choices],
        outcomes=[],
    )
    session.add(row)
    session.flush()
    leave_line(session, week, purpose=purpose, kind="ask", count=len(choices))
    return _trial(row)


def go_on(session: Session, ring: KeyRing, trial: UUID, *, purpose: Purpose) -> Trial | None:
    """Try the next choice (zone anonymizer); a trial that is finished stays as it is. None where another took its place.

    Two who ask at once try one choice after the other. Raises `NotAllowed`.
    """
    require_officer(session)
    wanted = select(TrialRow).where(TrialRow.id == trial).with_for_update()
    row = session.scalars(wanted, execution_options={"populate_existing": True}).one_or_none()
    if row is None:
        return None
    before = _trial(row)
    if before.finished:
        return before
    choice = before.choices[len(before.tried)]
    leave_line(session, before.week, purpose=purpose, kind="try")
    counted = _counted(session, ring, before.week)
    tables, steps = _coarser(counted, choice)
    known = known_where_it_agrees(session, access_of(session).operation, before.week, counted)
    outside = [total for total in known if not any(step.dimension in dict(cell) for step in steps for cell in total.cells)]
    outcome = outcome_of(tables, _policy(policy_in_force(session, counted), choice), steps, outside=outside)
    row.outcomes = [*row.outcomes, _written(outcome)]
    session.flush()
    return _trial(row)


def read_trial(session: Session, week: Week, *, purpose: Purpose) -> Trial | None:
    """What was asked about a week last, and its outcomes so far (zone anonymizer); raises `NotAllowed`."""
    access = require_officer(session, week)
    wanted = select(TrialRow).where(TrialRow.operation == access.operation, TrialRow.period == str(week))
    row = session.scalars(wanted).one_or_none()
    if row is not None:
        leave_line(session, week, purpose=purpose, kind="trial", count=len(row.outcomes))
    return _trial(row) if row else None


def levels_to_leave_out(session: Session, *, purpose: Purpose) -> list[str]:
    """Which levels of the weekly tables' dimensions can be left out, as a choice writes them; raises `NotAllowed`."""
    operation = require_officer(session).operation
    leave_line(session, None, purpose=purpose, kind="levels")
    dimensions = finest(dimension for _, along in weekly_tables(session, operation) for dimension in along)
    return [f"{name}={level}" for name, each in dimensions.items() for level in range(2, each.levels + 1)]


def _one_at_a_time(session: Session, operation: str, week: Week) -> None:
    """Of two who ask at once about a week, the later one's question stands."""
    take_turns(session, f"anonymizer.trial:{operation}:{week}")


def _counted(session: Session, ring: KeyRing, week: Week) -> Sequence[CountedTable]:
    """What was counted when the week was protected; else what its reports say now. Raises `PeriodUnknown`."""
    operation = access_of(session).operation
    try:
        return load_counts(session, ring, load_protected(session, ring, operation, week))
    except PeriodNotProtected:
        counted = count_week(session, ring, operation, week).tables
    if not any(table.cells for table in counted):
        raise PeriodUnknown(operation=operation, period=week)
    return counted


def _policy(own: Policy, choice: Choice) -> Policy:
    try:
        return with_numbers(own, choice.threshold, choice.contributors)
    except PolicyUnfit as problem:
        raise TrialUnfit(reason=problem.where["reason"]) from None


def _coarser(counted: Sequence[CountedTable], choice: Choice) -> tuple[Sequence[CountedTable], tuple[Coarsening, ...]]:
    """The tables with coarser codes. Merged codes count as many contributors as the one of them that has most: at least so
    many there are, so that what is hidden may be more than it would be, and is never less."""
    tables, steps = counted, []
    try:
        for text in choice.coarser:
            [step] = read_merged([text]) if ":" in text else read_dropped([text])
            dimensions = finest(dimension for table in tables for dimension in table.dimensions)
            if step.dimension not in dimensions:
                raise TrialUnfit(reason=f"no table has a dimension {step.dimension}, but {', '.join(dimensions)}")
            coarser = step.of(dimensions[step.dimension])
            tables = [coarsen(table, coarser) for table in tables]
            steps.append(step)
    except (CoarserUnreadable, CoarseningUnfit) as problem:
        raise TrialUnfit(reason=problem.what) from None
    return tables, tuple(steps)


def _written(outcome: Outcome) -> dict[str, Any]:
    """Only what an officer is told is kept."""
    return {"levels": [asdict(level) for level in tell_levels(outcome.losses)], "refused": outcome.refused}


def _trial(row: TrialRow) -> Trial:
    choices = tuple(Choice(it["threshold"], it["contributors"], tuple(it["coarser"])) for it in row.choices)
    tried = tuple(
        Tried(choice, tuple(map(_level, told["levels"])), told["refused"])
        for choice, told in zip(choices, row.outcomes, strict=False)
    )
    return Trial(row.id, Week.parse(row.period), row.asked_by, row.asked_at, choices, tried)


def _level(told: Mapping[str, Any]) -> LevelTold:
    return LevelTold(**{**told, "level": tuple(told["level"]), "names": tuple(told["names"])})
