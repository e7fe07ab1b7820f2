"""The clock of a person's requests: received, due within thirty days, answered. The overdue stand first."""

import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from casework.errors import RecordUnknown, RequestUnknown
from casework.models import Person
from casework.rights_models import RightsRequest
from casework.store.change_clear import changing_clear
from casework.store.seal_record import Vault
from core.access import require
from core.audit import Action, Purpose, record
from core.clear_columns import code_in, custody_of
from core.clock import now
from core.keys.keyring import KeyRing
from core.paging import PAGE, Page, beyond, page_of
from core.permissions import Right

__all__ = [
    "OpenRequest",
    "RequestKind",
    "RequestOutcome",
    "answer_request",
    "open_requests",
    "page_requests",
    "receive_request",
]

DUE_WITHIN: Final = timedelta(days=30)
TABLE: Final = "casework.rights_request"


class RequestKind(StrEnum):
    ACCESS = "access"
    CORRECTION = "correction"
    RESTRICTION = "restriction"
    OBJECTION = "objection"
    ERASURE = "erasure"


class RequestOutcome(StrEnum):
    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"


@dataclass(frozen=True)
class OpenRequest:
    """A request that waits for its answer."""

    id: UUID
    person: UUID
    kind: RequestKind
    received_at: datetime
    due_at: datetime
    overdue: bool


def receive_request(
    session: Session, ring: KeyRing, person_id: UUID, kind: RequestKind, *, received_at: datetime | None = None
) -> UUID:
    """Note that a person asked, now or on an earlier day.

    Raises `NotAllowed`, `RecordUnknown`, or what opening the person's key raises.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise RecordUnknown(kind="person", record=person_id)
    who = require(session, Right.RECORD_CONSENT, custody_of(person), subject=f"casework.person:{person_id}")
    request, received = uuid4(), received_at or now()
    row = RightsRequest(
        id=request,
        person=person_id,
        operation=person.operation,
        kind=kind.value,
        received_at=received,
        received_by=who.actor,
        due_at=received + DUE_WITHIN,
    )
    with changing_clear(Vault(session, ring, person.operation), [person_id]):
        session.add(row)
    detail = {"request": str(request), "kind": kind.value}
    record(session, Action.REGISTERED, f"casework.person:{person_id}", purpose=Purpose.RIGHTS, detail=detail)
    return request


def open_requests(session: Session) -> list[OpenRequest]:
    """Those of the operation within reach that are not answered, the most overdue first; raises `NotAllowed`."""
    return page_requests(session, size=sys.maxsize - 1).rows


def page_requests(session: Session, *, after: UUID | None = None, size: int = PAGE) -> Page[OpenRequest]:
    """The same page by page."""
    require(session, Right.RECORD_CONSENT)
    unanswered = select(RightsRequest).where(RightsRequest.answered_at.is_(None))
    rows = session.scalars(unanswered.order_by(RightsRequest.due_at, RightsRequest.id)).all()
    page = page_of(map(_open_request, beyond(rows, after)), size)
    record(session, Action.READ, TABLE, purpose=Purpose.RIGHTS, count=len(page.rows))
    return page


def _open_request(row: RightsRequest) -> OpenRequest:
    return OpenRequest(row.id, row.person, code_in(row, "kind", RequestKind), row.received_at, row.due_at, row.due_at < now())


def answer_request(session: Session, ring: KeyRing, request: UUID, outcome: RequestOutcome) -> None:
    """Note that a request was answered; raises `NotAllowed`, `RequestUnknown` or what opening the person's key raises."""
    row = session.get(RightsRequest, request)
    if row is None or row.answered_at is not None:
        raise RequestUnknown(request=request)
    custody = custody_of(session.get_one(Person, row.person))
    who = require(session, Right.GIVE_ACCESS_PACK, custody, subject=f"{TABLE}:{request}")
    answer = {"answered_at": now(), "answered_by": who.actor, "outcome": outcome.value}
    with changing_clear(Vault(session, ring, row.operation), [row.person]):
        session.execute(update(RightsRequest).where(RightsRequest.id == request).values(answer))
    detail = {"request": str(request), "outcome": outcome.value}
    record(session, Action.REVIEWED, f"casework.person:{row.person}", purpose=Purpose.RIGHTS, detail=detail)
