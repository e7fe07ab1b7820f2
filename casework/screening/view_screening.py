"""The screening of a case for somebody who may read it: on their screen, and in no other place."""

from uuid import UUID

from sqlalchemy.orm import Session

from casework.consent.consents import require_unrestricted
from casework.errors import RecordUnknown
from casework.models import Case, KeyKind, Person
from casework.programme import programme_in_force
from casework.screening.read_screening import PARTS, Screening, read_screening
from casework.store.bulk_limit import count_reading
from casework.store.need_to_know import require_parts
from casework.store.seal_record import Vault, stored_key
from core.audit import Action, Purpose, record
from core.keys.keyring import KeyRing

__all__ = ["view_screening"]


def view_screening(session: Session, ring: KeyRing, case_id: UUID, *, purpose: Purpose) -> Screening:
    """Score and proposal; raises `RecordUnknown`, `NotAllowed` for who is kept from the facts or the narrative,
    `RecordRestricted`, `ReadTooMany`, `CiphertextRefused` or `ProgrammeUnreadable`."""
    case = session.get(Case, case_id)
    if case is None:
        raise RecordUnknown(kind="case", record=case_id)
    person = session.get_one(Person, case.person)
    require_parts(session, person, PARTS)
    require_unrestricted(session, person.id, purpose)
    count_reading(session, [person.id])
    key = stored_key(Vault(session, ring, case.operation), person.id, KeyKind.PERSON)
    screening = read_screening(session, key, case, programme_in_force(session))
    detail = {"parts": sorted(part.value for part in PARTS)}
    record(session, Action.READ, f"casework.person:{person.id}", purpose=purpose, detail=detail)
    return screening
