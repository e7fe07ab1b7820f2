"""A legal hold: a court or an investigation needs the record, so neither an erasure nor a retention period may take it.

Why it is held is sealed under the person's key: that somebody is wanted by a court is itself told to few.
"""

import sys
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from casework.errors import HoldUnknown, RecordHeld, RecordUnknown
from casework.models import KeyKind, Person
from casework.rights_models import Hold
from casework.store.change_clear import changing_clear
from casework.store.seal_record import Vault, stored_key
from core.access import require
from core.audit import Action, Purpose, record
from core.clear_columns import custody_of
from core.clock import now
from core.keys.keyring import KeyRing
from core.paging import PAGE, Page, beyond, page_of
from core.permissions import Right
from core.sealing.envelope import Binding

__all__ = ["HeldRecord", "hold_record", "lift_hold", "list_holds", "page_holds", "refuse_held"]

TABLE = "casework.hold"


@dataclass(frozen=True)
class HeldRecord:
    """A hold that stands; `until` is None while it stands until lifted."""

    id: UUID
    person: UUID
    set_by: str
    set_at: datetime
    until: datetime | None
    reason: str = field(repr=False)


def hold_record(session: Session, ring: KeyRing, person_id: UUID, *, reason: str, until: datetime | None = None) -> UUID:
    """Hold a person's record; the id of the hold. Raises `RecordUnknown` or `NotAllowed`."""
    person = _person(session, person_id)
    access = require(session, Right.HOLD_RECORD, custody_of(person), subject=f"casework.person:{person_id}")
    hold = uuid4()
    vault = Vault(session, ring, person.operation)
    key = stored_key(vault, person_id, KeyKind.PERSON)
    row = Hold(
        id=hold,
        person=person_id,
        operation=person.operation,
        reason=key.seal(reason.encode(), Binding(TABLE, hold, "reason")),
        set_by=access.actor,
        set_at=now(),
        until=until,
    )
    with changing_clear(vault, [person_id]):
        session.add(row)
    _tell(session, person_id, hold, held=True)
    return hold


def lift_hold(session: Session, ring: KeyRing, hold_id: UUID) -> None:
    """Lift a hold before its time; raises `HoldUnknown` or `NotAllowed`."""
    hold = session.scalar(select(Hold).where(Hold.id == hold_id, _stands()))
    if hold is None:
        raise HoldUnknown(hold=hold_id)
    custody = custody_of(_person(session, hold.person))
    access = require(session, Right.HOLD_RECORD, custody, subject=f"casework.person:{hold.person}")
    with changing_clear(Vault(session, ring, hold.operation), [hold.person]):
        hold.lifted_by, hold.lifted_at = access.actor, now()
    _tell(session, hold.person, hold_id, held=False)


def list_holds(session: Session, ring: KeyRing, operation: str, *, purpose: Purpose) -> list[HeldRecord]:
    """The holds that stand, with their reasons, for those who may set them; raises `NotAllowed`."""
    return page_holds(session, ring, operation, size=sys.maxsize - 1, purpose=purpose).rows


def page_holds(
    session: Session, ring: KeyRing, operation: str, *, after: UUID | None = None, size: int = PAGE, purpose: Purpose
) -> Page[HeldRecord]:
    """The same page by page: what stands on no page that is asked for is not opened."""
    require(session, Right.HOLD_RECORD)
    holds = session.scalars(select(Hold).where(Hold.operation == operation, _stands()).order_by(Hold.set_at, Hold.id)).all()
    vault = Vault(session, ring, operation)
    page = page_of((_held(vault, row) for row in beyond(holds, after)), size)
    record(session, Action.READ, TABLE, purpose=purpose, count=len(page.rows))
    return page


def refuse_held(session: Session, persons: Collection[UUID]) -> None:
    """Raises `RecordHeld` for the first of these persons whose record is held."""
    held = session.scalar(select(Hold.person).where(Hold.person.in_(persons), _stands()).order_by(Hold.person).limit(1))
    if held:
        raise RecordHeld(person=held)


def _stands() -> ColumnElement[bool]:
    return and_(Hold.lifted_at.is_(None), or_(Hold.until.is_(None), Hold.until > now()))


def _held(vault: Vault, row: Hold) -> HeldRecord:
    return HeldRecord(row.id, row.person, row.set_by, row.set_at, row.until, _reason(vault, row))


def _reason(vault: Vault, row: Hold) -> str:
    key = stored_key(vault, row.person, KeyKind.PERSON)
    return key.open(row.reason, Binding(TABLE, row.id, "reason")).decode()


def _person(session: Session, person_id: UUID) -> Person:
    person = session.get(Person, person_id)
    if person is None:
        raise RecordUnknown(kind="person", record=person_id)
    return person


def _tell(session: Session, person: UUID, hold: UUID, *, held: bool) -> None:
    detail = {"hold": str(hold), "held": held}
    record(session, Action.HELD, f"casework.person:{person}", purpose=Purpose.LEGAL, detail=detail)
