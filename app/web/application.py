"""The web application, put together from its parts; run it with the access log off, for addresses hold tokens."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from uuid import UUID

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api import PREFIX, api_router, nothing_here
from app.program import Program
from app.releases.protect_asked import protect_asked
from app.releases.try_out import try_asked
from app.web.collection import hints
from app.web.collection.hints import Hinted, Hints
from app.web.desk import Desk
from app.web.page_groups import GROUPS
from app.web.pages import Pages
from app.web.phones import openrosa
from app.web.phones.door import Door, Told
from app.web.phones.openrosa_guard import log_failure
from app.web.phones.sign_in_door import SignInDoor
from app.web.phones.submission_door import SubmissionDoor
from app.web.protections import protections
from core.database import Database
from core.errors import Problem
from core.keys.keyring import KeyRing
from core.periods.period import Period
from core.settings import Settings

__all__ = ["create_application"]


def create_application(
    database: Database,
    ring: KeyRing,
    settings: Settings,
    told: Told,
    *,
    try_out: Callable[[str, UUID], None] | None = None,
    hinted: Hinted | None = None,
    protect: Callable[[str, Period], None] | None = None,
) -> FastAPI:
    """The application on an open database and key ring.

    `told(operation, submissions)` is called after the commit, for complete answers that are new, `try_out(operation, trial_id)`
    for what an officer wants tried, and `protect(operation, period)` for what is to be protected; without these this process
    does it, after its answer.
    `hinted(operation, source)` is called when another server says that a source has news.
    """
    door = Door(database, ring, settings, told)
    application = _Application(title="Waystation", docs_url=None, redoc_url=None, openapi_url=None)
    application.sign_in, application.submissions = SignInDoor(door), SubmissionDoor(door)
    application.state.door = door
    program = Program(settings, database, ring)
    protect, try_out = protect or _protecting(program), try_out or partial(try_asked, program)
    application.state.desk = Desk(database, ring, settings, GROUPS, protect, try_out)
    application.state.hints = Hints(ring, hinted)
    pages = Pages(database, settings)
    # The routes themselves, as each was built when its module was read: to include a router is to build all of its routes
    # anew, and to look for each request twice.
    for router in (openrosa.router, hints.router, api_router(), *(group.router for group in GROUPS), pages.router):
        application.router.routes.extend(router.routes)

    @application.exception_handler(HTTPException)
    async def refuse(request: Request, error: HTTPException) -> Response:
        of_a_program = request.url.path.startswith(f"{PREFIX}/")
        return nothing_here(request, error) if of_a_program else pages.missing(request, error.status_code)

    application.add_middleware(Protection, failed=pages.failed)
    return application


class _Application(FastAPI):
    """The door for what phones post stands before all else: it is asked the most, and needs nothing of what stands between."""

    sign_in: SignInDoor
    submissions: SubmissionDoor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        asked = await self.sign_in.answers(scope, receive, send)
        if not asked and not await self.submissions.answers(scope, receive, send):
            await super().__call__(scope, receive, send)


def _protecting(program: Program) -> Callable[[str, Period], None]:
    def protect(operation: str, period: Period) -> None:
        with suppress(Problem):  # its code stands beside what was asked for
            protect_asked(program, operation, period)

    return protect


class Protection:
    """Every answer carries the protections; what nobody foresaw becomes a page without any detail."""

    def __init__(self, application: ASGIApp, failed: Callable[[Request], Response]) -> None:
        self.application, self.failed = application, failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        begun = False

        async def protected(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = message.setdefault("headers", [])
                own = {name for name, _ in headers}
                headers.extend(header for header in protections(scope["scheme"]) if header[0] not in own)
            await send(message)

        try:
            await self.application(scope, receive, protected)
        except Exception as error:  # noqa: BLE001  (the last line of defence: no detail may reach a page)
            log_failure(error)
            if not begun:
                await self.failed(Request(scope))(scope, receive, protected)
