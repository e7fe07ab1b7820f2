"""A form on a KoboToolbox server (API v2): pages by key, patience when it is busy, and nothing told to anybody else.

A list is cut at 1,000 records whatever is asked for, so pages go by `_id` and end with an empty one: nothing depends on how
many records a page holds.
"""

import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from ingest.kobo.deploy_form import deploy_form
from ingest.kobo.read_history import read_history
from ingest.kobo.read_record import VALIDATION, ShapeUnknown, read_listed, read_record
from ingest.pull.ask_server import Asked, asking
from ingest.pull.cut_page import cut_page
from ingest.pull.errors import ServerRefused
from ingest.pull.server_record import (
    ListedRecord,
    ReadPage,
    RecordChange,
    RecordName,
    SentPage,
    ServerFile,
    ServerRecord,
    Spot,
)
from ingest.review_models import ReviewState
from ingest.write_back.form_to_deploy import FormToDeploy

__all__ = ["KoboServer", "open_kobo"]

PAGE: Final = 1_000  # the most that the server gives
NUMBERS_AT_ONCE: Final = 100  # they travel in the address, which is limited
DECODER: Final = json.JSONDecoder()
LISTED: Final = json.dumps(["_id", "_uuid", "_validation_status"])
REVIEWS: Final = {
    ReviewState.RECEIVED: None,
    ReviewState.ON_HOLD: "on_hold",
    ReviewState.APPROVED: "approved",
    ReviewState.REJECTED: "not_approved",
}
Read = TypeVar("Read", bound=ListedRecord)
Result = TypeVar("Result")


@contextmanager
def open_kobo(
    address: str, asset: str, token: str, *, wait: Callable[[float], object] = time.sleep, largest_file: int = 0
) -> Iterator["KoboServer"]:
    """The server for as long as the block runs, as `ingest.pull.ask_server.asking` opens it."""
    with asking(address, wait, largest_file=largest_file) as asked:
        asked.authorize(f"Token {token}")
        yield KoboServer(asked, asset)


class KoboServer:
    """An `ingest.pull.NumberedServer`; every method raises `ServerRefused`, `ServerSilent` or `ServerAnswerUnread`."""

    said = MappingProxyType(REVIEWS)

    def __init__(self, asked: Asked, asset: str) -> None:
        self._asked, self._asset = asked, asset

    def spot_after(self, place: int) -> Spot:
        return Spot(place, most=PAGE)

    def ask_page(self, spot: Spot) -> SentPage:
        return SentPage(spot, self._ask({"_id": {"$gt": spot.place}}, str(spot.most)))

    def read_page(self, sent: SentPage) -> ReadPage:
        """An empty page is the last."""
        records = self._read(sent.content, read_record)
        return ReadPage(records, replace(sent.spot, place=records[-1].number) if records else None)

    def listed_after(self, number: int) -> list[ListedRecord]:
        return self._page({"_id": {"$gt": number}}, lambda content, _: read_listed(content), fields=LISTED)

    def records(self, numbers: Collection[int]) -> list[ServerRecord]:
        wanted = sorted(numbers)
        parts = [wanted[at : at + NUMBERS_AT_ONCE] for at in range(0, len(wanted), NUMBERS_AT_ONCE)]
        return [record for part in parts for record in self._page({"_id": {"$in": part}}, read_record)]

    def history_since(self, moment: int) -> tuple[int, list[RecordChange]] | None:
        return read_history(self._asked, self._asset, moment)

    def fetch(self, file: ServerFile, take: Callable[[Iterable[bytes]], Result]) -> Result | None:
        """None also where the file is said to lie on another server: our token is for this one alone."""
        ours = urlsplit(file.url)[:2] == urlsplit(self._asked.address)[:2]
        return self._asked.fetch(file, take) if ours else None

    def write_review(self, record: RecordName, state: ReviewState) -> bool:
        place = f"{self._asked.address}/api/v2/assets/{self._asset}/data/{record.number}/validation_status/"
        said, what = self.said[state], "the right to validate its records"
        if said is None:
            return self._asked.send("DELETE", place, what) is not None
        return self._asked.send("PATCH", place, what, json={"validation_status.uid": VALIDATION + said}) is not None

    def deploy(self, form: FormToDeploy, wait: Callable[[float], object]) -> str:
        """What the server calls the version then; see `ingest.kobo.deploy_form`."""
        return deploy_form(self._asked, self._asset, form, wait)

    def _page(self, query: Mapping[str, Any], read: Callable[[Mapping[str, Any], str], Read], **more: str) -> list[Read]:
        return self._read(self._ask(query, str(PAGE), **more), read)

    def _ask(self, query: Mapping[str, Any], limit: str, **more: str) -> bytes:
        asked = {"format": "json", "limit": limit, "sort": '{"_id":1}', "query": json.dumps(query), **more}
        address = self._asked.address
        answer = self._asked.get(f"{address}/api/v2/assets/{self._asset}/data/", asked, what=f"form {self._asset}")
        if answer is None:
            raise ServerRefused(address=address, what=f"form {self._asset}", status=404)
        return answer.content

    def _read(self, page: bytes, read: Callable[[Mapping[str, Any], str], Read]) -> list[Read]:
        try:
            return [read(content, text) for content, text in cut_page(page, "results", DECODER)]
        except (ValueError, TypeError, AttributeError) as error:
            raise self._asked.unread(type(error).__name__) from None
        except ShapeUnknown as error:
            raise self._asked.unread(str(error)) from None
