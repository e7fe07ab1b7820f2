"""The door for phones that sign in: `/collect`, where the token that others have in their address comes of name and password.

Who answers the challenge of HTTP Digest goes on at `/key/{token}` as everybody else does; nothing behind knows the difference
but the addresses that are told to the phone.
"""

from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.web.phones.digest import Answer, answer_of, challenge
from app.web.phones.door import Door
from app.web.phones.openrosa_guard import guarded, say
from app.web.protections import protections
from ingest.collectors import sign_in_named

__all__ = ["SIGNED_IN_AT", "SignInDoor"]

SIGNED_IN_AT: Final = "waystation.signed_in_at"  # in the scope: where the phone reaches the door, instead of by its token
PREFIX: Final = "/collect"


class SignInDoor:
    """Lets in who answers rightly, and asks everybody else at this address for name and password."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._ask = guarded(self._asked)

    async def answers(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Whether it was asked for name and password, which then has its answer; else the scope leads on."""
        path: str = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith(f"{PREFIX}/"):
            return False
        request = Request(scope, receive)
        given = self._answer(request)
        if given is not None and not given.stale:
            token = sign_in_named(self._door.ring, given.name).token
            scope["path"], scope[SIGNED_IN_AT] = f"/key/{token}{path.removeprefix(PREFIX)}", PREFIX
            return False
        request.state.stale = given is not None
        response = await self._ask(request)
        response.raw_headers.extend(protections(scope["scheme"]))
        await response(scope, receive, send)
        return True

    def _answer(self, request: Request) -> Answer | None:
        scope = request.scope
        query: bytes = scope["query_string"]
        address = scope["raw_path"].partition(b"?")[0] + (b"?" + query if query else b"")
        header, ring = request.headers.get("authorization", ""), self._door.ring
        return answer_of(
            ring, header, scope["method"], address.decode("latin-1"), lambda name: sign_in_named(ring, name).password
        )

    async def _asked(self, request: Request) -> Response:
        headers = {"WWW-Authenticate": challenge(self._door.ring, stale=request.state.stale)}
        if request.method == "POST":
            headers["Connection"] = "close"  # or the server would read what was posted to its end
        return say(request, HTTPStatus.UNAUTHORIZED, "sign_in", headers=headers)
