"""Organisations, their areas and their teams."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access import Custody, require
from core.audit_line import Action, Purpose, record
from core.clock import now
from core.identity.errors import UnitInUse, UnitNamedWrongly, UnitUnfit, UnitUnknown
from core.identity.models import Unit, UnitKind
from core.permissions import Right

__all__ = [
    "Units",
    "add_unit",
    "any_unit",
    "close_unit",
    "find_unit",
    "find_units",
    "list_units",
    "open_units",
    "rename_unit",
    "ways_to",
]

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
    if parent and (above is None or above.closed_at):
        raise UnitUnknown(kind="unit")
    if (UnitKind(above.kind) if above else None) not in PARENTS[kind] or not name.strip():
        raise UnitUnfit(kind=kind.value)
    unit = Unit(id=uuid4(), kind=kind, name=name.strip(), parent=parent)
    session.add(unit)
    session.flush()
    _tell(session, unit.id, "unit added")
    return unit.id


def rename_unit(session: Session, unit: UUID, name: str) -> None:
    """Call a unit otherwise; raises `NotAllowed`, `UnitUnknown` or `UnitUnfit`."""
    row = _open_unit(session, unit)
    if not name.strip():
        raise UnitUnfit(kind=row.kind)
    row.name = name.strip()
    _tell(session, unit, "unit renamed")


def close_unit(session: Session, unit: UUID) -> None:
    """Close a unit: no new role, record or unit can be given to it. What is there stays until it is given to another.

    Raises `NotAllowed`, `UnitUnknown` or `UnitInUse` while others that are open lie in it.
    """
    row = _open_unit(session, unit)
    within = session.scalars(select(func.count()).where(Unit.parent == unit, Unit.closed_at.is_(None))).one()
    if within:
        raise UnitInUse(within=within)
    row.closed_at = now()
    _tell(session, unit, "unit closed")


def any_unit(session: Session, unit: UUID) -> Unit:
    """The unit, closed or not; raises `UnitUnknown`."""
    found = session.get(Unit, unit)
    if found is None:
        raise UnitUnknown(kind="unit")
    return found


def find_unit(session: Session, kind: UnitKind, unit: UUID) -> Unit:
    """The open unit of that kind; raises `UnitUnknown`."""
    found = session.get(Unit, unit)
    if found is None or found.kind != kind or found.closed_at:
        raise UnitUnknown(kind=kind.value)
    return found


def find_units(session: Session, *, organisation: str = "", area: str = "", team: str = "") -> Units:
    """The units of those names, with those that they lie in; raises `UnitNamedWrongly`."""
    known = {unit.id: unit for unit in open_units(session)}
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


def open_units(session: Session) -> list[Unit]:
    """Those that are not closed: to choose from."""
    return [unit for unit in list_units(session) if unit.closed_at is None]


def list_units(session: Session) -> Sequence[Unit]:
    """All units, by kind and name. What they are called is known to everybody who works here."""
    return session.scalars(select(Unit).order_by(Unit.kind, Unit.name)).all()


def ways_to(units: Iterable[Unit]) -> list[tuple[UUID, str]]:
    """Every unit that is open, with the way down to it by names; in order of these."""
    known, ways = {unit.id: unit for unit in units}, list[tuple[UUID, str]]()
    for unit in known.values():
        way, above = [unit.name], unit.parent
        while above in known:
            way.append(known[above].name)
            above = known[above].parent
        if unit.closed_at is None:
            ways.append((unit.id, " › ".join(reversed(way))))
    return sorted(ways, key=lambda pair: pair[1])


def _open_unit(session: Session, unit: UUID) -> Unit:
    require(session, Right.MANAGE_ACCOUNTS)
    row = session.get(Unit, unit)
    if row is None or row.closed_at:
        raise UnitUnknown(kind="unit")
    return row


def _tell(session: Session, unit: UUID, what: str) -> None:
    who = f"identity.unit:{unit}"
    record(session, Action.ACCOUNT_CHANGED, who, purpose=Purpose.ADMINISTRATION, detail={"change": what})
