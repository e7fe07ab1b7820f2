"""Tokens by which programs sign in: one grant of a service account, narrowed to some rights, until a day.

Whoever sees a token could do what it is for. So it is made on the server itself, where the key ring is anyway, or by an
administrator to whom an officer has agreed: `propose_token`, the approval, `make_token`. In the same way a partner makes one
for a program of their own, of their own role: nobody else sees it, and it opens the interface for partners' programs alone.
"""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from core.access import Access, NotAllowed, access_of, require
from core.audit_line import Action, Purpose, record
from core.clock import now
from core.database import go_on_for
from core.identity.errors import GrantUnknown, TokenTooBusy, TokenUnfit
from core.identity.grants import as_grant, custody_of
from core.identity.models import Account, AccountKind, RoleGrant, ServiceToken
from core.paging import PAGE, Page, page_of
from core.permissions import Right, Role
from core.second_person import Act, carry_out, find_proposal, propose

__all__ = [
    "FOR_PARTNERS",
    "LONGEST_DAYS",
    "LONGEST_DAYS_OF_A_PARTNER",
    "MOST_A_MINUTE",
    "ListedToken",
    "access_of_partner",
    "access_of_token",
    "add_token",
    "list_own_tokens",
    "list_tokens",
    "make_token",
    "partner_grants",
    "propose_token",
    "revoke_token",
]

LONGEST_DAYS: Final = 365
LONGEST_DAYS_OF_A_PARTNER: Final = 90
FOR_PARTNERS: Final = (
    Right.ANSWER_REFERRAL,
    Right.HAND_IN_PERSONS,
    Right.FETCH_EXPORTS,
)  # all that a program of a partner does
A_MINUTE: Final = timedelta(minutes=1)
MOST_A_MINUTE: Final = 120
PREFIX: Final = "wst_"  # so that one that strays into a file is recognised


TOKENS: Final = (
    select(ServiceToken, RoleGrant, Account)
    .join(RoleGrant, RoleGrant.id == ServiceToken.role_grant)
    .join(Account, Account.id == ServiceToken.account)
    .order_by(ServiceToken.given_at.desc(), ServiceToken.id)
)


@dataclass(frozen=True)
class ListedToken:
    """A token as administrators see it; nothing of it opens anything."""

    id: UUID
    account: UUID
    sign_in_name: str
    role: Role
    rights: tuple[Right, ...]
    given_at: datetime
    expires_at: datetime
    used_at: datetime | None
    stands: bool


def add_token(session: Session, grant: UUID, rights: Collection[Right], days: int) -> tuple[UUID, str]:
    """Make a token on the server itself: its id, and the token, given once: whoever sees it could do what it is for.

    Raises `NotAllowed`, `GrantUnknown` or `TokenUnfit`.
    """
    access = require(session, Right.MANAGE_ACCOUNTS, subject=_subject(grant))
    if not access.system:
        raise NotAllowed(Right.MANAGE_ACCOUNTS, _subject(grant))
    return _make(session, _checked(session, grant, rights, days), rights, days)


def propose_token(session: Session, grant: UUID, rights: Collection[Right], days: int) -> UUID:
    """Ask a second person's agreement to a token; the proposal's id. Raises `NotAllowed`, `GrantUnknown` or `TokenUnfit`."""
    row = _checked(session, grant, rights, days)
    detail = {"account": str(row.account), "role": row.role, "rights": _codes(rights), "days": days}
    purpose, custodies = Purpose.ADMINISTRATION, [custody_of(row)]
    return propose(session, _act(session, row), _subject(grant), purpose=purpose, detail=detail, custodies=custodies)


def make_token(session: Session, proposal: UUID) -> tuple[UUID, str]:
    """Make the token that a second person approved, for who proposed it: its id, and the token, given once.

    Raises `NotAllowed` and its kinds, `GrantUnknown` or `TokenUnfit`.
    """
    asked = find_proposal(session, proposal)
    if asked.proposed_by != access_of(session).actor:
        raise NotAllowed(Right.MANAGE_ACCOUNTS, f"core.proposal:{proposal}")
    grant = UUID(asked.subject.rpartition(":")[2])
    rights, days = [Right(code) for code in cast("list[str]", asked.detail["rights"])], cast("int", asked.detail["days"])
    row = _checked(session, grant, rights, days)
    carry_out(session, proposal, _act(session, row), _subject(grant))
    return _make(session, row, rights, days)


def list_tokens(session: Session, *, after: UUID | None = None, size: int = PAGE) -> Page[ListedToken]:
    """The tokens of this operation, the newest first; raises `NotAllowed`."""
    require(session, Right.MANAGE_ACCOUNTS)
    asked = TOKENS
    last = session.get(ServiceToken, after) if after else None
    if last:
        older = ServiceToken.given_at < last.given_at
        asked = asked.where(older | ((ServiceToken.given_at == last.given_at) & (ServiceToken.id > last.id)))
    return page_of((_listed(*row) for row in session.execute(asked.limit(size + 1))), size)


def list_own_tokens(session: Session) -> list[ListedToken]:
    """The tokens that a partner made for their own programs, and that are not over; raises `NotAllowed`."""
    actor = require(session, Right.ANSWER_REFERRAL).actor
    mine = session.execute(TOKENS.where(ServiceToken.account == UUID(actor)))
    return [one for one in (_listed(*row) for row in mine) if one.stands]


def partner_grants(session: Session) -> Sequence[RoleGrant]:
    """The roles of a partner that this account holds here, of which it may make tokens; raises `NotAllowed`."""
    access = require(session, Right.ANSWER_REFERRAL)
    mine = RoleGrant.account == UUID(access.actor), RoleGrant.operation == access.operation
    return session.scalars(select(RoleGrant).where(*mine, RoleGrant.role == Role.PARTNER, *_valid(now()))).all()


def access_of_token(session: Session, token: str) -> Access | None:
    """The access that a program's token gives now; none when it is unknown, over, revoked, or its grant or account ended."""
    found = _found(session, token, Account.kind == AccountKind.SERVICE)
    return _used(session, *found) if found else None


def access_of_partner(session: Session, token: str) -> Access | None:
    """The same of a partner's token, their own or their program's account's, where it may not go on all day.

    The first request of a minute is a line in the log. Raises `TokenTooBusy`.
    """
    found = _found(session, token, RoleGrant.role == Role.PARTNER)
    if found is None:
        return None
    row, moment = found[0], now()
    begins = row.minute_from is None or moment - row.minute_from >= A_MINUTE
    if begins:
        row.minute_from, row.asked = moment, 0
    if row.asked >= MOST_A_MINUTE:
        raise TokenTooBusy(most=MOST_A_MINUTE)
    row.asked += 1
    access = _used(session, *found)
    if begins:
        go_on_for(session, access)
        record(session, Action.SIGNED_IN, f"identity.service_token:{row.id}", purpose=Purpose.SECURITY)
    return access


def revoke_token(session: Session, token: UUID) -> None:
    """Take a token back, at once, by who manages accounts or by whose it is; raises `NotAllowed` or `GrantUnknown`."""
    row = session.get(ServiceToken, token)
    if row is None or str(row.account) != access_of(session).actor:
        require(session, Right.MANAGE_ACCOUNTS, subject=f"identity.service_token:{token}")
    if row is None or row.revoked_at:
        raise GrantUnknown
    row.revoked_at = now()
    session.flush()
    _tell(session, token, "token taken back")


def _found(session: Session, token: str, whose: ColumnElement[bool]) -> tuple[ServiceToken, RoleGrant] | None:
    """Held until the transaction ends: of two requests at once each counts."""
    moment = now()
    asked = (
        select(ServiceToken, RoleGrant)
        .join(RoleGrant, RoleGrant.id == ServiceToken.role_grant)
        .join(Account, Account.id == ServiceToken.account)
        .where(ServiceToken.hash == _hash(token), ServiceToken.revoked_at.is_(None), ServiceToken.expires_at > moment)
        .where(Account.active, *_valid(moment), whose)
        .with_for_update(of=ServiceToken)
    )
    found = session.execute(asked, execution_options={"populate_existing": True}).one_or_none()
    return found and (found[0], found[1])


def _used(session: Session, row: ServiceToken, grant: RoleGrant) -> Access:
    row.used_at = now()
    session.flush()
    only = frozenset(Right(right) for right in row.rights)
    return Access(str(row.account), grant.operation, (as_grant(grant),), only=only)


def _valid(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return RoleGrant.taken_back_at.is_(None), RoleGrant.valid_until.is_(None) | (RoleGrant.valid_until > moment)


def _act(session: Session, grant: RoleGrant) -> Act:
    """By whom it is asked for: an administrator, or a partner for their own role."""
    return Act.PARTNER_TOKEN if str(grant.account) == access_of(session).actor else Act.SERVICE_TOKEN


def _checked(session: Session, grant: UUID, rights: Collection[Right], days: int) -> RoleGrant:
    """The grant, if such a token can be made of it."""
    row = session.get(RoleGrant, grant)
    if row is None or row.taken_back_at is not None:
        raise GrantUnknown
    partner, own = row.role == Role.PARTNER, _act(session, row) is Act.PARTNER_TOKEN
    longest = LONGEST_DAYS_OF_A_PARTNER if partner else LONGEST_DAYS
    if not own and session.get_one(Account, row.account).kind != AccountKind.SERVICE:
        reason = "the account is a person's"
    elif not rights or not all(map(as_grant(row).holds, rights)):
        reason = "the grant's role does not hold those rights"
    elif own and not (partner and set(rights) <= set(FOR_PARTNERS)):
        reason = "nobody but a partner makes one of their own role, and only for what partners' programs do"
    elif not 1 <= days <= longest:
        reason = "it would last too long, or not at all"
    else:
        return row
    raise TokenUnfit(reason=reason, days=longest)


def _make(session: Session, grant: RoleGrant, rights: Collection[Right], days: int) -> tuple[UUID, str]:
    token, moment = PREFIX + secrets.token_urlsafe(32), now()
    row = ServiceToken(
        id=uuid4(),
        account=grant.account,
        role_grant=grant.id,
        hash=_hash(token),
        rights=_codes(rights),
        given_by=access_of(session).actor,
        given_at=moment,
        expires_at=moment + timedelta(days=days),
        used_at=None,
        revoked_at=None,
        minute_from=None,
        asked=0,
    )
    session.add(row)
    session.flush()
    _tell(session, row.id, "token added")
    return row.id, token


def _listed(token: ServiceToken, grant: RoleGrant, account: Account) -> ListedToken:
    moment = now()
    ended = (token.revoked_at, grant.taken_back_at)
    over = token.expires_at <= moment or (grant.valid_until is not None and grant.valid_until <= moment)
    return ListedToken(
        id=token.id,
        account=token.account,
        sign_in_name=account.sign_in_name,
        role=Role(grant.role),
        rights=tuple(Right(right) for right in token.rights),
        given_at=token.given_at,
        expires_at=token.expires_at,
        used_at=token.used_at,
        stands=account.active and not over and not any(ended),
    )


def _codes(rights: Collection[Right]) -> list[str]:
    return sorted(right.value for right in rights)


def _subject(grant: UUID) -> str:
    return f"identity.role_grant:{grant}"


def _tell(session: Session, token: UUID, what: str) -> None:
    who = f"identity.service_token:{token}"
    record(session, Action.ACCOUNT_CHANGED, who, purpose=Purpose.ADMINISTRATION, detail={"change": what})


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
