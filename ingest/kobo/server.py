"""A form on a KoboToolbox server (API v2): pages by key, patience when it is busy, and nothing told to anybody else.

A list is cut at 1,000 records whatever is asked for, so pages go by `_id` and end with an empty one: nothing depends on how
many records a page holds. One request at a time. What fails for the moment (429, 5xx, no connection) is tried again after
the time that the server names, or else after 1, 2, 4, ... seconds.
"""

import json
import ssl
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import httpx

from ingest.kobo.read_record import ShapeUnknown, read_listed, read_record
from ingest.pull.errors import ServerAnswerUnread, ServerRefused, ServerSilent
from ingest.pull.server_record import ListedRecord, ServerFile, ServerRecord
from ingest.uploaded_file import UploadedFile

__all__ = ["KoboServer", "open_kobo"]

PAGE: Final = 1_000  # the most that the server gives
NUMBERS_AT_ONCE: Final = 100  # they travel in the address, which is limited
LISTED: Final = json.dumps(["_id", "_uuid", "_validation_status"])
TRIES: Final = 6
LONGEST_WAIT: Final = 300.0  # seconds
TIMEOUT: Final = httpx.Timeout(60, connect=30)
LARGEST_FILE: Final = 100_000_000
GONE: Final = {404, 410}
Read = TypeVar("Read", bound=ListedRecord)


@contextmanager
def open_kobo(address: str, asset: str, token: str, *, wait: Callable[[float], object] = time.sleep) -> Iterator["KoboServer"]:
    """The server for as long as the block runs. Certificates are checked, no proxy is used, no redirect followed."""
    headers = {"Authorization": f"Token {token}", "Accept": "application/json"}
    verify = ssl.create_default_context()
    with httpx.Client(headers=headers, verify=verify, trust_env=False, timeout=TIMEOUT, follow_redirects=False) as client:
        yield KoboServer(client, address, asset, wait)


class KoboServer:
    """What `ingest.pull.Server` asks for; every method raises `ServerRefused`, `ServerSilent` or `ServerAnswerUnread`."""

    def __init__(self, client: httpx.Client, address: str, asset: str, wait: Callable[[float], object]) -> None:
        self._client, self._address, self._asset, self._wait = client, address, asset, wait

    def records_after(self, number: int) -> list[ServerRecord]:
        return self._page({"_id": {"$gt": number}}, read_record)

    def listed_after(self, number: int) -> list[ListedRecord]:
        return self._page({"_id": {"$gt": number}}, read_listed, fields=LISTED)

    def records(self, numbers: Collection[int]) -> list[ServerRecord]:
        wanted = sorted(numbers)
        parts = [wanted[at : at + NUMBERS_AT_ONCE] for at in range(0, len(wanted), NUMBERS_AT_ONCE)]
        return [record for part in parts for record in self._page({"_id": {"$in": part}}, read_record)]

    def fetch(self, file: ServerFile) -> UploadedFile | None:
        """None also where the file is said to lie on another server: our token is for this one alone."""
        if urlsplit(file.url)[:2] != urlsplit(self._address)[:2]:
            return None
        answer = self._ask(file.url, {}, what="a file of a record")
        if answer is None or len(answer.content) > LARGEST_FILE:
            return None
        return UploadedFile(file.name, file.content_type, answer.content)

    def _page(self, query: Mapping[str, Any], read: Callable[[Mapping[str, Any]], Read], **more: str) -> list[Read]:
        asked = {"format": "json", "limit": str(PAGE), "sort": '{"_id":1}', "query": json.dumps(query), **more}
        answer = self._ask(f"{self._address}/api/v2/assets/{self._asset}/data/", asked, what=f"form {self._asset}")
        if answer is None:
            raise ServerRefused(address=self._address, what=f"form {self._asset}", status=404)
        try:
            return [read(record) for record in answer.json()["results"]]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise self._unread(type(error).__name__) from None
        except ShapeUnknown as error:
            raise self._unread(str(error)) from None

    def _ask(self, url: str, asked: Mapping[str, str], *, what: str) -> httpx.Response | None:
        """A good answer, or None for what is not there."""
        reason = ""
        for attempt in range(TRIES):
            named = 0.0
            try:
                answer = self._client.get(url, params=asked or None)
            except httpx.HTTPError as error:
                reason = type(error).__name__
            else:
                if answer.status_code == httpx.codes.OK:
                    return answer
                if answer.status_code in GONE:
                    return None
                if answer.status_code != httpx.codes.TOO_MANY_REQUESTS and answer.status_code < 500:
                    raise ServerRefused(address=self._address, what=what, status=answer.status_code)
                reason, named = f"status {answer.status_code}", _seconds(answer.headers.get("Retry-After", ""))
            if attempt + 1 < TRIES:
                self._wait(min(named or 2.0**attempt, LONGEST_WAIT))
        raise ServerSilent(address=self._address, tries=TRIES, reason=reason)

    def _unread(self, reason: str) -> ServerAnswerUnread:
        return ServerAnswerUnread(address=self._address, reason=reason)


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdecimal() else 0.0
