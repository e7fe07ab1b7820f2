"""Organisations, their areas and their teams."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Custody, require
from core.audit_line import Action, Purpose, record
from core.identity.errors import UnitNamedWrongly, UnitUnfit, UnitUnknown
from core.identity.models import Unit, UnitKind
from core.permissions import Right

__all__ = ["Units", "add_unit", "find_unit", "find_units", "list_units"]

PARENTS: Final[Mapping[UnitKind, set[UnitKind | None]]] = {
    UnitKind.ORGANISATION: {None},
    UnitKind.AREA: {UnitKind.ORGANISATION},
    UnitKind.TEAM: {UnitKind.ORGANISATION, UnitKind.AREA},
}


@dataclass(frozen=True)
class Units:
    """An organisation, an area and a team, each within the one before; none where nothing is named."""

    organisation: UUID | None = None
    area: UUID | None = None
    team: UUID | None = None

    @property
    def custody(self) -> Custody:
        """In whose hands a record of theirs lies: of every worker of the team."""
        named = {kind: str(unit) for kind, unit in vars(self).items() if unit}
        return Custody(**named)


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


def find_units(session: Session, *, organisation: str = "", area: str = "", team: str = "") -> Units:
    """The units of those names, with those that they lie in; raises `UnitNamedWrongly`."""
    known = {unit.id: unit for unit in list_units(session)}
    above: set[UUID] = set()
    found = Units()
    named = ((UnitKind.ORGANISATION, organisation), (UnitKind.AREA, area), (UnitKind.TEAM, team))
    for kind, name in ((kind, name) for kind, name in named if name):
        fitting = [
            unit.id
            for unit in known.values()
            if unit.kind == kind and unit.name == name and above <= set(_lies_in(unit, known))
        ]
        if len(fitting) != 1:
            raise UnitNamedWrongly(kind=kind.value, found=len(fitting))
        above = {fitting[0]}
        chain = {known[unit].kind: unit for unit in (fitting[0], *_lies_in(known[fitting[0]], known))}
        found = Units(*(chain.get(kind) for kind in UnitKind))
    return found


def _lies_in(unit: Unit, known: Mapping[UUID, Unit]) -> list[UUID]:
    """The units that this one lies in, from the inside out."""
    return [unit.parent, *_lies_in(known[unit.parent], known)] if unit.parent else []


def list_units(session: Session) -> Sequence[Unit]:
    """All units, by kind and name. What they are called is known to everybody who works here."""
    return session.scalars(select(Unit).order_by(Unit.kind, Unit.name)).all()
