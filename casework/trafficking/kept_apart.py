"""Notes on a person that lie apart from their record: sealed under their key, each table under a right of its own.

A role reads them within its reach and nowhere else: neither a sharing nor broken glass lends them, for both open parts of the
record. Who is kept from the narrative of a person is kept from these too.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.consent.consents import require_unrestricted
from casework.errors import RecordUnknown
from casework.models import KeptFrom, Person
from casework.store.bulk_limit import count_reading
from casework.store.change_clear import changing_clear
from casework.store.kept_key import KeptKey
from casework.store.linked_persons import persons_of
from casework.store.seal_record import Vault, stored_keys
from casework.trafficking.errors import NoteUnknown
from casework.trafficking_models import Apart
from core.access import NotAllowed, access_of, require
from core.audit import Action, Purpose, record
from core.clear_columns import custody_of
from core.clock import now
from core.database import among
from core.keys.keyring import KeyRing
from core.permissions import Right
from core.sealing.envelope import Binding
from forms import RecordPart

__all__ = ["KeptApart", "NoteView", "note_apart", "notes_of", "open_note", "take_back_note", "view_notes"]

LONGEST: Final = 2_000  # letters of one answer


@dataclass(frozen=True)
class KeptApart:
    """One such table, the right to read it, and what is asked of each note."""

    table: type[Apart]
    right: Right
    asked: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"casework.{self.table.__tablename__}"


@dataclass(frozen=True)
class NoteView:
    """A note; `said` is None while it is covered."""

    id: UUID
    noted_by: str
    noted_at: datetime
    said: Mapping[str, str] | None = field(repr=False)


def note_apart(
    session: Session, ring: KeyRing, what: KeptApart, person_id: UUID, said: Mapping[str, str], *, purpose: Purpose
) -> UUID:
    """Note something; its id. For whoever may read such notes and correct the record.

    Raises `RecordUnknown`, `NotAllowed`, `RecordRestricted` or `ReadTooMany`.
    """
    person = _open_to(session, what, person_id, purpose)
    require(session, Right.CORRECT_RECORD, custody_of(person), subject=f"casework.person:{person_id}")
    vault, made = Vault(session, ring, person.operation), uuid4()
    key = stored_keys(vault, [person_id])[person_id]
    content = {name: said[name].strip()[:LONGEST] for name in what.asked if said.get(name, "").strip()}
    row = what.table(
        id=made,
        person=person_id,
        operation=person.operation,
        said=key.seal(json.dumps(content).encode(), Binding(what.name, made, "said")),
        noted_by=access_of(session).actor,
        noted_at=now(),
    )
    with changing_clear(vault, [person_id]):
        session.add(row)
    _tell(session, what, row, "noted", purpose)
    return made


def take_back_note(session: Session, ring: KeyRing, what: KeptApart, note: UUID, *, purpose: Purpose) -> None:
    """It was wrong: the note goes. A restriction does not stand in its way. Raises `NoteUnknown` or `NotAllowed`."""
    row = session.get(what.table, note)
    if row is None:
        raise NoteUnknown(note=note)
    person = _open_to(session, what, row.person, Purpose.RIGHTS)
    require(session, Right.CORRECT_RECORD, custody_of(person), subject=f"casework.person:{person.id}")
    with changing_clear(Vault(session, ring, row.operation), [row.person]):
        session.delete(row)
    _tell(session, what, row, "taken_back", purpose)


def view_notes(
    session: Session, ring: KeyRing, what: KeptApart, person_id: UUID, *, revealed: Collection[UUID] = (), purpose: Purpose
) -> list[NoteView]:
    """The notes on a person in all their records, the oldest first, covered but for those of these ids.

    Raises `RecordUnknown`, `NotAllowed`, `RecordRestricted`, `ReadTooMany`, `KeyDestroyed` or `CiphertextRefused`.
    """
    person = _open_to(session, what, person_id, purpose)
    mine = persons_of(session, person_id)
    keys = stored_keys(Vault(session, ring, person.operation), mine)
    rows = notes_of(session, what, mine)
    shown = sorted(row.id for row in rows if row.id in {*revealed})
    detail = {"of": what.table.__tablename__, "notes": [str(one) for one in shown]}
    record(session, Action.READ, f"casework.person:{person_id}", purpose=purpose, count=len(shown), detail=detail)
    return [
        NoteView(row.id, row.noted_by, row.noted_at, open_note(what, row, keys[row.person]) if row.id in shown else None)
        for row in rows
    ]


def open_note(what: KeptApart, row: Apart, key: KeptKey) -> Mapping[str, str]:
    """What a note says; raises `CiphertextRefused`."""
    said: dict[str, str] = json.loads(key.open(row.said, Binding(what.name, row.id, "said")))
    return said


def _open_to(session: Session, what: KeptApart, person_id: UUID, purpose: Purpose) -> Person:
    subject = f"casework.person:{person_id}"
    person = session.get(Person, person_id)
    if person is None:
        raise RecordUnknown(kind="person", record=person_id)
    access = require(session, what.right, custody_of(person), subject=subject)
    mine = persons_of(session, person_id)
    kept = KeptFrom.person.in_(mine), KeptFrom.part == RecordPart.NARRATIVE.value, KeptFrom.actor == access.actor
    if session.scalars(select(KeptFrom.person).where(*kept).limit(1)).first():
        raise NotAllowed(what.right, subject)
    require_unrestricted(session, person_id, purpose)
    count_reading(session, [person_id])
    return person


def notes_of(session: Session, what: KeptApart, persons: Collection[UUID]) -> Sequence[Apart]:
    """The notes on these persons, the oldest first, as they are sealed."""
    theirs = select(what.table).where(among(what.table.person, persons))
    return session.scalars(theirs.order_by(what.table.noted_at, what.table.id)).all()


def _tell(session: Session, what: KeptApart, row: Apart, change: str, purpose: Purpose) -> None:
    detail = {"of": what.table.__tablename__, "note": str(row.id), "change": change}
    record(session, Action.NOTED, f"casework.person:{row.person}", purpose=purpose, detail=detail)
