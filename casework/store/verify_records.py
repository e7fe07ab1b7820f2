"""Is the store what it was? Everything sealed is opened, and a record's version compared with the newest that the log knows of.

A record put back as it once was opens, if its key row is put back with it: both are true, only old. What tells is the audit
log, whose lines cannot be taken away unnoticed (`core.audit_verify`): every change of a record leaves a line with the record
and its new version. So no line is needed for a record that never changed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.errors import (
    CaseFileDamaged,
    ClearRowChanged,
    ClearRowsUnlisted,
    FactsMoved,
    FileCut,
    KeyDestroyed,
    ListPutBack,
    OldVersion,
    RecordUnknown,
)
from casework.models import Case, Interview, InterviewKind, KeyKind, MovementEvent, Person, SealedRecord
from casework.store.kept_key import KeptKey
from casework.store.seal_record import Vault, open_parts, stored_key
from casework.store.verify_beside import BESIDE, open_beside
from casework.store.what_is_listed import LISTED, sets_known
from core.access import NotAllowed, access_of
from core.audit import Action, Purpose, record
from core.checked import Checked
from core.clear_columns import RecordDamaged, code_in, custody_of
from core.keys.keyring import KeyRing, KeyVersionUnknown
from core.periods.week import Week
from core.permissions import Right
from core.sealing.envelope import CiphertextRefused
from forms import RecordPart

__all__ = ["tell_version", "verify_records"]

PAGE: Final = 500
TABLES: Final[Sequence[type[Any]]] = (Person, Interview, MovementEvent, *BESIDE)
OF_MOVEMENT: Final = dict.fromkeys(RecordPart, KeyKind.MOVEMENT) | {RecordPart.FACTS: KeyKind.MOVEMENT_FACTS}
REFUSALS: Final = (
    CaseFileDamaged,
    CiphertextRefused,
    ClearRowChanged,
    ClearRowsUnlisted,
    FactsMoved,
    FileCut,
    KeyVersionUnknown,
    ListPutBack,
    OldVersion,
    RecordDamaged,
    RecordUnknown,
)


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
    """Check all records of an operation and what is sealed beside them.

    `newest` is `core.keys.logged_versions.logged_versions`, `told` hears of every page.

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


def _pages(session: Session, operation: str, table: type[Any]) -> Iterator[Sequence[Any]]:
    last = UUID(int=0)
    while True:
        wanted = select(table).where(table.operation == operation, table.id > last).order_by(table.id).limit(PAGE)
        page = session.scalars(wanted).all()
        if not page:
            return
        last = page[-1].id
        yield page


def _check(vault: Vault, row: Any, newest: int, checked: Checked) -> None:
    record_of = row.id if isinstance(row, SealedRecord) else row.person

    def opening() -> None:
        if not isinstance(row, SealedRecord):
            open_beside(vault, row)
            return
        if row.row_version < newest:
            raise OldVersion(table=f"casework.{row.__tablename__}", record=row.id)
        _open(vault, row)

    checked.take(record_of, opening, gone=(KeyDestroyed,), refusals=REFUSALS)


def _open(vault: Vault, row: SealedRecord) -> None:
    if isinstance(row, MovementEvent):
        for part, kind in OF_MOVEMENT.items():
            key = stored_key(vault, row.id, kind)
            told = open_parts(row, key, [part])[part]
            if kind is KeyKind.MOVEMENT:
                _require_all_listed(key)
            if part is RecordPart.FACTS and str(Week.of(date.fromisoformat(told["arrival_date"]))) != row.week:
                raise FactsMoved(record=row.id, week=row.week)
        return
    owner = row.id
    if isinstance(row, Interview):
        code_in(row, "kind", InterviewKind)
        case = vault.session.get(Case, row.case)
        if case is None:
            raise RecordUnknown(kind="case of interview", record=row.id)
        owner = case.person
    key = stored_key(vault, owner, KeyKind.PERSON)
    open_parts(row, key, list(RecordPart))
    if isinstance(row, Person):
        custody_of(row)
        _require_all_listed(key)


def _require_all_listed(key: KeptKey) -> None:
    if len(sets_known(key.listed(key.row.versions), KeyKind(key.row.kind))) < len(LISTED):
        raise ClearRowsUnlisted(record=key.row.record)
