"""What stands in clear about a record is compared with what its key lists, once a transaction, when the key is opened.

Whoever is shown an answer has had the record's key opened, and so has whoever writes anything under it: there the comparison
stands, and nowhere else need anybody think of it. A key that an earlier version of this program wrote lists less, or nothing:
of what it does not list it tells nothing until `store seal`.

The audit log counts the changes of each list. One that counts fewer was put back, with whatever it names.
"""

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from casework.errors import ClearRowChanged, ListPutBack
from casework.models import KeyKind
from casework.store.clear_rows import Standing, id_in, read_changes, read_rows
from casework.store.kept_key import KeptKey
from casework.store.what_is_listed import CHANGES, is_of_clear_row, name_of, sets_known
from core.postgres.asked_once import note_answer, noted_answer

__all__ = ["compared_before", "may_stand", "require_as_listed", "require_newest_lists"]

COMPARED: Final = "casework.compared"  # in the session: records and kinds of key that this transaction has compared


def require_as_listed(session: Session, keys: Collection[KeptKey]) -> None:
    """Raises `ClearRowChanged` for the first record beside which something else stands than its key lists, or `ListPutBack`.

    All keys are of one kind. What this transaction has compared already, and may have changed since, is not compared again.
    """
    before = compared_before(session)
    asked = {key.row.record: key for key in keys if (key.row.record, key.row.kind) not in before}
    if not asked:
        return
    kind = KeyKind(next(iter(asked.values())).row.kind)
    for record, standing in read_rows(session, asked, kind).items():
        listed = asked[record].listed(standing.versions)
        _require_newest(record, listed, standing.changes)
        _require_same(record, listed, standing, sets_known(listed, kind))
        note_answer(session, ("standing", record), frozenset(name for name, _ in standing.rows.values()))
        before.add((record, kind.value))


def require_newest_lists(session: Session, keys: Collection[KeptKey], kind: KeyKind) -> None:
    """The second alone, for many keys at once; raises `ListPutBack`."""
    changed = read_changes(session, [key.row.record for key in keys], kind)
    for key in keys:
        if key.row.record in changed:
            versions, told = changed[key.row.record]
            _require_newest(key.row.record, key.listed(versions), told)


def may_stand(session: Session, person: UUID, name: str) -> bool:
    """Whether a row of this set may stand beside a person's record, or it need not be asked for.

    The comparison sees all of a record's rows, whoever's reach they are in: where it saw none, nobody is shown one. That holds
    within a block that asks once (`core.postgres.asked_once`); elsewhere, and where nothing was compared, a row may always
    stand.
    """
    standing: frozenset[str] | None = noted_answer(session, ("standing", person))
    return standing is None or name in standing


def compared_before(session: Session) -> set[tuple[UUID, str]]:
    """Whose rows this transaction has compared already."""
    before: set[tuple[UUID, str]] = session.info.setdefault(COMPARED, set())
    return before


def _require_newest(record: UUID, listed: Mapping[UUID, int], told: int) -> None:
    if listed.get(CHANGES, 0) < told:
        raise ListPutBack(record=record)


def _require_same(record: UUID, listed: Mapping[UUID, int], standing: Standing, known: Collection[str]) -> None:
    for digest, (name, text) in standing.rows.items():
        if name in known and digest not in listed:
            raise ClearRowChanged(record=record, table=_table(name), row=id_in(text))
    for digest, version in listed.items():
        if is_of_clear_row(version) and digest not in standing.rows:
            raise ClearRowChanged(record=record, table=_table(name_of(version)), row="missing")


def _table(name: str) -> str:
    return f"casework.{name.partition('.')[0]}"
