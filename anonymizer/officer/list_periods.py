"""The periods of an operation: which are protected, and which weeks have reports and wait."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from anonymizer.models import ProofRow
from anonymizer.officer.look_inside import leave_line, require_officer
from anonymizer.population import Population
from casework import movement_sources
from core.audit import Purpose
from core.clock import now
from core.periods.month import Month
from core.periods.period import Period, parse_period
from core.periods.week import Week
from core.periods.year import Year

__all__ = ["PeriodState", "count_unprotected", "list_periods", "populations_of", "protected_periods"]

RECENT: Final = 4  # weeks


@dataclass(frozen=True)
class PeriodState:
    """A period, when it was proven (None: it is not protected), and whether it is over."""

    period: Period
    proven_at: datetime | None
    over: bool


def list_periods(session: Session, *, purpose: Purpose) -> list[PeriodState]:
    """All protected periods, the weeks that have reports, and their months and years, the newest first (zone anonymizer).

    Raises `NotAllowed`.
    """
    operation = require_officer(session).operation
    proven, reported = _proven(session, operation), movement_sources(session, operation)
    months = {Month.of(week) for week in reported}
    known: set[Period] = {*proven, *reported, *months, *map(Year.of, months)}
    leave_line(session, None, purpose=purpose, kind="periods", count=len(known))
    today = now().date()
    states = [PeriodState(period, proven.get(period), period.sunday < today) for period in known]
    return sorted(states, key=lambda it: (it.period.sunday, it.period.monday), reverse=True)


def count_unprotected(session: Session) -> int:
    """Of the last `RECENT` weeks that are over, how many have reports and are not protected (zone anonymizer).

    It tells nothing of them and leaves no line; few weeks are looked at, so that a first page may ask. Raises `NotAllowed`.
    """
    operation, last = require_officer(session).operation, Week.of(now().date()).plus(-1)
    proven = _proven(session, operation)
    recent = [week for back in range(RECENT) if (week := last.plus(-back)) not in proven]
    return sum(bool(movement_sources(session, operation, week)) for week in recent)


def populations_of(session: Session, period: Period) -> list[Population]:
    """Of whom a protected period has tables (zone anonymizer); raises `NotAllowed`."""
    operation = require_officer(session, period).operation
    asked = select(ProofRow.population).where(ProofRow.operation == operation, ProofRow.period == str(period))
    protected = set(session.scalars(asked))
    return [each for each in Population if each.value in protected]


def protected_periods(session: Session, operation: str, population: Population) -> list[Period]:
    """The periods in which tables of a population are protected."""
    asked = select(ProofRow.period).where(ProofRow.operation == operation, ProofRow.population == population.value)
    return [parse_period(told) for told in session.scalars(asked)]


def _proven(session: Session, operation: str) -> dict[Period, datetime]:
    rows = session.execute(select(ProofRow.period, ProofRow.proven_at).where(ProofRow.operation == operation))
    return {parse_period(told): at for told, at in rows}
