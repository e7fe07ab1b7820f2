"""Who a child is with: alone (unaccompanied), with others than their parents (separated) or with them; by whom it was decided.

The newest decision counts, and the earlier ones stay. Who the guardian is stands as a relationship. One flag stands in clear,
that a child is alone, so that such children are on a list and nobody forgets one: it does not say which of the two they are.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.consent.consents import usable
from casework.family.may_keep import persons_to_keep
from casework.family_models import ChildCare
from casework.store.change_clear import changing_clear
from casework.store.compare_clear import may_stand
from casework.store.kept_key import KeptKey
from casework.store.linked_persons import answering_for, persons_of
from casework.store.seal_record import Vault, stored_keys
from casework.store.what_is_listed import CHILD_CARE
from core.access import access_of, require
from core.audit import Action, Purpose, record
from core.clock import now
from core.database import among
from core.keys.keyring import KeyRing
from core.permissions import Right
from core.sealing.envelope import Binding

__all__ = [
    "CareStatus",
    "CareView",
    "ChildAlone",
    "care_of",
    "children_alone",
    "cover_care",
    "decide_care",
    "is_alone",
    "open_care",
]

TABLE: Final = "casework.child_care"
LONGEST: Final = 1_000  # letters


class CareStatus(StrEnum):
    UNACCOMPANIED = "unaccompanied"
    SEPARATED = "separated"
    ACCOMPANIED = "accompanied"


ALONE: Final = frozenset({CareStatus.UNACCOMPANIED, CareStatus.SEPARATED})


@dataclass(frozen=True)
class CareView:
    """One decision; what was said is None while it is covered."""

    id: UUID
    alone: bool
    decided_at: datetime
    status: CareStatus | None = field(repr=False)
    decided_by: str | None = field(repr=False)  # a panel, an authority, a colleague: as it was said
    note: str | None = field(repr=False)


@dataclass(frozen=True)
class ChildAlone:
    """A child on the list of those who are alone, since when the newest decision says so."""

    person: UUID
    since: datetime


def decide_care(
    session: Session, ring: KeyRing, child: UUID, status: CareStatus, *, decided_by: str, note: str = "", purpose: Purpose
) -> UUID:
    """Note who the child is with from now on; the id of the decision.

    Raises `RecordUnknown`, `NotAllowed`, `RecordRestricted` or `ReadTooMany`.
    """
    [person] = persons_to_keep(session, [child], purpose)
    vault, made = Vault(session, ring, person.operation), uuid4()
    key = stored_keys(vault, [child])[child]
    said = {"status": status.value, "by": decided_by.strip()[:LONGEST], "note": note.strip()[:LONGEST]}
    row = ChildCare(
        id=made,
        person=child,
        operation=person.operation,
        said=key.seal(json.dumps(said).encode(), Binding(TABLE, made, "said")),
        alone=status in ALONE,
        decided_by=access_of(session).actor,
        decided_at=now(),
    )
    with changing_clear(vault, [child]):
        session.add(row)
    detail = {"care": str(made), "change": "decided"}
    record(session, Action.NOTED, f"casework.person:{child}", purpose=purpose, detail=detail)
    return made


def care_of(session: Session, persons: Collection[UUID]) -> Sequence[ChildCare]:
    """The decisions on one child in all records that are theirs, the newest first, as they are sealed."""
    theirs = select(ChildCare).where(among(ChildCare.person, persons))
    return session.scalars(theirs.order_by(ChildCare.decided_at.desc(), ChildCare.id)).all()


def cover_care(row: ChildCare) -> CareView:
    """One decision as it stands before anybody asks for it."""
    return CareView(row.id, row.alone, row.decided_at, None, None, None)


def open_care(row: ChildCare, key: KeptKey) -> CareView:
    """One decision, uncovered; raises `CiphertextRefused`."""
    said = json.loads(key.open(row.said, Binding(TABLE, row.id, "said")))
    return CareView(row.id, row.alone, row.decided_at, CareStatus(said["status"]), said["by"], said["note"])


def is_alone(session: Session, child: UUID) -> bool:
    """Whether the newest decision on somebody, in all records that are theirs, says that they are a child alone.

    A step of showing the record, which asks for the right and leaves the line.
    """
    mine = persons_of(session, child)
    if not any(may_stand(session, one, CHILD_CARE) for one in mine):
        return False
    newest = next(iter(care_of(session, mine)), None)
    return newest is not None and newest.alone


def children_alone(session: Session, *, purpose: Purpose) -> list[ChildAlone]:
    """The children in reach who are alone, those who have been so longest first; nothing of them is opened.

    Raises `NotAllowed`.
    """
    require(session, Right.KEEP_FAMILY)
    ever = select(ChildCare.person).where(ChildCare.alone)
    newest = select(ChildCare).where(ChildCare.person.in_(ever)).order_by(ChildCare.decided_at)
    rows = session.scalars(newest).all()
    answering = answering_for(session, {row.person for row in rows})
    standing = {answering[row.person]: row for row in rows}  # the newest of all records that are one child's
    alone = [ChildAlone(person, row.decided_at) for person, row in standing.items() if row.alone]
    to_use = usable(session, [one.person for one in alone], purpose)
    found = sorted((one for one in alone if one.person in to_use), key=lambda one: one.since)
    record(session, Action.READ, TABLE, purpose=purpose, count=len(found))
    return found
