"""The week of an interview stands in clear, as that of an arrival does, so that a week is counted without opening the others.

It follows from the sealed date, and whoever writes that date writes the week. Whoever counts compares the two.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.models import Case, Interview, InterviewKind, KeyKind, Person, StoredKey
from casework.store.seal_record import Vault, open_keys, open_parts
from core.access import NotAllowed, access_of
from core.audit import Action, Purpose, record
from core.keys.keyring import KeyRing
from core.periods.week import Week
from core.permissions import Right
from forms import RecordPart

__all__ = ["INTERVIEW_DATE", "date_interviews", "note_corrected", "note_week", "week_said"]

INTERVIEW_DATE: Final = "interview_date"
PAGE: Final = 500


def week_said(facts: Mapping[str, Any]) -> str:
    """The week of the date that the facts say; empty where they say none."""
    try:
        return str(Week.of(date.fromisoformat(str(facts.get(INTERVIEW_DATE, "")))))
    except ValueError:
        return ""


def note_week(interview: Interview, facts: Mapping[str, Any]) -> None:
    """File an interview under its week. The facts of a screening are those of the person interviewed."""
    interview.week = week_said(facts)


def note_corrected(session: Session, row: Person | Interview, facts: Mapping[str, Any]) -> None:
    """The same after a correction of facts: those of a person date their screening."""
    if isinstance(row, Person):
        theirs = select(Interview).join(Case, Interview.case == Case.id).where(Case.person == row.id)
        for screening in session.scalars(theirs.where(Interview.kind == InterviewKind.SCREENING.value)):
            note_week(screening, facts)
    elif row.kind == InterviewKind.ASSISTANCE:
        note_week(row, facts)


def date_interviews(session: Session, ring: KeyRing, operation: str) -> int:
    """File under their weeks the interviews that an earlier version of this program took in; how many those were.

    One whose key is destroyed has none. For the program itself: raises `NotAllowed` for an account, `CiphertextRefused` or
    `OldVersion`.
    """
    if not access_of(session).system:
        raise NotAllowed(Right.PROTECT_WEEK, "casework.interview")
    undated = select(Interview, Case.person).join(Case, Interview.case == Case.id)
    undated = undated.where(Interview.operation == operation, Interview.week.is_(None)).limit(PAGE)
    count = 0
    while rows := session.execute(undated).all():
        persons = {person for _, person in rows}
        stored = select(StoredKey).where(StoredKey.record.in_(persons), StoredKey.kind == KeyKind.PERSON.value)
        keys = open_keys(Vault(session, ring, operation), session.scalars(stored).all())
        for interview, person in rows:
            told = session.get_one(Person, person) if interview.kind == InterviewKind.SCREENING else interview
            facts = open_parts(told, keys[person], [RecordPart.FACTS])[RecordPart.FACTS] if person in keys else {}
            note_week(interview, facts)
        session.flush()
        count += len(rows)
    if count:
        record(session, Action.READ, "casework.interview", purpose=Purpose.STATISTICS, count=count)
    return count
