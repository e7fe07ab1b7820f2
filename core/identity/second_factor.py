"""The authenticator app: time-based one-time passwords (RFC 6238), each taken once, one step of clock drift allowed."""

import base64
import secrets
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives import constant_time
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy.orm import Session

from core.audit_line import Action, Purpose, record
from core.clock import now
from core.identity.accounts import account_key
from core.identity.errors import CodeRefused
from core.identity.models import Account, Totp
from core.keys.keyring import KeyRing
from core.sealing.envelope import Binding, RecordKey

__all__ = ["add_totp", "check_totp", "has_totp", "new_totp_key", "remove_totp", "totp_address"]

STEP_SECONDS, DIGITS, SECRET_BYTES = 30, 6, 20
DRIFT: Final = 1
ISSUER: Final = "Waystation"


def new_totp_key() -> str:
    """A fresh secret, in the base32 that authenticator apps read."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def totp_address(key: str, sign_in_name: str) -> str:
    """The `otpauth:` address that a QR code carries."""
    return _generator(_secret(key)).get_provisioning_uri(sign_in_name, ISSUER)


def add_totp(session: Session, ring: KeyRing, account: UUID, key: str, code: str) -> None:
    """Take an app as this account's factor, in place of an earlier one, once it gave a right code; raises `CodeRefused`."""
    secret = _secret(key)
    step = _step(secret, code)
    if step is None:
        raise CodeRefused
    sealed = account_key(ring, session.get_one(Account, account)).seal(secret, _binding(account))
    row = session.get(Totp, account) or Totp(account=account)
    row.secret, row.last_step, row.added_at = sealed, step, now()
    session.add(row)
    session.flush()
    _tell(session, account, "authenticator app added")


def check_totp(session: Session, ring: KeyRing, account: UUID, code: str) -> bool:
    """Whether the code is right now and was not used before; it is used by this."""
    row = session.get(Totp, account, with_for_update=True)
    if row is None:
        return False
    secret = open_secret(account_key(ring, session.get_one(Account, account)), row)
    step = _step(secret, code)
    if step is None or step <= row.last_step:
        return False
    row.last_step = step
    session.flush()
    return True


def open_secret(key: RecordKey, row: Totp) -> bytes:
    """The secret that the account's app shares with us; raises `CiphertextRefused`."""
    return key.open(row.secret, _binding(row.account))


def has_totp(session: Session, account: UUID) -> bool:
    return session.get(Totp, account) is not None


def remove_totp(session: Session, account: UUID) -> None:
    """Forget the app. Whether another factor is left is for the caller to see to."""
    row = session.get(Totp, account)
    if row:
        session.delete(row)
        session.flush()
    _tell(session, account, "authenticator app removed")


def _step(secret: bytes, code: str) -> int | None:
    """The time step that the code belongs to, within the allowed drift."""
    typed, current, generator = code.replace(" ", "").encode(), int(now().timestamp()) // STEP_SECONDS, _generator(secret)
    steps = range(current - DRIFT, current + DRIFT + 1)
    right = [step for step in steps if constant_time.bytes_eq(generator.generate(step * STEP_SECONDS), typed)]
    return max(right, default=None)


def _generator(secret: bytes) -> TOTP:
    # SHA-1 and six digits are what every app can do; HMAC does not need its collision resistance.
    return TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303


def _secret(key: str) -> bytes:
    try:
        secret = base64.b32decode(key, casefold=True)
    except ValueError:
        raise CodeRefused from None
    if len(secret) != SECRET_BYTES:
        raise CodeRefused
    return secret


def _binding(account: UUID) -> Binding:
    return Binding("identity.totp", account, "secret")


def _tell(session: Session, account: UUID, what: str) -> None:
    who = f"identity.account:{account}"
    record(session, Action.ACCOUNT_CHANGED, who, purpose=Purpose.SECURITY, detail={"change": what})
