"""Ask a server with patience: one request at a time, and again after a while where it is busy.

What fails for the moment (429, 5xx, no connection) is tried again after the time that the server names, or else after 1, 2,
4, ... seconds.
"""

import os
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final, TypeVar

import httpx

from core.sealing.sealed_chunks import CHUNK_BYTES
from ingest.pull.errors import ServerAnswerUnread, ServerRefused, ServerSilent
from ingest.pull.server_record import ServerFile

__all__ = ["Asked", "asking"]

TRIES: Final = 6
LONGEST_WAIT: Final = 300.0  # seconds
TIMEOUT: Final = httpx.Timeout(60, connect=30)
GONE: Final = {404, 410}
Result = TypeVar("Result")


@contextmanager
def asking(address: str, wait: Callable[[float], object] = time.sleep, *, largest_file: int = 0) -> Iterator["Asked"]:
    """The server for as long as the block runs. Certificates are checked, no proxy is used, no redirect followed; of files none
    is taken that has more bytes than `largest_file`."""
    verify = ssl.create_default_context()
    headers = {"Accept": "application/json"}
    with httpx.Client(headers=headers, verify=verify, trust_env=False, timeout=TIMEOUT, follow_redirects=False) as client:
        yield Asked(client, address, wait, largest_file)


class Asked:
    """A server; every method raises `ServerRefused` or `ServerSilent`."""

    def __init__(self, client: httpx.Client, address: str, wait: Callable[[float], object], largest_file: int = 0) -> None:
        self.address, self._client, self._wait, self._largest_file = address, client, wait, largest_file
        self._turn = Lock()  # a page may be asked for while the files of another are
        self._process = os.getpid()

    def authorize(self, credentials: str) -> None:
        """Send this header of authorization with each request from now on."""
        self._client.headers["Authorization"] = credentials

    def get(self, url: str, asked: Mapping[str, str], *, what: str) -> httpx.Response | None:
        """A good answer, or None for what is not there."""
        return self._ask(lambda: self._client.get(url, params=asked or None), what)

    def send(self, method: str, url: str, what: str, **content: Any) -> httpx.Response | None:
        """A good answer to what is sent, or None for what is not there. `content` is as `httpx.Client.request` takes it."""
        return self._ask(lambda: self._client.request(method, url, **content), what)

    def delete(self, url: str) -> None:
        """Give something back, if the server listens."""
        try:
            self._client.delete(url)
        except httpx.HTTPError:
            return

    def fetch(self, file: ServerFile, take: Callable[[Iterable[bytes]], Result]) -> Result | None:
        """What `take` makes of a file's content, one piece in memory at a time; None where it is not there or too large."""
        taken: list[Result] = []

        def send() -> httpx.Response:
            with self._client.stream("GET", file.url) as answer:
                if answer.is_success:
                    taken.append(take(_bounded(answer.iter_bytes(CHUNK_BYTES), self._largest_file)))
                return answer

        try:
            answer = self._ask(send, "a file of a record")
        except _TooLarge:
            return None
        return None if answer is None else taken[-1]

    def unread(self, reason: str) -> ServerAnswerUnread:
        return ServerAnswerUnread(address=self.address, reason=reason)

    def _ask(self, send: Callable[[], httpx.Response], what: str) -> httpx.Response | None:
        if os.getpid() != self._process:
            raise RuntimeError("a process that was forked has no connection to a server")
        with self._turn:
            return self._ask_alone(send, what)

    def _ask_alone(self, send: Callable[[], httpx.Response], what: str) -> httpx.Response | None:
        reason = ""
        for attempt in range(TRIES):
            named = 0.0
            try:
                answer = send()
            except httpx.HTTPError as error:
                reason = type(error).__name__
            else:
                if answer.is_success:
                    return answer
                if answer.status_code in GONE:
                    return None
                if not _for_the_moment(answer.status_code):
                    raise ServerRefused(address=self.address, what=what, status=answer.status_code)
                reason, named = f"status {answer.status_code}", _seconds(answer.headers.get("Retry-After", ""))
            if attempt + 1 < TRIES:
                self._wait(min(named or 2.0**attempt, LONGEST_WAIT))
        raise ServerSilent(address=self.address, tries=TRIES, reason=reason)


class _TooLarge(Exception):
    """More has come of a file than is taken."""


def _bounded(pieces: Iterable[bytes], most: int) -> Iterator[bytes]:
    come = 0
    for piece in pieces:
        come += len(piece)
        if come > most:
            raise _TooLarge
        yield piece


def _for_the_moment(status: int) -> bool:
    busy = status == httpx.codes.TOO_MANY_REQUESTS or status >= 500
    return busy and status != httpx.codes.NOT_IMPLEMENTED


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdecimal() else 0.0
