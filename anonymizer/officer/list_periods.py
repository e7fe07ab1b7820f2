"""The periods of an operation: which are protected, and which weeks have reports and wait."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from anonymizer.models import ProofRow
from anonymizer.officer.look_inside import leave_line, require_officer
from casework import movement_sources
from core.audit import Purpose
from core.clock import now
from core.month import Month
from core.period import Period, parse_period
from core.year import Year

__all__ = ["PeriodState", "list_periods"]


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
    rows = session.execute(select(ProofRow.period, ProofRow.proven_at).where(ProofRow.operation == operation))
    proven = {parse_period(told): at for told, at in rows}
    reported = movement_sources(session, operation)
    months = {Month.of(week) for week in reported}
    known: set[Period] = {*proven, *reported, *months, *map(Year.of, months)}
    leave_line(session, None, purpose=purpose, kind="periods", count=len(known))
    today = now().date()
    states = [PeriodState(period, proven.get(period), period.sunday < today) for period in known]
    return sorted(states, key=lambda it: (it.period.sunday, it.period.monday), reverse=True)
