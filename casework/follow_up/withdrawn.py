"""Which cases a phone has to let go of: what OpenRosa calls the integrity of an entity list."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from casework.follow_up.offered_cases import OfferedCase
from casework.models import Case
from casework.rights_models import Tombstone
from core.access import NotAllowed, access_of
from core.database import among
from core.permissions import Right

__all__ = ["withdrawn"]


def withdrawn(session: Session, asked: Collection[UUID], offered: Collection[OfferedCase]) -> set[UUID]:
    """Those of the cases asked for that were erased, or are there and not among those `offered` to the phone.

    For the program itself, which sees whoever's case it is; raises `NotAllowed` for an account. One of which nothing was ever
    heard is not withdrawn: a phone may have made it, and its screening interview may still be on the way.
    """
    if not access_of(session).system:
        raise NotAllowed(Right.READ_IDENTITY, "casework.case")
    known = union(
        select(Case.id).where(among(Case.id, asked), Case.operation == access_of(session).operation),
        select(Tombstone.record).where(among(Tombstone.record, asked)),
    )
    return set(session.scalars(known)) - {case.id for case in offered}
