"""The page that offers a second factor: an authenticator app by QR code or typed key, or a passkey."""

from uuid import UUID

import segno
from fastapi import Request, Response
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.web.browser import browser_of, device_of
from app.web.desk import Desk
from app.web.signed_in import CheckedForm, CurrentSession, Visit
from app.web.signed_in_page import show
from core.errors import Problem
from core.identity.models import Account
from core.identity.passkeys import add_passkey, options_to_add
from core.identity.second_factor import add_totp, new_totp_key, totp_address

__all__ = ["show_factors", "take_app", "take_passkey_of"]


def show_factors(
    request: Request,
    desk: Desk,
    session: Session,
    current: CurrentSession,
    *,
    under: str,
    at: str = "",
    visit: Visit | None = None,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    """Offer both kinds; the forms go to `<under>/app` and `<under>/passkey`."""
    key = new_totp_key()
    code = segno.make(totp_address(key, current.sign_in_name), error="m", micro=False)
    account = session.get_one(Account, current.account)
    return show(
        request,
        "factor.html.j2",
        visit,
        status=status,
        script=True,
        at=at,
        under=under,
        problem=problem,
        key=key,
        typed_key=" ".join(key[start : start + 4] for start in range(0, len(key), 4)),
        qr=Markup(code.svg_inline(border=2, omitsize=True, lineclass=None, svgclass=None)),  # noqa: S704  (drawn here)
        options=options_to_add(session, desk.ring, account, browser_of(request)),
    )


def take_app(session: Session, desk: Desk, account: UUID, form: CheckedForm) -> None:
    """Take an authenticator app from a posted form; raises `CodeRefused`."""
    add_totp(session, desk.ring, account, str(form.get("key", "")), str(form.get("code", "")))


def take_passkey_of(session: Session, desk: Desk, account: UUID, form: CheckedForm, request: Request) -> None:
    """Take a passkey from a posted form; raises `PasskeyRefused`."""
    add_passkey(
        session, desk.ring, account, str(form.get("answer", "")), browser=browser_of(request), device=device_of(request)
    )
