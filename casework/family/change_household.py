"""A household changes: somebody joins it, is born into it, leaves, comes back, or is its head from now on.

Who leaves stays in it as one who left, because its screening still speaks of them. The keys of the person and of the
household's case list who belongs to it, so both must be in reach; and so must the head, of whom a household has one.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from casework.consent.consents import ConsentState
from casework.consent.record_consent import Statement, record_consent
from casework.family.errors import CaseBeyondReach, HouseholdUnknown, InHouseholdAlready, NameMissing, NotInHousehold
from casework.family.may_keep import persons_to_keep, require_keeping
from casework.models import Case, HouseholdMember, HouseholdRole, Person
from casework.names.person_name import MEMBER_AGE, MEMBER_NAME, birth_year_of_member, person_name
from casework.store.add_person import add_person
from casework.store.blind_tokens import replace_tokens
from casework.store.change_clear import changing_clear
from casework.store.linked_persons import own_custody
from casework.store.seal_record import Vault
from core.access import access_of
from core.audit import Action, Purpose, record
from core.clock import now
from core.database import Zone, ask_in
from core.keys.keyring import KeyRing
from forms import RecordPart

__all__ = ["NewMember", "add_new_member", "come_back", "join_household", "leave_household", "name_head"]

GENDER: Final = "member_gender"


@dataclass(frozen=True)
class NewMember:
    """Somebody who is typed in by a worker. `age` in years and `gender` (a code of the form) may be empty."""

    name: str = field(repr=False)
    age: str = field(default="", repr=False)
    gender: str = field(default="", repr=False)


def join_household(session: Session, ring: KeyRing, household: UUID, person: UUID, *, purpose: Purpose) -> None:
    """Somebody who has a record belongs to the household from now on.

    Raises `RecordUnknown`, `NotAllowed`, `RecordRestricted`, `ReadTooMany`, `HouseholdUnknown`, `InHouseholdAlready` or
    `CaseBeyondReach`.
    """
    persons_to_keep(session, [person, *_persons_of_case(session, household)], purpose)
    if session.get(HouseholdMember, (household, person)):
        raise InHouseholdAlready(person=person, household=household)
    _add(session, ring, household, person)
    _tell(session, household, person, "joined", purpose)


def add_new_member(
    session: Session, ring: KeyRing, household: UUID, member: NewMember, *, beside: UUID, agreed: Statement, purpose: Purpose
) -> UUID:
    """Somebody who has no record yet belongs to it; their id. Their record lies in the custody of that of `beside`, a member.

    `agreed` is what was said about keeping it. Whether they may be counted was not asked, which forbids it. Raises the same,
    `NotInHousehold`, `NameMissing` or `ConsentIncomplete`.
    """
    near, *_ = persons_to_keep(session, [beside, *_persons_of_case(session, household)], purpose)
    _living_there(session, household, beside)
    if not member.name.strip():
        raise NameMissing
    vault = Vault(session, ring, near.operation)
    parts = _parts(member)
    person = add_person(vault, parts, own_custody(session, beside))
    _add(session, ring, household, person)
    replace_tokens(vault, person, {}, name=person_name(parts[RecordPart.IDENTITY]))
    for said in (agreed, _not_asked(agreed)):
        record_consent(session, ring, person, said)
    _tell(session, household, person, "added", purpose)
    return person


def leave_household(session: Session, ring: KeyRing, household: UUID, person: UUID, *, purpose: Purpose) -> None:
    """Somebody is not there any more, whether they were its head or not; raises the same, or `NotInHousehold`."""
    with _changed(session, ring, household, person) as row:
        row.left_by, row.left_at, row.head = access_of(session).actor, now(), False
    _tell(session, household, person, "left", purpose)


def come_back(session: Session, ring: KeyRing, household: UUID, person: UUID, *, purpose: Purpose) -> None:
    """Who left is there again, or never left; raises the same."""
    with _changed(session, ring, household, person, left=True) as row:
        row.left_by = row.left_at = None
    _tell(session, household, person, "came_back", purpose)


def name_head(session: Session, ring: KeyRing, household: UUID, person: UUID, *, purpose: Purpose) -> None:
    """Somebody is the head of the household from now on, in place of who was; raises the same."""
    theirs = HouseholdMember.household == household, HouseholdMember.head, HouseholdMember.person != person
    former = session.scalars(select(HouseholdMember).where(*theirs)).all()
    try:
        with _changed(session, ring, household, person, *(row.person for row in former)) as row:
            for other in former:
                other.head = False
            session.flush()
            row.head = True
            session.flush()
    except IntegrityError:
        raise CaseBeyondReach(household=household) from None  # somebody is, whom this account does not see
    _tell(session, household, person, "head", purpose)


def _parts(member: NewMember) -> dict[RecordPart, dict[str, str]]:
    """Under the names that a screening gives them, so that the record reads like any other member's."""
    identity = {MEMBER_NAME: member.name.strip(), **birth_year_of_member({MEMBER_AGE: member.age}, f"{now():%Y-%m-%d}")}
    facts = {name: said for name, said in ((GENDER, member.gender), (MEMBER_AGE, member.age)) if said}
    return {part: {} for part in RecordPart} | {RecordPart.IDENTITY: identity, RecordPart.FACTS: facts}


def _not_asked(agreed: Statement) -> Statement:
    return Statement(Purpose.STATISTICS, ConsentState.NOT_ASKED, agreed.said_at, agreed.said_to, given_by=agreed.given_by)


def _add(session: Session, ring: KeyRing, household: UUID, person: UUID) -> None:
    access = access_of(session)
    row = HouseholdMember(
        household=household,
        person=person,
        operation=access.operation,
        role=HouseholdRole.JOINED.value,
        head=False,
        joined_by=access.actor,
        joined_at=now(),
    )
    with changing_clear(Vault(session, ring, access.operation), [person, *_persons_of_case(session, household)]):
        session.add(row)


@contextmanager
def _changed(
    session: Session, ring: KeyRing, household: UUID, person: UUID, *others: UUID, left: bool = False
) -> Iterator[HouseholdMember]:
    of_case = _persons_of_case(session, household)
    _, [found, *_] = require_keeping(session, [person, *others, *of_case])
    row = _living_there(session, household, person, left=left)
    with changing_clear(Vault(session, ring, found.operation), [person, *others, *of_case]):
        yield row


def _living_there(session: Session, household: UUID, person: UUID, *, left: bool = False) -> HouseholdMember:
    row = session.get(HouseholdMember, (household, person), populate_existing=True)
    if row is None or (row.left_at is not None) != left:
        raise NotInHousehold(person=person, household=household)
    return row


def _persons_of_case(session: Session, household: UUID) -> Collection[UUID]:
    """Whose key lists all of the household; raises `HouseholdUnknown`, or `CaseBeyondReach` where they cannot be seen."""
    if not session.scalars(select(HouseholdMember.person).where(HouseholdMember.household == household).limit(1)).first():
        raise HouseholdUnknown(household=household)
    session.flush()
    rows = ask_in(session, Zone.COMPARISON, select(Case.person).where(Case.household == household).distinct())
    standing = {row.person for row in rows}
    seen = set(session.scalars(select(Person.id).where(Person.id.in_(standing))))
    if standing - seen:
        raise CaseBeyondReach(household=household)
    return sorted(seen)


def _tell(session: Session, household: UUID, person: UUID, change: str, purpose: Purpose) -> None:
    detail = {"household": str(household), "change": change}
    record(session, Action.RELATED, f"casework.person:{person}", purpose=purpose, detail=detail)
