"""Handing over many cases at once: whom each is of, counted as if the record were read.

To put a hundred records into other hands touches as many persons as to read them, so it has the same limit in a day, and the
same second person beyond it.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from casework.errors import RecordUnknown
from casework.models import Case, Person
from casework.store.bulk_limit import count_reading
from core.access import require
from core.clear_columns import custody_of
from core.permissions import Right

__all__ = ["person_to_hand_over"]


def person_to_hand_over(session: Session, case_id: UUID) -> UUID:
    """The person whose record goes with the case; raises `RecordUnknown`, `NotAllowed` or `ReadTooMany`."""
    case = session.get(Case, case_id)
    if case is None:
        raise RecordUnknown(kind="case", record=case_id)
    person = session.get_one(Person, case.person)
    require(session, Right.SHARE_RECORD, custody_of(person), subject=f"casework.person:{person.id}")
    count_reading(session, [person.id])
    return person.id
