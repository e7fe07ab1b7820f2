"""Which cases lie in the custody of a phone, are open, and may be taken along. Nothing is opened."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.consent.consents import usable
from casework.models import Case, CaseState, KeptFrom, Person
from casework.store.linked_persons import persons_of_each
from core.access import Custody, require
from core.audit import Purpose
from core.database import among
from core.permissions import Right

__all__ = ["OPEN", "OfferedCase", "offered_cases"]

OPEN: Final = (CaseState.ELIGIBLE, CaseState.ACTIVE, CaseState.FOLLOW_UP)


@dataclass(frozen=True, order=True)
class OfferedCase:
    """A case by its id, which is that of its entity, and its person. `version` grows with whatever its list may tell of it."""

    id: UUID
    person: UUID
    version: int


def offered_cases(session: Session) -> list[OfferedCase]:
    """The open cases in reach, in order of their ids; raises `NotAllowed`.

    Left out are those whose use for assistance is restricted, in their own record or a linked one, and those of which a part is
    kept from anybody: a phone is passed from hand to hand.
    """
    access = require(session, Right.READ_IDENTITY)
    rows = session.execute(
        select(Case.id, Case.person, Case.row_version + Person.row_version, Person.custody)
        .join(Person, Person.id == Case.person)
        .where(Case.operation == access.operation, among(Case.state, OPEN))
        .order_by(Case.id)
    ).all()
    covered = [
        OfferedCase(case, person, version)
        for case, person, version, custody in rows
        if access.may(Right.READ_IDENTITY, Custody.parse(custody))
    ]
    persons = {case.person for case in covered}
    fit = usable(session, persons, Purpose.ASSISTANCE) - _kept_from_anybody(session, persons)
    return [case for case in covered if case.person in fit]


def _kept_from_anybody(session: Session, persons: Collection[UUID]) -> set[UUID]:
    if not persons:
        return set()
    linked = persons_of_each(session, persons)
    asked = {one for same in linked.values() for one in same}
    kept = set(session.scalars(select(KeptFrom.person).where(among(KeptFrom.person, asked))))
    return {person for person, same in linked.items() if not kept.isdisjoint(same)}
