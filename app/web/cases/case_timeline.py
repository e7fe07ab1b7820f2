"""Everything that happened on a case: its steps, its interviews, what was said of consent, whom it was open to, who looked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.web.desk import Desk
from app.web.signed_in import Visit
from casework import consent, read_person, records
from casework.case_file import CaseFile, Entry
from core.audit import Action, Purpose
from core.database import Zone
from core.permissions import Right
from core.search_audit import AuditSearch, history_of, search_audit

__all__ = ["Event", "Looks", "events_around", "events_of_steps", "looks_at"]

LINES: Final = 200  # of the audit log, for the case and for its person
LOOKS: Final = frozenset({Action.READ.value, Action.EXPORTED.value, Action.BROKE_GLASS.value})


@dataclass(frozen=True)
class Event:
    """Something that happened, by whom. `what` and `about` name texts; of a step, `entry` is its entry; `times` counts looks of
    one account on one day."""

    at: datetime
    by: str
    what: str
    about: str = ""
    entry: Entry | None = None
    times: int = 1
    whom: str = ""  # the recipient that a consent is about, as a code


@dataclass(frozen=True)
class Looks:
    """Who looked at the case or its record, and whether older lines were left out."""

    events: list[Event]
    more: bool


def events_of_steps(file: CaseFile) -> Iterator[Event]:
    """The opening of the case, and every step that this account may read."""
    yield Event(file.opened_at, "", "case_event_opened")
    for entry in file.entries:
        for step in entry.steps:
            yield Event(step.at, step.by, f"case_kind_{entry.kind.value}", f"case_entry_{step.state}", entry)


def events_around(session: Session, desk: Desk, visit: Visit, file: CaseFile, purpose: Purpose) -> Iterator[Event]:
    """Interviews, consents and openings, each for who may see them on the record page."""
    for interview in read_person(session, desk.ring, file.person, parts=(), purpose=purpose).interviews:
        if interview.case == file.case:
            yield Event(interview.received_at, "", "case_event_interview", f"source_{interview.kind}")
    if visit.access.may(Right.RECORD_CONSENT, file.custody):
        for one in consent.consent_history(session, desk.ring, file.person, purpose=purpose):
            said = one.said
            what, about = f"use_{said.purpose.value}", f"consent_{said.state.value}"
            yield Event(said.said_at, said.said_to, what, about, whom="" if said.recipient == consent.OURS else said.recipient)
    if visit.access.may(Right.SHARE_RECORD, file.custody):
        for opening in records.openings_of(session, desk.ring, file.person):
            what = "case_event_shared" if opening.kind.value == "shared" else "case_event_broken_glass"
            yield Event(opening.opened_at, opening.actor, what)


def looks_at(desk: Desk, visit: Visit, file: CaseFile) -> Looks | None:
    """Who looked at the case or at its record, each account once a day; None for who may not see it."""
    subjects = f"casework.case:{file.case}", f"casework.person:{file.person}"
    by_day: dict[tuple[str, str, str], list[datetime]] = {}
    more = False
    with desk.database.transaction(Zone.AUDIT, access=visit.access) as session:
        for subject in subjects:
            if visit.access.may(Right.READ_AUDIT):
                lines = search_audit(session, AuditSearch(subject=subject), limit=LINES)
            elif visit.access.may(Right.REVIEW_BREAK_GLASS, file.custody):
                lines = history_of(session, subject, file.custody, limit=LINES)
            else:
                return None
            more |= len(lines) == LINES
            for line in lines:
                if line.action in LOOKS:
                    by_day.setdefault((f"{line.at:%Y-%m-%d}", line.actor, line.action), []).append(line.at)
    return Looks([_looked(*key, moments) for key, moments in by_day.items()], more)


def _looked(_day: str, actor: str, action: str, moments: list[datetime]) -> Event:
    return Event(max(moments), actor, f"action_{action}", times=len(moments))
