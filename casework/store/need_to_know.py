"""Whether this transaction's account may read these parts of this person's record.

Row-level security has decided already whether the record is shown at all. Here the parts are decided: by the rights of a
grant that covers the record, or by an opening of the record to the account; and, before both, by who is kept from what,
here or in another record of the same person.
"""

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.models import KeptFrom, Opening, Person
from casework.store.linked_persons import persons_of
from core.access import Access, Custody, NotAllowed, access_of
from core.clock import now
from core.permissions import Right
from forms import RecordPart

__all__ = ["FILES", "PART_RIGHTS", "readable_parts", "require_files", "require_parts"]

FILES: Final = "files"  # beside the parts, in openings and in what somebody is kept from

PART_RIGHTS: Final[Mapping[RecordPart, Right]] = {
    RecordPart.IDENTITY: Right.READ_IDENTITY,
    RecordPart.CONTACT: Right.READ_CONTACT,
    RecordPart.NARRATIVE: Right.READ_NARRATIVE,
    RecordPart.FACTS: Right.READ_FACTS,
}


def require_parts(session: Session, person: Person, parts: Collection[RecordPart]) -> None:
    """Raises `NotAllowed` for the first part that may not be read."""
    readable = readable_parts(session, person)
    for part in parts:
        if part not in readable:
            raise NotAllowed(PART_RIGHTS[part], f"casework.person:{person.id}")


def readable_parts(session: Session, person: Person) -> frozenset[RecordPart]:
    """The parts of a record that this transaction's account may read."""
    access = access_of(session)
    if access.system:
        return frozenset(RecordPart)
    custody, opened = Custody.parse(person.custody), _opened(session, person, access)
    granted = {part for part, right in PART_RIGHTS.items() if access.may(right, custody)}
    lent = {part for part, right in PART_RIGHTS.items() if part.value in opened and access.may(right)}
    kept = select(KeptFrom.part).where(KeptFrom.person.in_(persons_of(session, person.id)), KeptFrom.actor == access.actor)
    return frozenset((granted | lent) - {RecordPart(part) for part in session.scalars(kept)})


def require_files(session: Session, person: Person, part: RecordPart | None = None) -> frozenset[RecordPart]:
    """The parts of a record whose files may be read; raises `NotAllowed` when there are none, or not those of `part`.

    Who is kept from a part is kept from the files that speak of it: a narrative may have been recorded, not written.
    """
    access, custody = access_of(session), Custody.parse(person.custody)
    if access.system:
        return frozenset(RecordPart)
    lent = FILES in _opened(session, person, access) and access.may(Right.READ_FILES)
    kept = select(KeptFrom.part).where(KeptFrom.person == person.id, KeptFrom.actor == access.actor)
    kept_from = set(session.scalars(kept))
    readable = frozenset(each for each in RecordPart if each.value not in kept_from)
    allowed = (lent or access.may(Right.READ_FILES, custody)) and FILES not in kept_from
    if not allowed or (part is not None and part not in readable):
        raise NotAllowed(Right.READ_FILES, f"casework.person:{person.id}")
    return readable


def _opened(session: Session, person: Person, access: Access) -> set[str]:
    openings = select(Opening.parts).where(Opening.person == person.id, Opening.actor == access.actor, Opening.until > now())
    return {part for parts in session.scalars(openings) for part in parts}
