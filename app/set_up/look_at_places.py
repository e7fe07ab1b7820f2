"""Places, units and roles of a set-up: what is here, what would be added. Nothing that is here is changed."""

from collections.abc import Iterator, Sequence
from functools import partial

from sqlalchemy.orm import Session

from app.program import Program
from app.set_up.gather import gazetteer_of, roles_of, units_of
from app.set_up.outcome import Outcome, State, Why, conflict
from app.set_up.set_up import CarriedRole, CarriedUnit, SetUp
from core.access import Access
from core.database import Zone
from core.identity.models import Unit
from core.identity.own_roles import add_own_role, list_own_roles
from core.identity.units import add_unit, open_units
from core.permissions import Right
from core.places import Place, add_places

__all__ = ["look_at_places", "look_at_roles", "look_at_units"]

PLACES, UNITS, ROLES = "places", "units", "roles"
BETWEEN = " › "


def look_at_places(program: Program, access: Access, set_up: SetUp) -> Iterator[Outcome]:
    """A place of the same code that is otherwise here is a conflict, and so are places that go by another digest."""
    wanted = set_up.gazetteer
    with program.database.transaction(Zone.COLLECTION, access=access) as session:
        here = gazetteer_of(session, access.operation, 2**40)
    known = {place.code: place for place in here.places or ()}
    name = str(wanted.number)
    if wanted.sha256 == here.sha256:
        yield Outcome(PLACES, name, State.SAME)
    elif wanted.places is None:
        yield conflict(PLACES, name, Why.OTHER_GAZETTEER, wanted.sha256)
    else:
        for place in wanted.places:
            if place.code in known and place != known[place.code]:
                yield conflict(PLACES, place.code, Why.OTHER_PLACE)
        added = [place for place in wanted.places if place.code not in known]
        if len(added) < len(wanted.places):
            yield Outcome(PLACES, str(len(wanted.places) - len(added)), State.SAME)
        if added:
            act = partial(_add_places, program, access, added)
            yield Outcome(PLACES, str(len(added)), State.ADDED, needs=Right.MANAGE_ACCOUNTS, act=act)


def look_at_units(program: Program, access: Access, set_up: SetUp) -> Iterator[Outcome]:
    """Units are known by kind and name within the unit above them; those of this installation that are more stay."""
    with program.database.transaction(Zone.IDENTITY, access=access) as session:
        here = units_of(open_units(session))
    yield from _units(program, access, set_up.units, here, ())


def look_at_roles(program: Program, access: Access, set_up: SetUp) -> Iterator[Outcome]:
    """A role of the same name that may do otherwise is a conflict: what a role may do never changes."""
    with program.database.transaction(Zone.IDENTITY, access=access) as session:
        here = {role.name: role for role in roles_of(list_own_roles(session))}
    for role in set_up.roles:
        if role.name not in here:
            act = partial(_add_role, program, access, role)
            yield Outcome(ROLES, role.name, State.ADDED, needs=Right.MANAGE_ACCOUNTS, act=act)
        elif here[role.name] == role:
            yield Outcome(ROLES, role.name, State.SAME)
        else:
            yield conflict(ROLES, role.name, Why.OTHER_ROLE)


Way = tuple[CarriedUnit, ...]


def _units(
    program: Program, access: Access, wanted: Sequence[CarriedUnit], here: Sequence[CarriedUnit], above: Way
) -> Iterator[Outcome]:
    known = {(unit.kind, unit.name): unit for unit in here}
    for unit in wanted:
        found, way = known.get((unit.kind, unit.name)), (*above, unit)
        name = BETWEEN.join(one.name for one in way)
        if found is not None:
            yield Outcome(UNITS, name, State.SAME)
        else:
            act = partial(_add_unit, program, access, way)
            yield Outcome(UNITS, name, State.ADDED, needs=Right.MANAGE_ACCOUNTS, act=act)
        yield from _units(program, access, unit.within, found.within if found else (), way)


def _add_places(program: Program, access: Access, places: Sequence[Place]) -> None:
    with program.database.transaction(Zone.COLLECTION, access=access) as session:
        add_places(session, access.operation, places)


def _add_role(program: Program, access: Access, role: CarriedRole) -> None:
    with program.database.transaction(Zone.IDENTITY, access=access) as session:
        add_own_role(session, role.name, role.role, role.rights)


def _add_unit(program: Program, access: Access, way: Way) -> None:
    """The last of the way, within the others, which are there by then."""
    with program.database.transaction(Zone.IDENTITY, access=access) as session:
        parent = _find(session, way[:-1])
        add_unit(session, way[-1].kind, way[-1].name, parent.id if parent else None)


def _find(session: Session, way: Way) -> Unit | None:
    units, found = open_units(session), None
    for step in way:
        inside = found.id if found else None
        found = next(unit for unit in units if (unit.kind, unit.name, unit.parent) == (step.kind, step.name, inside))
    return found
