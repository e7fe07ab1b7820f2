"""Signing in: a password, then a second factor. Each step answers yes or no, in the same way and with the same work.

Run by the program itself (`Access.of_system`), in a transaction that commits whatever the answer: a failure counts.
A passkey alone is two factors and goes another way (`passkeys`), which no delay blocks: there is nothing to guess.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit_line import Action, Purpose, record
from core.identity.accounts import normal
from core.identity.attempts import charge, forgive, refund
from core.identity.models import Account, AccountKind
from core.identity.passwords import matches
from core.identity.recovery_codes import use_recovery_code
from core.identity.second_factor import check_totp
from core.keys.keyring import KeyRing

__all__ = ["check_password", "check_second_factor", "tell_failure", "tell_signed_in"]


def check_password(session: Session, ring: KeyRing, name: str, password: str, address: str) -> UUID | None:
    """The account, if that is its password and it need not wait; unknown names take the same time."""
    typed = normal(name)[:64]
    # Always in this order, so that two sign-ins never wait for each other.
    in_time = charge(session, ring, "name", typed) & charge(session, ring, "address", address)
    account = session.scalar(select(Account).where(Account.sign_in_name == typed))
    right = matches(session, account.id if account else None, password)
    if account and right and in_time and account.active and account.kind == AccountKind.PERSON:
        refund(session, ring, "name", typed)  # not forgiven: wrong codes go on counting until one is right
        refund(session, ring, "address", address)
        return account.id
    tell_failure(session, account.id if account else None, "password" if in_time else "delayed")
    return None


def check_second_factor(session: Session, ring: KeyRing, account: UUID, code: str, address: str) -> bool:
    """Whether it is a code of the account's app, or one of its recovery codes, and need not wait."""
    name = session.get_one(Account, account).sign_in_name
    in_time = charge(session, ring, "name", name) & charge(session, ring, "address", address)
    if in_time and (check_totp(session, ring, account, code) or use_recovery_code(session, ring, account, code)):
        forgive(session, ring, "name", name)
        refund(session, ring, "address", address)
        return True
    tell_failure(session, account, "second factor" if in_time else "delayed")
    return False


def tell_signed_in(session: Session, account: UUID, how: str) -> None:
    """Leave the audit line of a complete sign-in; `how` as `password` or `passkey`."""
    record(session, Action.SIGNED_IN, f"identity.account:{account}", purpose=Purpose.SECURITY, detail={"how": how})


def tell_failure(session: Session, account: UUID | None, at: str) -> None:
    """Leave the audit line of a failed one. A name that nobody has is not written: it may be a mistyped password."""
    who = f"identity.account:{account}" if account else "identity.account"
    record(session, Action.SIGN_IN_FAILED, who, purpose=Purpose.SECURITY, count=0, detail={"at": at})
