"""Whatever changes what stands in clear about a record does so in here: compared before, listed anew afterwards.

The database derives some rows itself (a restriction from a consent, the end of a sharing from a restriction), so what is listed
is read back, not foreseen.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from sqlalchemy import select

from casework.models import KeyKind, StoredKey
from casework.store.clear_rows import read_rows
from casework.store.compare_clear import compared_before
from casework.store.seal_record import Vault, stored_keys, unwrap
from casework.store.what_is_listed import is_of_clear_row, sets_known
from core.database import among

__all__ = ["changing_clear", "list_clear"]

CHANGING: Final = "casework.changing"  # in the session: what is listed when the outermost change has ended
Changed = set[tuple[UUID, KeyKind]]


@contextmanager
def changing_clear(vault: Vault, records: Collection[UUID] = (), *kinds: KeyKind) -> Iterator[None]:
    """Within, rows in clear about these persons (or about what keys of other `kinds` belong to) may be changed.

    Within another one, the outer one lists. Who has no key any more is left alone. Raises `ClearRowChanged` where something
    else stands than was written.
    """
    info, mine = vault.session.info, {(record, kind) for kind in kinds or (KeyKind.PERSON,) for record in records}
    for kind in {kind for _, kind in mine}:
        new = [record for record in records if (record, kind.value) not in compared_before(vault.session)]
        if new:
            stored_keys(vault, new, kind)
    outer: Changed | None = info.get(CHANGING)
    if outer is not None:
        outer |= mine
        yield
        return
    info[CHANGING] = mine
    try:
        yield
    finally:
        del info[CHANGING]
    for kind in sorted({kind for _, kind in mine}):
        list_clear(vault, {record for record, its in mine if its is kind}, kind)


def list_clear(vault: Vault, records: Collection[UUID], kind: KeyKind = KeyKind.PERSON) -> None:
    """List what stands now, in place of what this transaction found when it opened these keys.

    A key of an earlier version of this program, which lists less, is not made to list more: nobody can say what should stand
    beside it.
    """
    session = vault.session
    session.flush()
    turns = select(StoredKey).where(among(StoredKey.record, records), StoredKey.kind == kind.value).order_by(StoredKey.record)
    rows = session.scalars(turns.with_for_update().execution_options(populate_existing=True)).all()
    standing, before = read_rows(session, [row.record for row in rows], kind), compared_before(session)
    for row in rows:
        if (row.record, row.kind) not in before:
            continue
        key = unwrap(vault.ring, row)
        listed = key.listed(row.versions)
        sealed = {one: version for one, version in listed.items() if not is_of_clear_row(version)}
        now_listed = sealed | standing[row.record].entries(sets_known(listed, kind))
        if now_listed != listed:
            key.list_anew(now_listed)
