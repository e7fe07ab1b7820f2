"""What a partner sees: the referrals that are open to their account, and of one of them what they were told. Nothing else.

The list opens nothing. A referral is opened with its own words and the answers that were named when it was sent, of the person
alone; whoever is kept from a part of the record is not told of it here either.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from casework.case_file.answer_referral import ANSWERS, is_open_to_me, require_open_to_me
from casework.case_file.errors import ReferralUnknown
from casework.case_file.open_referral import TOLD
from casework.case_file.transitions import acts_from
from casework.case_file_models import Act, CaseEntry, EntryKind
from casework.consent.consents import require_unrestricted
from casework.models import Case, KeyKind, Opening, Person
from casework.programme import Programme, programme_in_force
from casework.referrals.told_answers import ToldAnswer, told_answers
from casework.store.bulk_limit import count_reading
from casework.store.seal_record import Vault, stored_key
from casework.store.seal_steps import open_steps
from casework.store.sealed_step import SealedStep
from core.access import NotAllowed, access_of, require
from core.audit import Action, Purpose, record
from core.clock import now
from core.keys.keyring import KeyRing
from core.paging import PAGE, Page, beyond, page_of
from core.permissions import Right

__all__ = ["OpenReferral", "ReadReferral", "count_referrals", "page_referrals", "read_referral"]

# From which a partner can answer.
STATES: Final = ("sent", "accepted")
SAID: Final = ("provider", "service_type", "urgency", "reason", "answer")
MINE: Final = (
    select(CaseEntry, Opening)
    .join(Opening, Opening.id == CaseEntry.id)
    .where(
        CaseEntry.kind == EntryKind.REFERRAL.value,
        CaseEntry.state.in_(STATES),
        Opening.person == CaseEntry.person,
        Opening.actor == bindparam("actor"),
        Opening.until > bindparam("moment"),
    )
    .order_by(Opening.opened_at, CaseEntry.id)
)


@dataclass(frozen=True)
class OpenReferral:
    """A referral that is open to the account: where it stands, since when, and until when it is open or due."""

    id: UUID
    state: str
    since: datetime
    due: date | None
    until: datetime


@dataclass(frozen=True)
class ReadReferral:
    """A referral as its partner reads it. `said` are the fields of the referral, `told` the answers that go with it."""

    id: UUID
    state: str
    since: datetime
    due: date | None
    until: datetime
    number: int  # of its newest step: what an answer says it has `seen`
    acts: tuple[Act, ...]
    programme: Programme
    said: Mapping[str, Any] = field(repr=False)
    told: tuple[ToldAnswer, ...] = field(repr=False)


def count_referrals(session: Session) -> int:
    """How many are open to this account and were not answered yet; none for who answers none."""
    return sum(one.state == STATES[0] for one in _open(session)) if access_of(session).may(Right.ANSWER_REFERRAL) else 0


def page_referrals(session: Session, *, after: UUID | None = None) -> Page[OpenReferral]:
    """Those that wait the longest first, page by page; raises `NotAllowed`."""
    require(session, Right.ANSWER_REFERRAL, subject="casework.case_entry")
    page = page_of(beyond(_open(session), after), PAGE)
    record(session, Action.READ, "casework.case_entry", purpose=Purpose.REFERRAL, count=len(page.rows))
    return page


def read_referral(session: Session, ring: KeyRing, entry_id: UUID) -> ReadReferral:
    """One referral, with the answers that its provider was told of.

    Raises `NotAllowed`, `ReferralUnknown`, `RecordRestricted`, `ReadTooMany`, or what `open_steps` raises.
    """
    require(session, Right.ANSWER_REFERRAL, subject=f"casework.case_entry:{entry_id}")
    entry = session.get(CaseEntry, entry_id)
    if entry is None:
        raise ReferralUnknown(entry=entry_id)
    person = session.get_one(Person, entry.person)
    try:
        opening = require_open_to_me(session, person, entry_id)
    except NotAllowed:
        raise ReferralUnknown(entry=entry_id) from None
    require_unrestricted(session, person.id, Purpose.REFERRAL)
    count_reading(session, [person.id])
    key = stored_key(Vault(session, ring, person.operation), person.id, KeyKind.PERSON)
    taken = [one for one in open_steps(session, key, session.get_one(Case, entry.case)) if one.entry == entry_id]
    if taken[-1].kind is not EntryKind.REFERRAL or taken[-1].state not in STATES:
        raise ReferralUnknown(entry=entry_id)
    whole = {name: value for one in taken for name, value in one.fields.items()}
    told = tuple(told_answers(session, key, person, entry.case, str(whole.get(TOLD, "")).split()))
    detail = {"entry": str(entry_id), "revealed": [f"{one.part.value}/{one.question}" for one in told]}
    record(session, Action.READ, f"casework.person:{person.id}", purpose=Purpose.REFERRAL, count=len(told), detail=detail)
    newest = taken[-1]
    return ReadReferral(
        id=entry_id,
        state=newest.state,
        since=opening.opened_at,
        due=newest.due,
        until=opening.until,
        number=newest.number,
        acts=_acts(newest),
        programme=programme_in_force(session),
        said={name: whole[name] for name in SAID if whole.get(name)},
        told=told,
    )


def _open(session: Session) -> list[OpenReferral]:
    rows = session.execute(MINE, {"actor": access_of(session).actor, "moment": now()})
    return [
        OpenReferral(entry.id, entry.state, opening.opened_at, entry.due, opening.until)
        for entry, opening in rows
        if is_open_to_me(session, opening)
    ]


def _acts(newest: SealedStep) -> tuple[Act, ...]:
    return tuple(row.act for row in acts_from(newest.kind, newest.state) if row.act in ANSWERS)
