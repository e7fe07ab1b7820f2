"""The names of several persons at once, of those alone whose identity this transaction's account may read."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import and_, any_, literal, select

from casework.consent.consents import usable
from casework.models import KeptFrom, KeyKind, Opening, Person, StoredKey
from casework.names.person_name import PersonName, person_name
from casework.store.bulk_limit import count_reading
from casework.store.linked_persons import answering_for
from casework.store.need_to_know import PART_RIGHTS
from casework.store.seal_record import Vault, open_keys, open_parts
from core.access import Access, access_of
from core.audit import Purpose
from core.clear_columns import custody_of
from core.clock import now
from core.database import among
from forms import RecordPart

__all__ = ["FoundPerson", "kept_from_identity", "open_identities", "opened_identities", "settled"]

RIGHT = PART_RIGHTS[RecordPart.IDENTITY]


@dataclass(frozen=True)
class FoundPerson:
    """A person as a list of findings shows them; `likeness` to what was asked, from 0 to 1."""

    id: UUID
    name: str = field(repr=False)
    birth_year: int | None = field(repr=False)
    likeness: float = field(default=1.0, repr=False)


def open_identities(vault: Vault, persons: Collection[UUID]) -> list[tuple[UUID, PersonName]]:
    """The names, in order of ids. Who is out of reach, erased, or kept from this account is left out, not refused: that
    their name is like another one is itself something known of them. Raises `ReadTooMany` or `CiphertextRefused`."""
    access = access_of(vault.session)
    kept, opened = kept_from_identity(vault, access), opened_identities(vault, access)
    key = and_(StoredKey.record == Person.id, StoredKey.kind == KeyKind.PERSON.value)
    rows = vault.session.execute(
        select(Person, StoredKey).join(StoredKey, key).where(among(Person.id, persons)).order_by(Person.id)
    )
    shown = [
        (person, stored)
        for person, stored in rows
        if person.id not in kept and (access.may(RIGHT, custody_of(person)) or person.id in opened)
    ]
    count_reading(vault.session, [person.id for person, _ in shown])
    keys = open_keys(vault, [stored for _, stored in shown])
    return [
        (person.id, person_name(open_parts(person, keys[person.id], [RecordPart.IDENTITY])[RecordPart.IDENTITY]))
        for person, _ in shown
    ]


def settled(vault: Vault, found: Iterable[FoundPerson], purpose: Purpose) -> list[FoundPerson]:
    """Without those whose record is restricted for this purpose, and each human being once, under the record that answers
    for all of theirs and with their likest name; the likest first."""
    ranked = sorted(found, key=lambda one: (-one.likeness, one.id))
    into = answering_for(vault.session, [one.id for one in ranked])
    allowed = usable(vault.session, {*into, *into.values()}, purpose)
    once: dict[UUID, FoundPerson] = {}
    for one in ranked:
        answering = into[one.id]
        if answering not in once and {one.id, answering} <= allowed:
            once[answering] = replace(one, id=answering)
    return list(once.values())


def kept_from_identity(vault: Vault, access: Access) -> frozenset[UUID]:
    """The persons whose identity this account is kept from."""
    if access.system:
        return frozenset()
    theirs = KeptFrom.operation == vault.operation, KeptFrom.actor == access.actor
    return frozenset(vault.session.scalars(select(KeptFrom.person).where(*theirs, KeptFrom.part == RecordPart.IDENTITY.value)))


def opened_identities(vault: Vault, access: Access) -> frozenset[UUID]:
    """The persons whose identity is opened to this account beyond its reach, at this moment."""
    if access.system or not access.may(RIGHT):
        return frozenset()
    theirs = Opening.operation == vault.operation, Opening.actor == access.actor, Opening.until > now()
    named = literal(RecordPart.IDENTITY.value) == any_(Opening.parts)
    return frozenset(vault.session.scalars(select(Opening.person).where(*theirs, named)))
