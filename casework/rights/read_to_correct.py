"""What a correction starts from: one part of one record as it stands, with the version that the worker saw."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from casework.errors import RecordUnknown
from casework.models import Case, Interview, KeyKind, Person, SealedRecord
from casework.store.bulk_limit import count_reading
from casework.store.need_to_know import require_parts
from casework.store.seal_record import Vault, open_parts, stored_key
from core.access import require
from core.audit import Action, Purpose, record
from core.clear_columns import custody_of
from core.keys.keyring import KeyRing
from core.permissions import Right
from forms import RecordPart

__all__ = ["ToCorrect", "read_to_correct"]


@dataclass(frozen=True)
class ToCorrect:
    """The answers of one part that are plain text, by name; repeats are corrected on the phone that sent them."""

    version: int
    answers: Mapping[str, str] = field(repr=False)


def read_to_correct(
    session: Session, ring: KeyRing, person_id: UUID, part: RecordPart, *, purpose: Purpose, interview: UUID | None = None
) -> ToCorrect:
    """One part of the person's own record, or of one interview of theirs, as it stands.

    Restricted records too, as `correct_record` does.
    Raises `NotAllowed`, `RecordUnknown`, `ReadTooMany` or `CiphertextRefused`.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise RecordUnknown(kind="person", record=person_id)
    require(session, Right.CORRECT_RECORD, custody_of(person), subject=f"casework.person:{person_id}")
    require_parts(session, person, [part])
    count_reading(session, [person_id])
    row = _interview(session, person_id, interview) if interview else person
    key = stored_key(Vault(session, ring, person.operation), person_id, KeyKind.PERSON)
    answers = open_parts(row, key, [part])[part]
    record(session, Action.READ, f"casework.person:{person_id}", purpose=purpose, detail={"parts": [part.value]})
    return ToCorrect(row.row_version, {name: value for name, value in answers.items() if isinstance(value, str)})


def _interview(session: Session, person: UUID, interview: UUID) -> SealedRecord:
    row = session.get(Interview, interview)
    if row is None or session.get_one(Case, row.case).person != person:
        raise RecordUnknown(kind="interview", record=interview)
    return row
