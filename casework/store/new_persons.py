"""New persons with what stands beside them from the first day: sealed one by one, written by one statement for each table.

What is written of each is what `add_person`, `seal_record` and `changing_clear` would write, without the object mapper. A row
is listed while it is still on its way (`row_entry`). What the database derives by itself, the restrictions that follow from
consents, is read back before the lists are sealed; so the keys are written last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import select

from casework.models import Case, Household, HouseholdMember, Interview, KeyKind, Person, StoredKey, Token, TokenKind
from casework.rights_models import Consent, Restriction
from casework.store.clear_rows import custody_entry, digest_of, row_entry, text_of, token_entry
from casework.store.compare_clear import compared_before
from casework.store.kept_key import KEY_TABLE, counts_once
from casework.store.seal_record import Vault, written
from casework.store.what_is_listed import EDITION, NEWEST_EDITION, NUMBERS, RESTRICTION
from core.database import Base, among
from core.keys.newest_versions import entry_of, versions_field
from core.postgres.insert_rows import NewRows
from core.sealing.envelope import RecordKey, WrappedKey
from core.sealing.seal_many import ManySealer
from forms import RecordPart

__all__ = ["FIRST_VERSION", "NewKey", "NewPersons"]

FIRST_VERSION: Final = 1
PERSON: Final = KeyKind.PERSON.value
# In the order in which they refer to each other; triggers, too, look up what stands before.
TABLES: Final[Sequence[type[Base]]] = (Household, Person, HouseholdMember, Case, Interview, Consent, Token, StoredKey)
Parts = Mapping[RecordPart, Mapping[str, Any]]


@dataclass(frozen=True, eq=False)
class NewKey:
    """The key of a person on their way, and what it will list, as that is sealed."""

    person: UUID
    key: RecordKey = field(repr=False)
    wrapped: WrappedKey
    listed: bytearray = field(default_factory=bytearray, repr=False)


class NewPersons:
    """Persons of one operation on their way into the store, for one transaction (zone casework)."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._sealer = ManySealer(vault.ring, KEY_TABLE, PERSON)
        self._rows = {table: NewRows(table) for table in TABLES}
        self._keys: dict[UUID, NewKey] = {}

    def add(self, parts: Parts, custody: str, tokens: Sequence[tuple[TokenKind, bytes]]) -> NewKey:
        """A person, who is found by these tokens."""
        person, operation = uuid4(), self._vault.operation
        key = NewKey(person, *self._sealer.new_key(person.bytes))
        sealed = self.seal_parts(key, "casework.person", person, parts)
        for entry in ((EDITION, NEWEST_EDITION), custody_entry(operation, custody), token_entry(tokens)):
            key.listed.extend(entry_of(*entry))
        self._keys[person] = key
        row = {"id": person, "operation": operation, "row_version": FIRST_VERSION, "custody": custody}
        self._rows[Person].add(row | sealed)
        for kind, token in tokens:
            self._rows[Token].add({"operation": operation, "kind": kind.value, "token": token, "record": person})
        return key

    def put(self, table: type[Base], row: Mapping[str, Any], **listed: NewKey) -> None:
        """A row beside them, and by which of their keys it is listed, by set of columns (`what_is_listed`; of a name with a
        point the last part)."""
        self._rows[table].add(row)
        name: str = table.__tablename__
        for which, key in listed.items():
            key.listed.extend(entry_of(*row_entry(name if which == name else f"{name}.{which}", row)))

    def seal_parts(self, key: NewKey, table: str, record: UUID, parts: Parts) -> dict[str, bytes]:
        """The columns of a sealed row, first version, under the key of this person."""
        key.listed.extend(entry_of(record, FIRST_VERSION))
        return {part.value: self.seal(key, table, part.value, record, written(parts.get(part, {}))) for part in RecordPart}

    def seal(self, key: NewKey, table: str, name: str, record: UUID, content: bytes) -> bytes:
        """The ciphertext of one field."""
        return self._sealer.seal(key.key, content, table, name, record.bytes)

    def write(self) -> None:
        """All of it, or nothing. What this transaction changes of them later is compared with nothing, and counted by the
        making of the keys."""
        session = self._vault.session
        *before, keys = self._rows.values()
        for rows in before:
            rows.insert(session)
        self._list_restrictions()
        for key in self._keys.values():
            keys.add(self._key_row(key))
        keys.insert(session)
        for person in self._keys:
            compared_before(session).add((person, PERSON))
            counts_once(session, person, PERSON)

    def _list_restrictions(self) -> None:
        theirs = select(Restriction.person, text_of(RESTRICTION)).where(among(Restriction.person, self._keys))
        for person, text in self._vault.session.execute(theirs) if self._rows[Consent] else ():
            if person:  # and not a report
                self._keys[person].listed.extend(entry_of(digest_of(text), NUMBERS[RESTRICTION]))

    def _key_row(self, new: NewKey) -> Mapping[str, Any]:
        return {
            "record": new.person,
            "kind": PERSON,
            "operation": self._vault.operation,
            "key_version": new.wrapped.version,
            "sealed": new.wrapped.sealed,
            "commitment": new.wrapped.commitment,
            "versions": self.seal(new, KEY_TABLE, versions_field(PERSON), new.person, bytes(new.listed)),
        }
