"""Which cases lie within reach of a right, and in whose hands: conditions on `Case`.

Row-level security has shown already what is in reach of any role. Here the roles are told apart, and the units that they name
are named, so that PostgreSQL finds a worker's cases, or a team's, by an index.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import UUID as SQL_UUID
from sqlalchemy import ColumnElement, and_, any_, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from casework.caseload.case_filter import Whose
from casework.models import Case, Opening
from core.access import ANY, NOBODY, Access, Grant
from core.permissions import Right

__all__ = ["held_by", "in_reach", "in_unit"]

PLACES: Final[Mapping[str, InstrumentedAttribute[str]]] = {
    "organisation": Case.organisation,
    "area": Case.area,
    "team": Case.team,
    "worker": Case.worker,
}


def in_reach(access: Access, right: Right) -> ColumnElement[bool]:
    """Where a role that holds the right covers the case, or its record was opened to the account."""
    if access.system:
        return true()
    if not access.may(right):
        return false()
    covered = [_covered(grant) for grant in access.grants if grant.holds(right)]
    if not all(covered):
        return true()
    opened = select(Opening.person).where(Opening.actor == access.actor, Opening.until > func.now()).scalar_subquery()
    return or_(*(and_(*units) for units in covered), Case.person == any_(func.array(opened, type_=SQL_UUID)))


def held_by(access: Access, whose: Whose) -> ColumnElement[bool]:
    """In whose hands it lies."""
    teams = sorted({grant.team for grant in access.grants} - {ANY})
    match whose:
        case Whose.MINE:
            return Case.worker == access.actor
        case Whose.NOBODY:
            return Case.worker == NOBODY
        case Whose.TEAM if teams:
            return Case.team.in_(teams)
    return true()


def in_unit(unit: UUID | None) -> ColumnElement[bool]:
    """Ids are random, so one that stands in a custody stands there as the unit; in any where none is named."""
    if unit is None:
        return true()
    return or_(*(place == str(unit) for name, place in PLACES.items() if name != "worker"))


def _covered(grant: Grant) -> list[ColumnElement[bool]]:
    """One condition for each unit that the grant names; none where it reaches everywhere."""
    return [place == named for name, place in PLACES.items() if (named := getattr(grant, name)) != ANY]
