"""Erase a record: a person, a movement report, an answer as it was received, or a refused post.

With a person go their key, tokens, cases and interviews, whatever else hangs on the record, and every raw answer that
speaks of them. A screening interview speaks of a whole household, so it goes when any of its members is erased. The others
keep what was made of it: their own sealed records, under keys of their own. An officer reads in the proposal how many they are.

Works in a transaction of the program itself, in reach of the whole operation: an erasure that sees only a part erases
only a part. Who may ask for it is decided before, in a transaction of their own (`casework.propose_erasures`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, or_, select, text
from sqlalchemy.orm import Session

from casework.admission.admit_submission import one_at_a_time
from casework.erasure.erasure_subject import ErasureKind, Subject
from casework.errors import ErasureOutOfReach, RecordUnknown
from casework.models import (
    Case,
    Household,
    HouseholdMember,
    HouseholdRole,
    Interview,
    InterviewKind,
    MovementEvent,
    Person,
    StoredKey,
    Token,
)
from casework.rights.hold_record import refuse_held
from casework.rights_models import Tombstone
from casework.store.change_clear import changing_clear
from casework.store.linked_persons import persons_of
from casework.store.named_beside import named_beside
from casework.store.seal_record import Vault, stored_keys
from core.access import access_of
from core.audit import Action, Purpose, record
from core.clock import now
from core.database import Base
from core.erasure import Tally, announce
from core.keys.keyring import KeyRing
from ingest import chain_of, erase_submissions

__all__ = ["Footprint", "erase_record", "footprint"]

TOLD_OF: Final = HouseholdMember.role != HouseholdRole.JOINED.value  # in the household's screening


@dataclass(frozen=True)
class Footprint:
    """What an erasure would touch: `submissions` are raw answers, `others` the persons whom these speak of too."""

    persons: frozenset[UUID] = frozenset()
    cases: frozenset[UUID] = frozenset()
    households: frozenset[UUID] = frozenset()
    submissions: frozenset[UUID] = frozenset()
    others: frozenset[UUID] = frozenset()


def footprint(session: Session, subject: Subject) -> Footprint:
    """What erasing the subject would touch; raises `RecordUnknown`."""
    if subject.kind is ErasureKind.PERSON:
        return _of_person(session, subject.record)
    if subject.kind is ErasureKind.REPORT:
        event = session.get(MovementEvent, subject.record)
        if event is None:
            raise RecordUnknown(kind="movement report", record=subject.record)
        return Footprint(submissions=frozenset({event.chain, event.submission}))
    if subject.kind is ErasureKind.SUBMISSION:
        chain = chain_of(session, subject.record)
        if not chain:
            raise RecordUnknown(kind="submission", record=subject.record)
        return Footprint(submissions=chain, others=_spoken_of(session, chain))
    return Footprint()


def erase_record(session: Session, ring: KeyRing, operation: str, subject: Subject, *, proposal: UUID) -> Tally:
    """Erase the subject and leave its tombstone; what was taken away, counted.

    Raises `RecordUnknown`, `RecordHeld` (also where the raw answers speak of somebody else who is held),
    `ClearRowChanged` or `ListPutBack` where a hold may have been taken away, or `ErasureOutOfReach` in a transaction that does
    not reach the whole operation.
    """
    if not access_of(session).system:
        raise ErasureOutOfReach(subject=str(subject))
    one_at_a_time(session)  # no admission may bring back what is being taken away
    touched, tally = footprint(session, subject), Tally()
    stored_keys(Vault(session, ring, operation), touched.persons | touched.others)  # that no hold was taken away
    refuse_held(session, touched.persons | touched.others)
    if subject.kind is ErasureKind.PERSON:
        with changing_clear(Vault(session, ring, operation), named_beside(session, touched.persons)):
            _erase_persons(session, touched, tally)
    elif subject.kind is ErasureKind.REPORT:
        _destroy_keys(session, {subject.record}, tally)
        tally.delete(session, MovementEvent, MovementEvent.id == subject.record)
    refused = [subject.record] if subject.kind is ErasureKind.QUARANTINE else []
    erase_submissions(session, ring, operation, touched.submissions, tally, refused=refused)
    erased = touched.persons or frozenset({subject.record})
    # A case is known to phones by its id, so it has a tombstone of its own: none is created again.
    tally.records |= dict.fromkeys(touched.cases, "casework.case") | dict.fromkeys(erased, subject.kind.value)
    _leave_tombstones(session, operation, tally, proposal)
    announce(session, operation, erased)
    detail = {"proposal": str(proposal), "rows": tally.counted, "keys": len(tally.keys), "others": len(touched.others)}
    record(session, Action.ERASED, str(subject), purpose=Purpose.RIGHTS, count=len(erased), detail=detail)
    return tally


def _persons_meant(session: Session, person: UUID) -> frozenset[UUID]:
    """The records that are this one human being: those merged with it are erased together with it."""
    if session.get(Person, person) is None:
        raise RecordUnknown(kind="person", record=person)
    return frozenset(persons_of(session, person))


def _of_person(session: Session, person: UUID) -> Footprint:
    persons = _persons_meant(session, person)
    households = _ids(session, select(HouseholdMember.household).where(HouseholdMember.person.in_(persons)))
    told_of = _ids(session, select(HouseholdMember.household).where(HouseholdMember.person.in_(persons), TOLD_OF))
    cases = _ids(session, select(Case.id).where(Case.person.in_(persons)))
    in_household = select(Case.id).where(Case.household.in_(told_of))
    theirs = or_(
        Interview.case.in_(cases), (Interview.case.in_(in_household)) & (Interview.kind == InterviewKind.SCREENING.value)
    )
    rows = session.execute(select(Interview.chain, Interview.submission).where(theirs)).all()
    raw = frozenset(submission for row in rows for submission in row)
    spoken_of = HouseholdMember.household.in_(told_of), TOLD_OF
    members = _ids(session, select(HouseholdMember.person).where(*spoken_of)) if raw else set()
    return Footprint(persons, frozenset(cases), frozenset(households), raw, frozenset(members) - persons)


def _spoken_of(session: Session, chain: Collection[UUID]) -> frozenset[UUID]:
    """The persons whose records were made of these answers."""
    made = select(Interview.case).where(or_(Interview.chain.in_(chain), Interview.submission.in_(chain)))
    cases = session.execute(select(Case.person, Case.household).where(Case.id.in_(made))).all()
    households = [row.household for row in cases]
    members = _ids(session, select(HouseholdMember.person).where(HouseholdMember.household.in_(households), TOLD_OF))
    return frozenset(members | {row.person for row in cases})


def _ids(session: Session, wanted: Select[UUID]) -> set[UUID]:
    return set(session.scalars(wanted))


def _erase_persons(session: Session, touched: Footprint, tally: Tally) -> None:
    persons, cases = touched.persons, touched.cases
    _destroy_keys(session, persons, tally)
    _count_what_falls_with(session, persons, tally)  # some of it falls with the case
    tally.delete(session, Token, Token.record.in_(persons))
    tally.delete(session, Interview, Interview.case.in_(cases))
    tally.delete(session, Case, Case.id.in_(cases))
    tally.delete(session, HouseholdMember, HouseholdMember.person.in_(persons))
    tally.delete(session, Person, Person.id.in_(persons))
    inhabited = select(HouseholdMember.household)
    used = select(Case.household)
    empty = Household.id.in_(touched.households), Household.id.not_in(inhabited), Household.id.not_in(used)
    tally.delete(session, Household, *empty)
    session.expire_all()


def _destroy_keys(session: Session, records: Collection[UUID], tally: Tally) -> None:
    keys = session.execute(select(StoredKey.record, StoredKey.kind).where(StoredKey.record.in_(records)))
    tally.keys += sorted(f"casework.record_key:{row.record}/{row.kind}" for row in keys)
    tally.delete(session, StoredKey, StoredKey.record.in_(records))


def _count_what_falls_with(session: Session, persons: Collection[UUID], tally: Tally) -> None:
    """Count the rows of every table that hangs on a person: the database deletes them with the person (ON DELETE CASCADE)."""
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.target_fullname == "casework.person.id" and key.ondelete == "CASCADE" and _readable(session, str(table)):
                hanging = select(func.count()).select_from(table).where(key.parent.in_(persons))
                tally.rows[str(table)] += session.scalar(hanging) or 0


def _readable(session: Session, table: str) -> bool:
    asked = text("SELECT has_table_privilege(current_user, :table, 'SELECT')")
    return bool(session.scalar(asked, {"table": table}))


def _leave_tombstones(session: Session, operation: str, tally: Tally, proposal: UUID) -> None:
    moment = now()
    session.add_all(
        Tombstone(record=record, operation=operation, kind=kind, proposal=proposal, erased_at=moment)
        for record, kind in sorted(tally.records.items())
    )
    session.flush()
