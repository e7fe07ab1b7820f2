"""Passkeys (WebAuthn, level 2): a key on the person's device, unlocked by them there. Alone it is two factors.

A challenge is not kept: it carries its own end and a fingerprint that binds it to one browser's cookie. Once answered it is
spent. The device must verify its user; its model is not asked for (no attestation).
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from cryptography.hazmat.primitives import constant_time
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from core.audit_line import Action, Purpose, record
from core.clock import now
from core.identity.errors import PasskeyRefused
from core.identity.models import Account, Passkey, SpentChallenge
from core.keys.keyring import KeyRing

__all__ = [
    "Browser",
    "add_passkey",
    "check_passkey",
    "list_passkeys",
    "options_to_add",
    "options_to_sign_in",
    "remove_passkey",
]

NAME: Final = "Waystation"
VALID: Final = timedelta(minutes=10)
NONCE_BYTES, MOMENT_BYTES = 16, 8
MALFORMED: Final = (WebAuthnException, ValueError, KeyError, TypeError)


@dataclass(frozen=True)
class Browser:
    """Where an answer must come from: the site's origin and host, and the browser that holds this cookie."""

    origin: str
    host: str
    cookie: str


def options_to_add(session: Session, ring: KeyRing, account: Account, browser: Browser) -> str:
    """What the browser is asked for a new passkey with, as JSON. The device learns the sign-in name, not the person's."""
    known = session.scalars(select(Passkey.credential).where(Passkey.account == account.id))
    return options_to_json(
        generate_registration_options(
            rp_id=browser.host,
            rp_name=NAME,
            user_id=account.id.bytes,
            user_name=account.sign_in_name,
            challenge=_challenge(ring, f"add:{account.id}", browser),
            exclude_credentials=[PublicKeyCredentialDescriptor(credential) for credential in known],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
        )
    )


def add_passkey(session: Session, ring: KeyRing, account: UUID, answer: str, *, browser: Browser, device: str) -> None:
    """Take a new passkey; raises `PasskeyRefused`."""
    try:
        credential = parse_registration_credential_json(answer)
        challenge = parse_client_data_json(credential.response.client_data_json).challenge
        _judge(ring, f"add:{account}", browser, challenge)
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=browser.host,
            expected_origin=browser.origin,
            require_user_verification=True,
        )
    except MALFORMED:
        raise PasskeyRefused from None
    row = Passkey(
        id=uuid4(),
        account=account,
        credential=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        device=device,
        added_at=now(),
        used_at=None,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # somebody's already: another account's cannot be looked for
        raise PasskeyRefused from None
    _tell(session, account, "passkey added")


def options_to_sign_in(ring: KeyRing, browser: Browser) -> str:
    """What the browser is asked for any of its passkeys with, as JSON: no name is told to anybody."""
    return options_to_json(
        generate_authentication_options(
            rp_id=browser.host,
            challenge=_challenge(ring, "sign-in", browser),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def check_passkey(session: Session, ring: KeyRing, answer: str, browser: Browser) -> UUID | None:
    """The account whose passkey answered, once for each challenge; none when anything of it is not right."""
    try:
        credential = parse_authentication_credential_json(answer)
        challenge = parse_client_data_json(credential.response.client_data_json).challenge
        _judge(ring, "sign-in", browser, challenge)
        asked = select(Passkey).join(Account, Account.id == Passkey.account).where(Passkey.credential == credential.raw_id)
        passkey = session.scalar(asked.where(Account.active).with_for_update(of=Passkey))
        if passkey is None or credential.response.user_handle not in (None, passkey.account.bytes):
            return None
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=browser.host,
            expected_origin=browser.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (*MALFORMED, PasskeyRefused):
        return None
    if not _spend(session, challenge):
        return None
    passkey.sign_count, passkey.used_at = verified.new_sign_count, now()
    session.flush()
    return passkey.account


def list_passkeys(session: Session, account: UUID) -> Sequence[Passkey]:
    """An account's passkeys, oldest first."""
    return session.scalars(select(Passkey).where(Passkey.account == account).order_by(Passkey.added_at)).all()


def remove_passkey(session: Session, account: UUID, passkey: UUID) -> None:
    """Take no more answers of this passkey. Whether another factor is left is for the caller to see to."""
    row = session.get(Passkey, passkey)
    if row and row.account == account:
        session.delete(row)
        session.flush()
        _tell(session, account, "passkey removed")


def _challenge(ring: KeyRing, purpose: str, browser: Browser) -> bytes:
    ends = int((now() + VALID).timestamp())
    head = secrets.token_bytes(NONCE_BYTES) + ends.to_bytes(MOMENT_BYTES, "big")
    return head + _seal(ring, purpose, browser, head)


def _judge(ring: KeyRing, purpose: str, browser: Browser, challenge: bytes) -> None:
    """Raise `PasskeyRefused` unless the challenge was made here, for this browser, for this, and not too long ago."""
    head, seal = challenge[: NONCE_BYTES + MOMENT_BYTES], challenge[NONCE_BYTES + MOMENT_BYTES :]
    made_here = constant_time.bytes_eq(seal, _seal(ring, purpose, browser, head))
    if not made_here or int.from_bytes(head[NONCE_BYTES:], "big") < now().timestamp():
        raise PasskeyRefused


def _seal(ring: KeyRing, purpose: str, browser: Browser, head: bytes) -> bytes:
    return ring.blind_token("identity.passkey_challenge", f"{purpose}\n{browser.origin}\n{browser.cookie}\n{head.hex()}")


def _spend(session: Session, challenge: bytes) -> bool:
    session.execute(delete(SpentChallenge).where(SpentChallenge.expires_at < now()))
    ends = datetime.fromtimestamp(int.from_bytes(challenge[NONCE_BYTES : NONCE_BYTES + MOMENT_BYTES], "big"), UTC)
    spending = insert(SpentChallenge).values(hash=hashlib.sha256(challenge).digest(), expires_at=ends)
    return session.scalar(spending.on_conflict_do_nothing().returning(SpentChallenge.hash)) is not None


def _tell(session: Session, account: UUID, what: str) -> None:
    who = f"identity.account:{account}"
    record(session, Action.ACCOUNT_CHANGED, who, purpose=Purpose.SECURITY, detail={"change": what})
