"""What stands in clear about a record is compared with what its key lists, once a transaction, when the key is opened.

Whoever is shown an answer has had the record's key opened, and so has whoever writes anything under it: there the comparison
stands, and nowhere else need anybody think of it. A key that lists no such row was written by an earlier version of this
program, and tells nothing until `store seal`.
"""

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from casework.errors import ClearRowChanged
from casework.models import KeyKind
from casework.store.clear_rows import IN_PART, Standing, id_in, is_of_clear_row, read_rows, table_of
from casework.store.kept_key import KeptKey

__all__ = ["compared_before", "lists_clear_rows", "require_as_listed"]

COMPARED: Final = "casework.compared"  # in the session: by record and kind of key, the digests of the rows as they were found
Before = dict[tuple[UUID, str], frozenset[UUID]]


def require_as_listed(session: Session, keys: Collection[KeptKey]) -> None:
    """Raises `ClearRowChanged` for the first record beside which something else stands than its key lists.

    All keys are of one kind. What this transaction has compared already, and may have changed since, is not compared again.
    """
    before = compared_before(session)
    asked = {key.row.record: key for key in keys if (key.row.record, key.row.kind) not in before}
    if not asked:
        return
    kind = KeyKind(next(iter(asked.values())).row.kind)
    for record, standing in read_rows(session, asked, kind).items():
        listed = asked[record].listed(standing.versions)
        if kind is KeyKind.PERSON and not lists_clear_rows(listed):
            continue
        _require_same(record, listed, standing)
        before[record, kind.value] = frozenset(standing.rows)


def compared_before(session: Session) -> Before:
    """What this transaction found when it first opened a key."""
    before: Before = session.info.setdefault(COMPARED, {})
    return before


def lists_clear_rows(listed: Mapping[UUID, int]) -> bool:
    """Whether a key's list tells of rows in clear at all: of a person's, their custody stands in each."""
    return any(map(is_of_clear_row, listed.values()))


def _require_same(record: UUID, listed: Mapping[UUID, int], standing: Standing) -> None:
    for digest, (table, text) in standing.rows.items():
        if digest not in listed:
            raise ClearRowChanged(record=record, table=f"casework.{table}", row=id_in(text))
    for digest, version in listed.items():
        if is_of_clear_row(version) and digest not in standing.rows and table_of(version) not in IN_PART:
            raise ClearRowChanged(record=record, table=f"casework.{table_of(version)}", row="missing")
