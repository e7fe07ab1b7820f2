"""A new person in the store: their record, sealed, and its key."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from casework.models import KeyKind, Person
from casework.store.seal_record import Vault, make_key, seal_parts
from forms import RecordPart

__all__ = ["add_person"]


def add_person(vault: Vault, parts: Mapping[RecordPart, Mapping[str, Any]], custody: str) -> UUID:
    """Seal these parts as a new person's; their id. Whoever calls lists what stands beside it (`changing_clear`)."""
    person = Person(id=uuid4(), operation=vault.operation, row_version=1, custody=custody)
    seal_parts(person, make_key(vault, person.id, KeyKind.PERSON), parts)
    vault.session.add(person)
    vault.session.flush()
    return person.id
