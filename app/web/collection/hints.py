"""Hints of other servers that a source has news: `POST /hint/{operation}/{source}/{token}`.

Nothing that a hint carries is read, and nothing of it is logged. Each source is pulled at once and then not again for a while,
however many hints come: one more pull at the end of that while sees whatever they meant.
"""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from app.web.phones.openrosa_guard import log_failure
from core.keys.keyring import KeyRing
from ingest.sources import is_hint_of

__all__ = ["Hinted", "Hints", "router"]

REST: Final = 30.0  # seconds
Hinted = Callable[[str, UUID], None]

router = APIRouter()


class Hints:
    """Passes hints on: `hinted(operation, source)` is called in a thread of its own, once in `REST` seconds for each source.

    Its state belongs to the event loop's thread.
    """

    def __init__(
        self, ring: KeyRing, hinted: Hinted | None, rest: Callable[[float], Awaitable[object]] = asyncio.sleep
    ) -> None:
        self._ring, self._hinted, self._rest = ring, hinted, rest
        self._more: dict[tuple[str, UUID], bool] = {}  # of the sources at rest or being pulled: whether another hint came
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, operation: str, source: UUID, token: str) -> bool:
        """Whether the address is that of a source; it will be pulled then."""
        if not is_hint_of(self._ring, operation, source, token):
            return False
        which = operation, source
        if which in self._more:
            self._more[which] = True
        elif self._hinted is not None:
            self._more[which] = False
            task = asyncio.get_running_loop().create_task(self._pass_on(self._hinted, which))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return True

    async def _pass_on(self, hinted: Hinted, which: tuple[str, UUID]) -> None:
        more = True
        while more:
            self._more[which] = False
            try:
                await run_in_threadpool(hinted, *which)
            except Exception as error:  # noqa: BLE001  (the next hint, or the clock, makes up for it)
                log_failure(error)
            await self._rest(REST)
            more = self._more[which]
        del self._more[which]


@router.post("/hint/{operation}/{source}/{token}")
async def take_hint(request: Request, operation: str, source: UUID, token: str) -> Response:
    """Answered alike however often it comes; the body stays unread, and the connection is closed on it."""
    hints: Hints = request.app.state.hints
    taken = hints.take(operation, source, token)
    return Response(status_code=HTTPStatus.ACCEPTED if taken else HTTPStatus.NOT_FOUND, headers={"Connection": "close"})
