"""One's own account: devices, factors, recovery codes, password, language. Each works on its owner's rows alone."""

from contextlib import AbstractContextManager
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Request, Response
from sqlalchemy.orm import Session

from app.web.account.factor_page import show_factors, take_app, take_passkey_of
from app.web.desk import Desk, Entry, OpenDesk, PageGroup
from app.web.identifier import identifier
from app.web.languages import keep_language
from app.web.problems import status_of
from app.web.signed_in import CheckedForm, CurrentSession, SignedInAnywhere, own_access
from app.web.signed_in_page import go_to, show, signed_in_router
from core.database import Zone
from core.errors import Problem
from core.identity.accounts import set_language
from core.identity.errors import LastFactor, SignInRefused, TokenRefused
from core.identity.passkeys import list_passkeys, remove_passkey
from core.identity.passwords import matches, set_password
from core.identity.recovery_codes import codes_left, make_recovery_codes
from core.identity.second_factor import has_totp, remove_totp
from core.identity.sessions import end_others, end_session, list_devices, require_fresh
from core.languages import LANGUAGES

__all__ = ["ACCOUNT", "Owner"]

router = signed_in_router()
ACCOUNT: Final = PageGroup(router, "accounts", (Entry("/account", "my_account"),))


def _owner(visit: SignedInAnywhere) -> CurrentSession:
    """A person at their own account; a program with a token has none of these pages."""
    if visit.session is None:
        raise TokenRefused
    return visit.session


Owner = Annotated[CurrentSession, Depends(_owner)]


@router.get("/account")
def show_account(request: Request, desk: OpenDesk, visit: SignedInAnywhere, current: Owner) -> Response:
    with _own(desk, current) as session:
        return show(
            request,
            "account.html.j2",
            visit,
            devices=list_devices(session, current.account),
            here=current.id,
            app=has_totp(session, current.account),
            passkeys=list_passkeys(session, current.account),
            left=codes_left(session, current.account),
        )


@router.post("/account/language")
def choose_language(request: Request, desk: OpenDesk, current: Owner, form: CheckedForm) -> Response:
    language = str(form.get("language", ""))
    answer = go_to("/account")
    if language in LANGUAGES:
        with _own(desk, current) as session:
            set_language(session, current.account, language)
        keep_language(request, answer, language)
    return answer


@router.post("/account/devices/end")
def end_device(desk: OpenDesk, current: Owner, form: CheckedForm) -> Response:
    """Sign out one device; without one named, all but this."""
    with _own(desk, current) as session:
        if form.get("device"):
            end_session(session, current.account, identifier(form.get("device")))
        else:
            end_others(session, current.account, current.id)
    return go_to("/account")


@router.get("/account/password")
def ask_password(request: Request, visit: SignedInAnywhere, current: Owner) -> Response:
    return show(request, "password.html.j2", visit, problem=None, name=current.sign_in_name, changing=True)


@router.post("/account/password")
def change_password(request: Request, desk: OpenDesk, visit: SignedInAnywhere, current: Owner, form: CheckedForm) -> Response:
    try:
        with _own(desk, current) as session:
            require_fresh(current)
            if not matches(session, current.account, str(form.get("present", ""))):
                raise SignInRefused
            set_password(session, current.account, str(form.get("password", "")))
            end_others(session, current.account, current.id)
    except Problem as problem:
        values: dict[str, Any] = {"problem": problem, "name": current.sign_in_name, "changing": True}
        return show(request, "password.html.j2", visit, status=status_of(problem), **values)
    return go_to("/account")


@router.get("/account/factor")
def offer_factors(request: Request, desk: OpenDesk, visit: SignedInAnywhere, current: Owner) -> Response:
    with _own(desk, current) as session:
        return show_factors(request, desk, session, current, under="/account/factor", visit=visit)


@router.post("/account/factor/app")
def take_authenticator(desk: OpenDesk, current: Owner, form: CheckedForm) -> Response:
    with _own(desk, current) as session:
        require_fresh(current)
        take_app(session, desk, current.account, form)
        end_others(session, current.account, current.id)
    return go_to("/account")


@router.post("/account/factor/passkey")
def take_passkey(request: Request, desk: OpenDesk, current: Owner, form: CheckedForm) -> Response:
    with _own(desk, current) as session:
        require_fresh(current)
        take_passkey_of(session, desk, current.account, form, request)
    return go_to("/account")


@router.post("/account/factor/remove")
def remove_factor(desk: OpenDesk, current: Owner, form: CheckedForm) -> Response:
    """Remove the app or a passkey, unless it is the last factor; other devices are signed out."""
    with _own(desk, current) as session:
        require_fresh(current)
        _keep_one(session, current.account)
        if form.get("passkey"):
            remove_passkey(session, current.account, identifier(form.get("passkey")))
        else:
            remove_totp(session, current.account)
        end_others(session, current.account, current.id)
    return go_to("/account")


@router.post("/account/recovery-codes")
def renew_codes(
    request: Request,
    desk: OpenDesk,
    visit: SignedInAnywhere,
    current: Owner,
    form: CheckedForm,  # noqa: ARG001
) -> Response:
    with _own(desk, current) as session:
        require_fresh(current)
        codes = make_recovery_codes(session, desk.ring, current.account)
    return show(request, "codes.html.j2", visit, codes=codes)


def _keep_one(session: Session, account: UUID) -> None:
    if has_totp(session, account) + len(list_passkeys(session, account)) <= 1:
        raise LastFactor


def _own(desk: Desk, current: CurrentSession) -> AbstractContextManager[Session]:
    return desk.database.transaction(Zone.IDENTITY, access=own_access(current))
