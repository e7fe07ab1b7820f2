"""A week's facts are read: of each record the part with the facts is opened, and the case files; nothing that names anybody."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.case_file_models import CaseEntry
from casework.counting.case_facts import UNKNOWN, CaseFacts, HouseholdFact, PersonFact, person_fact, size_band
from casework.counting.opened_records import OpenedRecords
from casework.counting.read_case_events import read_case_events
from casework.counting.screening_outcome import outcome_of
from casework.counting.whom_to_count import InterviewOfWeek, WhomToCount, whom_to_count
from casework.models import HouseholdRole, Interview
from casework.store.seal_record import Vault
from core.access import NotAllowed, access_of
from core.audit import Action, Purpose, record
from core.keys.keyring import KeyRing
from core.periods.week import Week
from core.permissions import Right
from forms import RecordPart

__all__ = ["case_facts", "case_sources"]


def case_facts(session: Session, ring: KeyRing, operation: str, week: Week) -> CaseFacts:
    """The facts of every interview of a week, and of what was done in cases in it, for the program itself (zone casework).

    Raises `NotAllowed` for an account; `CiphertextRefused`, `OldVersion`, `FactsMoved`, `CaseFileDamaged` or `ClearRowChanged`
    where the store was tampered with; `FormUnpublished`.
    """
    if not access_of(session).system:
        raise NotAllowed(Right.PROTECT_WEEK, "casework.person")
    whom = whom_to_count(session, operation, week)
    opened = OpenedRecords(Vault(session, ring, operation), week, whom)
    persons, households = _persons_and_households(opened, whom)
    events = tuple(read_case_events(opened, week))
    files = sum(1 for case in whom.cases if case.entries and case.person in whom.counted)
    detail = {"week": str(week), "parts": [RecordPart.FACTS.value], "files": files}
    record(session, Action.READ, "casework.person", purpose=Purpose.STATISTICS, count=len(whom.counted), detail=detail)
    return CaseFacts(week, persons, households, events)


def case_sources(session: Session, operation: str, week: Week | None = None) -> dict[Week, bytes]:
    """By week, a digest (SHA-256) of what `case_facts` would be made of: all weeks, or one (zone casework).

    A week without interviews and in which nothing was done in a case is absent; nothing is opened.
    """
    wanted = [week] if week else _weeks(session, operation)
    found = {one: whom_to_count(session, operation, one) for one in wanted}
    return {one: whom.digest for one, whom in found.items() if whom.interviews or whom.cases}


def _weeks(session: Session, operation: str) -> list[Week]:
    told = select(Interview.week).where(Interview.operation == operation, Interview.week != "")
    columns = CaseEntry.week, CaseEntry.week_after
    done = [select(column).where(CaseEntry.operation == operation, column != "") for column in columns]
    return sorted(Week.parse(each) for each in session.scalars(told.union(*done)) if each)


def _persons_and_households(
    opened: OpenedRecords, whom: WhomToCount
) -> tuple[tuple[PersonFact, ...], tuple[HouseholdFact, ...]]:
    """All of the week. Of several records of one human being one counts, the first in which they were interviewed."""
    screenings, seen = list(enumerate(whom.screenings)), set[UUID]()
    cases = {one.id: one for one in whom.cases}
    persons, households = list[PersonFact](), list[HouseholdFact]()
    for number, interview in screenings:
        if _is_new(whom, interview.person, seen):
            said = opened.said_of_screened(interview)
            residence = _residence(opened, interview)
            households.append(HouseholdFact(number, residence, size_band(said.get("household_size", ""))))
            outcome = outcome_of(opened.steps_of(cases[interview.case]), said)
            persons.append(person_fact(number, HouseholdRole.INTERVIEWED, residence, said, outcome))
    for number, interview in screenings:
        for member in whom.members.get(interview.household, ()):
            if _is_new(whom, member, seen):
                said = opened.said_of_member(interview, member)
                persons.append(person_fact(number, HouseholdRole.MEMBER, _residence(opened, interview), said))
    return tuple(persons), tuple(households)


def _is_new(whom: WhomToCount, person: UUID, seen: set[UUID]) -> bool:
    """Whether somebody may be counted and was not yet."""
    answering = whom.counted.get(person)
    new = answering is not None and answering not in seen
    if answering:
        seen.add(answering)
    return new


def _residence(opened: OpenedRecords, interview: InterviewOfWeek) -> str:
    """Where the household lives, by whoever spoke for it: not known where they may not be counted."""
    return opened.district(opened.said_of_screened(interview)) if interview.person in opened.whom.counted else UNKNOWN
