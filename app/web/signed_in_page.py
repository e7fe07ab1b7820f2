"""How a page behind the sign-in is shown: its frame, its language, its texts, and never a copy kept anywhere.

A group's router is made by `signed_in_router`; its handlers answer with `show` or `go_to`. Problems become pages: what
happened and what to do, with the problem's code.
"""

from collections.abc import Callable, Coroutine, Mapping
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from babel.dates import format_datetime
from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException

from app.web.desk import desk_of
from app.web.languages import keep_language, language_address, language_of, read_texts
from app.web.navigation import rooms_for
from app.web.problems import SignInNeeded, status_of
from app.web.signed_in import FORM_TOKEN, Visit, form_token
from app.web.unsaved_work import key_for, name_for, tell_sent
from casework.case_file import case_words
from core.errors import Problem
from core.languages import DEFAULT_LANGUAGE, LANGUAGES, direction_of

__all__ = ["SCRIPTED", "go_to", "local", "reader_language", "show", "show_problem", "signed_in_router"]

HERE: Final = Path(__file__).parent
# For the few pages that need a script, for passkeys or unsaved work: ours, from here, and nobody else's.
SCRIPTED: Final = (
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
NO_COPY: Final = {"Cache-Control": "no-store"}

_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class SignedInRoute(APIRoute):
    """A route whose problems become pages, and whose answers nobody keeps a copy of."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                response = await handle(request)
                if response.status_code == HTTPStatus.SEE_OTHER:
                    tell_sent(request, response)
            except HTTPException:
                raise
            except RequestValidationError:  # an address with something else where an id belongs
                raise HTTPException(HTTPStatus.NOT_FOUND) from None
            except Problem as problem:
                response = show_problem(request, problem)
            response.headers.setdefault("Cache-Control", NO_COPY["Cache-Control"])
            keep_language(request, response)
            return response

        return guarded


def signed_in_router() -> APIRouter:
    """A router for a group of pages."""
    return APIRouter(route_class=SignedInRoute, include_in_schema=False)


def show(
    request: Request,
    template: str,
    visit: Visit | None = None,
    *,
    status: int = HTTPStatus.OK,
    script: bool = False,
    unsaved: bool = False,
    cookie: str = "",
    at: str = "",
    **values: object,
) -> Response:
    """A page in the reader's language.

    Give `cookie` where the answer hands out a new one, for its forms to be right; and `at`, the page's own address, where
    it answers a form, for the choice of language to lead to it. With `unsaved`, what is typed into those of its forms that
    ask for it stays in the browser until it was sent (`app.web.unsaved_work`).
    """
    language = reader_language(request, visit)
    html = _templates.get_template(template).render(
        language=language,
        direction=direction_of(language),
        languages=LANGUAGES,
        language_address=language_address(request, at),
        paged=lambda name: name in request.query_params,
        page_address=lambda after, name: _page_address(request, after, name),
        text=_texts(language, tuple(group.texts for group in desk_of(request).groups)),
        rooms=rooms_for(desk_of(request), visit.access, request.url.path) if visit else [],
        path=request.url.path,
        visit=visit,
        unsaved_key=key_for(request, visit) if unsaved else "",
        unsaved=lambda form: name_for(request, visit, form),
        form_field=FORM_TOKEN,
        form_token=form_token(request, cookie),
        moment=lambda at: format_datetime(at, "d MMM y, HH:mm 'UTC'", locale=language),
        **values,
    )
    headers = {**NO_COPY, "Content-Language": language}
    if script or unsaved:
        headers["Content-Security-Policy"] = SCRIPTED
    return HTMLResponse(html, status_code=status, headers=headers)


def show_problem(request: Request, problem: Problem) -> Response:
    """Send the browser to sign in, tell a program in JSON, or show a person what happened and what to do."""
    if request.headers.get("authorization"):
        told = {"code": problem.code, "what": problem.what, "what_to_do": problem.what_to_do}
        status = status_of(problem)
        asks = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
        return JSONResponse(told, status_code=status, headers=NO_COPY | asks)
    if isinstance(problem, SignInNeeded):
        return go_to(problem.at)
    at = "" if request.method in {"GET", "HEAD"} else "/account"
    visit = getattr(request.state, "visit", None)  # whose navigation the page keeps
    return show(request, "problem.html.j2", visit, status=status_of(problem), at=at, problem=problem)


def go_to(address: str) -> Response:
    """Answer a form by a page to load, so that loading it again sends nothing twice."""
    return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER, headers=NO_COPY)


def local(address: object) -> str:
    """The address if it is one of this server's paths, else the page of what waits: nobody is led away from here."""
    text = str(address or "")
    plain = text.startswith("/") and not text.startswith("//") and "\\" not in text and text.isprintable()
    return text if plain else "/work"


def reader_language(request: Request, visit: Visit | None = None) -> str:
    """The language of a page for whoever is signed in."""
    return language_of(request, visit.session.language if visit and visit.session else None)


def _page_address(request: Request, after: object, name: str) -> str:
    """This page with its list beginning after a row; at its beginning where none is given. `name` is the list's own."""
    kept = [(key, value) for key, value in request.query_params.multi_items() if key not in {name, "done", "lang"}]
    return f"?{urlencode([*kept, (name, after)] if after else kept)}"


@cache
def _texts(language: str, groups: tuple[str, ...]) -> Mapping[str, str]:
    """The texts of the frame, of problems and of every group, in one language. In English problems speak for themselves."""
    names = ("frame", *(() if language == DEFAULT_LANGUAGE else ("problems",)), *groups)
    of_cases = {f"case_{word}": text for word, text in case_words(language).items()}
    return of_cases | {key: text for name in names for key, text in read_texts(name, language).items()}
