"""Sessions: who is signed in on which device, for how long, and how that ends.

The browser holds a random token; only its SHA-256 is kept here. A session ends when it was idle too long, when it has
lasted long enough, when its owner ends it, when its account is closed, and when the same account opens too many.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, bindparam, select, update
from sqlalchemy.orm import Session

from core.audit_line import Action, Purpose, record
from core.clock import now
from core.database import ring_of
from core.identity.accounts import name_of
from core.identity.errors import FreshSignInNeeded, SessionForged
from core.identity.models import Account, SignInSession, Stage
from core.keys.keyring import KeyRing

__all__ = [
    "AT_ONCE",
    "FRESH",
    "IDLE",
    "LONGEST",
    "CurrentSession",
    "Device",
    "choose_operation",
    "complete",
    "end_others",
    "end_session",
    "list_devices",
    "open_session",
    "require_fresh",
    "require_unforged",
    "session_of",
]

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
UNFINISHED: Final = timedelta(minutes=30)  # to enrol, or to give the second factor
FRESH: Final = timedelta(minutes=15)
AT_ONCE: Final = 5
SEEN_EVERY: Final = timedelta(minutes=1)  # or every page would write a row
OF_TOKEN: Final = (
    select(SignInSession, Account)
    .join(Account, Account.id == SignInSession.account)
    .where(SignInSession.token_hash == bindparam("token_hash"), SignInSession.ended_at.is_(None))
)


@dataclass(frozen=True)
class CurrentSession:
    """The session behind a request, and whose it is."""

    id: UUID
    account: UUID
    stage: Stage
    operation: str
    opened_at: datetime
    language: str
    enrolment: UUID | None
    sign_in_name: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True)
class Device:
    """A session as its owner sees it in the list of devices."""

    id: UUID
    label: str
    opened_at: datetime
    seen_at: datetime


def open_session(session: Session, account: UUID, stage: Stage, device: str, *, enrolment: UUID | None = None) -> str:
    """Open a session; its token is given once. A complete one ends the oldest beyond `AT_ONCE`."""
    token, moment = secrets.token_urlsafe(32), now()
    row = SignInSession(
        id=uuid4(),
        account=account,
        token_hash=_hash(token),
        stage=stage,
        device=device,
        operation="",
        enrolment=enrolment,
        opened_at=moment,
        seen_at=moment,
        expires_at=moment + (LONGEST if stage is Stage.SIGNED_IN else UNFINISHED),
        ended_at=None,
    )
    row.seal = _seal(ring_of(session), row)
    session.add(row)
    session.flush()
    _end_oldest(session, account)
    return token


def complete(session: Session, unfinished: UUID) -> str:
    """Both factors are proven: the session goes on under a new token, so that the old one is worth nothing."""
    row, token, moment = session.get_one(SignInSession, unfinished), secrets.token_urlsafe(32), now()
    row.token_hash, row.stage = _hash(token), Stage.SIGNED_IN
    row.seal = _seal(ring_of(session), row)
    row.seen_at, row.expires_at = moment, moment + LONGEST
    session.flush()
    _end_oldest(session, row.account)
    return token


def session_of(session: Session, ring: KeyRing, token: str) -> CurrentSession | None:
    """The session of a token, while it lasts; noted as seen. Raises `SessionForged`."""
    found = session.execute(OF_TOKEN, {"token_hash": _hash(token)}).one_or_none()
    if found is None:
        return None
    row, account = found
    moment = now()
    if row.seal is None or moment >= min(row.expires_at, row.opened_at + LONGEST + UNFINISHED):
        return None
    if moment - row.seen_at >= IDLE or not account.active:
        return None
    require_unforged(ring, row)
    if moment - row.seen_at >= SEEN_EVERY:
        session.execute(update(SignInSession).where(SignInSession.id == row.id).values(seen_at=moment))
    return CurrentSession(
        row.id,
        row.account,
        Stage(row.stage),
        row.operation,
        row.opened_at,
        account.language,
        row.enrolment,
        account.sign_in_name,
        name_of(ring, account),
    )


def require_unforged(ring: KeyRing, row: SignInSession) -> None:
    """Raise `SessionForged` unless the program itself wrote whose session it is and what was proven; one without a seal opens
    nothing."""
    if row.seal is not None and not compare_digest(row.seal, _seal(ring, row)):
        raise SessionForged(session=row.id)


def list_devices(session: Session, account: UUID) -> Sequence[Device]:
    """Where an account is signed in now, newest first."""
    rows = session.scalars(_living(account).order_by(SignInSession.seen_at.desc()))
    return [Device(row.id, row.device, row.opened_at, row.seen_at) for row in rows]


def end_session(session: Session, account: UUID, ended: UUID) -> None:
    """Sign out on one device of this account."""
    _end(session, account, SignInSession.id == ended)


def end_others(session: Session, account: UUID, kept: UUID | None = None) -> None:
    """Sign out everywhere, but for the session `kept`."""
    _end(session, account, SignInSession.id != kept if kept else SignInSession.id.is_not(None))


def choose_operation(session: Session, chosen_in: UUID, operation: str) -> None:
    """Remember in which operation a session works."""
    session.execute(update(SignInSession).where(SignInSession.id == chosen_in).values(operation=operation))


def require_fresh(current: CurrentSession) -> None:
    """Raise `FreshSignInNeeded` unless the session was opened just now; one that enrols is."""
    if now() - current.opened_at > FRESH and current.stage is not Stage.ENROLLING:
        raise FreshSignInNeeded(minutes=int(FRESH.total_seconds() // 60))


def _living(account: UUID) -> Select[SignInSession]:
    moment = now()
    return select(SignInSession).where(
        SignInSession.account == account,
        SignInSession.stage == Stage.SIGNED_IN,
        SignInSession.ended_at.is_(None),
        SignInSession.expires_at > moment,
        SignInSession.seen_at > moment - IDLE,
    )


def _end_oldest(session: Session, account: UUID) -> None:
    rows = session.scalars(_living(account).order_by(SignInSession.opened_at.desc(), SignInSession.id)).all()
    for row in rows[AT_ONCE:]:
        end_session(session, account, row.id)


def _end(session: Session, account: UUID, which: ColumnElement[bool]) -> None:
    ending = (
        update(SignInSession)
        .where(SignInSession.account == account, SignInSession.ended_at.is_(None), which)
        .values(ended_at=now())
        .returning(SignInSession.id)
    )
    ended = len(session.scalars(ending).all())
    if ended:
        record(session, Action.SIGNED_OUT, f"identity.account:{account}", purpose=Purpose.SECURITY, count=ended)


def _seal(ring: KeyRing, row: SignInSession) -> bytes:
    """A keyed fingerprint of what the session proved: whose it is, how far it came, since when, by which token."""
    opened_at = row.opened_at.astimezone(UTC).isoformat(timespec="microseconds")
    said = (row.id, row.account, Stage(row.stage).value, row.enrolment, opened_at, row.token_hash.hex())
    return ring.blind_token("identity.session", "\n".join(map(str, said)))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
