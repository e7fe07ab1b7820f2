"""Which cases were open at the end of a week, by what stands in clear: nothing is opened to know it.

A case is open from the week in which it was first told of until it is closed. Where somebody closed it in its file, the weeks
of that entry say from when until when; where nobody did, the newest interview that says where the case stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.case_file_models import CaseEntry, EntryKind
from casework.models import Case, CaseState, Interview, InterviewKind
from core.periods.week import Week
from ingest.reviews import chains_left_out

__all__ = ["CaseAtEnd", "cases_at_end"]

OPEN: Final = frozenset({CaseState.ELIGIBLE.value, CaseState.ACTIVE.value, CaseState.FOLLOW_UP.value})


@dataclass(frozen=True)
class CaseAtEnd:
    """A case, whose it is, the screening that told of them (None where there is none), and whether it was open."""

    id: UUID
    person: UUID
    screening: UUID | None
    is_open: bool


@dataclass
class _Told:
    """What is known of a case in clear: by week where interviews left it, and the weeks of what its file says."""

    weeks: list[str] = field(default_factory=list)
    states: list[tuple[str, str]] = field(default_factory=list)
    closures: list[tuple[str, str]] = field(default_factory=list)  # closed, reopened
    decided: bool = False
    screening: UUID | None = None
    unread: bool = False


def cases_at_end(session: Session, operation: str, week: Week) -> Sequence[CaseAtEnd]:
    """Every case of an operation but those that a rejected screening opened, the oldest first (zone casework)."""
    told = _told(session, operation)
    columns = Case.id, Case.person, Case.state, Case.opened_at
    rows = session.execute(select(*columns).where(Case.operation == operation).order_by(Case.opened_at, Case.id))
    found = []
    for case, person, state, opened_at in rows:
        known = told.get(case, _Told())
        begun = min([*filter(None, known.weeks), str(Week.of(opened_at.date()))])
        if not known.unread:
            found.append(CaseAtEnd(case, person, known.screening, begun <= str(week) and _is_open(known, state, str(week))))
    return found


def _is_open(told: _Told, state_now: str, week: str) -> bool:
    if any(closed <= week and not (reopened and reopened <= week) for closed, reopened in told.closures):
        return False
    if any(closed > week for closed, _ in told.closures):
        return True  # it was closed after
    by_then = [state for when, state in sorted(told.states) if when <= week]
    if told.closures or told.decided or not by_then:
        return state_now in OPEN
    return by_then[-1] in OPEN


def _told(session: Session, operation: str) -> Mapping[UUID, _Told]:
    told: dict[UUID, _Told] = {}
    left_out = chains_left_out(session, operation)
    columns = Interview.case, Interview.kind, Interview.week, Interview.state, Interview.submission, Interview.chain
    interviews = select(*columns).where(Interview.operation == operation).order_by(Interview.received_at, Interview.id)
    for case, kind, week, state, submission, chain in session.execute(interviews):
        known, is_screening = told.setdefault(case, _Told()), kind == InterviewKind.SCREENING
        if is_screening:
            known.screening, known.unread = submission, chain in left_out
        if chain not in left_out:
            known.weeks.append(week or "")
            known.states += [(week or "", state)] if state else []
    entries = select(CaseEntry.case, CaseEntry.kind, CaseEntry.week, CaseEntry.week_after)
    of_kind = CaseEntry.kind.in_([EntryKind.CLOSURE.value, EntryKind.DECISION.value])
    for case, kind, week, week_after in session.execute(entries.where(CaseEntry.operation == operation, of_kind)):
        known = told.setdefault(case, _Told())
        known.decided |= kind == EntryKind.DECISION and bool(week)
        known.closures += [(week, week_after or "")] if kind == EntryKind.CLOSURE and week else []
    return told
