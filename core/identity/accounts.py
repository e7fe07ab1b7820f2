"""Accounts: add one, find it, list those of an operation, close one."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.access import require
from core.audit_line import Action, Purpose, record
from core.clear_columns import code_in
from core.clock import now
from core.identity.errors import AccountUnknown, NameTaken, NameUnfit, OwnGrant
from core.identity.models import Account, AccountKind, RoleGrant
from core.keys.keyring import KeyRing
from core.paging import PAGE, Page, page_of
from core.permissions import Right
from core.sealing.envelope import Binding, RecordKey, WrappedKey, new_record_key, unwrap_record_key

__all__ = [
    "ListedAccount",
    "account_key",
    "add_account",
    "deactivate",
    "find_account",
    "language_of_account",
    "list_accounts",
    "listed_account",
    "name_of",
    "normal",
    "page_accounts",
    "set_language",
    "sign_in_names",
]

NAME: Final = re.compile(r"[\w.-]{3,64}")
IS_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class ListedAccount:
    """An account as administrators see it."""

    id: UUID
    sign_in_name: str = field(repr=False)
    name: str = field(repr=False)
    kind: AccountKind
    active: bool


def normal(sign_in_name: str) -> str:
    """A sign-in name as it is compared: the same whichever way it was typed."""
    return unicodedata.normalize("NFKC", sign_in_name).strip().casefold()


def add_account(
    session: Session, ring: KeyRing, sign_in_name: str, display_name: str, *, kind: AccountKind, language: str = "en"
) -> UUID:
    """Add an account without any right or credential; raises `NotAllowed`, `NameUnfit` or `NameTaken`."""
    access = require(session, Right.MANAGE_ACCOUNTS)
    name = normal(sign_in_name)
    if not NAME.fullmatch(name):
        raise NameUnfit
    account = uuid4()
    key, wrapped = new_record_key(ring, _binding(account, "key"))
    row = Account(
        id=account,
        sign_in_name=name,
        kind=kind,
        active=True,
        language=language,
        operation="" if access.system else access.operation,
        added_by=access.actor,
        added_at=now(),
        display_name=key.seal(display_name.strip().encode(), _binding(account, "display_name")),
        key_version=wrapped.version,
        sealed_key=wrapped.sealed,
        commitment=wrapped.commitment,
    )
    _insert(session, row)
    _tell(session, account, "added")
    return account


def find_account(session: Session, sign_in_name: str) -> Account:
    """The account of that name, within reach; raises `AccountUnknown`."""
    found = session.scalar(select(Account).where(Account.sign_in_name == normal(sign_in_name)))
    if found is None:
        raise AccountUnknown
    return found


def list_accounts(session: Session, ring: KeyRing) -> Sequence[ListedAccount]:
    """The accounts of this operation (for the program itself: all); raises `NotAllowed`."""
    rows = [_listed(ring, row) for row in session.scalars(_within_reach(session))]
    record(session, Action.READ, "identity.account", purpose=Purpose.ADMINISTRATION, count=len(rows))
    return rows


def page_accounts(session: Session, ring: KeyRing, *, after: UUID | None = None, size: int = PAGE) -> Page[ListedAccount]:
    """The same page by page, for a screen; raises `NotAllowed`."""
    asked = _within_reach(session)
    last = session.get(Account, after) if after else None
    if last:
        asked = asked.where(Account.sign_in_name > last.sign_in_name)
    page = page_of((_listed(ring, row) for row in session.scalars(asked.limit(size + 1))), size)
    record(session, Action.READ, "identity.account", purpose=Purpose.ADMINISTRATION, count=len(page.rows))
    return page


def listed_account(session: Session, ring: KeyRing, account: UUID) -> ListedAccount:
    """One account of this operation; raises `NotAllowed` or `AccountUnknown`."""
    row = session.scalar(_within_reach(session).where(Account.id == account))
    if row is None:
        raise AccountUnknown
    record(session, Action.READ, f"identity.account:{account}", purpose=Purpose.ADMINISTRATION)
    return _listed(ring, row)


def deactivate(session: Session, account: UUID) -> None:
    """Close an account: nothing signs in with it again, and what is signed in ends at its next step."""
    access = require(session, Right.MANAGE_ACCOUNTS)
    if access.actor == str(account):
        raise OwnGrant
    row = session.get(Account, account)
    # A colleague from elsewhere is not shut out of everywhere: their roles here are taken back.
    if row is None or not (access.system or row.operation == access.operation):
        raise AccountUnknown
    row.active = False
    session.flush()
    _tell(session, account, "deactivated")


def set_language(session: Session, account: UUID, language: str) -> None:
    """Remember the language that an account reads."""
    session.get_one(Account, account).language = language
    session.flush()


def language_of_account(session: Session, account: UUID) -> str:
    """The language that an account reads."""
    return session.get_one(Account, account).language


def name_of(ring: KeyRing, account: Account) -> str:
    """What the account's owner is called by; raises `CiphertextRefused`."""
    return account_key(ring, account).open(account.display_name, _binding(account.id, "display_name")).decode()


def sign_in_names(session: Session, actors: Iterable[str]) -> Mapping[str, str]:
    """By the actor of an audit line or a proposal, the sign-in name of the account; what is no account is left out."""
    ids = {UUID(actor) for actor in actors if IS_ID.fullmatch(actor)}
    return {str(row.id): row.sign_in_name for row in session.scalars(select(Account).where(Account.id.in_(ids)))}


def account_key(ring: KeyRing, account: Account) -> RecordKey:
    """The key that seals what is kept of one account."""
    wrapped = WrappedKey(account.key_version, account.sealed_key, account.commitment)
    return unwrap_record_key(ring, wrapped, _binding(account.id, "key"))


def _within_reach(session: Session) -> Select[Account]:
    access = require(session, Right.MANAGE_ACCOUNTS)
    asked = select(Account).order_by(Account.sign_in_name)
    if not access.operation:
        return asked
    granted = select(RoleGrant.account).where(RoleGrant.operation == access.operation)
    return asked.where((Account.operation == access.operation) | Account.id.in_(granted))


def _listed(ring: KeyRing, row: Account) -> ListedAccount:
    return ListedAccount(row.id, row.sign_in_name, name_of(ring, row), code_in(row, "kind", AccountKind), row.active)


def _insert(session: Session, row: Account) -> None:
    """Insert, telling a taken name by the constraint: another operation's account cannot be looked for."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise NameTaken from None


def _binding(account: UUID, field_name: str) -> Binding:
    return Binding("identity.account", account, field_name)


def _tell(session: Session, account: UUID, what: str) -> None:
    who = f"identity.account:{account}"
    record(session, Action.ACCOUNT_CHANGED, who, purpose=Purpose.ADMINISTRATION, detail={"change": what})
