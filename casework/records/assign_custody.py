"""Put a person's record into another custody: another worker, team, area or organisation is responsible from now on."""

from uuid import UUID

from sqlalchemy.orm import Session

from casework.errors import RecordUnknown
from casework.models import Person
from casework.store.change_clear import changing_clear
from casework.store.linked_persons import persons_of
from casework.store.seal_record import Vault
from core.access import Access, Custody, NotAllowed
from core.audit import Action, Purpose, record
from core.clear_columns import custody_of
from core.keys.keyring import KeyRing
from core.permissions import Right

__all__ = ["assign_custody"]


def assign_custody(
    session: Session, ring: KeyRing, who: Access, person_id: UUID, custody: Custody, *, purpose: Purpose
) -> None:
    """Hand the record over, with all that were merged with it: a person has one custody. Openings stay until they end.

    The transaction is the program's own, under the actor's name, because the record may leave `who`'s reach by this. Raises
    `RecordUnknown` (also for a record that was out of reach) or `NotAllowed`.
    """
    subject = f"casework.person:{person_id}"
    person = session.get(Person, person_id)
    if person is None or not _in_reach(who, custody_of(person)):
        raise RecordUnknown(kind="person", record=person_id)
    if not who.may(Right.SHARE_RECORD, custody_of(person)):
        raise NotAllowed(Right.SHARE_RECORD, subject)
    together = persons_of(session, person_id)
    with changing_clear(Vault(session, ring, person.operation), together):
        for linked in together:
            row = session.get_one(Person, linked)
            detail = {"from": row.custody, "to": str(custody)}
            row.custody = str(custody)
            record(session, Action.SHARED, f"casework.person:{linked}", purpose=purpose, detail=detail)


def _in_reach(who: Access, custody: Custody) -> bool:
    return who.system or any(grant.covers(custody) for grant in who.grants)
