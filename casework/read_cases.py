"""Reading persons and cases. Every read names its purpose and leaves a line in the audit log."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from casework.consent import require_unrestricted
from casework.errors import RecordUnknown
from casework.models import Case, HouseholdMember, HouseholdRole, Interview, KeyKind, Person
from casework.need_to_know import require_parts
from casework.seal_record import Vault, open_parts, stored_key
from core.access import require
from core.audit import Action, Purpose, record
from core.keyring import KeyRing
from core.permissions import Right
from forms import RecordPart

__all__ = ["CaseSummary", "InterviewRecord", "PersonRecord", "list_cases", "read_person", "summaries"]

Parts = Mapping[RecordPart, Mapping[str, Any]]


@dataclass(frozen=True)
class InterviewRecord:
    """One interview of a case; `parts` holds the answers by name, of the parts that were asked for."""

    id: UUID
    case: UUID
    kind: str
    received_at: datetime
    parts: Parts = field(repr=False)


@dataclass(frozen=True)
class PersonRecord:
    """What is held on a person: the answers given on them, and the interviews of their cases in order of admission."""

    id: UUID
    row_version: int
    parts: Parts = field(repr=False)
    interviews: tuple[InterviewRecord, ...]


@dataclass(frozen=True)
class CaseSummary:
    """A case as a list shows it: nothing that a person said."""

    id: UUID
    person: UUID
    members: tuple[UUID, ...]  # of the household, besides the person
    state: str
    screening_outcome: str
    opened_at: datetime


def read_person(
    session: Session, ring: KeyRing, person_id: UUID, *, parts: Collection[RecordPart], purpose: Purpose
) -> PersonRecord:
    """Open the parts asked for and no others.

    Raises `RecordUnknown` (also for a record out of reach), `NotAllowed`, `RecordRestricted`, `KeyDestroyed` or
    `CiphertextRefused`.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise RecordUnknown(kind="person", record=person_id)
    require_parts(session, person, parts)
    require_unrestricted(session, person_id, purpose)
    read = sorted(part.value for part in parts)
    record(session, Action.READ, f"casework.person:{person_id}", purpose=purpose, detail={"parts": read})
    key = stored_key(Vault(session, ring, person.operation), person_id, KeyKind.PERSON)
    theirs = select(Interview).join(Case, Interview.case == Case.id).where(Case.person == person_id)
    interviews = tuple(
        InterviewRecord(row.id, row.case, row.kind, row.received_at, open_parts(row, key, parts))
        for row in session.scalars(theirs.order_by(Interview.admitted_at, Interview.id))
    )
    return PersonRecord(person.id, person.row_version, open_parts(person, key, parts), interviews)


def list_cases(session: Session, operation: str, *, purpose: Purpose = Purpose.ASSISTANCE) -> list[CaseSummary]:
    """Every case of an operation that is in reach, newest first; raises `NotAllowed`."""
    require(session, Right.FIND_PERSON)
    cases = summaries(session, Case.operation == operation)
    record(session, Action.READ, "casework.case", purpose=purpose, count=len(cases))
    return cases


def summaries(session: Session, wanted: ColumnElement[bool]) -> list[CaseSummary]:
    """The cases in reach that are `wanted`, newest first; whoever asks writes the audit line."""
    others = HouseholdMember.household == Case.household, HouseholdMember.role == HouseholdRole.MEMBER.value
    members = select(func.array_agg(HouseholdMember.person)).where(*others).scalar_subquery()
    rows = session.execute(select(Case, members).where(wanted).order_by(Case.opened_at.desc(), Case.id))
    return [
        CaseSummary(case.id, case.person, tuple(among or ()), case.state, case.screening_outcome, case.opened_at)
        for case, among in rows
    ]
