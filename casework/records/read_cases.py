"""Reading persons and cases. Every read names its purpose and leaves a line in the audit log."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session

from casework.consent.consents import require_unrestricted
from casework.duplicate_models import Merge
from casework.errors import RecordUnknown
from casework.models import Case, HouseholdMember, HouseholdRole, Interview, KeyKind, Person
from casework.records.show_linked import put_together
from casework.store.bulk_limit import count_reading
from casework.store.linked_persons import answering_for, persons_of
from casework.store.need_to_know import readable_parts_of_each, require_among
from casework.store.seal_record import Vault, find_with_key, open_parts, stored_key
from core.access import require
from core.audit import Action, Purpose, record
from core.keys.keyring import KeyRing
from core.permissions import Right
from forms import RecordPart

__all__ = ["CaseSummary", "InterviewRecord", "PersonRecord", "list_cases", "read_person", "summaries"]

Parts = Mapping[RecordPart, Mapping[str, Any]]
INTERVIEWS: Final = select(Interview).join(Case, Interview.case == Case.id).where(Case.person == bindparam("person"))


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
    """What is held on a person: the answers given on them, and the interviews of their cases in order of admission.

    Of a person with several records (`linked`, the one that answers for all first) `parts` holds each answer once, the
    chosen one where they differ, and `otherwise` the others.
    """

    id: UUID
    row_version: int
    parts: Parts = field(repr=False)
    interviews: tuple[InterviewRecord, ...]
    linked: tuple[UUID, ...] = ()
    otherwise: Mapping[RecordPart, Mapping[str, tuple[Any, ...]]] = field(default_factory=dict, repr=False)


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
    """Open the parts asked for and no others, of every record that is of the same person.

    A linked record adds those of the parts that may be read in it; what is restricted in one is restricted in all. Raises
    `RecordUnknown` (also for a record out of reach), `NotAllowed`, `ReadTooMany`, `RecordRestricted`, `KeyDestroyed` or
    `CiphertextRefused`.
    """
    found = find_with_key(session, person_id)  # while they are held here, the session asks for neither again
    if found is None:
        raise RecordUnknown(kind="person", record=person_id)
    together = persons_of(session, person_id)
    rows = [session.get_one(Person, linked) for linked in together]
    readable = readable_parts_of_each(session, rows, linked=dict.fromkeys(together, together))
    require_among(person_id, parts, readable[person_id])
    count_reading(session, [person_id])
    opened, interviews = {}, []
    for row in rows:
        require_unrestricted(session, row.id, purpose)
        wanted = [part for part in parts if part in readable[row.id]]
        opened[row.id], told = _open_record(session, ring, row, wanted, purpose)
        interviews += told
    whole, otherwise = put_together(opened, _choices(session, list(opened)))
    first = session.get_one(Person, next(iter(opened)))
    in_order = tuple(interview for _, interview in sorted(interviews, key=lambda pair: (pair[0], pair[1].id)))
    return PersonRecord(first.id, first.row_version, whole, in_order, tuple(opened), otherwise)


def _open_record(
    session: Session, ring: KeyRing, person: Person, parts: Collection[RecordPart], purpose: Purpose
) -> tuple[Parts, list[tuple[datetime, InterviewRecord]]]:
    """The parts of one record, and of the interviews of its cases with the moment of their admission."""
    read = sorted(part.value for part in parts)
    record(session, Action.READ, f"casework.person:{person.id}", purpose=purpose, detail={"parts": read})
    key = stored_key(Vault(session, ring, person.operation), person.id, KeyKind.PERSON)
    interviews = [
        (row.admitted_at, InterviewRecord(row.id, row.case, row.kind, row.received_at, open_parts(row, key, parts)))
        for row in session.scalars(INTERVIEWS, {"person": person.id})
    ]
    return open_parts(person, key, parts), interviews


def _choices(session: Session, linked: Collection[UUID]) -> Mapping[UUID, Collection[str]]:
    """By merged record, the questions whose answer there was chosen."""
    if len(linked) == 1:
        return {}
    choices = select(Merge.merged, Merge.shown_first).where(Merge.merged.in_(linked), Merge.undone_at.is_(None))
    return {merged: other for merged, other in session.execute(choices)}  # noqa: C416  (a row is no pair to mypy)


def list_cases(session: Session, operation: str, *, purpose: Purpose) -> list[CaseSummary]:
    """Every case of an operation that is in reach, newest first; raises `NotAllowed`."""
    require(session, Right.FIND_PERSON)
    cases = summaries(session, Case.operation == operation)
    record(session, Action.READ, "casework.case", purpose=purpose, count=len(cases))
    return cases


def summaries(session: Session, wanted: ColumnElement[bool]) -> list[CaseSummary]:
    """The cases in reach that are `wanted`, newest first; whoever asks writes the audit line."""
    beside = HouseholdMember.role != HouseholdRole.INTERVIEWED.value, HouseholdMember.left_at.is_(None)
    theirs = HouseholdMember.household == Case.household, *beside
    members = select(func.array_agg(HouseholdMember.person)).where(*theirs).scalar_subquery()
    rows = session.execute(select(Case, members).where(wanted).order_by(Case.opened_at.desc(), Case.id)).all()
    into = answering_for(session, {person for case, among in rows for person in (case.person, *(among or ()))})
    return [
        CaseSummary(
            case.id,
            into[case.person],
            tuple(into[member] for member in among or ()),
            case.state,
            case.screening_outcome,
            case.opened_at,
        )
        for case, among in rows
    ]
