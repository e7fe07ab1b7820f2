"""A person's record as a screen shows it: every field masked, until it is revealed by name and for a purpose.

A field is addressed by where it lies: `person/identity/prs_First_Name`, or `<interview id>/narrative/experience_narrative`.
A repeat is one field. What an account may not read is there as a part that is closed, without its fields.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from casework.errors import RecordUnknown
from casework.models import Case, Opening, Person
from casework.records.read_cases import PersonRecord, read_person
from casework.store.compare_clear import may_stand
from casework.store.need_to_know import PART_RIGHTS, readable_parts
from casework.store.seal_record import find_with_key
from casework.store.what_is_listed import OPENING
from core.access import Custody, NotAllowed, access_of, require
from core.audit import Action, Purpose, record
from core.clear_columns import custody_of
from core.clock import now
from core.keys.keyring import KeyRing
from core.permissions import Right
from forms import RecordPart

__all__ = ["RecordView", "ViewedField", "ViewedPart", "ViewedSource", "outline_record", "view_record"]

PERSON: Final = "person"
CASES: Final = select(Case.id, Case.state).where(Case.person == bindparam("person")).order_by(Case.opened_at)
OPEN_UNTIL: Final = (
    select(Opening.until)
    .where(Opening.person == bindparam("person"), Opening.actor == bindparam("actor"), Opening.until > bindparam("moment"))
    .order_by(Opening.until.desc())
)


@dataclass(frozen=True)
class ViewedField:
    """One answer; `value` is None while it is masked. Of a person with several records, `others` are what the others answer,
    revealed with it, and `differing` says how many they are."""

    address: str
    name: str
    value: Any = field(repr=False)
    others: tuple[Any, ...] = field(default=(), repr=False)
    differing: int = 0


@dataclass(frozen=True)
class ViewedPart:
    """One part of a record; closed to this account where `readable` is false."""

    part: RecordPart
    readable: bool
    fields: tuple[ViewedField, ...] = ()


@dataclass(frozen=True)
class ViewedSource:
    """What was answered on the person, or in one interview of theirs."""

    source: str  # `person`, or the kind of interview
    received_at: datetime | None
    parts: tuple[ViewedPart, ...]


@dataclass(frozen=True)
class RecordView:
    """The record of one person. `open_until` is set where it is open to the account beyond its reach."""

    person: UUID
    custody: Custody
    cases: tuple[tuple[UUID, str], ...]  # with their states
    sources: tuple[ViewedSource, ...]
    open_until: datetime | None


def view_record(
    session: Session, ring: KeyRing, person_id: UUID, *, revealed: Collection[str] = (), purpose: Purpose
) -> RecordView:
    """The record with the fields of these addresses revealed and all others masked.

    Raises `RecordUnknown`, `NotAllowed` where no part is open or for a field of a part that is closed, `KeyDestroyed` or
    `CiphertextRefused`.
    """
    found = find_with_key(session, person_id)  # while they are held here, the session asks for neither again
    if found is None:
        raise RecordUnknown(kind="person", record=person_id)
    person, _ = found
    readable = readable_parts(session, person)
    if not readable:  # as to a partner who answers a referral: not even where its cases stand
        raise NotAllowed(Right.READ_IDENTITY, f"casework.person:{person_id}")
    _refuse_closed(person_id, revealed, readable)
    opened = read_person(session, ring, person_id, parts=readable, purpose=purpose)
    sources = tuple(_sources(opened, readable, frozenset(revealed)))
    shown = sorted(one.address for one in _fields(sources) if one.value is not None)
    if shown:
        subject = f"casework.person:{person_id}"
        record(session, Action.READ, subject, purpose=purpose, count=len(shown), detail={"revealed": shown})
    return _view(session, person, sources)


def outline_record(session: Session, person_id: UUID) -> RecordView:
    """The record without its answers: for a screen on which a restriction that forbids reading them is seen and lifted.

    Raises `RecordUnknown`, or `NotAllowed` for who may not see the restrictions.
    """
    found = find_with_key(session, person_id)
    if found is None:
        raise RecordUnknown(kind="person", record=person_id)
    person, _ = found
    subject = f"casework.person:{person_id}"
    require(session, Right.READ_FACTS, custody_of(person), subject=subject)
    record(session, Action.READ, subject, purpose=Purpose.RIGHTS, detail={"parts": []})
    return _view(session, person, ())


def _view(session: Session, person: Person, sources: tuple[ViewedSource, ...]) -> RecordView:
    cases = session.execute(CASES, {"person": person.id})
    states = tuple((case, state) for case, state in cases)
    return RecordView(person.id, custody_of(person), states, sources, _open_until(session, person.id))


def _refuse_closed(person_id: UUID, revealed: Collection[str], readable: Collection[RecordPart]) -> None:
    for address in revealed:
        part = next((part for part in RecordPart if address.split("/")[1:2] == [part.value]), None)
        if part and part not in readable:
            raise NotAllowed(PART_RIGHTS[part], f"casework.person:{person_id}")


def _sources(opened: PersonRecord, readable: Collection[RecordPart], revealed: frozenset[str]) -> Iterator[ViewedSource]:
    yield ViewedSource(PERSON, None, _parts(PERSON, opened.parts, readable, revealed, opened.otherwise))
    for interview in opened.interviews:
        parts = _parts(str(interview.id), interview.parts, readable, revealed)
        if any(part.fields for part in parts):
            yield ViewedSource(interview.kind, interview.received_at, parts)


def _parts(
    source: str,
    parts: Mapping[RecordPart, Mapping[str, Any]],
    readable: Collection[RecordPart],
    revealed: frozenset[str],
    otherwise: Mapping[RecordPart, Mapping[str, tuple[Any, ...]]] = MappingProxyType({}),
) -> tuple[ViewedPart, ...]:
    return tuple(
        ViewedPart(part, part in readable, tuple(_fields_of(f"{source}/{part.value}", answers, others, revealed)))
        for part in RecordPart
        for answers, others in [(parts.get(part, {}), otherwise.get(part, {}))]
    )


def _fields_of(
    lies: str, answers: Mapping[str, Any], others: Mapping[str, tuple[Any, ...]], revealed: frozenset[str]
) -> Iterator[ViewedField]:
    for name, value in answers.items():
        address, beside = f"{lies}/{name}", others.get(name, ())
        shown = address in revealed
        yield ViewedField(address, name, value if shown else None, beside if shown else (), len(beside))


def _fields(sources: Collection[ViewedSource]) -> Iterator[ViewedField]:
    return (one for source in sources for part in source.parts for one in part.fields)


def _open_until(session: Session, person_id: UUID) -> datetime | None:
    if not may_stand(session, person_id, OPENING):
        return None
    asked = {"person": person_id, "actor": access_of(session).actor, "moment": now()}
    return session.scalars(OPEN_UNTIL, asked).first()
