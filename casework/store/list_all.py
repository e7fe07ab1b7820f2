"""Every key of an operation lists what stands: once after an upgrade, and after a restore with keys newer than its data.

What is listed here is believed from now on, so it is run by whoever keeps the keys, leaves a line, and lists nothing anew that
was listed, unless it is told that the data was restored.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from casework.models import Case, Interview, KeyKind, MovementEvent, Person, StoredKey
from casework.store.clear_rows import read_rows
from casework.store.kept_key import COUNTED
from casework.store.seal_record import KEY_TABLE, unwrap
from casework.store.what_is_listed import EDITION, LISTED, NEWEST_EDITION, is_of_clear_row, sets_known
from core.access import NotAllowed, access_of
from core.audit import Action, Purpose, record
from core.database import among
from core.keys.keyring import KeyRing
from core.permissions import Right

__all__ = ["list_all"]

PAGE: Final = 500


def list_all(session: Session, ring: KeyRing, operation: str, told: Callable[[int], None], *, restored: bool = False) -> int:
    """List, for every key that does not list all that stands in clear, what it does not list; how many keys that were.

    What it does list stays, so that whatever of it was changed is found. With `restored`, for every key and all of it: its
    sealed rows, too, count as the newest in the version in which they stand. `told` hears of every page. For the program
    itself: raises `NotAllowed` for an account, `CiphertextRefused` or `KeyVersionUnknown`.
    """
    if not access_of(session).system:
        raise NotAllowed(Right.MANAGE_KEYS, KEY_TABLE)
    count = 0
    for kind in KeyKind if restored else [KeyKind.PERSON, KeyKind.MOVEMENT]:
        for page in _pages(session, operation, kind):
            count += _list_page(session, ring, kind, page, restored=restored)
            told(len(page))
            session.flush()
            session.expunge_all()
            session.info.pop(COUNTED, None)  # no key is met twice, and there may be a million
    detail = {"restored": restored}
    record(session, Action.SEALED, KEY_TABLE, purpose=Purpose.SECURITY, count=count, detail=detail)
    return count


def _list_page(session: Session, ring: KeyRing, kind: KeyKind, page: Sequence[StoredKey], *, restored: bool) -> int:
    records, done = [row.record for row in page], 0
    standing, versions = read_rows(session, records, kind), _versions(session, records) if restored else {}
    for row in page:
        key = unwrap(ring, row)
        listed = key.listed(row.versions)
        known, stands = sets_known(listed, kind), standing[row.record]
        if restored:
            sealed = {one: version for one, version in listed.items() if not is_of_clear_row(version)}
            anew = sealed | versions.get(row.record, {}) | stands.entries(LISTED)
        elif len(known) < len(LISTED):
            anew = listed | stands.entries(LISTED.keys() - known)
        else:
            continue
        key.list_anew({**anew, EDITION: NEWEST_EDITION}, after=stands.changes)
        done += 1
    return done


def _versions(session: Session, records: Collection[UUID]) -> dict[UUID, dict[UUID, int]]:
    """By the record that a key belongs to, the rows that it seals with the version in which they stand."""
    found: dict[UUID, dict[UUID, int]] = {}
    interviews = select(Case.person, Interview.id, Interview.row_version).join(Case, Interview.case == Case.id)
    own = (select(table.id, table.id, table.row_version).where(among(table.id, records)) for table in (Person, MovementEvent))
    for owner, row, version in session.execute(union_all(*own, interviews.where(among(Case.person, records)))):
        found.setdefault(owner, {})[row] = version
    return found


def _pages(session: Session, operation: str, kind: KeyKind) -> Iterator[Sequence[StoredKey]]:
    last = UUID(int=0)
    keys = select(StoredKey).where(StoredKey.operation == operation, StoredKey.kind == kind.value).order_by(StoredKey.record)
    while page := session.scalars(keys.where(StoredKey.record > last).limit(PAGE).with_for_update()).all():
        last = page[-1].record
        yield page
