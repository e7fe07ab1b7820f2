"""Who proposes an erasure: an officer whom somebody asked, or a retention period that has run out.

Nothing is erased here. A proposal waits for a second person (`core.second_person`), and `casework.erase_person` does the deed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, union
from sqlalchemy.orm import Session, aliased

from casework.case_file_models import CaseEntry, EntryKind
from casework.erasure.erase_person import footprint
from casework.erasure.erasure_subject import ErasureKind, Subject
from casework.erasure.retention import Keeps, RetentionRule, rules_in_force
from casework.errors import RecordHeld, RecordUnknown
from casework.models import Case, HouseholdMember, Interview, MovementEvent, Person
from casework.rights.hold_record import refuse_held
from casework.store.linked_persons import canonical_persons
from core.access import Custody, require
from core.audit import Action, Purpose, record
from core.clear_columns import custody_of
from core.clock import now
from core.paging import PAGE, Page, page_of
from core.permissions import Right
from core.second_person import Act, open_proposals, propose
from ingest import received_before

__all__ = ["ErasureReason", "Overdue", "find_overdue", "page_overdue", "propose_erasure", "propose_overdue"]

# What ends a case on screen, or goes on after its end: the period runs from there.
ENDING: Final = (EntryKind.DECISION.value, EntryKind.CLOSURE.value, EntryKind.REFERRAL.value)
LONG_AGO = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class ErasureReason(StrEnum):
    """Why an erasure is proposed. A code and no free text: the proposal outlives the person's record."""

    PERSON_ASKED = "person_asked"
    GUARDIAN_ASKED = "guardian_asked"
    REPORTER_ASKED = "reporter_asked"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    UNLAWFUL = "unlawful"
    RETENTION = "retention"


@dataclass(frozen=True)
class Overdue:
    """A record whose retention period has run out; `proposal` is the one that waits for it, if any."""

    subject: Subject
    rule: str
    held: bool
    proposal: UUID | None

    @property
    def id(self) -> UUID:
        """The record's own, by which a page of the list begins."""
        return self.subject.record


def propose_erasure(session: Session, record: str, *, reason: ErasureReason, rule: str = "") -> UUID:
    """Propose to erase a record; the proposal's id.

    `record` is written `casework.person:<id>`, or as the id of a person alone. The detail of the proposal says how many raw
    answers go and of how many other persons these speak. Raises `SubjectUnclear`, `RecordUnknown`, `RecordHeld` or
    `NotAllowed`.
    """
    subject = Subject.parse(record)
    custody = _custody(session, subject)
    require(session, Right.PROPOSE_ERASURE, custody, subject=str(subject))
    touched = footprint(session, subject)
    refuse_held(session, touched.persons | touched.others)
    detail = {"reason": reason.value, "submissions": len(touched.submissions), "others": len(touched.others)}
    purpose = Purpose.LEGAL if reason is ErasureReason.RETENTION else Purpose.RIGHTS
    said = {**detail, "rule": rule} if rule else detail
    return propose(session, Act.ERASURE, str(subject), purpose=purpose, detail=said, custodies=[custody] if custody else [])


def find_overdue(session: Session, operation: str, periods: Path) -> list[Overdue]:
    """What lies here longer than its period, with what stands in the way and what is proposed already.

    `periods` is the file of retention periods, which holds until two people have activated a policy; where there is neither,
    Waystation's own hold. Raises `NotAllowed` or `RetentionUnreadable`.
    """
    return list(_listed(session, operation, periods, None))


def page_overdue(
    session: Session, operation: str, periods: Path, *, after: UUID | None = None, size: int = PAGE
) -> Page[Overdue]:
    """The same page by page, for a screen: whether a record is held is looked up for those shown only."""
    return page_of(_listed(session, operation, periods, after), size)


def propose_overdue(session: Session, operation: str, periods: Path) -> list[UUID]:
    """Propose the erasure of what is overdue, neither held nor proposed already; the new proposals."""
    due = [item for item in find_overdue(session, operation, periods) if not item.held and item.proposal is None]
    return [propose_erasure(session, str(item.subject), reason=ErasureReason.RETENTION, rule=item.rule) for item in due]


def _listed(session: Session, operation: str, periods: Path, after: UUID | None) -> Iterator[Overdue]:
    require(session, Right.PROPOSE_ERASURE)
    waiting = {p.subject: p.id for p in open_proposals(session) if p.act is Act.ERASURE}
    found = dict(_overdue(session, operation, rules_in_force(session, periods)))
    record(session, Action.READ, "casework.retention", purpose=Purpose.LEGAL, count=len(found))
    subjects = sorted(found, key=str)
    begin = next((at for at, subject in enumerate(subjects, 1) if subject.record == after), 0)
    for subject in subjects[begin:]:
        yield Overdue(subject, found[subject], _is_held(session, subject), waiting.get(str(subject)))


def _overdue(session: Session, operation: str, rules: Sequence[RetentionRule]) -> Iterator[tuple[Subject, str]]:
    raw: dict[Keeps, datetime] = {}
    for rule in rules:
        if rule.period is None:
            continue
        moment = now() - rule.period
        if rule.keeps is Keeps.PERSON:
            yield from ((Subject(ErasureKind.PERSON, found), rule.name) for found in _persons(session, operation, rule, moment))
        elif rule.keeps is Keeps.REPORT:
            old = MovementEvent.operation == operation, MovementEvent.received_at < moment
            for report in session.scalars(select(MovementEvent.id).where(*old)):
                yield Subject(ErasureKind.REPORT, report), rule.name
        else:
            raw[rule.keeps] = moment
    names = {rule.keeps: rule.name for rule in rules}
    handled, refused = raw.get(Keeps.SUBMISSION, LONG_AGO), raw.get(Keeps.QUARANTINE, LONG_AGO)
    chains, entries = received_before(session, operation, handled=handled, refused=refused)
    yield from ((Subject(ErasureKind.SUBMISSION, chain), names.get(Keeps.SUBMISSION, "")) for chain in chains)
    yield from ((Subject(ErasureKind.QUARANTINE, entry), names.get(Keeps.QUARANTINE, "")) for entry in entries)


def _persons(session: Session, operation: str, rule: RetentionRule, moment: datetime) -> set[UUID]:
    """Those interviewed and the members of their households, unless somebody has another case that is still to be kept."""
    acted = CaseEntry.case == Case.id, CaseEntry.kind.in_(ENDING)
    last_act = select(func.max(CaseEntry.changed_at)).where(*acted).correlate(Case).scalar_subquery()
    last = func.greatest(func.coalesce(func.max(Interview.received_at), Case.opened_at), last_act)  # skips what is not there
    due = (
        select(Case.id, Case.household)
        .outerjoin(Interview, Interview.case == Case.id)
        .where(Case.operation == operation, Case.state.in_([state.value for state in rule.states]))
        .group_by(Case.id)
        .having(last < moment)
        .subquery()
    )
    concerned = select(HouseholdMember.person).where(HouseholdMember.household.in_(select(due.c.household)))
    kept = Case.operation == operation, Case.id.not_in(select(due.c.id))
    there = aliased(HouseholdMember)  # whoever moved to a household that is still to be kept
    living_there = select(there.person).join(Case, Case.household == there.household).where(*kept, there.left_at.is_(None))
    still_kept = union(select(Case.person).where(*kept), living_there)
    return _whole(session, set(session.scalars(concerned.where(HouseholdMember.person.not_in(still_kept)))))


def _whole(session: Session, due: set[UUID]) -> set[UUID]:
    """Of records that were merged all go together, once all of them are due; the one that answers for them stands for all."""
    into = canonical_persons(session)
    kept = {into.get(record, record) for record in {*into, *into.values()} - due}
    return {into.get(record, record) for record in due} - kept


def _is_held(session: Session, subject: Subject) -> bool:
    touched = footprint(session, subject)
    try:
        refuse_held(session, touched.persons | touched.others)
    except RecordHeld:
        return True
    return False


def _custody(session: Session, subject: Subject) -> Custody | None:
    if subject.kind is not ErasureKind.PERSON:
        return None
    person = session.get(Person, subject.record)
    if person is None:
        raise RecordUnknown(kind="person", record=subject.record)
    return custody_of(person)
