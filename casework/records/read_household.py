"""Who lives with the person of a case: what may be read of each, opened together because a case page shows them together."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.errors import KeyDestroyed, RecordUnknown
from casework.models import Case, HouseholdMember, HouseholdRole, KeyKind, Person, StoredKey
from casework.store.bulk_limit import count_reading
from casework.store.need_to_know import readable_parts_of_each
from casework.store.seal_record import KEY_OF_PERSON, Vault, open_keys, open_parts
from core.audit import Action, Purpose, record
from core.keys.keyring import KeyRing
from forms import RecordPart

__all__ = ["read_household"]


def read_household(
    session: Session, ring: KeyRing, case_id: UUID, *, parts: Collection[RecordPart], purpose: Purpose
) -> dict[UUID, dict[RecordPart, dict[str, Any]]]:
    """By person, the parts asked for of each household member, without those that this account may not read.

    Members out of reach are absent. Raises `RecordUnknown` (also for a case out of reach), `ReadTooMany`, `KeyDestroyed` or
    `CiphertextRefused`.
    """
    case = session.get(Case, case_id)
    if case is None:
        raise RecordUnknown(kind="case", record=case_id)
    beside = HouseholdMember.role != HouseholdRole.INTERVIEWED.value, HouseholdMember.left_at.is_(None)
    theirs = HouseholdMember.household == case.household, *beside
    wanted = select(Person, StoredKey).join(HouseholdMember, HouseholdMember.person == Person.id)
    rows = session.execute(wanted.outerjoin(StoredKey, KEY_OF_PERSON).where(*theirs).order_by(Person.id))
    stored = {member: key for member, key in rows}  # noqa: C416  (a row is no pair to mypy)
    members = list(stored)
    readable = {member: among & {*parts} for member, among in readable_parts_of_each(session, members).items()}
    asked = [member.id for member in members if readable[member.id]]
    count_reading(session, asked)
    vault = Vault(session, ring, case.operation)
    keys = open_keys(vault, [key for member, key in stored.items() if key and readable[member.id]])
    for gone in [person for person in asked if person not in keys]:
        raise KeyDestroyed(kind=KeyKind.PERSON.value, record=gone)
    detail = {"parts": sorted(part.value for part in parts), "persons": [str(person) for person in asked]}
    record(session, Action.READ, f"casework.case:{case_id}", purpose=purpose, count=len(asked), detail=detail)
    return {
        member.id: open_parts(member, keys[member.id], readable[member.id]) if readable[member.id] else {} for member in members
    }
