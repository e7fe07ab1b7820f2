"""Opening a record beyond its reach: shared by somebody who may, or by breaking the glass in an emergency.

An opening names one person's record, one account, the parts and a moment at which it ends. Breaking the glass works from
the exact case reference, says for how long, is limited in number, and stays on the list of those who review it until
somebody else has judged it. What is written as a reason is sealed under the person's key.
"""

import sys
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from casework.consent.consents import consent_in_force, require_unrestricted
from casework.errors import (
    GlassBrokenTooOften,
    OpeningTooLong,
    OpeningUnknown,
    PartNotYours,
    ReasonMissing,
    RecordUnknown,
    SharingNotAllowed,
)
from casework.models import KeyKind, Opening, OpeningKind, Person
from casework.rights_models import OURS
from casework.store.bulk_limit import count_reading
from casework.store.change_clear import changing_clear
from casework.store.compare_clear import may_stand
from casework.store.need_to_know import PART_RIGHTS, readable_parts
from casework.store.seal_record import Vault, stored_key
from casework.store.what_is_listed import OPENING
from core.access import Access, NotAllowed, require
from core.audit import Action, Purpose, record
from core.clear_columns import code_in, codes_in, custody_of
from core.clock import now
from core.keys.keyring import KeyRing
from core.paging import PAGE, Page, beyond, page_of
from core.permissions import Right
from core.postgres.turns import take_turns
from core.sealing.envelope import Binding
from forms import RecordPart

__all__ = [
    "LONGEST_SHARE",
    "OpenedRecord",
    "OpeningTerms",
    "add_opening",
    "break_glass",
    "end_opening",
    "openings_of",
    "openings_to_review",
    "page_to_review",
    "review_opening",
    "share_record",
]

TABLE: Final = "casework.opening"
RUNNING: Final = (
    select(Opening)
    .where(Opening.person == bindparam("person"), Opening.until > bindparam("moment"))
    .order_by(Opening.until, Opening.id)
)
LONGEST_SHARE: Final = timedelta(days=180)
GLASS_STAYS_BROKEN: Final = timedelta(hours=4)
GLASSES_AT_ONCE: Final = 3
SHORTEST_REASON: Final = 15  # letters: a word is no reason


@dataclass(frozen=True)
class OpenedRecord:
    """One opening, as its reviewer sees it: who opened which parts of which record, until when and why."""

    id: UUID
    person: UUID
    actor: str
    kind: OpeningKind
    parts: tuple[RecordPart, ...]
    opened_at: datetime
    until: datetime
    reason: str = field(repr=False)


@dataclass(frozen=True)
class OpeningTerms:
    """On which terms a record is opened. Without `parts` it is only shown to be there, as for a referral to be answered."""

    kind: OpeningKind
    parts: Collection[RecordPart]
    until: datetime
    reason: str = field(repr=False)
    opened_by: str
    recipient: str = OURS


def share_record(
    session: Session,
    ring: KeyRing,
    person_id: UUID,
    *,
    account: str,
    parts: Collection[RecordPart],
    until: datetime,
    reason: str,
    purpose: Purpose,
    recipient: str,
) -> UUID:
    """Open parts of a record to another account, until a moment at most 180 days away.

    Nobody shares what they may not read. `recipient` is the organisation or account that the person's consent names, and
    the sharing ends with that consent; `OURS` for a colleague of the own organisation. Raises `NotAllowed`, `RecordUnknown`,
    `RecordRestricted`, `SharingNotAllowed`, `PartNotYours`, `ReasonMissing` or `OpeningTooLong`.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise RecordUnknown(kind="person", record=person_id)
    who = require(session, Right.SHARE_RECORD, custody_of(person), subject=f"casework.person:{person_id}")
    for part in set(parts) - readable_parts(session, person):
        raise PartNotYours(part=part.value, record=person_id)
    if until > now() + LONGEST_SHARE:
        raise OpeningTooLong(days=LONGEST_SHARE.days)
    until = min(until, _consented_until(session, person_id, recipient, purpose) or until)
    terms = OpeningTerms(OpeningKind.SHARED, parts, until, reason, who.actor, recipient)
    opening = _open(session, ring, person, account, terms)
    detail = {"opening": str(opening), "account": account, "recipient": recipient, "parts": sorted(parts)}
    record(session, Action.SHARED, f"casework.person:{person_id}", purpose=purpose, detail=detail)
    return opening


def break_glass(
    session: Session,
    ring: KeyRing,
    who: Access,
    person_id: UUID,
    *,
    parts: Collection[RecordPart],
    reason: str,
    purpose: Purpose,
) -> datetime:
    """Open parts of a record that is out of `who`'s reach, at once and for four hours; the moment at which it ends.

    The transaction is the program's own, under the actor's name: who breaks the glass cannot see the record yet. The role's
    rights still hold: breaking the glass widens the reach and nothing else. Raises `NotAllowed`, `RecordUnknown`,
    `ReasonMissing` or `GlassBrokenTooOften`.
    """
    subject = f"casework.person:{person_id}"
    for right in (Right.BREAK_GLASS, *(PART_RIGHTS[part] for part in parts)):
        if not who.may(right):
            raise NotAllowed(right, subject)
    person = session.get(Person, person_id)
    if person is None:
        raise RecordUnknown(kind="person", record=person_id)
    take_turns(session, f"{TABLE}:{who.actor}")
    broken = Opening.actor == who.actor, Opening.kind == OpeningKind.BROKEN_GLASS.value, Opening.until > now()
    if session.scalars(select(func.count()).select_from(Opening).where(*broken)).one() >= GLASSES_AT_ONCE:
        raise GlassBrokenTooOften(most=GLASSES_AT_ONCE)
    until = now() + GLASS_STAYS_BROKEN
    opening = _open(session, ring, person, who.actor, OpeningTerms(OpeningKind.BROKEN_GLASS, parts, until, reason, who.actor))
    detail = {"opening": str(opening), "parts": sorted(parts), "until": until.isoformat()}
    record(session, Action.BROKE_GLASS, subject, purpose=purpose, detail=detail)
    return until


def openings_to_review(session: Session, ring: KeyRing) -> list[OpenedRecord]:
    """Broken glass in reach that nobody has judged yet, the oldest first; raises `NotAllowed`."""
    return page_to_review(session, ring, size=sys.maxsize - 1).rows


def page_to_review(session: Session, ring: KeyRing, *, after: UUID | None = None, size: int = PAGE) -> Page[OpenedRecord]:
    """The same page by page: what stands on no page that is asked for is not opened."""
    require(session, Right.REVIEW_BREAK_GLASS)
    unjudged = Opening.kind == OpeningKind.BROKEN_GLASS.value, Opening.reviewed_at.is_(None)
    rows = session.scalars(select(Opening).where(*unjudged).order_by(Opening.opened_at, Opening.id)).all()
    page = page_of((_opened(session, ring, row) for row in beyond(rows, after)), size)
    record(session, Action.READ, TABLE, purpose=Purpose.SECURITY, count=len(page.rows))
    return page


def openings_of(session: Session, ring: KeyRing, person_id: UUID) -> list[OpenedRecord]:
    """By whom a record is open now beyond its reach, the first to end first.

    Raises `NotAllowed`, `RecordUnknown` or `ReadTooMany`.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise RecordUnknown(kind="person", record=person_id)
    require(session, Right.SHARE_RECORD, custody_of(person), subject=f"casework.person:{person_id}")
    count_reading(session, [person_id])
    running = {"person": person_id, "moment": now()}
    rows = session.scalars(RUNNING, running).all() if may_stand(session, person_id, OPENING) else []
    record(session, Action.READ, TABLE, purpose=Purpose.SECURITY, count=len(rows))
    return [_opened(session, ring, row) for row in rows]


def review_opening(session: Session, ring: KeyRing, opening_id: UUID, *, justified: bool) -> None:
    """Judge broken glass: by somebody else than who broke it. Unjustified, it ends at once.

    Raises `NotAllowed` or `OpeningUnknown`.
    """
    row = _find(session, opening_id)
    who = require(session, Right.REVIEW_BREAK_GLASS, custody_of(row), subject=f"{TABLE}:{opening_id}")
    if row.actor == who.actor or who.system:
        raise NotAllowed(Right.REVIEW_BREAK_GLASS, f"{TABLE}:{opening_id}")
    ends = row.until if justified else min(row.until, now())
    judged = {"reviewed_by": who.actor, "reviewed_at": now(), "justified": justified, "until": ends}
    with changing_clear(Vault(session, ring, row.operation), [row.person]):
        session.execute(update(Opening).where(Opening.id == opening_id).values(judged))
    detail = {"person": str(row.person), "justified": justified}
    record(session, Action.REVIEWED, f"{TABLE}:{opening_id}", purpose=Purpose.SECURITY, detail=detail)


def end_opening(session: Session, ring: KeyRing, opening_id: UUID, *, purpose: Purpose) -> None:
    """End a sharing before its time; raises `NotAllowed` or `OpeningUnknown`."""
    row = _find(session, opening_id)
    require(session, Right.SHARE_RECORD, custody_of(row), subject=f"{TABLE}:{opening_id}")
    with changing_clear(Vault(session, ring, row.operation), [row.person]):
        session.execute(update(Opening).where(Opening.id == opening_id).values(until=min(row.until, now())))
    record(session, Action.SHARED, f"{TABLE}:{opening_id}", purpose=purpose, count=0, detail={"ended": True})


def _consented_until(session: Session, person: UUID, recipient: str, purpose: Purpose) -> datetime | None:
    require_unrestricted(session, person, purpose)
    if recipient == OURS:
        return None
    consent = consent_in_force(session, person, Purpose.REFERRAL, recipient)
    if consent is None:
        raise SharingNotAllowed(person=person, recipient=recipient)
    return consent.until


def _open(session: Session, ring: KeyRing, person: Person, account: str, terms: OpeningTerms) -> UUID:
    if len(terms.reason.strip()) < SHORTEST_REASON:
        raise ReasonMissing(letters=SHORTEST_REASON)
    return add_opening(Vault(session, ring, person.operation), person, account, terms, uuid4())


def add_opening(vault: Vault, person: Person, account: str, terms: OpeningTerms, opening: UUID) -> UUID:
    """Open the record under this id, for callers who asked for the right and leave the line in the log."""
    key = stored_key(vault, person.id, KeyKind.PERSON)
    row = Opening(
        id=opening,
        person=person.id,
        operation=person.operation,
        custody=person.custody,
        actor=account,
        recipient=terms.recipient,
        kind=terms.kind.value,
        parts=sorted(part.value for part in terms.parts),
        reason=key.seal(terms.reason.strip().encode(), Binding(TABLE, opening, "reason")),
        opened_by=terms.opened_by,
        opened_at=now(),
        until=terms.until,
    )
    with changing_clear(vault, [person.id]):
        vault.session.add(row)
    return opening


def _find(session: Session, opening_id: UUID) -> Opening:
    row = session.get(Opening, opening_id)
    if row is None:
        raise OpeningUnknown(opening=opening_id)
    return row


def _opened(session: Session, ring: KeyRing, row: Opening) -> OpenedRecord:
    key = stored_key(Vault(session, ring, row.operation), row.person, KeyKind.PERSON)
    reason = key.open(row.reason, Binding(TABLE, row.id, "reason")).decode()
    parts = codes_in(row, "parts", RecordPart)
    return OpenedRecord(
        row.id, row.person, row.actor, code_in(row, "kind", OpeningKind), parts, row.opened_at, row.until, reason
    )
