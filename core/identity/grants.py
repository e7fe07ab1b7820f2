"""Roles given and taken back, and what comes of them: the access of an account in one operation.

Two rules keep one administrator from making themself a caseworker: nobody gives a role to themself, and who added an
account does not give it its roles. Only the server's own command line, which already holds the keys, is free of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from core.access import ANY, NOBODY, Access, Custody, Grant, access_of, require
from core.audit_line import Action, Purpose, record
from core.clock import now
from core.identity.errors import AccountUnknown, GivenByWhoAdded, GrantUnknown, OwnGrant, OwnRoleUnknown, ProviderUnfit
from core.identity.models import Account, AccountKind, OwnRole, RoleGrant, UnitKind
from core.identity.units import find_unit
from core.paging import PAGE, Page, beyond, page_of
from core.permissions import Right, Role

__all__ = [
    "LeftRole",
    "Reach",
    "access_for",
    "accesses_of",
    "as_grant",
    "custody_of",
    "give_role",
    "grants_given",
    "page_left",
    "providers_of",
    "service_grants",
    "take_back",
]


VALID: Final = (
    select(RoleGrant)
    .join(Account, Account.id == RoleGrant.account)
    .where(RoleGrant.account == bindparam("account"), Account.active, RoleGrant.taken_back_at.is_(None))
    .where((RoleGrant.valid_until.is_(None)) | (RoleGrant.valid_until > bindparam("moment")))
    .order_by(RoleGrant.id)
)


@dataclass(frozen=True)
class Reach:
    """Where a role is to hold: what is not named is not limited; `own` means the account's own records only. `provider`: of
    which provider of the programme a partner is, whom its referrals are opened to."""

    organisation: UUID | None = None
    area: UUID | None = None
    team: UUID | None = None
    own: bool = False
    provider: str = ""


@dataclass(frozen=True)
class LeftRole:
    """A role that still reaches a unit: the grant's id, whose it is, and which."""

    id: UUID
    account: UUID
    role: str


def give_role(
    session: Session,
    account: UUID,
    role: Role | OwnRole,
    operation: str,
    reach: Reach,
    *,
    valid_until: datetime | None = None,
) -> UUID:
    """Give a role, the program's or the operation's own.

    Raises `NotAllowed`, `OwnGrant`, `GivenByWhoAdded`, `AccountUnknown`, `OwnRoleUnknown`, `UnitUnknown` or `ProviderUnfit`.
    """
    custody, own = _custody(account, reach), role if isinstance(role, OwnRole) else None
    access = require(session, Right.MANAGE_ACCOUNTS, custody, subject=f"identity.account:{account}")
    row = session.get(Account, account)
    if row is None:
        raise AccountUnknown
    if access.actor == str(account):
        raise OwnGrant
    if access.actor == row.added_by and not access.system:
        raise GivenByWhoAdded
    if own and own.operation != operation:
        raise OwnRoleUnknown
    if reach.provider and (own.role if own else role) != Role.PARTNER:
        raise ProviderUnfit
    for kind, unit in ((UnitKind.ORGANISATION, reach.organisation), (UnitKind.AREA, reach.area), (UnitKind.TEAM, reach.team)):
        if unit:
            find_unit(session, kind, unit)
    given = RoleGrant(
        id=uuid4(),
        account=account,
        role=own.role if own else role,
        operation=operation,
        organisation=reach.organisation,
        area=reach.area,
        team=reach.team,
        own=reach.own,
        valid_until=valid_until,
        given_by=access.actor,
        given_at=now(),
        taken_back_at=None,
        own_role=own.id if own else None,
        rights=own.rights if own else None,
        provider=reach.provider or None,
    )
    session.add(given)
    session.flush()
    _tell(session, given, "role given")
    return given.id


def take_back(session: Session, grant: UUID) -> None:
    """Take a role back, at once; raises `NotAllowed`, `GrantUnknown` or `OwnGrant`."""
    found = session.get(RoleGrant, grant)
    if found is None or found.taken_back_at is not None:
        raise GrantUnknown
    access = require(session, Right.MANAGE_ACCOUNTS, custody_of(found), subject=f"identity.role_grant:{grant}")
    if access.actor == str(found.account):
        raise OwnGrant
    found.taken_back_at = now()
    session.flush()
    _tell(session, found, "role taken back")


def access_for(session: Session, account: UUID, operation: str) -> Access:
    """What an account may do in an operation at this moment; an inactive account may nothing."""
    theirs = VALID.where(RoleGrant.operation == operation)
    return _access(account, operation, session.scalars(theirs, {"account": account, "moment": now()}).all())


def accesses_of(session: Session, account: UUID) -> Mapping[str, Access]:
    """The same by every operation in which the account holds any role, in order."""
    rows = session.scalars(VALID, {"account": account, "moment": now()}).all()
    return {
        operation: _access(account, operation, [row for row in rows if row.operation == operation])
        for operation in sorted({row.operation for row in rows})
    }


def providers_of(session: Session, account: UUID, operation: str) -> frozenset[str] | None:
    """The providers whose account this is in an operation; none where its partner's roles name none, None where it has none."""
    theirs = VALID.where(RoleGrant.operation == operation, RoleGrant.role == Role.PARTNER)
    rows = session.scalars(theirs, {"account": account, "moment": now()}).all()
    return frozenset(row.provider for row in rows if row.provider) if rows else None


def grants_given(session: Session, operation: str) -> Sequence[RoleGrant]:
    """The grants that stand in an operation (empty: in all), newest first; raises `NotAllowed`."""
    require(session, Right.MANAGE_ACCOUNTS)
    asked = select(RoleGrant).where(RoleGrant.taken_back_at.is_(None)).order_by(RoleGrant.given_at.desc())
    return session.scalars(asked.where(RoleGrant.operation == operation) if operation else asked).all()


def page_left(session: Session, unit: UUID, *, after: UUID | None = None, size: int = PAGE) -> Page[LeftRole]:
    """The roles of this operation that still reach a unit by its name, the newest first; raises `NotAllowed`."""
    given = grants_given(session, access_of(session).operation)
    left = [LeftRole(row.id, row.account, row.role) for row in given if unit in (row.organisation, row.area, row.team)]
    return page_of(beyond(left, after), size)


def service_grants(session: Session) -> list[tuple[RoleGrant, str]]:
    """The grants of programs that stand in this operation, each with its account's sign-in name; raises `NotAllowed`."""
    access = require(session, Right.MANAGE_ACCOUNTS)
    asked = (
        select(RoleGrant, Account.sign_in_name)
        .join(Account, Account.id == RoleGrant.account)
        .where(Account.kind == AccountKind.SERVICE, Account.active, RoleGrant.taken_back_at.is_(None))
        .where(RoleGrant.operation == access.operation)
        .order_by(Account.sign_in_name, RoleGrant.given_at, RoleGrant.id)
    )
    return [(row, name) for row, name in session.execute(asked)]


def as_grant(row: RoleGrant) -> Grant:
    """The grant as `core.access` compares it with custodies."""
    organisation, area, team = (str(unit) if unit else ANY for unit in (row.organisation, row.area, row.team))
    only = None if row.rights is None else frozenset(right for right in Right if right.value in row.rights)
    return Grant(Role(row.role), organisation, area, team, str(row.account) if row.own else ANY, only, row.provider or "")


def custody_of(row: RoleGrant) -> Custody:
    """The grant's reach as a custody: what an administrator's own grant must cover to change it."""
    return _custody(row.account, Reach(row.organisation, row.area, row.team, row.own))


def _access(account: UUID, operation: str, rows: Sequence[RoleGrant]) -> Access:
    return Access(str(account), operation, tuple(as_grant(row) for row in rows))


def _custody(account: UUID, reach: Reach) -> Custody:
    """The reach as a custody: an administrator of one organisation covers it only when it names that organisation."""
    organisation, area, team = (str(unit) if unit else NOBODY for unit in (reach.organisation, reach.area, reach.team))
    return Custody(organisation, area, team, str(account) if reach.own else NOBODY)


def _tell(session: Session, grant: RoleGrant, what: str) -> None:
    detail = {"change": what, "role": grant.role, "grant": str(grant.id)}
    who = f"identity.account:{grant.account}"
    record(session, Action.ACCOUNT_CHANGED, who, purpose=Purpose.ADMINISTRATION, detail=detail)
