"""A caseworker corrects what is held on a person: the former version stays readable, with who changed it, when and why."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from casework.errors import CorrectionEmpty, RecordChanged, RecordUnknown
from casework.models import Case, Interview, KeyKind, Person, TokenKind
from casework.names.person_name import person_name
from casework.rights.keep_former import keep_former
from casework.store.blind_tokens import replace_tokens
from casework.store.bulk_limit import count_reading
from casework.store.need_to_know import require_parts
from casework.store.seal_record import Vault, open_parts, seal_parts, stored_key
from casework.store.week_of_interview import note_corrected
from core.access import require
from core.audit import Action, Purpose, record
from core.clear_columns import custody_of
from core.keys.keyring import KeyRing
from core.permissions import Right
from forms import RecordPart

__all__ = ["correct_record"]

PHONE: Final = "prs_MobilePhone"
SHORTEST_REASON: Final = 5  # letters


def correct_record(
    session: Session,
    ring: KeyRing,
    person_id: UUID,
    *,
    part: RecordPart,
    answers: Mapping[str, str],
    seen_version: int,
    reason: str,
    purpose: Purpose,
    interview: UUID | None = None,
) -> int:
    """Change answers of one part by their names (an empty one is taken away); the new version of the record.

    `seen_version` is the version that the worker looked at: where another has changed the record since, nothing is written.
    With `interview` the answers are those of an assistance interview. Restricted records can be corrected too: it is often
    why they are restricted. Raises `NotAllowed`, `RecordUnknown`, `ReadTooMany`, `CorrectionEmpty` or `RecordChanged`.
    """
    person = session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if person is None:
        raise RecordUnknown(kind="person", record=person_id)
    who = require(session, Right.CORRECT_RECORD, custody_of(person), subject=f"casework.person:{person_id}")
    require_parts(session, person, [part])
    count_reading(session, [person_id])  # whether it changes anything tells what is held
    row: Person | Interview = _interview(session, person_id, interview) if interview else person
    if row.row_version != seen_version:
        raise RecordChanged(record=row.id, held=row.row_version, seen=seen_version)
    vault = Vault(session, ring, person.operation)
    key = stored_key(vault, person_id, KeyKind.PERSON)
    held = open_parts(row, key, list(RecordPart))
    corrected = _changed(held[part], answers)
    if corrected == held[part] or len(reason.strip()) < SHORTEST_REASON:
        raise CorrectionEmpty(record=row.id)
    keep_former(vault, row, key, person=person_id, changed_by=who.actor, reason=reason.strip())
    row.row_version += 1
    seal_parts(row, key, {**held, part: corrected})
    if part is RecordPart.FACTS:
        note_corrected(session, row, corrected)
    session.flush()
    if isinstance(row, Interview):
        session.get_one(Case, row.case).count_change()
    else:
        _renew_tokens(vault, person_id, {**held, part: corrected})
    detail = {"part": part.value, "answers": len(answers), "version": row.row_version, "record": str(row.id)}
    record(session, Action.CORRECTED, f"casework.person:{person_id}", purpose=purpose, detail=detail)
    return row.row_version


def _interview(session: Session, person: UUID, interview: UUID) -> Interview:
    row = session.get(Interview, interview, with_for_update=True, populate_existing=True)
    if row is None or session.get_one(Case, row.case).person != person:
        raise RecordUnknown(kind="interview", record=interview)
    return row


def _changed(held: Mapping[str, Any], answers: Mapping[str, str]) -> dict[str, Any]:
    return {name: answer for name, answer in {**held, **answers}.items() if answer}


def _renew_tokens(vault: Vault, person: UUID, parts: Mapping[RecordPart, Mapping[str, Any]]) -> None:
    """The person is found again by what is right, and no longer by what was wrong."""
    phone, name = str(parts[RecordPart.CONTACT].get(PHONE, "")), person_name(parts[RecordPart.IDENTITY])
    replace_tokens(vault, person, {TokenKind.PHONE: phone}, name=name)
