"""Every listed row that a transaction loaded is proven before the transaction ends.

A transaction that loaded a row which somebody changed, exchanged, added or put back behind the program's back ends in a refusal
that names it, and nothing that it did holds. Before a listed row is changed or deleted, what was loaded is proven first: an act
never makes a forged row honest.
"""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy.orm import Session

from core.database import Base, ring_of
from core.errors import Problem
from core.keys.keyring import KeyRing
from core.listed.declare import LISTED, Listed, ListName, Values, key_id, loaded_rows, said_row
from core.listed.sealed_list import read_lists
from core.listed.written import stands, written_rows

__all__ = ["RowNotAsListed", "RowsUnlisted", "prove_loaded", "require_none_missing", "without_proof"]

UNPROVEN: Final = "core.unproven"
TRIES: Final = 2  # a row and its list are read one after the other, and a colleague may write both in between
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
    loaded, written = loaded_rows(session), written_rows(session)
    waiting = [(LISTED[row[0]], values) for row, values in loaded.items() if row not in written]
    if not waiting or session.info.get(UNPROVEN):
        return
    ring = ring_of(session)
    lists = read_lists(session, ring, {its.list_name(values) for its, values in waiting})
    for its, values in waiting:
        known = lists.get(its.list_name(values))
        if known is None or not known.names(key_id(its.key(values)), its.digest(ring, values)):
            _prove_again(session, ring, its, its.key(values))


def require_none_missing(session: Session, rows: type[Base], name: ListName, there: Collection[tuple[Any, ...]]) -> None:
    """Where a row that is absent decides as much as one that is there: `there` are the keys of all. Raises `RowNotAsListed`."""
    known = read_lists(session, ring_of(session), {name}).get(name)
    gone = set(known.entries if known else ()) - {key_id(key) for key in there}
    if gone:
        raise RowNotAsListed(row=min(gone), table=LISTED[rows].name, found=MISSING)


def _prove_again(session: Session, ring: KeyRing, its: Listed, key: tuple[Any, ...]) -> None:
    """Look anew, for a colleague may have changed both meanwhile; whoever deleted the row left nothing to be proven."""
    for last in (False,) * TRIES + (True,):
        refusals = [_refusal(session, ring, its, values) for values in stands(session, its, [key])]
        if not any(refusals):
            return
        if last and refusals[0]:
            raise refusals[0]


def _refusal(session: Session, ring: KeyRing, its: Listed, values: Values) -> Problem | None:
    key, name = its.key(values), its.list_name(values)
    known = read_lists(session, ring, {name}).get(name)
    if known is None:
        return RowsUnlisted(list=name, row=said_row(key))
    if known.names(key_id(key), its.digest(ring, values)):
        return None
    return RowNotAsListed(row=said_row(key), table=its.name, found=CHANGED if key_id(key) in known.entries else UNNAMED)
