"""Keep one colleague from one part of one record, whatever their role: a relative, an acquaintance, the one complained of."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from casework.errors import KeptFromOneself, RecordUnknown
from casework.models import KeptFrom, Person
from casework.store.change_clear import changing_clear
from casework.store.seal_record import Vault
from core.access import Access, require
from core.audit import Action, Purpose, record
from core.clear_columns import custody_of
from core.clock import now
from core.keys.keyring import KeyRing
from core.permissions import Right
from forms import RecordPart

__all__ = ["keep_from", "kept_from", "let_read_again"]


def keep_from(session: Session, ring: KeyRing, person_id: UUID, part: RecordPart, account: str) -> None:
    """From now on `account` may not read this part of the record. Doing it again changes nothing.

    Raises `NotAllowed`, `RecordUnknown` or `KeptFromOneself`.
    """
    who, person = _responsible(session, person_id)
    if account == who.actor:
        raise KeptFromOneself
    row = {"person": person_id, "part": part.value, "actor": account, "operation": person.operation}
    with changing_clear(Vault(session, ring, person.operation), [person_id]):
        session.execute(insert(KeptFrom).values(**row, set_by=who.actor, set_at=now()).on_conflict_do_nothing())
    _tell(session, person_id, part, account, kept=True)


def let_read_again(session: Session, ring: KeyRing, person_id: UUID, part: RecordPart, account: str) -> None:
    """Take it back; nobody does so for themselves. Raises `NotAllowed`, `RecordUnknown` or `KeptFromOneself`."""
    who, person = _responsible(session, person_id)
    if account == who.actor:
        raise KeptFromOneself
    same = KeptFrom.person == person_id, KeptFrom.part == part.value, KeptFrom.actor == account
    with changing_clear(Vault(session, ring, person.operation), [person_id]):
        session.execute(delete(KeptFrom).where(*same))
    _tell(session, person_id, part, account, kept=False)


def kept_from(session: Session, person_id: UUID) -> list[tuple[RecordPart, str]]:
    """Which part is kept from which account; raises `NotAllowed` or `RecordUnknown`."""
    _responsible(session, person_id)
    rows = session.execute(select(KeptFrom.part, KeptFrom.actor).where(KeptFrom.person == person_id)).all()
    record(session, Action.READ, f"casework.person:{person_id}", purpose=Purpose.PROTECTION, detail={"restrictions": len(rows)})
    return sorted((RecordPart(part), actor) for part, actor in rows)


def _responsible(session: Session, person_id: UUID) -> tuple[Access, Person]:
    person = session.get(Person, person_id)
    if person is None:
        raise RecordUnknown(kind="person", record=person_id)
    return require(session, Right.KEEP_FROM, custody_of(person), subject=f"casework.person:{person_id}"), person


def _tell(session: Session, person_id: UUID, part: RecordPart, account: str, *, kept: bool) -> None:
    detail = {"part": part.value, "account": account, "kept": kept}
    record(session, Action.KEPT_FROM, f"casework.person:{person_id}", purpose=Purpose.PROTECTION, detail=detail)
