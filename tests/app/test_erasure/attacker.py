"""An attacker who has the whole database and the key ring, and tries every key on every ciphertext."""

from collections.abc import Iterator
from uuid import UUID

from casework.models import KeyKind
from core.keys.keyring import KeyRing
from core.sealing.envelope import Binding, CiphertextRefused, RecordKey, WrappedKey, unwrap_record_key
from tests.app.test_erasure.conftest import every_row

PARTS = ("identity", "contact", "narrative", "facts")


def opened_by_anything(owner: str, ring: KeyRing) -> bytes:
    """All that any key of the database opens, of any row: each key is tried on each column of each row of bytes."""
    rows = list(every_row(owner))
    keys = [key for table, row in rows for key in _keys(ring, table, row)]
    return b"\n".join(text for table, row in rows for text in _opened(keys, table, row))


def _keys(ring: KeyRing, table: str, row: dict[str, object]) -> Iterator[RecordKey]:
    version = row.get("key_version", row.get("version"))
    if not isinstance(row.get("sealed"), bytes) or not isinstance(version, int):
        return
    wrapped = WrappedKey(version, bytes(row["sealed"]), bytes(row["commitment"]))  # type: ignore[call-overload]
    record = row["record"]
    assert isinstance(record, UUID)
    places = [Binding("casework.record_key", record, kind) for kind in KeyKind]
    places += [Binding(name, record, "key") for name in ("ingest.submission", "ingest.quarantine")]
    for place in places:
        try:
            yield unwrap_record_key(ring, wrapped, place)
        except CiphertextRefused:
            continue


def _opened(keys: list[RecordKey], table: str, row: dict[str, object]) -> Iterator[bytes]:
    record = row.get("id")
    if not isinstance(record, UUID):
        return
    for column, value in row.items():
        for key in keys:
            names = (column, "content") if column == "xml" else (column,)
            version = row.get("row_version", 1)
            assert isinstance(version, int)
            for name in names:
                try:
                    yield key.open(bytes(value), Binding(table, record, name, version)) if isinstance(value, bytes) else b""
                except CiphertextRefused:
                    continue
