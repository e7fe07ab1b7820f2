"""Recovery codes: ten, shown once, each used once, kept as keyed fingerprints. One stands in for the second factor."""

import base64
import secrets
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.audit_line import Action, Purpose, record
from core.clock import now
from core.identity.models import RecoveryCode
from core.keys.keyring import KeyRing

__all__ = ["CODES", "codes_left", "make_recovery_codes", "use_recovery_code"]

CODES = 10
CODE_BYTES = 10  # 80 bits, 16 letters


def make_recovery_codes(session: Session, ring: KeyRing, account: UUID) -> Sequence[str]:
    """Ten new codes in place of the old ones; nobody can show them again."""
    codes = [_grouped(base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode()) for _ in range(CODES)]
    for row in session.scalars(select(RecoveryCode).where(RecoveryCode.account == account)):
        session.delete(row)
    session.add_all(RecoveryCode(account=account, hash=_hash(ring, account, code), used_at=None) for code in codes)
    session.flush()
    _tell(session, account, "recovery codes made")
    return codes


def use_recovery_code(session: Session, ring: KeyRing, account: UUID, code: str) -> bool:
    """Use a code up; false when it is none of this account's, or used."""
    row = session.get(RecoveryCode, (account, _hash(ring, account, code)), with_for_update=True)
    if row is None or row.used_at:
        return False
    row.used_at = now()
    session.flush()
    _tell(session, account, "recovery code used")
    return True


def codes_left(session: Session, account: UUID) -> int:
    """How many of an account's codes are unused."""
    unused = select(func.count()).where(RecoveryCode.account == account, RecoveryCode.used_at.is_(None))
    return session.scalar(unused.select_from(RecoveryCode)) or 0


def _hash(ring: KeyRing, account: UUID, code: str) -> bytes:
    typed = "".join(letter for letter in code.upper() if letter.isalnum())
    return ring.blind_token("identity.recovery_code", f"{account}:{typed}")


def _grouped(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _tell(session: Session, account: UUID, what: str) -> None:
    who = f"identity.account:{account}"
    record(session, Action.ACCOUNT_CHANGED, who, purpose=Purpose.SECURITY, detail={"change": what})
