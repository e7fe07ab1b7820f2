"""Tokens by which programs sign in: one grant of a service account, narrowed to some rights, until a day."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.access import Access, require
from core.audit_line import Action, Purpose, record
from core.clock import now
from core.identity.errors import GrantUnknown, TokenUnfit
from core.identity.grants import as_grant
from core.identity.models import Account, AccountKind, RoleGrant, ServiceToken
from core.permissions import Right, Role, holds

__all__ = ["LONGEST_DAYS", "access_of_token", "add_token", "revoke_token"]

LONGEST_DAYS: Final = 365
PREFIX: Final = "wst_"  # so that one that strays into a file is recognised


def add_token(session: Session, grant: UUID, rights: Collection[Right], days: int) -> tuple[UUID, str]:
    """Make a token; it is given once. Raises `NotAllowed`, `GrantUnknown` or `TokenUnfit`."""
    access = require(session, Right.MANAGE_ACCOUNTS, subject=f"identity.role_grant:{grant}")
    found = session.get(RoleGrant, grant)
    if found is None or found.taken_back_at is not None:
        raise GrantUnknown
    _check(session.get_one(Account, found.account), Role(found.role), rights, days)
    token, moment = PREFIX + secrets.token_urlsafe(32), now()
    row = ServiceToken(
        id=uuid4(),
        account=found.account,
        role_grant=grant,
        hash=_hash(token),
        rights=sorted(right.value for right in rights),
        given_by=access.actor,
        given_at=moment,
        expires_at=moment + timedelta(days=days),
        used_at=None,
        revoked_at=None,
    )
    session.add(row)
    session.flush()
    _tell(session, row.id, "token added")
    return row.id, token


def access_of_token(session: Session, token: str) -> Access | None:
    """The access that a token gives now; none when it is unknown, over, revoked, or its grant or account has ended."""
    moment = now()
    asked = (
        select(ServiceToken, RoleGrant)
        .join(RoleGrant, RoleGrant.id == ServiceToken.role_grant)
        .join(Account, Account.id == ServiceToken.account)
        .where(ServiceToken.hash == _hash(token), ServiceToken.revoked_at.is_(None), ServiceToken.expires_at > moment)
        .where(Account.active, RoleGrant.taken_back_at.is_(None))
        .where(RoleGrant.valid_until.is_(None) | (RoleGrant.valid_until > moment))
    )
    found = session.execute(asked).one_or_none()
    if found is None:
        return None
    row, grant = found
    session.execute(update(ServiceToken).where(ServiceToken.id == row.id).values(used_at=moment))
    only = frozenset(Right(right) for right in row.rights)
    return Access(str(row.account), grant.operation, (as_grant(grant),), only=only)


def revoke_token(session: Session, token: UUID) -> None:
    """Take a token back, at once; raises `NotAllowed` or `GrantUnknown`."""
    require(session, Right.MANAGE_ACCOUNTS, subject=f"identity.service_token:{token}")
    ending = update(ServiceToken).where(ServiceToken.id == token, ServiceToken.revoked_at.is_(None))
    if session.scalar(ending.values(revoked_at=now()).returning(ServiceToken.id)) is None:
        raise GrantUnknown
    _tell(session, token, "token taken back")


def _check(account: Account, role: Role, rights: Collection[Right], days: int) -> None:
    if account.kind != AccountKind.SERVICE:
        reason = "the account is a person's"
    elif not rights or not all(holds(role, right) for right in rights):
        reason = "the grant's role does not hold those rights"
    elif not 1 <= days <= LONGEST_DAYS:
        reason = "it would last too long, or not at all"
    else:
        return
    raise TokenUnfit(reason=reason, days=LONGEST_DAYS)


def _tell(session: Session, token: UUID, what: str) -> None:
    who = f"identity.service_token:{token}"
    record(session, Action.ACCOUNT_CHANGED, who, purpose=Purpose.ADMINISTRATION, detail={"change": what})


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
