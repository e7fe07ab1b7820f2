"""What the search worker reads from the store: of each person their name and custody, and nothing else is kept of it."""

from collections.abc import Collection, Iterator
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import Session

from casework.consent.consents import EVERYTHING, in_force
from casework.models import KeyKind, Person, StoredKey
from casework.names.person_name import person_name
from casework.rights_models import Restriction
from casework.search.name_index import HeldName
from casework.store.bulk_limit import count_reading
from casework.store.seal_record import binding, open_sealed, unwrap
from core.audit import Action, Purpose, record
from core.keys.keyring import KeyRing
from forms import RecordPart

__all__ = ["read_all_names", "read_names"]

AT_ONCE = 5000


def read_all_names(session: Session, ring: KeyRing, operation: str) -> Iterator[HeldName]:
    """Every person of the operation whose key is there, some thousands at a time; one line in the audit log says how many."""
    count, last = 0, UUID(int=0)
    while held := _read(session, ring, _wanted(operation).where(Person.id > last).order_by(Person.id).limit(AT_ONCE)):
        count, last = count + len(held), held[-1].person
        yield from held
    record(session, Action.READ, "casework.person", purpose=Purpose.ASSISTANCE, count=count, detail={"by": "search worker"})


def read_names(session: Session, ring: KeyRing, operation: str, persons: Collection[UUID]) -> list[HeldName]:
    """The same of these persons, after a change of them; who is no longer there is not among them."""
    held = _read(session, ring, _wanted(operation).where(Person.id.in_(persons)))
    record(session, Action.READ, "casework.person", purpose=Purpose.ASSISTANCE, count=len(held), detail={"by": "search worker"})
    return held


def _wanted(operation: str) -> Select[UUID, str, int, bytes, StoredKey]:
    key = and_(StoredKey.record == Person.id, StoredKey.kind == KeyKind.PERSON.value)
    columns = select(Person.id, Person.custody, Person.row_version, Person.identity, StoredKey)
    return columns.join(StoredKey, key).where(Person.operation == operation, ~_restricted_whole())


def _restricted_whole() -> ColumnElement[bool]:
    """Whose record must not be used at all has no name in any memory. `search_freely` asks again for each purpose."""
    return exists().where(Restriction.person == Person.id, Restriction.purpose == EVERYTHING, in_force())


def _read(session: Session, ring: KeyRing, wanted: Select[UUID, str, int, bytes, StoredKey]) -> list[HeldName]:
    rows, held = session.execute(wanted).all(), []
    count_reading(session, [row[0] for row in rows])  # it is the program that reads; an account would have its limit
    for person, custody, row_version, sealed, key in rows:
        identity = open_sealed(unwrap(ring, key), sealed, binding(Person, person, RecordPart.IDENTITY, row_version))
        held.append(HeldName(person, custody, person_name(identity).written))
    session.expunge_all()
    return held
