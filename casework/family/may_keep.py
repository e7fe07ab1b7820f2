"""Who may look at the people around a person, and who may note something of them.

Who belongs to whom is part of a person's identity: it is shown to those who may read the identity of both. To note it is a
right of its own, held for both.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.consent.consents import require_unrestricted
from casework.errors import RecordUnknown
from casework.models import Person
from casework.store.bulk_limit import count_reading
from casework.store.need_to_know import require_parts
from core.access import Access, require
from core.audit import Purpose
from core.clear_columns import custody_of
from core.database import among
from core.permissions import Right
from forms import RecordPart

__all__ = ["person_to_read", "persons_to_keep", "require_keeping"]


def person_to_read(session: Session, person_id: UUID, purpose: Purpose) -> Person:
    """A person whose people may be looked at; raises `RecordUnknown`, `NotAllowed`, `RecordRestricted` or `ReadTooMany`."""
    [person] = _found(session, [person_id])
    require_parts(session, person, [RecordPart.IDENTITY])
    require_unrestricted(session, person_id, purpose)
    count_reading(session, [person_id])
    return person


def persons_to_keep(session: Session, persons: Collection[UUID], purpose: Purpose) -> list[Person]:
    """Persons of whom something may be noted, in this order; raises the same."""
    found = require_keeping(session, persons)[1]
    for person in found:
        require_parts(session, person, [RecordPart.IDENTITY])
        require_unrestricted(session, person.id, purpose)
    count_reading(session, persons)
    return found


def require_keeping(session: Session, persons: Collection[UUID]) -> tuple[Access, list[Person]]:
    """The same without reading anything of them, for what is ended or taken back: a restriction does not stand in its way.

    Raises `RecordUnknown` or `NotAllowed`.
    """
    found = _found(session, persons)
    for person in found:
        access = require(session, Right.KEEP_FAMILY, custody_of(person), subject=f"casework.person:{person.id}")
    return access, found


def _found(session: Session, persons: Collection[UUID]) -> list[Person]:
    by_id = {person.id: person for person in session.scalars(select(Person).where(among(Person.id, persons)))}
    for missing in [person for person in persons if person not in by_id]:
        raise RecordUnknown(kind="person", record=missing)
    return [by_id[person] for person in persons]
