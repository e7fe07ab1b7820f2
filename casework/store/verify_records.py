"""Is the store what it was? Every record is opened, and its version compared with the newest that the audit log knows of.

A record put back as it once was opens, if its key row is put back with it: both are true, only old. What tells is the audit
log, whose lines cannot be taken away unnoticed (`core.audit_verify`): every change of a record leaves a line with the record
and its new version. So no line is needed for a record that never changed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.errors import KeyDestroyed, OldVersion, RecordUnknown
from casework.models import Case, Interview, KeyKind, MovementEvent, Person, SealedRecord
from casework.store.seal_record import Vault, open_parts, stored_key
from core.access import NotAllowed, access_of
from core.audit import Action, Purpose, record
from core.envelope import CiphertextRefused
from core.errors import Problem
from core.keyring import KeyRing, KeyVersionUnknown
from core.permissions import Right
from forms import RecordPart

__all__ = ["Checked", "tell_version", "verify_records"]

PAGE: Final = 500
TABLES: Final[Sequence[type[SealedRecord]]] = (Person, Interview, MovementEvent)
OF_MOVEMENT: Final = dict.fromkeys(RecordPart, KeyKind.MOVEMENT) | {RecordPart.FACTS: KeyKind.MOVEMENT_FACTS}
REFUSALS: Final = (CiphertextRefused, KeyVersionUnknown, OldVersion, RecordUnknown)


@dataclass
class Checked:
    """What was found: how many records open as they should, which have no key (erased, or their key was taken), faults."""

    sound: int = 0
    keyless: list[UUID] = field(default_factory=list)
    faults: list[Problem] = field(default_factory=list)


def tell_version(session: Session, row: SealedRecord) -> None:
    """Leave a line that names the record and its new version: whoever puts an old one back is found by it."""
    detail = {"record": str(row.id), "version": row.row_version}
    record(session, Action.CORRECTED, f"casework.{row.__tablename__}:{row.id}", purpose=Purpose.COLLECTION, detail=detail)


def verify_records(
    session: Session,
    ring: KeyRing,
    operation: str,
    newest: Mapping[UUID, int],
    told: Callable[[int], None],
    *,
    purpose: Purpose,
) -> Checked:
    """Check all records of an operation; `newest` is `core.logged_versions.logged_versions`, `told` hears of every page.

    Nothing that was opened leaves this function. For the program itself: raises `NotAllowed` for an account.
    """
    if not access_of(session).system:
        raise NotAllowed(Right.READ_IN_BULK, "casework.person")
    vault, checked = Vault(session, ring, operation), Checked()
    for table in TABLES:
        for page in _pages(session, operation, table):
            for row in page:
                _check(vault, row, newest.get(row.id, 1), checked)
            told(len(page))
            session.expunge_all()
    count = checked.sound + len(checked.faults)
    record(session, Action.READ, "casework.person", purpose=purpose, count=count, detail={"by": "store verify"})
    return checked


def _pages(session: Session, operation: str, table: type[SealedRecord]) -> Iterator[Sequence[SealedRecord]]:
    last = UUID(int=0)
    while True:
        wanted = select(table).where(table.operation == operation, table.id > last).order_by(table.id).limit(PAGE)
        page = session.scalars(wanted).all()
        if not page:
            return
        last = page[-1].id
        yield page


def _check(vault: Vault, row: SealedRecord, newest: int, checked: Checked) -> None:
    try:
        if row.row_version < newest:
            raise OldVersion(table=f"casework.{row.__tablename__}", record=row.id)
        _open(vault, row)
    except KeyDestroyed:
        checked.keyless.append(row.id)
    except REFUSALS as refusal:
        checked.faults.append(refusal)
    else:
        checked.sound += 1


def _open(vault: Vault, row: SealedRecord) -> None:
    if isinstance(row, MovementEvent):
        for part, kind in OF_MOVEMENT.items():
            open_parts(row, stored_key(vault, row.id, kind), [part])
        return
    owner = row.id
    if isinstance(row, Interview):
        case = vault.session.get(Case, row.case)
        if case is None:
            raise RecordUnknown(kind="case of interview", record=row.id)
        owner = case.person
    open_parts(row, stored_key(vault, owner, KeyKind.PERSON), list(RecordPart))
