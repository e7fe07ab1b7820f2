"""Who a request comes from. A page asks for it as a parameter and gets it, or the browser is sent to sign in.

    @router.get("/cases")
    def list_cases(visit: SignedIn, desk: OpenDesk, request: Request) -> Response:
        with desk.database.transaction(Zone.CASEWORK, access=visit.access) as session: ...

    @router.post("/cases")
    def open_case(visit: SignedIn, form: CheckedForm, ...) -> Response: ...

One cookie holds a random token. Before somebody signs in it stands for nothing; it is replaced at each step of signing
in. Every form carries a fingerprint of it, which `CheckedForm` compares, beside `SameSite=Strict`. Programs send a service
token in the header `Authorization` instead; no browser does that by itself, so their forms need no fingerprint.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final
from urllib.parse import parse_qsl, urlencode

from fastapi import Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.web.desk import Desk, OpenDesk, desk_of
from app.web.problems import FormExpired, SignInNeeded
from app.web.upload import read_body
from core.access import Access
from core.database import Zone, go_on_for
from core.identity.errors import TokenRefused
from core.identity.grants import accesses_of
from core.identity.models import Stage
from core.identity.service_tokens import access_of_token
from core.identity.sessions import CurrentSession, choose_operation, session_of

__all__ = [
    "FORM_TOKEN",
    "CheckedForm",
    "CurrentSession",
    "SignedIn",
    "SignedInAnywhere",
    "Visit",
    "Visitor",
    "cookie_of",
    "forget_cookie",
    "form_token",
    "give_cookie",
    "is_on_this_machine",
    "own_access",
    "require_form_token",
]

COOKIE: Final = "waystation"
FORM_TOKEN: Final = "form_token"  # noqa: S105  (a name)
FORM_BYTES: Final = 512 * 1024  # two long texts of a case file, in a script of three bytes a letter
FORM_FIELDS: Final = 1000
HERE: Final = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Visit:
    """A request of somebody signed in: what they may do, and their session (none for a program with a token)."""

    access: Access
    session: CurrentSession | None
    operations: tuple[str, ...] = ()  # in which the account holds a role


def _visitor(request: Request, desk: OpenDesk) -> CurrentSession | None:
    """The session behind the cookie, however far it has come."""
    token = cookie_of(request)
    if not token:
        return None
    with desk.database.transaction(Zone.IDENTITY, actor="sign-in") as session:
        return session_of(session, desk.ring, token)


Visitor = Annotated[CurrentSession | None, Depends(_visitor)]


def _somewhere(request: Request, desk: OpenDesk) -> Visit:
    """Somebody signed in, whether or not they have chosen an operation. Noted for the page of a problem (`show_problem`)."""
    request.state.visit = visit = _program(request, desk) if request.headers.get("authorization") else _person(request, desk)
    return visit


SignedInAnywhere = Annotated[Visit, Depends(_somewhere)]


async def _signed_in(request: Request, visit: SignedInAnywhere) -> Visit:
    """Somebody signed in who works in an operation."""
    if not visit.access.operation:
        raise SignInNeeded(_afterwards("/operation", request))
    return visit


SignedIn = Annotated[Visit, Depends(_signed_in)]


async def _checked_form(request: Request) -> FormData:
    """The fields of a posted form that comes from a page of this session; raises `FormExpired`."""
    body = await read_body(request, FORM_BYTES)
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FORM_FIELDS)
    except ValueError:
        raise FormExpired from None
    form = FormData([(name, value) for name, value in fields])
    require_form_token(request, str(form.get(FORM_TOKEN, "")))
    return form


CheckedForm = Annotated[FormData, Depends(_checked_form)]


def require_form_token(request: Request, given: str) -> None:
    """For a page that reads its form itself: raise `FormExpired` unless the form came from a page of this session."""
    if request.headers.get("authorization"):
        return  # judged by its token
    if not cookie_of(request) or not secrets.compare_digest(given.encode(), form_token(request).encode()):
        raise FormExpired


def form_token(request: Request, cookie: str = "") -> str:
    """What a form of this session carries; `cookie` where the answer brings a new one."""
    return desk_of(request).ring.blind_token("web.form", cookie or cookie_of(request)).hex()


def own_access(current: CurrentSession) -> Access:
    """For one's own password, factors and devices: reaches the rows of this account and nothing else."""
    return Access(str(current.account), "")


def cookie_of(request: Request) -> str:
    """The cookie's token, or nothing."""
    value = request.cookies.get(_cookie_name(request), "")
    return value if len(value) <= 100 else ""


def give_cookie(request: Request, response: Response, token: str) -> None:
    """Hand the browser its token. It is sent over https only, but for a browser on this same machine."""
    response.set_cookie(
        _cookie_name(request), token, path="/", httponly=True, samesite="strict", secure=not is_on_this_machine(request)
    )


def forget_cookie(request: Request, response: Response) -> None:
    """Take the token from the browser."""
    gone = datetime.fromtimestamp(0, UTC)
    response.set_cookie(
        _cookie_name(request),
        "",
        path="/",
        expires=gone,
        httponly=True,
        samesite="strict",
        secure=not is_on_this_machine(request),
    )


def _person(request: Request, desk: Desk) -> Visit:
    """In one transaction, for each page asks: whose session it is, and from then on, as they themselves, what they may do."""
    token = cookie_of(request)
    if not token:
        raise SignInNeeded(_afterwards("/sign-in", request))
    with desk.database.transaction(Zone.IDENTITY, actor="sign-in") as session:
        current = session_of(session, desk.ring, token)
        if current and current.stage is Stage.SIGNED_IN:
            go_on_for(session, own_access(current))
            return _visit(session, current)
    if current is None:
        raise SignInNeeded(_afterwards("/sign-in", request))
    raise SignInNeeded("/enrol/next" if current.stage is Stage.ENROLLING else "/sign-in/second")


def _visit(session: Session, current: CurrentSession) -> Visit:
    accesses = accesses_of(session, current.account)
    operation = current.operation if current.operation in accesses else ""
    if not operation and len(accesses) == 1:
        [operation] = accesses
        choose_operation(session, current.id, operation)
    return Visit(accesses.get(operation) or own_access(current), current, tuple(accesses))


def _program(request: Request, desk: Desk) -> Visit:
    kind, _, token = request.headers["authorization"].partition(" ")
    if kind.lower() != "bearer":
        raise TokenRefused
    with desk.database.transaction(Zone.IDENTITY, actor="sign-in") as session:
        access = access_of_token(session, token.strip())
    if access is None:
        raise TokenRefused
    return Visit(access, None, (access.operation,))


def _afterwards(page: str, request: Request) -> str:
    """The page, with where to go on from there. A form that was sent is not sent again: its address may say which page it was
    on, where what was typed is found again (`app.web.unsaved_work`)."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    after = here if request.method in {"GET", "HEAD"} else request.query_params.get("back", "")
    return f"{page}?{urlencode({'next': after})}" if after else page


def _cookie_name(request: Request) -> str:
    """The prefix makes browsers refuse the cookie from anybody but this host over https."""
    return COOKIE if is_on_this_machine(request) else f"__Host-{COOKIE}"


def is_on_this_machine(request: Request) -> bool:
    """Whether a browser on this same machine asks, over plain http."""
    return request.url.scheme == "http" and (request.url.hostname or "") in HERE
