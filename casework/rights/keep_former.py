"""Every correction keeps what stood before it: the ciphertexts as they were, under the same key and bound to their version."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.admission.sort_answers import Parts
from casework.consent.consents import require_unrestricted
from casework.errors import RecordUnknown
from casework.models import KeyKind, Person, SealedRecord
from casework.rights_models import FormerVersion
from casework.store.bulk_limit import count_reading
from casework.store.change_clear import changing_clear
from casework.store.need_to_know import require_parts
from casework.store.seal_record import Vault, open_sealed, stored_key
from core.audit import Action, Purpose, record
from core.clock import now
from core.keys.keyring import KeyRing
from core.sealing.envelope import Binding, RecordKey
from forms import RecordPart

__all__ = ["FormerAnswers", "former_answers", "keep_former", "open_former"]

TABLE: Final = "casework.former_version"


@dataclass(frozen=True)
class FormerAnswers:
    """What a record said until somebody changed it. `of` is `person` or `interview`; `reason` is empty for a phone's edit."""

    of: str
    record: UUID
    row_version: int
    changed_by: str
    changed_at: datetime
    reason: str = field(repr=False)
    parts: Parts = field(repr=False)


def keep_former(vault: Vault, row: SealedRecord, key: RecordKey, *, person: UUID, changed_by: str, reason: str = "") -> None:
    """Keep the record as it stands, before it is sealed anew under its next version."""
    former = uuid4()
    kept = FormerVersion(
        id=former,
        person=person,
        operation=vault.operation,
        of=row.__tablename__,
        record=row.id,
        row_version=row.row_version,
        **{part.value: getattr(row, part.value) for part in RecordPart},
        reason=key.seal(reason.encode(), Binding(TABLE, former, "reason")),
        changed_by=changed_by,
        changed_at=now(),
    )
    with changing_clear(vault, [person]):
        vault.session.add(kept)


def former_answers(
    session: Session, ring: KeyRing, person_id: UUID, *, parts: Collection[RecordPart] = tuple(RecordPart), purpose: Purpose
) -> list[FormerAnswers]:
    """What these parts said of a person before each change, the oldest first.

    Raises `NotAllowed` (where one of the parts may not be read), `RecordUnknown`, `RecordRestricted`, `ReadTooMany` or
    `CiphertextRefused`.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise RecordUnknown(kind="person", record=person_id)
    require_parts(session, person, parts)
    require_unrestricted(session, person_id, purpose)
    count_reading(session, [person_id])
    rows = session.scalars(
        select(FormerVersion).where(FormerVersion.person == person_id).order_by(FormerVersion.changed_at)
    ).all()
    record(session, Action.READ, f"casework.person:{person_id}", purpose=purpose, detail={"former_versions": len(rows)})
    key = stored_key(Vault(session, ring, person.operation), person_id, KeyKind.PERSON)
    return [open_former(row, key, parts) for row in rows]


def open_former(row: FormerVersion, key: RecordKey, wanted: Collection[RecordPart]) -> FormerAnswers:
    """These parts of one former version, with the reason of the change; raises `CiphertextRefused`."""
    parts: dict[RecordPart, dict[str, Any]] = {
        part: open_sealed(key, getattr(row, part.value), Binding(f"casework.{row.of}", row.record, part.value, row.row_version))
        for part in wanted
    }
    reason = key.open(row.reason, Binding(TABLE, row.id, "reason")).decode()
    return FormerAnswers(row.of, row.record, row.row_version, row.changed_by, row.changed_at, reason, parts)
