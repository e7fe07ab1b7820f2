"""Does what is sealed of every account open? For `store verify` (identity zone): display names, secrets of apps, sessions."""

from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import NotAllowed, access_of
from core.audit_line import Action, Purpose, record
from core.checked import Checked
from core.identity.accounts import account_key, name_of
from core.identity.errors import SessionForged
from core.identity.models import Account, SignInSession, Totp
from core.identity.second_factor import open_secret
from core.identity.sessions import require_unforged
from core.keys.keyring import KeyRing, KeyVersionUnknown
from core.permissions import Right
from core.sealing.envelope import CiphertextRefused

__all__ = ["verify_accounts"]

REFUSALS = (CiphertextRefused, KeyVersionUnknown)


def verify_accounts(session: Session, ring: KeyRing) -> Checked:
    """Open what is sealed of every account of the installation. For the program itself: raises `NotAllowed` for an account."""
    if not access_of(session).system:
        raise NotAllowed(Right.MANAGE_ACCOUNTS, "identity.account")
    checked = Checked()
    rows = session.execute(select(Account, Totp).outerjoin(Totp, Totp.account == Account.id).order_by(Account.id)).all()
    for account, app in rows:

        def opening(account: Account = account, app: Totp | None = app) -> None:
            name_of(ring, account)
            if app:
                open_secret(account_key(ring, account), app)

        checked.take(account.id, opening, refusals=REFUSALS)
    for opened in session.scalars(select(SignInSession).order_by(SignInSession.id)):
        checked.take(opened.id, partial(require_unforged, ring, opened), refusals=(SessionForged,))
    detail = {"by": "store verify"}
    record(session, Action.READ, "identity.account", purpose=Purpose.VERIFICATION, count=len(rows), detail=detail)
    return checked
