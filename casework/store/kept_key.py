"""A record key as the key table keeps it, with the newest version of every row that it has sealed, and what stands in clear.

An older version put back whole is refused (`core.keys.newest_versions`). One that is put back together with its old key row is
refused as well: the list counts the transactions that changed it, and each leaves a line with the count in the audit log, whose
lines cannot be taken away unnoticed (`core.audit_verify`). A list that counts fewer than the log tells of is an old one.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.orm import Session, object_session

from casework.errors import OldVersion
from casework.models import StoredKey
from casework.store.what_is_listed import CHANGES, EDITION, NEWEST_EDITION
from core.audit import Action, Purpose, record
from core.keys.newest_versions import is_newest, read_versions, versions_field, write_versions
from core.sealing.envelope import Binding, RecordKey

__all__ = ["COUNTED", "KEY_TABLE", "KeptKey", "counts_once"]

KEY_TABLE: Final = "casework.record_key"
COUNTED: Final = "casework.counted"  # in the session: by record and kind of key, the transaction that has counted a change


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

    def note_in_place(self, entry: tuple[UUID, int]) -> None:
        """List this row in clear in place of the one of its set that was; raises `CiphertextRefused`."""
        self._take_turn()
        others = {one: number for one, number in self.listed(self.row.versions).items() if number != entry[1]}
        self.list_anew(others | dict([entry]))

    def require_newest(self, table: str, record: UUID, version: int) -> None:
        """Raises `OldVersion` where another version of the row was written later, `CiphertextRefused` where nothing tells."""
        if not is_newest(self._opened(self.row.versions), record.bytes, version):
            raise OldVersion(table=table, record=record)

    def listed(self, versions: bytes | None) -> dict[UUID, int]:
        """The list that is sealed in `versions`, of sealed rows and of those in clear (`casework.store.clear_rows`); of a new
        key, an empty one of the newest edition. Raises `CiphertextRefused`."""
        return {EDITION: NEWEST_EDITION} if versions is None else read_versions(self._opened(versions))

    def list_anew(self, listed: Mapping[UUID, int], *, after: int = 0) -> None:
        """Seal this list in place of the one that was, for whoever has taken their turn: with one change more than it counted,
        or than `after`."""
        session = object_session(self.row)
        if session is not None and counts_once(session, self.row.record, self.row.kind):
            changes = max(listed.get(CHANGES, 0), after) + 1
            listed = {**listed, CHANGES: changes}
            subject = f"{KEY_TABLE}:{self.row.record}/{self.row.kind}"
            record(session, Action.LISTED, subject, purpose=Purpose.SECURITY, detail={"changes": changes})
        self.row.versions = self.seal(write_versions(listed), self._where)

    def _take_turn(self) -> None:
        """Two who write under one key at once take turns, so that neither forgets what the other noted."""
        state, session = inspect(self.row), object_session(self.row)
        if session and state.persistent and not state.attrs.versions.history.has_changes():
            session.refresh(self.row, ["versions"], with_for_update=True)

    def _opened(self, versions: bytes | None) -> bytes:
        return b"" if versions is None else self.open(versions, self._where)


def counts_once(session: Session, record: UUID, kind: str) -> bool:
    """Whether this is the transaction's first change of the list, which counts; the making of a key counts too, as none.

    A change that a savepoint undid is forgotten: it is counted by the savepoint that was innermost when it was made.
    """
    counted = session.info.setdefault(COUNTED, {})
    by = counted.get((record, kind))
    if by is not None and by.is_active:
        return False
    counted[record, kind] = session.get_nested_transaction() or session.get_transaction()
    return True
