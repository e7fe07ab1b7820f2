"""Restrict the use of a record because its person, or the reporter of a movement, asks for it; and lift that again."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from casework.consent.consents import EVERYTHING, in_force
from casework.errors import RecordUnknown, RestrictionUnknown
from casework.models import KeyKind, MovementEvent, Person
from casework.rights_models import OF_REVIEW, OURS, Restriction
from casework.store.change_clear import changing_clear
from casework.store.compare_clear import may_stand
from casework.store.linked_persons import persons_of
from casework.store.seal_record import Vault
from casework.store.what_is_listed import RESTRICTION
from core.access import require
from core.audit import Action, Purpose, record
from core.clear_columns import custody_of
from core.database import among_given
from core.keys.keyring import KeyRing
from core.permissions import Right

__all__ = ["InForce", "RestrictionReason", "lift_restriction", "restrict_record", "restrictions_in_force", "withdraw_report"]

IN_FORCE: Final = select(Restriction).where(among_given(Restriction.person, "persons"), in_force())
OF_REPORT: Final = (KeyKind.MOVEMENT, KeyKind.MOVEMENT_FACTS)  # whichever is opened tells that the report was withdrawn


class RestrictionReason(StrEnum):
    """Why a record is restricted by hand."""

    OBJECTION = "objection"
    ACCURACY_CONTESTED = "accuracy_contested"
    UNLAWFUL = "unlawful"
    KEPT_FOR_CLAIM = "kept_for_claim"  # the person needs it kept though we no longer do
    REPORTER_ASKED = "reporter_asked"


@dataclass(frozen=True)
class InForce:
    """A restriction as a screen lists it, with the record in which it stands.

    `purpose` is `*` where all use is meant, `by_hand` if it may be lifted.
    """

    id: UUID
    person: UUID
    purpose: str
    recipient: str
    since: datetime
    reason: str
    set_by: str
    by_hand: bool


def restrict_record(
    session: Session, ring: KeyRing, person_id: UUID, reason: RestrictionReason, *, use: Purpose | None = None
) -> UUID:
    """Stop the use of a person's record for one purpose, or for all, from now on; the restriction's id.

    Sharing ends with it where it is meant. Raises `NotAllowed` or `RecordUnknown`.
    """
    person = _person(session, person_id)
    with changing_clear(Vault(session, ring, person.operation), persons_of(session, person_id)):
        return _restrict(session, Restriction(person=person.id, operation=person.operation), reason, use)


def withdraw_report(
    session: Session, ring: KeyRing, report: UUID, reason: RestrictionReason = RestrictionReason.REPORTER_ASKED
) -> UUID:
    """Stop all use of a movement report: it counts in no table protected from now on. Earlier releases stay as they are.

    Raises `NotAllowed` or `RecordUnknown`.
    """
    require(session, Right.RESTRICT_RECORD, subject=f"casework.movement_event:{report}")
    event = session.get(MovementEvent, report)
    if event is None:
        raise RecordUnknown(kind="movement report", record=report)
    with changing_clear(Vault(session, ring, event.operation), [report], *OF_REPORT):
        return _restrict(session, Restriction(movement_event=event.id, operation=event.operation), reason, None)


def restrictions_in_force(session: Session, person_id: UUID) -> list[InForce]:
    """What a person must not be used for at this moment, by any of their linked records, the oldest first.

    Raises `NotAllowed` or `RecordUnknown`.
    """
    person = _find(session, person_id)
    require(session, Right.READ_FACTS, custody_of(person), subject=f"casework.person:{person_id}")
    linked = persons_of(session, person_id)
    asked = [one for one in linked if may_stand(session, one, RESTRICTION)]
    rows = [(row.person, row) for row in session.scalars(IN_FORCE, {"persons": asked}) if row.person] if asked else []
    rows.sort(key=lambda pair: (pair[1].since, linked.index(pair[0])))
    listed = [
        InForce(row.id, person_of, row.purpose, row.recipient, row.since, row.reason, row.set_by, row.consent is None)
        for person_of, row in rows
    ]
    record(session, Action.READ, f"casework.person:{person_id}", purpose=Purpose.RIGHTS, detail={"restrictions": len(listed)})
    return listed


def lift_restriction(session: Session, ring: KeyRing, restriction_id: UUID) -> None:
    """End a restriction that was set by hand; raises `NotAllowed` or `RestrictionUnknown`."""
    row = session.scalars(
        select(Restriction).where(
            Restriction.id == restriction_id, Restriction.consent.is_(None), Restriction.reason != OF_REVIEW, in_force()
        )
    ).first()
    if row is None:
        raise RestrictionUnknown(restriction=restriction_id)
    custody = custody_of(_find(session, row.person)) if row.person else None
    who = require(session, Right.RESTRICT_RECORD, custody, subject=f"casework.restriction:{restriction_id}")
    vault, ended = Vault(session, ring, row.operation), {"until": func.now(), "ended_by": who.actor}
    kinds = (KeyKind.PERSON,) if row.person else OF_REPORT
    with changing_clear(vault, [one for one in (row.person, row.movement_event) if one], *kinds):
        session.execute(update(Restriction).where(Restriction.id == restriction_id).values(ended))
    detail = {"restriction": str(restriction_id), "lifted": True}
    record(session, Action.RESTRICTED, _subject(row), purpose=Purpose.RIGHTS, detail=detail)


def _person(session: Session, person_id: UUID) -> Person:
    person = _find(session, person_id)
    require(session, Right.RESTRICT_RECORD, custody_of(person), subject=f"casework.person:{person_id}")
    return person


def _find(session: Session, person_id: UUID) -> Person:
    person = session.get(Person, person_id)
    if person is None:
        raise RecordUnknown(kind="person", record=person_id)
    return person


def _restrict(session: Session, row: Restriction, reason: RestrictionReason, use: Purpose | None) -> UUID:
    who = require(session, Right.RESTRICT_RECORD)
    row.id, row.purpose, row.recipient = uuid4(), use.value if use else EVERYTHING, OURS
    row.since = session.scalars(select(func.now())).one()
    row.reason, row.set_by = reason.value, who.actor
    session.add(row)
    session.flush()
    detail = {"restriction": str(row.id), "use": row.purpose, "ground": row.reason}
    record(session, Action.RESTRICTED, _subject(row), purpose=Purpose.RIGHTS, detail=detail)
    return row.id


def _subject(row: Restriction) -> str:
    return f"casework.person:{row.person}" if row.person else f"casework.movement_event:{row.movement_event}"
