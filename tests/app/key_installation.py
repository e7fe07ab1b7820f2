"""An installation with records under its keys, for the tests of what is done with keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

from sqlalchemy import Connection, create_engine, select

from app.program import Program
from casework.models import KeyKind, StoredKey
from core.access import Access
from core.database import Zone
from core.models import Operation
from core.sealing.envelope import Binding, RecordKey, WrappedKey, new_record_key, unwrap_record_key
from core.settings import Settings

__all__ = ["WHO", "add_records", "alone", "opened_keys", "owner", "stored"]

WHO = Access.of_system("administrator", "")
KEY_TABLE = "casework.record_key"
FIELD = Binding("casework.movement_event", UUID(int=7), "facts")


def alone(_session: object, _subject: str) -> None:
    """Approval of an installation without accounts."""


def add_records(program: Program, count: int) -> dict[UUID, bytes]:
    """Keys of movements, each with one ciphertext that only it opens."""
    made: dict[UUID, bytes] = {}
    with program.database.transaction(Zone.CASEWORK, operation="A") as session:
        if session.get(Operation, "A") is None:
            with program.database.transaction(Zone.COLLECTION, operation="A") as other:
                other.add(Operation(code="A", names={}))
        for _ in range(count):
            record = uuid4()
            key, wrapped = new_record_key(program.ring, Binding(KEY_TABLE, record, KeyKind.MOVEMENT))
            made[record] = key.seal(b"facts", FIELD)
            session.add(_row(record, wrapped))
    return made


def opened_keys(program: Program) -> dict[UUID, RecordKey]:
    """Every stored key, opened by the program's ring."""
    return {
        row.record: unwrap_record_key(
            program.ring, WrappedKey(row.key_version, row.sealed, row.commitment), Binding(KEY_TABLE, row.record, row.kind)
        )
        for row in stored(program)
    }


def stored(program: Program) -> list[StoredKey]:
    with program.database.transaction(Zone.CASEWORK, operation="A") as session:
        return list(session.scalars(select(StoredKey).order_by(StoredKey.record)))


@contextmanager
def owner(settings: Settings) -> Iterator[Connection]:
    """A transaction of the tables' owner: what somebody with a hand in the database can do."""
    engine = create_engine(settings.database_owner_url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def _row(record: UUID, wrapped: WrappedKey) -> StoredKey:
    return StoredKey(
        record=record,
        kind=KeyKind.MOVEMENT.value,
        operation="A",
        key_version=wrapped.version,
        sealed=wrapped.sealed,
        commitment=wrapped.commitment,
    )
