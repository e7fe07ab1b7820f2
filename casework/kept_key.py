"""A record key as the key table keeps it, with the newest version of every row that it has sealed.

A ciphertext is bound to its row version, so it opens in no other row or version. That alone would let somebody put a whole
old row back, ciphertexts and version together. So the key keeps, sealed under itself, which version of each row is the
newest; an older one is refused. (An old row put back together with its old key row is found by the audit log, which
names every change.)
"""

import json
from typing import Final
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.orm import object_session

from casework.errors import OldVersion
from casework.models import StoredKey
from core.envelope import Binding, RecordKey

__all__ = ["KEY_TABLE", "KeptKey"]

KEY_TABLE: Final = "casework.record_key"


class KeptKey:
    """An opened record key and its row in the key table."""

    def __init__(self, row: StoredKey, key: RecordKey) -> None:
        self.row = row
        self._key = key
        self._where = Binding(KEY_TABLE, row.record, f"{row.kind}.versions")

    def seal(self, plaintext: bytes, binding: Binding) -> bytes:
        """Encrypt what has no versions of its own."""
        return self._key.seal(plaintext, binding)

    def open(self, ciphertext: bytes, binding: Binding) -> bytes:
        """Decrypt; raises `CiphertextRefused`."""
        return self._key.open(ciphertext, binding)

    def note(self, record: UUID, version: int) -> None:
        """From now on `version` is the newest of this row; raises `CiphertextRefused`."""
        self._lock()
        versions = self._versions()
        versions[str(record)] = version
        self.row.versions = self._key.seal(json.dumps(versions, separators=(",", ":")).encode(), self._where)

    def require_newest(self, table: str, record: UUID, version: int) -> None:
        """Raises `OldVersion` where another version of the row was written later, `CiphertextRefused` where nothing tells."""
        if self._versions().get(str(record)) != version:
            raise OldVersion(table=table, record=record)

    def _lock(self) -> None:
        """Two who write under one key at once take turns, so that neither forgets what the other noted."""
        state, session = inspect(self.row), object_session(self.row)
        if session and state.persistent and not state.attrs.versions.history.has_changes():
            session.refresh(self.row, ["versions"], with_for_update=True)

    def _versions(self) -> dict[str, int]:
        if self.row.versions is None:
            return {}
        versions: dict[str, int] = json.loads(self._key.open(self.row.versions, self._where))
        return versions
