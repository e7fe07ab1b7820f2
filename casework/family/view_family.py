"""The people around a person as a screen shows them: that there are some, each covered until it is asked for.

Of somebody whose identity the account may not read, or whose record is not to be used for the purpose, stays a closed line;
somebody out of reach is not there at all. Relations and households of all records that are one person's stand together.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from casework.consent.consents import usable
from casework.family.may_keep import person_to_read
from casework.family.relate_persons import Said, open_said
from casework.family_models import Relationship
from casework.models import HouseholdMember, HouseholdRole, Person
from casework.names.person_name import person_name
from casework.store.bulk_limit import count_reading
from casework.store.kept_key import KeptKey
from casework.store.linked_persons import persons_of
from casework.store.need_to_know import readable_parts_of_each
from casework.store.seal_record import Vault, open_parts, stored_keys
from core.access import Custody
from core.audit import Action, Purpose, record
from core.clear_columns import custody_of
from core.database import among
from core.keys.keyring import KeyRing
from forms import RecordPart

__all__ = ["FamilyView", "HouseholdView", "MemberView", "RelationView", "view_family"]


@dataclass(frozen=True)
class RelationView:
    """A relationship, seen from the person; `said` and `name` are None while it is covered, and always where it is closed."""

    id: UUID
    other: UUID
    noted_at: datetime
    ended_at: datetime | None
    closed: bool
    said: Said | None = field(repr=False)
    name: str | None = field(repr=False)


@dataclass(frozen=True)
class MemberView:
    """Somebody of a household; `itself` is the person whose page it is, `interviewed` who spoke for all."""

    person: UUID
    interviewed: bool
    head: bool
    joined_at: datetime | None
    left_at: datetime | None
    itself: bool
    closed: bool
    name: str | None = field(repr=False)


@dataclass(frozen=True)
class HouseholdView:
    id: UUID
    members: tuple[MemberView, ...]


@dataclass(frozen=True)
class FamilyView:
    person: UUID
    custody: Custody
    relations: tuple[RelationView, ...]
    households: tuple[HouseholdView, ...]


@dataclass(frozen=True)
class _Shown:
    """Who may be shown, and of those asked for the keys and names."""

    open_to: Collection[UUID]
    keys: Mapping[UUID, KeptKey]
    names: Mapping[UUID, str] = field(repr=False)


def view_family(
    session: Session, ring: KeyRing, person_id: UUID, *, revealed: Collection[UUID] = (), purpose: Purpose
) -> FamilyView:
    """The people around a person; of those whose ids are among `revealed`, their name and what they are to the person.

    Raises `RecordUnknown`, `NotAllowed`, `RecordRestricted`, `ReadTooMany`, `KeyDestroyed` or `CiphertextRefused`.
    """
    person = person_to_read(session, person_id, purpose)
    vault, mine = Vault(session, ring, person.operation), persons_of(session, person_id)
    relations, members = _relations(session, mine), _members(session, mine)
    others = {_other(row, mine) for row in relations} | {row.person for row in members} - set(mine)
    shown = _shown(vault, mine, others, set(revealed), purpose)
    names = sorted(shown.names)
    detail = {"relations": len(relations), "persons": [str(one) for one in names]}
    record(session, Action.READ, f"casework.person:{person_id}", purpose=purpose, count=len(names), detail=detail)
    return FamilyView(
        person_id,
        custody_of(person),
        tuple(_relation(row, mine, shown) for row in relations),
        tuple(_household(household, members, mine, shown) for household in dict.fromkeys(row.household for row in members)),
    )


def _relations(session: Session, mine: Collection[UUID]) -> Sequence[Relationship]:
    """Those that stand first, then those that ended; none between two records of one person."""
    theirs = or_(among(Relationship.person, mine), among(Relationship.other, mine))
    rows = session.scalars(select(Relationship).where(theirs).order_by(Relationship.noted_at, Relationship.id)).all()
    return sorted((row for row in rows if not {row.person, row.other} <= {*mine}), key=lambda row: row.ended_at is not None)


def _members(session: Session, mine: Collection[UUID]) -> Sequence[HouseholdMember]:
    households = select(HouseholdMember.household).where(among(HouseholdMember.person, mine))
    member = HouseholdMember
    ordered = member.household, member.left_at.is_not(None), member.role != HouseholdRole.INTERVIEWED.value, member.person
    return session.scalars(select(member).where(member.household.in_(households)).order_by(*ordered)).all()


def _shown(vault: Vault, mine: Collection[UUID], others: set[UUID], asked: set[UUID], purpose: Purpose) -> _Shown:
    session = vault.session
    found = session.scalars(select(Person).where(among(Person.id, others))).all()
    parts = readable_parts_of_each(session, found) if found else {}
    open_to = usable(session, [one for one in parts if RecordPart.IDENTITY in parts[one]], purpose)
    opened = [one for one in found if one.id in open_to & asked]
    count_reading(session, [one.id for one in opened])
    keys = stored_keys(vault, [*mine, *(one.id for one in opened)])
    names = {
        one.id: person_name(open_parts(one, keys[one.id], [RecordPart.IDENTITY])[RecordPart.IDENTITY]).written
        for one in opened
        if one.id in keys
    }
    return _Shown(open_to, keys, names)


def _other(row: Relationship, mine: Collection[UUID]) -> UUID:
    return row.other if row.person in mine else row.person


def _relation(row: Relationship, mine: Collection[UUID], shown: _Shown) -> RelationView:
    other = _other(row, mine)
    me = row.person if other == row.other else row.other
    said = open_said(row, shown.keys, me) if other in shown.names else None
    closed = other not in shown.open_to
    return RelationView(row.id, other, row.noted_at, row.ended_at, closed, said, shown.names.get(other))


def _household(household: UUID, rows: Sequence[HouseholdMember], mine: Collection[UUID], shown: _Shown) -> HouseholdView:
    return HouseholdView(
        household,
        tuple(
            MemberView(
                row.person,
                row.role == HouseholdRole.INTERVIEWED.value,
                row.head,
                row.joined_at,
                row.left_at,
                row.person in mine,
                row.person not in shown.open_to and row.person not in mine,
                shown.names.get(row.person),
            )
            for row in rows
            if row.household == household
        ),
    )
