"""Signing in and out: password and code, or a passkey; then, where somebody works in several, the operation.

Whatever is wrong is told in the same words: not whether the name is known, nor whether one has to wait.
"""

import secrets
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import FileResponse
from sqlalchemy.orm import Session

from app.web.browser import browser_of, device_of, network_address
from app.web.desk import Desk, OpenDesk, PageGroup
from app.web.languages import LANGUAGE_COOKIE, keep_language
from app.web.problems import status_of
from app.web.signed_in import (
    CheckedForm,
    SignedInAnywhere,
    Visitor,
    cookie_of,
    forget_cookie,
    give_cookie,
    own_access,
)
from app.web.signed_in_page import go_to, local, show, signed_in_router
from core.audit_line import Action, Purpose, record
from core.database import Zone
from core.errors import Problem
from core.identity.accounts import language_of_account
from core.identity.errors import SignInRefused
from core.identity.models import Stage
from core.identity.passkeys import check_passkey, options_to_sign_in
from core.identity.sessions import CurrentSession, choose_operation, complete, end_session, open_session
from core.identity.sign_in import check_password, check_second_factor, tell_failure, tell_signed_in

__all__ = ["SIGN_IN", "SIGN_IN_ACTOR"]

SIGN_IN_ACTOR: Final = "sign-in"
STATIC: Final = Path(__file__).parents[1] / "static"
router = signed_in_router()
SIGN_IN: Final = PageGroup(router, "accounts")


@router.get("/sign-in")
def ask_password(request: Request, desk: OpenDesk, current: Visitor) -> Response:
    if current and current.stage is Stage.SIGNED_IN:
        return go_to(local(request.query_params.get("next")))
    return _sign_in_page(request, desk, request.query_params.get("next"))


@router.post("/sign-in")
def take_password(request: Request, desk: OpenDesk, form: CheckedForm) -> Response:
    name, password = str(form.get("name", "")), str(form.get("password", ""))
    with desk.database.transaction(Zone.IDENTITY, actor=SIGN_IN_ACTOR) as session:
        account = check_password(session, desk.ring, name, password, network_address(request))
        token = open_session(session, account, Stage.PASSWORD_ONLY, device_of(request)) if account else ""
    if not token:
        return _sign_in_page(request, desk, form.get("next"), SignInRefused())
    answer = go_to(f"/sign-in/second?{urlencode({'next': local(form.get('next'))})}")
    give_cookie(request, answer, token)
    return answer


@router.get("/sign-in/second")
def ask_second_factor(request: Request, desk: OpenDesk, current: Visitor) -> Response:
    if current is None or current.stage is not Stage.PASSWORD_ONLY:
        return go_to("/sign-in")
    token = cookie_of(request)
    return show(request, "second.html.j2", script=True, **_second(request, desk, token, request.query_params.get("next")))


@router.post("/sign-in/second")
def take_second_factor(request: Request, desk: OpenDesk, current: Visitor, form: CheckedForm) -> Response:
    if current is None or current.stage is not Stage.PASSWORD_ONLY:
        return go_to("/sign-in")
    with desk.database.transaction(Zone.IDENTITY, actor=SIGN_IN_ACTOR) as session:
        code = str(form.get("code", ""))
        right = check_second_factor(session, desk.ring, current.account, code, network_address(request))
        if right:
            tell_signed_in(session, current.account, "password")
        token = complete(session, current.id) if right else ""
    if not token:
        values = _second(request, desk, cookie_of(request), form.get("next"), SignInRefused())
        return show(request, "second.html.j2", script=True, status=status_of(SignInRefused()), **values)
    return _welcome(request, token, current.language, form.get("next"))


@router.post("/sign-in/passkey")
def take_passkey(request: Request, desk: OpenDesk, current: Visitor, form: CheckedForm) -> Response:
    with desk.database.transaction(Zone.IDENTITY, actor=SIGN_IN_ACTOR) as session:
        account = check_passkey(session, desk.ring, str(form.get("answer", "")), browser_of(request))
        if account is None:
            tell_failure(session, None, "passkey")
            token, language = "", ""
        else:
            tell_signed_in(session, account, "passkey")
            token = _replace(session_of=current, account=account, session=session, device=device_of(request))
            language = language_of_account(session, account)
    if not token:
        return _sign_in_page(request, desk, form.get("next"), SignInRefused())
    return _welcome(request, token, language, form.get("next"))


@router.post("/sign-out")
def sign_out(request: Request, desk: OpenDesk, current: Visitor, form: CheckedForm) -> Response:  # noqa: ARG001  (checked)
    if current:
        with desk.database.transaction(Zone.IDENTITY, access=own_access(current)) as session:
            end_session(session, current.account, current.id)
    answer = go_to("/sign-in")
    forget_cookie(request, answer)
    return answer


@router.get("/operation")
def ask_operation(request: Request, visit: SignedInAnywhere) -> Response:
    return show(request, "operation.html.j2", visit, next=local(request.query_params.get("next")))


@router.post("/operation")
def take_operation(desk: OpenDesk, visit: SignedInAnywhere, form: CheckedForm) -> Response:
    chosen = str(form.get("operation", ""))
    if visit.session and chosen in visit.operations:
        with desk.database.transaction(Zone.IDENTITY, access=own_access(visit.session)) as session:
            choose_operation(session, visit.session.id, chosen)
            who = f"identity.account:{visit.session.account}"
            record(session, Action.SIGNED_IN, who, purpose=Purpose.SECURITY, detail={"operation": chosen})
    return go_to(local(form.get("next")))


@router.get("/static/passkeys.js")
@router.get("/static/unsaved_work.js")
def script(request: Request) -> Response:
    """The scripts there are."""
    return FileResponse(STATIC / Path(request.url.path).name, media_type="text/javascript")


def _sign_in_page(request: Request, desk: Desk, after: object, problem: Problem | None = None) -> Response:
    """Name, password, or passkey. A browser without a cookie gets one that stands for nothing, to bind its form to."""
    cookie = cookie_of(request) or secrets.token_urlsafe(32)
    answer = show(
        request,
        "sign_in.html.j2",
        status=status_of(problem) if problem else 200,
        script=True,
        cookie=cookie,
        at="/sign-in",
        problem=problem,
        next=local(after),
        options=options_to_sign_in(desk.ring, browser_of(request, cookie)),
    )
    give_cookie(request, answer, cookie)
    return answer


def _second(request: Request, desk: Desk, token: str, after: object, problem: Problem | None = None) -> dict[str, Any]:
    options = options_to_sign_in(desk.ring, browser_of(request, token))
    return {"next": local(after), "options": options, "problem": problem}


def _replace(*, session_of: CurrentSession | None, account: UUID, session: Session, device: str) -> str:
    """A new session; the half-open one that the passkey was the second factor of is over."""
    if session_of:
        end_session(session, session_of.account, session_of.id)
    return open_session(session, account, Stage.SIGNED_IN, device)


def _welcome(request: Request, token: str, language: str, after: object) -> Response:
    answer = go_to(local(after))
    give_cookie(request, answer, token)
    if LANGUAGE_COOKIE not in request.cookies:
        keep_language(request, answer, language)
    return answer
