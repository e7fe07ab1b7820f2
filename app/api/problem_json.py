"""Every refusal as problem details (RFC 9457, `application/problem+json`), out of the one catalogue of errors.

Nothing that a request carried is repeated: of a body that does not fit, the names of fields alone are told.
"""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from app.api.problems import BodyUnfit, ConditionMissing, NothingHere
from app.web.phones.openrosa_guard import log_failure
from app.web.problems import status_of
from core.errors import Problem

__all__ = ["ApiRoute", "nothing_here", "problem_json"]

MEDIA_TYPE: Final = "application/problem+json"
NO_COPY: Final = {"Cache-Control": "no-store"}
STATUS: Final = {
    BodyUnfit.code: HTTPStatus.UNPROCESSABLE_ENTITY,
    ConditionMissing.code: HTTPStatus.PRECONDITION_REQUIRED,
    NothingHere.code: HTTPStatus.NOT_FOUND,
    "CASE-172": HTTPStatus.PRECONDITION_FAILED,  # somebody answered meanwhile: what If-Match asks about
}
MORE: Final = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "Bearer"},
    HTTPStatus.TOO_MANY_REQUESTS: {"Retry-After": "60"},
}


class ApiRoute(APIRoute):
    """A route whose refusals are problem details, and whose answers nobody keeps a copy of."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                response = await handle(request)
            except HTTPException:
                raise
            except RequestValidationError as error:
                response = problem_json(BodyUnfit(fields=", ".join(sorted({str(it["loc"][-1]) for it in error.errors()}))))
            except Problem as problem:
                response = problem_json(problem)
            except Exception as error:  # noqa: BLE001  (the last line of defence: no detail may reach an answer)
                log_failure(error)
                response = _unforeseen()
            response.headers.setdefault("Cache-Control", NO_COPY["Cache-Control"])
            return response

        return guarded


def problem_json(problem: Problem) -> Response:
    """`code` and `what_to_do` are of the catalogue (docs/errors.md)."""
    status = STATUS.get(problem.code) or status_of(problem)
    told = {"code": problem.code, "detail": problem.what, "what_to_do": problem.what_to_do}
    return _answer(status, told)


def nothing_here(_request: Request, error: HTTPException) -> Response:
    """An address or a method that is not of the interface."""
    told = NothingHere()
    body = {"code": told.code, "detail": told.what, "what_to_do": told.what_to_do}
    return _answer(HTTPStatus(error.status_code), body, error.headers or {})


def _unforeseen() -> Response:
    return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, {"detail": "Nobody foresaw this. Nothing of it was kept."})


def _answer(status: HTTPStatus, told: dict[str, str], more: Any = None) -> Response:
    headers = NO_COPY | MORE.get(status, {}) | dict(more or {})
    return JSONResponse(
        {"title": status.phrase, "status": status.value, **told}, status_code=status, headers=headers, media_type=MEDIA_TYPE
    )
