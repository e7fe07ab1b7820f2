"""Note how two persons belong together; end it when it is over, and take it back when it was never so.

What was ended stays on both records as history. What is taken back was a mistake, and nothing of it stays but the lines of
the audit log, which say that it was noted and never what.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from casework.family.errors import RelatedAlready, RelatedToThemselves, RelationshipUnknown
from casework.family.may_keep import persons_to_keep, require_keeping
from casework.family.relation_kinds import INVERSE, RelationKind
from casework.family_models import Relationship
from casework.store.change_clear import changing_clear
from casework.store.kept_key import KeptKey
from casework.store.linked_persons import answering_for
from casework.store.seal_between import open_between, seal_between
from casework.store.seal_record import Vault, stored_keys
from core.access import access_of
from core.audit import Action, Purpose, record
from core.clock import now
from core.keys.keyring import KeyRing
from core.postgres.turns import take_turns

__all__ = ["Said", "end_relationship", "open_said", "relate", "take_back_relationship"]

TABLE: Final = "casework.relationship"
LONGEST_NOTE: Final = 1_000  # letters


@dataclass(frozen=True)
class Said:
    """What the other is to the person, and what was noted beside it."""

    kind: RelationKind = field(repr=False)
    note: str = field(repr=False)


def relate(
    session: Session, ring: KeyRing, person: UUID, other: UUID, kind: RelationKind, *, note: str = "", purpose: Purpose
) -> UUID:
    """Note that `other` is the `kind` of `person`; the id of the relationship.

    Raises `RecordUnknown` (also for one out of reach), `NotAllowed`, `RecordRestricted`, `ReadTooMany`,
    `RelatedToThemselves` or `RelatedAlready`.
    """
    mine, *_ = persons_to_keep(session, [person, other], purpose)
    if len({*answering_for(session, [person, other]).values()}) == 1:
        raise RelatedToThemselves(person=person, other=other)
    take_turns(session, f"{TABLE}:{min(person, other)}")
    vault = Vault(session, ring, mine.operation)
    keys = stored_keys(vault, [person, other])
    for row in _between(session, person, other):
        if row.ended_at is None and open_said(row, keys, person).kind is kind:
            raise RelatedAlready(person=person, other=other)
    made = uuid4()
    content = json.dumps({"kind": kind.value, "note": note.strip()[:LONGEST_NOTE]}).encode()
    row = Relationship(
        id=made,
        operation=mine.operation,
        person=person,
        other=other,
        said=seal_between(TABLE, made, keys[person], keys[other], content),
        noted_by=access_of(session).actor,
        noted_at=now(),
    )
    with changing_clear(vault, [person, other]):
        session.add(row)
    _tell(session, row, "noted", purpose)
    return made


def end_relationship(session: Session, ring: KeyRing, relationship: UUID, *, purpose: Purpose) -> None:
    """It is over from now on; raises `RelationshipUnknown` or `NotAllowed`."""
    row = _standing(session, relationship)
    access, _ = require_keeping(session, [row.person, row.other])
    with changing_clear(Vault(session, ring, row.operation), [row.person, row.other]):
        row.ended_by, row.ended_at = access.actor, now()
    _tell(session, row, "ended", purpose)


def take_back_relationship(session: Session, ring: KeyRing, relationship: UUID, *, purpose: Purpose) -> None:
    """It was noted by mistake, or ended by one: the row goes. Raises `RelationshipUnknown` or `NotAllowed`."""
    row = session.get(Relationship, relationship)
    if row is None:
        raise RelationshipUnknown(relationship=relationship)
    require_keeping(session, [row.person, row.other])
    with changing_clear(Vault(session, ring, row.operation), [row.person, row.other]):
        session.delete(row)
    _tell(session, row, "taken_back", purpose)


def open_said(row: Relationship, keys: Mapping[UUID, KeptKey], seen_from: UUID) -> Said:
    """What a relationship says, seen from one of its persons; raises `CiphertextRefused`."""
    said = json.loads(open_between(TABLE, row.id, keys[row.person], keys[row.other], row.said))
    kind = RelationKind(said["kind"])
    return Said(kind if seen_from == row.person else INVERSE[kind], said["note"])


def _between(session: Session, one: UUID, other: UUID) -> Sequence[Relationship]:
    ways = ((Relationship.person == a) & (Relationship.other == b) for a, b in ((one, other), (other, one)))
    return session.scalars(select(Relationship).where(or_(*ways))).all()


def _standing(session: Session, relationship: UUID) -> Relationship:
    row = session.get(Relationship, relationship)
    if row is None or row.ended_at:
        raise RelationshipUnknown(relationship=relationship)
    return row


def _tell(session: Session, row: Relationship, change: str, purpose: Purpose) -> None:
    """A line on each of the two, which names neither the other nor what was said."""
    detail = {"relationship": str(row.id), "change": change}
    for person in (row.person, row.other):
        record(session, Action.RELATED, f"casework.person:{person}", purpose=purpose, detail=detail)
