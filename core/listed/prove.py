"""Every listed row that a transaction loaded is proven before the transaction ends, and every one that it wrote is listed.

Both hang on the session's own events, so no use case calls them and none can forget to. A transaction that loaded a row which
somebody changed, exchanged, added or put back behind the program's back ends in a refusal that names it, and nothing that it
did holds. Before a listed row is changed or deleted, what was loaded is proven first: an act never makes a forged row honest.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import event, inspect, select, tuple_
from sqlalchemy.orm import ORMExecuteState, Session

from core.database import RING, Base
from core.errors import Problem
from core.keyring import KeyRing
from core.listed.declare import LISTED, Listed, ListName, Row, key_id, loaded_rows
from core.listed.sealed_list import read_lists, take_list, write_list

__all__ = ["RowNotAsListed", "RowsUnlisted", "prove_loaded", "require_none_missing", "rows_of", "without_proof"]

WRITTEN: Final = "core.written"  # in the session: by class and key, the list that is to name the row as it then stands
UNPROVEN: Final = "core.unproven"
TRIES: Final = 3  # a row and its list are read one after the other, and a colleague may write both in between
CHANGED, UNNAMED, MISSING = "it was changed or put back as it once was", "it is on no list", "it is missing"


class RowNotAsListed(Problem):
    code = "CORE-167"
    says = "Row {row} of {table} is not as the program wrote it: {found}."
    remedy = (
        "Nothing was done. Treat it as tampering: keep the database as it is, run `bin/waystation store verify` and "
        "`audit verify`, and compare with a backup. After a restore: `store seal OPERATION --restored`."
    )


class RowsUnlisted(Problem):
    code = "CORE-169"
    says = "There is no sealed list of {list}, so nothing tells whether row {row} is as the program wrote it."
    remedy = (
        "After an upgrade of this program two people run `bin/waystation store seal OPERATION`, once. If this is not an "
        "upgrade, treat it as tampering: keep the database as it is, and compare with a backup."
    )


def without_proof(session: Session) -> None:
    """In this transaction rows are believed as they stand: for signing in to `store seal`, which is run when they are not."""
    session.info[UNPROVEN] = True


def prove_loaded(session: Session) -> None:
    """Prove the listed rows that were loaded so far; raises `RowNotAsListed`, `RowsUnlisted` or `ListDamaged`."""
    loaded, written = loaded_rows(session), session.info.get(WRITTEN, {})
    waiting = [(LISTED[rows], values) for (rows, key), values in loaded.items() if (rows, key) not in written]
    if not waiting or session.info.get(UNPROVEN):
        return
    ring = _ring(session)
    lists = read_lists(session, ring, {its.list_name(values) for its, values in waiting})
    for its, values in waiting:
        known = lists.get(its.list_name(values))
        if known is None or not known.names(key_id(its.key(values)), its.digest(ring, values)):
            _prove_again(session, ring, its, its.key(values))


def require_none_missing(session: Session, rows: type[Base], name: ListName, there: Collection[tuple[Any, ...]]) -> None:
    """Where a row that is absent decides as much as one that is there: `there` are the keys of all. Raises `RowNotAsListed`."""
    known = read_lists(session, _ring(session), {name}).get(name)
    gone = set(known.entries if known else ()) - {key_id(key) for key in there}
    if gone and not session.info.get(UNPROVEN):
        raise RowNotAsListed(row=min(gone), table=LISTED[rows].name, found=MISSING)


def rows_of(session: Session, its: Listed, keys: Collection[tuple[Any, ...]]) -> dict[tuple[Any, ...], Mapping[str, Any]]:
    """The rows of these keys as they stand, by key: their listed columns."""
    wanted = select(*its.columns).where(tuple_(*its.table.primary_key).in_(keys))
    rows = session.connection().execute(wanted).mappings()
    return {its.key(row): dict(row) for row in rows}


def _prove_again(session: Session, ring: KeyRing, its: Listed, key: tuple[Any, ...]) -> None:
    """Look anew, for a colleague may have changed both meanwhile; whoever deleted the row left nothing to be proven."""
    refusal: Problem | None = None
    for _ in range(TRIES):
        values = rows_of(session, its, [key]).get(key)
        if values is None:
            return
        name = its.list_name(values)
        known = read_lists(session, ring, {name}).get(name)
        row = "/".join(map(_said, key))
        if known is None:
            refusal = RowsUnlisted(list=name, row=row)
        elif known.names(key_id(key), its.digest(ring, values)):
            return
        else:
            refusal = RowNotAsListed(row=row, table=its.name, found=CHANGED if key_id(key) in known.entries else UNNAMED)
    assert refusal  # noqa: S101  (each try that went on left one)
    raise refusal


def _list_written(session: Session) -> None:
    written: dict[Row, ListName] = session.info.pop(WRITTEN, {})
    by_list: dict[ListName, set[Row]] = {}
    for row, name in written.items():
        by_list.setdefault(name, set()).add(row)
    ring = _ring(session) if by_list else None
    for name in sorted(by_list):  # always in this order, so that two transactions never wait for each other
        assert ring  # noqa: S101  (there is a list)
        its = LISTED[next(iter(by_list[name]))[0]]
        keys = [key for _, key in by_list[name]]
        before = take_list(session, ring, name)
        stand = rows_of(session, its, keys)
        entries = {one: digest for one, digest in before.entries.items() if one not in set(map(key_id, keys))}
        entries |= {key_id(key): its.digest(ring, values) for key, values in stand.items()}
        if entries != before.entries:
            write_list(session, ring, name, before, entries)


def _is_other(row: Base) -> bool:
    """Whether a listed column of it changed, and not only one that decides nothing."""
    attributes = inspect(row).attrs
    return any(attributes[column.name].history.has_changes() for column in LISTED[type(row)].columns)


def _said(part: object) -> str:
    return part.hex() if isinstance(part, bytes) else str(part)


def _ring(session: Session) -> KeyRing:
    ring: KeyRing | None = session.info.get(RING)
    if ring is None:
        raise RuntimeError("listed rows are read and written where the key ring is open: set `Database.ring`")
    return ring


@event.listens_for(Session, "before_flush")
def _prove_what_is_changed(session: Session, *_: object) -> None:
    if any(type(row) in LISTED for row in (*session.dirty, *session.deleted)):
        prove_loaded(session)


@event.listens_for(Session, "after_flush")
def _note_written(session: Session, *_: object) -> None:
    changed = (row for row in session.dirty if type(row) in LISTED and _is_other(row))
    for row in (*session.new, *changed, *session.deleted):
        its = LISTED.get(type(row))
        if its is not None:
            values = {name: getattr(row, name) for name in its.placing}
            session.info.setdefault(WRITTEN, {})[type(row), its.key(values)] = its.list_name(values)


@event.listens_for(Session, "before_commit")
def _prove_and_list(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    prove_loaded(session)
    _list_written(session)


@event.listens_for(Session, "do_orm_execute")
def _refuse_what_is_not_seen(state: ORMExecuteState) -> None:
    """A statement that changes listed rows without loading them would leave the list behind."""
    if not state.is_select and state.bind_mapper is not None and state.bind_mapper.class_ in LISTED:
        raise RuntimeError(f"rows of {state.bind_mapper.class_.__name__} are listed: change them as objects")
