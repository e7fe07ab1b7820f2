"""Organisations, their areas and their teams."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import require
from core.audit_line import Action, Purpose, record
from core.identity.errors import UnitUnfit, UnitUnknown
from core.identity.models import Unit, UnitKind
from core.permissions import Right

__all__ = ["add_unit", "find_unit", "list_units"]

PARENTS: Final = {
    UnitKind.ORGANISATION: {None},
    UnitKind.AREA: {UnitKind.ORGANISATION},
    UnitKind.TEAM: {UnitKind.ORGANISATION, UnitKind.AREA},
}


def add_unit(session: Session, kind: UnitKind, name: str, parent: UUID | None = None) -> UUID:
    """Add a unit; raises `NotAllowed`, `UnitUnknown` or `UnitUnfit`."""
    require(session, Right.MANAGE_ACCOUNTS)
    above = session.get(Unit, parent) if parent else None
    if parent and above is None:
        raise UnitUnknown(kind="unit")
    if (UnitKind(above.kind) if above else None) not in PARENTS[kind] or not name.strip():
        raise UnitUnfit(kind=kind.value)
    unit = Unit(id=uuid4(), kind=kind, name=name.strip(), parent=parent)
    session.add(unit)
    session.flush()
    who = f"identity.unit:{unit.id}"
    record(session, Action.ACCOUNT_CHANGED, who, purpose=Purpose.ADMINISTRATION, detail={"change": "unit added"})
    return unit.id


def find_unit(session: Session, kind: UnitKind, unit: UUID) -> Unit:
    """The unit of that kind; raises `UnitUnknown`."""
    found = session.get(Unit, unit)
    if found is None or found.kind != kind:
        raise UnitUnknown(kind=kind.value)
    return found


def list_units(session: Session) -> Sequence[Unit]:
    """All units, by kind and name. What they are called is known to everybody who works here."""
    return session.scalars(select(Unit).order_by(Unit.kind, Unit.name)).all()
