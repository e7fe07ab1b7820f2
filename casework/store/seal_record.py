"""Record keys, and the four ciphertexts that they seal and open."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from casework.errors import KeyDestroyed
from casework.models import KeyKind, Person, SealedRecord, StoredKey
from casework.store.compare_clear import compared_before, require_as_listed
from casework.store.kept_key import KEY_TABLE, KeptKey, counts_once
from core.database import among
from core.keys.keyring import KeyRing
from core.postgres.asked_once import asked_once
from core.sealing.envelope import Binding, RecordKey, WrappedKey, new_record_key, unwrap_record_key
from forms import RecordPart

__all__ = [
    "KEY_OF_PERSON",
    "KEY_TABLE",
    "Vault",
    "binding",
    "find_with_key",
    "make_key",
    "open_keys",
    "open_parts",
    "open_sealed",
    "seal_part",
    "seal_parts",
    "stored_key",
    "stored_keys",
    "unwrap",
    "written",
]

KEY_OF_PERSON: Final = and_(StoredKey.record == Person.id, StoredKey.kind == KeyKind.PERSON.value)
WITH_KEY: Final = select(Person, StoredKey).outerjoin(StoredKey, KEY_OF_PERSON).where(Person.id == bindparam("person"))
WRITTEN: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


@dataclass
class Vault:
    """An operation's records within one transaction, and the key ring that their keys are wrapped by."""

    session: Session
    ring: KeyRing
    operation: str


def make_key(vault: Vault, record: UUID, kind: KeyKind) -> KeptKey:
    """A new key for a record, kept wrapped in the key table."""
    key, wrapped = new_record_key(vault.ring, Binding(KEY_TABLE, record, kind))
    row = StoredKey(
        record=record,
        kind=kind.value,
        operation=vault.operation,
        key_version=wrapped.version,
        sealed=wrapped.sealed,
        commitment=wrapped.commitment,
    )
    vault.session.add(row)
    compared_before(vault.session).add((record, kind.value))
    counts_once(vault.session, record, kind.value)
    return KeptKey(row, key)


def find_with_key(session: Session, person: UUID) -> tuple[Person, StoredKey | None] | None:
    """A person's record and its key as they are stored, asked for together; None out of reach too."""
    return asked_once(session, ("with key", person), lambda: _with_key(session, person))


def _with_key(session: Session, person: UUID) -> tuple[Person, StoredKey | None] | None:
    row = session.execute(WITH_KEY, {"person": person}).one_or_none()
    return (row[0], row[1]) if row else None


def stored_key(vault: Vault, record: UUID, kind: KeyKind) -> KeptKey:
    """The opened key of a record, beside which stands what it lists.

    Raises `KeyDestroyed`, `CiphertextRefused`, `KeyVersionUnknown`, `ClearRowChanged` or `ListPutBack`.
    """
    row = vault.session.get(StoredKey, (record, kind.value))
    if row is None:
        raise KeyDestroyed(kind=kind.value, record=record)
    return open_keys(vault, [row])[record]


def stored_keys(vault: Vault, records: Collection[UUID], kind: KeyKind = KeyKind.PERSON) -> dict[UUID, KeptKey]:
    """The same for several at once, without those whose key is gone."""
    wanted = among(StoredKey.record, records), StoredKey.kind == kind.value
    return open_keys(vault, vault.session.scalars(select(StoredKey).where(*wanted)).all())


def open_keys(vault: Vault, rows: Iterable[StoredKey]) -> dict[UUID, KeptKey]:
    """Open keys of one kind as they are stored, by record; raises what `stored_key` raises."""
    keys = {row.record: unwrap(vault.ring, row) for row in rows}
    require_as_listed(vault.session, keys.values())
    return keys


def unwrap(ring: KeyRing, row: StoredKey) -> KeptKey:
    """Open a key as it is stored, whatever stands beside it; raises `CiphertextRefused` or `KeyVersionUnknown`."""
    wrapped = WrappedKey(row.key_version, row.sealed, row.commitment)
    return KeptKey(row, unwrap_record_key(ring, wrapped, Binding(KEY_TABLE, row.record, row.kind)))


def seal_parts(row: SealedRecord, key: KeptKey, parts: Mapping[RecordPart, Mapping[str, Any]]) -> None:
    """Seal parts into their columns, bound to the row's table, id and version, and note that this version is the newest.

    A part without answers is sealed too: that somebody said nothing is also something said.
    """
    for part, answers in parts.items():
        setattr(row, part.value, seal_part(key, answers, binding(type(row), row.id, part, row.row_version)))
    key.note(row.id, row.row_version)


def seal_part(key: RecordKey, answers: Mapping[str, Any], where: Binding) -> bytes:
    """One part's ciphertext."""
    return key.seal(written(answers), where)


def written(answers: Mapping[str, Any]) -> bytes:
    """One part as it is sealed."""
    return WRITTEN.encode(answers).encode()


def open_parts(row: SealedRecord, key: KeptKey, parts: Collection[RecordPart]) -> dict[RecordPart, dict[str, Any]]:
    """Open the parts asked for and no others; raises `CiphertextRefused` or `OldVersion`."""
    key.require_newest(f"casework.{row.__tablename__}", row.id, row.row_version)
    return {
        part: open_sealed(key, getattr(row, part.value), binding(type(row), row.id, part, row.row_version)) for part in parts
    }


def open_sealed(key: RecordKey, ciphertext: bytes, where: Binding) -> dict[str, Any]:
    """Answers by name from one ciphertext; raises `CiphertextRefused`."""
    answers: dict[str, Any] = json.loads(key.open(ciphertext, where))
    return answers


def binding(table: type[SealedRecord], record: UUID, part: RecordPart, row_version: int) -> Binding:
    """Where a part of a record belongs."""
    return Binding(f"casework.{table.__tablename__}", record, part.value, row_version)
