"""A protected period with what was counted for it: asked for by right, and written down."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from anonymizer.counted_week import CountedTable
from anonymizer.elsewhere import known_where_it_agrees
from anonymizer.outside import Outside
from anonymizer.policy import Policy
from anonymizer.population import Population
from anonymizer.published import PublishedTable
from anonymizer.weeks import load_counts, load_protected
from core.access import UNASSIGNED, Access, access_of, require
from core.audit import Action, Purpose, record
from core.keys.keyring import KeyRing
from core.periods.period import Period
from core.permissions import Right

__all__ = ["Inside", "leave_line", "look_inside", "open_period", "require_officer"]

SUBJECT = "anonymizer.inside"


@dataclass(frozen=True)
class Inside:
    """The tables of a period as published and as counted, in the same order, and the policy that was in force.

    `outside` are totals that others publish of its people by now.
    """

    period: Period
    policy: Policy
    published: Sequence[PublishedTable]
    counted: Sequence[CountedTable] = field(repr=False)
    outside: Outside = field(default=(), repr=False)


def look_inside(
    session: Session, ring: KeyRing, period: Period, population: Population, *, purpose: Purpose, kind: str
) -> Inside:
    """Open a protected period (zone anonymizer); raises `NotAllowed` and what loading raises.

    `kind` says in the audit log what is looked at.
    """
    access = require_officer(session, period)
    leave_line(session, period, purpose=purpose, kind=kind)
    return open_period(session, ring, access.operation, period, population)


def open_period(session: Session, ring: KeyRing, operation: str, period: Period, population: Population) -> Inside:
    """The same within a question that was asked by right already; opening the counts leaves its own line."""
    protected = load_protected(session, ring, operation, period, population)
    counted = load_counts(session, ring, protected)
    moved = population is Population.MOVEMENTS  # the registry knows totals of no others
    outside = known_where_it_agrees(session, operation, period, counted) if moved else ()
    return Inside(period, protected.policy, protected.tables, counted, outside)


def require_officer(session: Session, period: Period | None = None) -> Access:
    """A release is of the whole operation, so a grant within a team or an organisation is not enough; raises `NotAllowed`."""
    require(session, Right.EXPLAIN_PROTECTION, UNASSIGNED, subject=_subject(period))
    return access_of(session)


def leave_line(session: Session, period: Period | None, *, purpose: Purpose, kind: str, code: str = "", count: int = 1) -> None:
    """Say in the audit log what was looked at, and why; `code` is a cell by its codes."""
    detail = {"kind": kind, "code": code}
    record(session, Action.READ, _subject(period), purpose=purpose, count=count, detail=detail)


def _subject(period: Period | None) -> str:
    return f"{SUBJECT}:{period}" if period else SUBJECT
