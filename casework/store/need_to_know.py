"""Whether this transaction's account may read these parts of this person's record.

Row-level security has decided already whether the record is shown at all. Here the parts are decided: by the rights of a
grant that covers the record, or by an opening of the record to the account; and, before both, by who is kept from what,
here or in another record of the same person.
"""

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, false, func, select, true, union_all
from sqlalchemy.orm import Session

from casework.models import KeptFrom, Opening, Person
from casework.store.linked_persons import persons_of_each
from core.access import Access, NotAllowed, access_of
from core.clear_columns import custody_of
from core.clock import now
from core.database import among_given
from core.permissions import Right
from core.postgres.asked_once import asked_once
from forms import RecordPart

__all__ = [
    "FILES",
    "PART_RIGHTS",
    "kept_parts",
    "readable_parts",
    "readable_parts_of_each",
    "require_among",
    "require_files",
    "require_parts",
]

Parts = Mapping[UUID, set[str]]
FILES: Final = "files"  # beside the parts, in openings and in what somebody is kept from

PART_RIGHTS: Final[Mapping[RecordPart, Right]] = {
    RecordPart.IDENTITY: Right.READ_IDENTITY,
    RecordPart.CONTACT: Right.READ_CONTACT,
    RecordPart.NARRATIVE: Right.READ_NARRATIVE,
    RecordPart.FACTS: Right.READ_FACTS,
}

SET_APART: Final = union_all(
    select(Opening.person, func.unnest(Opening.parts), true()).where(
        among_given(Opening.person, "persons"), Opening.actor == bindparam("actor"), Opening.until > bindparam("moment")
    ),
    select(KeptFrom.person, KeptFrom.part, false()).where(
        among_given(KeptFrom.person, "persons"), KeptFrom.actor == bindparam("actor")
    ),
)


def require_parts(session: Session, person: Person, parts: Collection[RecordPart]) -> None:
    """Raises `NotAllowed` for the first part that may not be read."""
    require_among(person.id, parts, readable_parts(session, person))


def require_among(person: UUID, parts: Collection[RecordPart], readable: Collection[RecordPart]) -> None:
    """Raises `NotAllowed` for the first part of the person's record that is not among those that may be read."""
    for part in parts:
        if part not in readable:
            raise NotAllowed(PART_RIGHTS[part], f"casework.person:{person}")


def readable_parts(session: Session, person: Person) -> frozenset[RecordPart]:
    """The parts of a record that this transaction's account may read."""
    return readable_parts_of_each(session, [person])[person.id]


def readable_parts_of_each(
    session: Session, persons: Collection[Person], *, linked: Mapping[UUID, Collection[UUID]] | None = None
) -> Mapping[UUID, frozenset[RecordPart]]:
    """The same for several records, by their ids, with as many questions to the database as for one. `linked` is what
    `persons_of_each` says of them, where that is known already."""
    access = access_of(session)
    if access.system:
        return {person.id: frozenset(RecordPart) for person in persons}
    linked = linked or persons_of_each(session, [person.id for person in persons])
    opened, kept = _set_apart(session, {one for same in linked.values() for one in same}, access)
    return {
        person.id: frozenset(
            part
            for part, right in PART_RIGHTS.items()
            if access.may(right, custody_of(person)) or (part.value in opened[person.id] and access.may(right))
            if not any(part.value in kept[one] for one in linked[person.id])
        )
        for person in persons
    }


def kept_parts(session: Session, person: Person) -> frozenset[str]:
    """The parts that the account is kept from, here or in another record of the same person."""
    linked, access = persons_of_each(session, [person.id])[person.id], access_of(session)
    _, kept = _set_apart(session, linked, access)
    return frozenset(part for one in linked for part in kept[one])


def require_files(session: Session, person: Person, part: RecordPart | None = None) -> frozenset[RecordPart]:
    """The parts of a record whose files may be read; raises `NotAllowed` when there are none, or not those of `part`.

    Who is kept from a part is kept from the files that speak of it: a narrative may have been recorded, not written.
    """
    access, custody = access_of(session), custody_of(person)
    if access.system:
        return frozenset(RecordPart)
    opened, kept = (parts[person.id] for parts in _set_apart(session, [person.id], access))
    lent = FILES in opened and access.may(Right.READ_FILES)
    readable = frozenset(each for each in RecordPart if each.value not in kept)
    allowed = (lent or access.may(Right.READ_FILES, custody)) and FILES not in kept
    if not allowed or (part is not None and part not in readable):
        raise NotAllowed(Right.READ_FILES, f"casework.person:{person.id}")
    return readable


def _set_apart(session: Session, persons: Collection[UUID], access: Access) -> tuple[Parts, Parts]:
    """By record, the parts that are opened to the account at this moment, and those that it is kept from."""
    return asked_once(session, ("set apart", access.actor, *persons), lambda: _ask_set_apart(session, persons, access))


def _ask_set_apart(session: Session, persons: Collection[UUID], access: Access) -> tuple[Parts, Parts]:
    opened, kept = ({person: set[str]() for person in persons} for _ in range(2))
    asked = {"persons": list(persons), "actor": access.actor, "moment": now()}
    for person, part, is_opened in session.execute(SET_APART, asked):
        (opened if is_opened else kept)[person].add(part)
    return opened, kept
