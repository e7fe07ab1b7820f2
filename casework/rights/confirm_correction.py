"""A phone's edit differs from what was corrected by hand, and whoever looked into it says that the correction stays.

Said as the record's next version with the same answers: history then shows who decided, when and with which words.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from casework.errors import CorrectionEmpty, RecordUnknown
from casework.models import Interview, KeyKind, Person
from casework.rights.keep_corrections import EditToDecide, waiting_edits
from casework.rights.keep_former import keep_former
from casework.store.bulk_limit import count_reading
from casework.store.linked_persons import persons_of
from casework.store.need_to_know import require_parts
from casework.store.seal_record import Vault, open_parts, seal_parts, stored_key
from core.access import require
from core.audit import Action, Purpose, record
from core.clear_columns import custody_of
from core.keys.keyring import KeyRing
from core.permissions import Right
from forms import RecordPart

__all__ = ["confirm_correction"]


def confirm_correction(
    session: Session, ring: KeyRing, person_id: UUID, edited: UUID, *, reason: str, purpose: Purpose
) -> None:
    """The edit of the record `edited` (the person's own, a linked one's or an interview's) was looked into; nothing changes.

    For whoever may correct the record and read all of it, since the edit may have touched any part. Raises `NotAllowed`,
    `ReadTooMany`, `CorrectionEmpty` without a reason, or `RecordUnknown` where no edit of it waits.
    """
    if not reason.strip():
        raise CorrectionEmpty(record=edited)
    if session.get(Person, person_id) is None:
        raise RecordUnknown(kind="person", record=person_id)
    owner, edit = _waiting(session, ring, person_id, edited)
    person = session.get_one(Person, owner, with_for_update=True, populate_existing=True)
    who = require(session, Right.CORRECT_RECORD, custody_of(person), subject=f"casework.person:{owner}")
    require_parts(session, person, list(RecordPart))
    count_reading(session, [owner])
    vault = Vault(session, ring, person.operation)
    key = stored_key(vault, owner, KeyKind.PERSON)
    row = person if edit.of == Person.__tablename__ else session.get_one(Interview, edited, with_for_update=True)
    held = open_parts(row, key, list(RecordPart))
    keep_former(vault, row, key, person=owner, changed_by=who.actor, reason=reason.strip())
    row.row_version += 1
    seal_parts(row, key, held)
    session.flush()
    detail = {"answers": 0, "version": row.row_version, "record": str(edited)}
    record(session, Action.CORRECTED, f"casework.person:{owner}", purpose=purpose, detail=detail)


def _waiting(session: Session, ring: KeyRing, person: UUID, edited: UUID) -> tuple[UUID, EditToDecide]:
    vault = Vault(session, ring, session.get_one(Person, person).operation)
    for linked in persons_of(session, person):
        for edit in waiting_edits(vault, linked):
            if edit.record == edited:
                return linked, edit
    raise RecordUnknown(kind="edit to decide on", record=edited)
