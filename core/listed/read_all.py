"""All rows of a table by the lists that they are on, to verify them or to list them once."""

from collections.abc import Collection
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import NotAllowed, access_of
from core.database import Zone
from core.listed.declare import LISTED, SUBJECT, Listed, ListName, Values
from core.listed.models import SealedListRow
from core.permissions import Right

__all__ = ["read_all", "require_program", "verified_in"]


def read_all(
    session: Session, its: Listed, operation: str, once_known: Collection[ListName] = ()
) -> dict[ListName, list[Values]]:
    """The rows of this operation, or of the installation, by list; with the lists that have no row, or were `once_known`."""
    known = select(SealedListRow.operation, SealedListRow.month).where(SealedListRow.listed == its.name)
    names = {ListName(its.name, *row) for row in session.execute(known)} | {
        name for name in once_known if name.table == its.name
    }
    found: dict[ListName, list[Values]] = {name: [] for name in sorted(names) if not its.by or name.operation == operation}
    asked = select(*its.columns).order_by(*its.table.primary_key)
    if its.by:
        asked = asked.where(its.table.columns[its.by] == operation)
    for row in session.connection().execute(asked).mappings():
        values = cast("Values", row)
        found.setdefault(its.list_name(values), []).append(values)
    return found


def verified_in(zone: Zone) -> list[Listed]:
    """The tables that this zone reads to verify them."""
    return sorted((its for its in LISTED.values() if its.zone is zone), key=lambda its: its.name)


def require_program(session: Session) -> None:
    """Raise `NotAllowed` for an account: these read and write all lists."""
    if not access_of(session).system:
        raise NotAllowed(Right.MANAGE_KEYS, SUBJECT)
