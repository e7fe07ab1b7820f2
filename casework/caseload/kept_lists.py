"""Filters that an account keeps, to come back to. They have no names: a name would be typed, and could be a person's."""

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.orm import Session

from casework.caseload.errors import ListsFull
from casework.models import KeptListRow
from core.access import access_of, require
from core.clock import now
from core.permissions import Right

__all__ = ["KeptList", "drop_list", "keep_list", "kept_lists"]

MOST: Final = 20
LONGEST: Final = 400
CODES: Final = re.compile("[a-z0-9_=&-]*")


@dataclass(frozen=True)
class KeptList:
    """A filter as an address writes it, without the page: `state=open&whose=mine`."""

    id: UUID
    codes: str


def keep_list(session: Session, codes: str) -> None:
    """Keep a filter; one that is kept already stays. Raises `NotAllowed`, `ListsFull`, or `ValueError` where it is no codes."""
    access = require(session, Right.READ_CASE_FILE)
    if not CODES.fullmatch(codes) or len(codes) > LONGEST:
        raise ValueError("a kept list holds codes only")
    kept = kept_lists(session)
    if codes in {one.codes for one in kept}:
        return
    if len(kept) >= MOST:
        raise ListsFull(most=MOST)
    session.add(KeptListRow(id=uuid4(), operation=access.operation, actor=access.actor, codes=codes, kept_at=now()))


def kept_lists(session: Session) -> list[KeptList]:
    """What this account keeps, the oldest first."""
    rows = session.scalars(select(KeptListRow).where(_own(session)).order_by(KeptListRow.kept_at, KeptListRow.id))
    return [KeptList(row.id, row.codes) for row in rows]


def drop_list(session: Session, kept: UUID) -> None:
    """Keep it no longer; one that is not there, or not theirs, changes nothing."""
    session.execute(delete(KeptListRow).where(KeptListRow.id == kept, _own(session)))


def _own(session: Session) -> ColumnElement[bool]:
    access = access_of(session)
    return and_(KeptListRow.operation == access.operation, KeptListRow.actor == access.actor)
