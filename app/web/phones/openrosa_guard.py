"""Make every answer of the door one that a phone understands, whatever happened behind it."""

import logging
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from app.tell_failure import kind_and_place
from app.web.languages import preferred_language, read_texts
from app.web.phones.openrosa_documents import message
from app.web.problems import status_of
from core.errors import Problem

__all__ = ["DoorRoute", "guarded", "log_failure", "say"]

log = logging.getLogger(__name__)


Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class DoorRoute(APIRoute):
    """A route of the door: its answers are guarded."""

    def get_route_handler(self) -> Handler:
        return guarded(super().get_route_handler())


def guarded(handle: Handler) -> Handler:
    """A handler whose problems become OpenRosa messages, and whose answers carry the protocol's headers.

    The `Date` that the protocol asks for is set by the HTTP server.
    """

    async def answer(request: Request) -> Response:
        try:
            response = await handle(request)
        except HTTPException:
            raise
        except Problem as problem:
            response = say(request, status_of(problem), problem.code)
            response.headers["Connection"] = "close"  # or the server would read the refused upload to its end
        except Exception as error:  # noqa: BLE001  (the last line of defence: a phone must get an answer)
            log_failure(error)
            response = say(request, HTTPStatus.INTERNAL_SERVER_ERROR, "failure")
        most = str(request.app.state.door.settings.max_submission_bytes)
        response.raw_headers += [(b"x-openrosa-version", b"1.0"), (b"x-openrosa-accept-content-length", most.encode())]
        return response

    return answer


def say(request: Request, status: HTTPStatus, text: str, **more: Any) -> Response:
    """An OpenRosa message in the enumerator's language; `text` names one of `texts/phones.*.toml`."""
    texts = read_texts("phones", preferred_language(request))
    sentence = texts.get(text, texts["failure"])
    return Response(message(sentence), status_code=status, media_type="text/xml", **more)


def log_failure(error: Exception) -> None:
    """Log where an unforeseen error arose. Its own words are left out: they might quote an answer."""
    log.error("unforeseen %s", kind_and_place(error))
