"""Enrolment: the code by which a person sets their own password and second factor, so that nobody else ever knows them.

Only the server's own command line gives a second code to an account that was enrolled before: an administrator who
could, could become that person.
"""

import base64
import hashlib
import secrets
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import NotAllowed, require
from core.audit_line import Action, Purpose, record
from core.clock import now
from core.identity.errors import AccountUnknown
from core.identity.models import Account, AccountKind, Enrolment, Passkey, Password, RecoveryCode, Totp
from core.identity.sessions import end_others
from core.permissions import Right

__all__ = ["VALID", "finish_enrolment", "give_code", "redeem_code"]

VALID: Final = timedelta(hours=72)
CODE_BYTES: Final = 20


def give_code(session: Session, account: UUID) -> str:
    """A code for this account, shown once; earlier unused ones end. Raises `NotAllowed` or `AccountUnknown`."""
    access = require(session, Right.MANAGE_ACCOUNTS, subject=f"identity.account:{account}")
    row = session.get(Account, account)
    if row is None or row.kind != AccountKind.PERSON or not row.active:
        raise AccountUnknown
    earlier = session.scalars(select(Enrolment).where(Enrolment.account == account)).all()
    if not access.system and (row.added_by != access.actor or any(code.used_at for code in earlier)):
        raise NotAllowed(Right.MANAGE_ACCOUNTS, f"identity.account:{account}")
    moment = now()
    for unused in (code for code in earlier if code.used_at is None):
        unused.expires_at = moment
    code = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode()
    session.add(
        Enrolment(
            id=uuid4(),
            account=account,
            operation=row.operation,
            hash=_hash(code),
            given_by=access.actor,
            expires_at=moment + VALID,
            used_at=None,
        )
    )
    session.flush()
    _tell(session, account, "enrolment code given")
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def redeem_code(session: Session, code: str) -> tuple[UUID, UUID] | None:
    """Account and enrolment of a code that holds. Whatever the account had to sign in with is gone by this."""
    asked = (
        select(Enrolment, Account)
        .join(Account, Account.id == Enrolment.account)
        .where(Enrolment.hash == _hash(code), Enrolment.used_at.is_(None), Enrolment.expires_at > now(), Account.active)
    )
    found = session.execute(asked).one_or_none()
    if found is None:
        return None
    enrolment, account = found
    for table in (Password, Totp, Passkey, RecoveryCode):
        for row in session.scalars(select(table).where(table.account == account.id)):
            session.delete(row)
    session.flush()
    end_others(session, account.id)
    _tell(session, account.id, "enrolment begun")
    return account.id, enrolment.id


def finish_enrolment(session: Session, account: UUID, enrolment: UUID) -> None:
    """Password and factor are set: the code is spent."""
    session.get_one(Enrolment, enrolment).used_at = now()
    session.flush()
    _tell(session, account, "enrolled")


def _hash(code: str) -> bytes:
    typed = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(typed.encode()).digest()


def _tell(session: Session, account: UUID, what: str) -> None:
    who = f"identity.account:{account}"
    record(session, Action.ACCOUNT_CHANGED, who, purpose=Purpose.SECURITY, detail={"change": what})
