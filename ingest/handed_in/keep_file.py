"""Keep a file that somebody hands in, and what is said about it; forget it once it was taken in."""

import json
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.access import Access, Custody, access_of, require
from core.audit import Action, Purpose, record
from core.clock import now
from core.keys.keyring import KeyRing
from core.permissions import Right
from core.postgres.turns import take_turns
from core.sealing.envelope import Binding, RecordKey
from ingest.handed_in.errors import HandedInUnknown
from ingest.handed_in_model import HandedInRow, HandedInShape, HandedInState
from ingest.models import RecordKeyRow
from ingest.seal_content import new_key, open_key

__all__ = [
    "HANDED_IN",
    "Said",
    "begin_work",
    "binding",
    "change_said",
    "drop_file",
    "forget_unused",
    "keep_file",
    "keep_persons",
    "row_of",
    "say_state",
]

HANDED_IN = "ingest.handed_in"
UNUSED_DAYS: Final = 30


@dataclass(frozen=True)
class Said:
    """What is said of a file: its name, the mapping by which it is read, and how it is written.

    `reused`: the mapping is one by which an earlier file was taken in.
    """

    name: str = field(repr=False)
    mapping: str | None = field(default=None, repr=False)
    encoding: str = ""
    no_answer: str = ""
    drafts: bool = False
    reused: bool = False


def keep_file(session: Session, ring: KeyRing, said: Said, content: bytes, *, custody: Custody, form_id: str) -> UUID:
    """Seal it (casework zone); raises `NotAllowed`."""
    access = require(session, Right.REVIEW_SUBMISSION, custody, subject=HANDED_IN)
    row = _new(access, uuid4(), custody, HandedInShape.MAPPED, form_id)
    return _keep(session, ring, row, said, content)


def keep_persons(session: Session, ring: KeyRing, said: Said, content: bytes, *, custody: Custody) -> tuple[UUID, bool]:
    """Seal a file in the shape of the HTCDS (casework zone): its id, and whether it is new.

    The same content by the same account is the same file, also once it was taken in. Raises `NotAllowed`.
    """
    access = require(session, Right.HAND_IN_PERSONS, custody, subject=HANDED_IN)
    whose = f"{access.operation}\n{access.actor}\n{custody}\n"
    known_by = ring.blind_token(HANDED_IN, whose + sha256(content).hexdigest())
    file = UUID(bytes=known_by[:16], version=4)
    take_turns(session, f"{HANDED_IN}:{file}")
    if session.get(HandedInRow, file) is not None:
        return file, False
    return _keep(session, ring, _new(access, file, custody, HandedInShape.HTCDS), said, content), True


def _new(access: Access, file: UUID, custody: Custody, shape: HandedInShape, form_id: str = "") -> HandedInRow:
    return HandedInRow(
        id=file,
        operation=access.operation,
        custody=str(custody),
        form_id=form_id,
        shape=shape.value,
        handed_in_by=access.actor,
        at=now(),
        state=HandedInState.WAITING.value,
    )


def _keep(session: Session, ring: KeyRing, row: HandedInRow, said: Said, content: bytes) -> UUID:
    key = new_key(session, ring, row.operation, HANDED_IN, row.id)
    row.said, row.content = _sealed(key, row, said), key.seal(content, binding(row, "content"))
    session.add(row)
    session.flush()
    record(session, Action.RECEIVED, f"{HANDED_IN}:{row.id}", purpose=Purpose.COLLECTION)
    return row.id


def change_said(session: Session, ring: KeyRing, file: UUID, said: Said) -> None:
    """Say something else of a file that is not taken in yet: it is to be tried anew. Raises `HandedInUnknown`."""
    row = _not_taken_in(session, file)
    row.said = _sealed(open_key(session, ring, HANDED_IN, file), row, said)
    row.state, row.told, row.records, row.aside = HandedInState.WAITING.value, None, 0, 0
    record(session, Action.CORRECTED, f"{HANDED_IN}:{file}", purpose=Purpose.COLLECTION)


def say_state(session: Session, file: UUID, state: HandedInState, *, records: int = 0, aside: int = 0) -> None:
    """How far it is. One that is `TAKEN_IN` is forgotten: what was in it lies with its submissions."""
    said: dict[str, object] = {"state": state.value, "records": records, "aside": aside}
    if state is HandedInState.TAKEN_IN:
        said["content"] = None
    session.execute(update(HandedInRow).where(HandedInRow.id == file).values(said))


def begin_work(session: Session, file: UUID, state: HandedInState, shape: HandedInShape) -> None:
    """Say that it is tried or taken in from now on. Raises `HandedInUnknown`, also of one that was taken in, or is of another
    shape."""
    row = _not_taken_in(session, file)
    if row.shape != shape.value:
        raise HandedInUnknown(file=file)
    row.state, row.records, row.aside = state.value, 0, 0
    record(session, Action.WORKED, f"{HANDED_IN}:{file}", purpose=Purpose.COLLECTION, detail={"state": state.value})


def drop_file(session: Session, file: UUID) -> None:
    """Forget a file that is not to be taken in, with its key. Raises `HandedInUnknown`."""
    row = row_of(session, file)
    session.delete(row)
    session.delete(session.get_one(RecordKeyRow, file))
    record(session, Action.ERASED, f"{HANDED_IN}:{file}", purpose=Purpose.COLLECTION)


def forget_unused(session: Session) -> int:
    """Forget what nobody took in for `UNUSED_DAYS`: an erasure does not look into it. How many there were."""
    overdue = (
        HandedInRow.operation == access_of(session).operation,
        HandedInRow.state != HandedInState.TAKEN_IN.value,
        HandedInRow.at < now() - timedelta(days=UNUSED_DAYS),
    )
    files = session.scalars(select(HandedInRow.id).where(*overdue)).all()
    for file in files:
        drop_file(session, file)
    return len(files)


def row_of(session: Session, file: UUID) -> HandedInRow:
    """The row of a file within reach; raises `HandedInUnknown` or `NotAllowed`."""
    require(session, Right.REVIEW_SUBMISSION, subject=f"{HANDED_IN}:{file}")
    row = session.scalar(
        select(HandedInRow).where(HandedInRow.id == file, HandedInRow.operation == access_of(session).operation)
    )
    if row is None:
        raise HandedInUnknown(file=file)
    return row


def _not_taken_in(session: Session, file: UUID) -> HandedInRow:
    row = row_of(session, file)
    if row.state == HandedInState.TAKEN_IN.value:
        raise HandedInUnknown(file=file)
    return row


def binding(row: HandedInRow, part: str) -> Binding:
    """By which a part opens in no other row, and in this one only as long as nothing of it was changed."""
    of = row.form_id if row.shape == HandedInShape.MAPPED.value else f"shape {row.shape}"
    return Binding(HANDED_IN, row.id, f"{part} of {of} for {row.custody} by {row.handed_in_by}")


def _sealed(key: RecordKey, row: HandedInRow, said: Said) -> bytes:
    return key.seal(json.dumps(asdict(said)).encode(), binding(row, "said"))
