"""Enrolment: a code from the administrator, then one's own password, second factor and recovery codes.

The code is typed into a form and so stands in no address. Nobody but the person learns what they chose.
"""

import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response
from sqlalchemy.orm import Session

from app.web.account.factor_page import show_factors, take_app, take_passkey_of
from app.web.account.sign_in_pages import SIGN_IN_ACTOR
from app.web.browser import device_of, network_address
from app.web.desk import Desk, OpenDesk, PageGroup
from app.web.problems import SignInNeeded, status_of
from app.web.signed_in import CheckedForm, CurrentSession, Visitor, cookie_of, give_cookie, own_access
from app.web.signed_in_page import go_to, show, signed_in_router
from core.database import Zone
from core.errors import Problem
from core.identity.attempts import charge, refund
from core.identity.enrolment import finish_enrolment, redeem_code
from core.identity.errors import CodeRefused
from core.identity.models import Stage
from core.identity.passwords import has_password, set_password
from core.identity.recovery_codes import make_recovery_codes
from core.identity.sessions import complete, open_session
from core.identity.sign_in import tell_failure, tell_signed_in

__all__ = ["ENROLMENT"]

router = signed_in_router()
ENROLMENT: Final = PageGroup(router, "accounts")


def _enrolling(current: Visitor) -> CurrentSession:
    """Somebody whose code was taken and who is not done yet."""
    if current is None or current.stage is not Stage.ENROLLING:
        raise SignInNeeded("/enrol" if current is None else "/account")
    return current


Enrolling = Annotated[CurrentSession, Depends(_enrolling)]


@router.get("/enrol")
def ask_code(request: Request) -> Response:
    return _code_page(request)


@router.post("/enrol")
def take_code(request: Request, desk: OpenDesk, form: CheckedForm) -> Response:
    address = network_address(request)
    with desk.database.transaction(Zone.IDENTITY, actor=SIGN_IN_ACTOR) as session:
        in_time = charge(session, desk.ring, "address", address)
        redeemed = redeem_code(session, str(form.get("code", ""))) if in_time else None
        if redeemed:
            refund(session, desk.ring, "address", address)
            token = open_session(session, redeemed[0], Stage.ENROLLING, device_of(request), enrolment=redeemed[1])
        else:
            tell_failure(session, None, "enrolment")
            token = ""
    if not token:
        return _code_page(request, CodeRefused())
    answer = go_to("/enrol/next")
    give_cookie(request, answer, token)
    return answer


@router.get("/enrol/next")
def ask_next(request: Request, desk: OpenDesk, current: Enrolling) -> Response:
    """The password first, then a second factor."""
    return _next_page(request, desk, current)


@router.post("/enrol/password")
def take_password(request: Request, desk: OpenDesk, current: Enrolling, form: CheckedForm) -> Response:
    try:
        with desk.database.transaction(Zone.IDENTITY, access=own_access(current)) as session:
            set_password(session, current.account, str(form.get("password", "")))
    except Problem as problem:
        return _next_page(request, desk, current, problem)
    return go_to("/enrol/next")


@router.post("/enrol/app")
def take_authenticator(request: Request, desk: OpenDesk, current: Enrolling, form: CheckedForm) -> Response:
    return _finish(request, desk, current, lambda session: take_app(session, desk, current.account, form))


@router.post("/enrol/passkey")
def take_passkey(request: Request, desk: OpenDesk, current: Enrolling, form: CheckedForm) -> Response:
    return _finish(request, desk, current, lambda session: take_passkey_of(session, desk, current.account, form, request))


def _code_page(request: Request, problem: Problem | None = None) -> Response:
    cookie = cookie_of(request) or secrets.token_urlsafe(32)
    status = status_of(problem) if problem else HTTPStatus.OK
    answer = show(request, "enrol.html.j2", status=status, cookie=cookie, at="/enrol", problem=problem)
    give_cookie(request, answer, cookie)
    return answer


def _next_page(request: Request, desk: Desk, current: CurrentSession, problem: Problem | None = None) -> Response:
    status = status_of(problem) if problem else HTTPStatus.OK
    with desk.database.transaction(Zone.IDENTITY, access=own_access(current)) as session:
        if has_password(session, current.account):
            return show_factors(
                request, desk, session, current, under="/enrol", at="/enrol/next", problem=problem, status=status
            )
    values: dict[str, Any] = {"problem": problem, "name": current.sign_in_name}
    return show(request, "password.html.j2", status=status, at="/enrol/next", **values)


def _finish(request: Request, desk: Desk, current: CurrentSession, take: Callable[[Session], None]) -> Response:
    """Take the factor, spend the code, show the recovery codes once: the person is signed in."""
    if current.enrolment is None:
        raise SignInNeeded("/enrol")
    try:
        with desk.database.transaction(Zone.IDENTITY, access=own_access(current)) as session:
            if not has_password(session, current.account):
                return go_to("/enrol/next")
            take(session)
            codes = make_recovery_codes(session, desk.ring, current.account)
            finish_enrolment(session, current.account, current.enrolment)
            tell_signed_in(session, current.account, "enrolment")
            token = complete(session, current.id)
    except Problem as problem:
        return _next_page(request, desk, current, problem)
    answer = show(request, "codes.html.j2", cookie=token, codes=codes)
    give_cookie(request, answer, token)
    return answer
