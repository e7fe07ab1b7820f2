"""A record key as the key table keeps it, with the newest version of every row that it has sealed, and what stands in clear.

An older version put back whole is refused (`core.newest_versions`). One that is put back together with its old key row is
not noticed here: the audit log, which names every change, tells of it.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.orm import object_session

from casework.errors import OldVersion
from casework.models import StoredKey
from core.envelope import Binding, RecordKey
from core.newest_versions import is_newest, read_versions, versions_field, write_versions

__all__ = ["KEY_TABLE", "KeptKey"]

KEY_TABLE: Final = "casework.record_key"


class KeptKey(RecordKey):
    """An opened record key and its row in the key table."""

    def __init__(self, row: StoredKey, key: RecordKey) -> None:
        super().__init__(key.lock)
        self.row = row
        self._where = Binding(KEY_TABLE, row.record, versions_field(row.kind))

    def note(self, record: UUID, version: int) -> None:
        """From now on `version` is the newest of this row; raises `CiphertextRefused`."""
        self._take_turn()
        self.list_anew(self.listed(self.row.versions) | {record: version})

    def require_newest(self, table: str, record: UUID, version: int) -> None:
        """Raises `OldVersion` where another version of the row was written later, `CiphertextRefused` where nothing tells."""
        if not is_newest(self._opened(self.row.versions), record.bytes, version):
            raise OldVersion(table=table, record=record)

    def listed(self, versions: bytes | None) -> dict[UUID, int]:
        """The list that is sealed in `versions`, of rows and of what stands in clear (`casework.store.clear_rows`); raises
        `CiphertextRefused`."""
        return read_versions(self._opened(versions))

    def list_anew(self, listed: Mapping[UUID, int]) -> None:
        """Seal this list in place of the one that was; for whoever has taken their turn."""
        self.row.versions = self.seal(write_versions(listed), self._where)

    def _take_turn(self) -> None:
        """Two who write under one key at once take turns, so that neither forgets what the other noted."""
        state, session = inspect(self.row), object_session(self.row)
        if session and state.persistent and not state.attrs.versions.history.has_changes():
            session.refresh(self.row, ["versions"], with_for_update=True)

    def _opened(self, versions: bytes | None) -> bytes:
        return b"" if versions is None else self.open(versions, self._where)
