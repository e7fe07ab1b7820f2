"""A form on an ODK Central server (API v1): pages by moments, in the order in which the server put them there.

`$skiptoken` would tie a round to one order and end with it, so pages go by the moment of their last row and what of it was
seen: a round goes on wherever it was interrupted. A list begins a little before the moment that was reached, since a row
may become visible after one that is dated later.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, ParamSpec, TypeVar
from urllib.parse import quote

from ingest.central.deploy_form import deploy_form
from ingest.central.read_row import (
    AnswerReader,
    Row,
    ShapeUnknown,
    first_id,
    is_encrypted,
    read_dated,
    read_listed,
    read_moment,
    read_page,
    read_row,
)
from ingest.pull.ask_server import Asked, asking
from ingest.pull.errors import ServerRefused
from ingest.pull.server_record import ListedRecord, ReadPage, RecordName, SentPage, ServerFile, ServerRecord, Spot
from ingest.review_models import ReviewState
from ingest.write_back.form_to_deploy import FormToDeploy

__all__ = ["CentralServer", "open_central"]

PAGE: Final = 1_000
OVERLAP: Final = 600_000  # ten minutes, in milliseconds: longer than it takes to store a submission
REVIEWS: Final = {
    ReviewState.RECEIVED: None,
    ReviewState.ON_HOLD: "hasIssues",
    ReviewState.APPROVED: "approved",
    ReviewState.REJECTED: "rejected",
}
Given = ParamSpec("Given")
Result = TypeVar("Result")


@contextmanager
def open_central(
    address: str,
    asset: str,
    account: tuple[str, str],
    *,
    number_of: Callable[[str], int],
    wait: Callable[[float], object] = time.sleep,
    largest_file: int = 0,
) -> Iterator["CentralServer"]:
    """The server for as long as the block runs, signed in as a web user (e-mail and password).

    `asset` is the project's number and the form's id, as `7/arrival`; `number_of` gives the number of a record by its first id.
    """
    project, form = asset.split("/", 1)
    email, password = account
    with asking(address, wait, largest_file=largest_file) as asked:
        what = "a session for the account"
        answer = asked.send("POST", f"{address}/v1/sessions", what, json={"email": email, "password": password})
        if answer is None:
            raise ServerRefused(address=address, what=what, status=404)
        try:
            token = str(answer.json()["token"])
        except (ValueError, TypeError, KeyError) as error:
            raise asked.unread(type(error).__name__) from None
        asked.authorize(f"Bearer {token}")
        try:
            yield CentralServer(asked, f"{address}/v1/projects/{project}/forms/{quote(form, safe='')}", form, number_of)
        finally:
            asked.delete(f"{address}/v1/sessions/{token}")


class CentralServer:
    """An `ingest.pull.DatedServer`; every method raises `ServerRefused`, `ServerSilent` or `ServerAnswerUnread`."""

    said = MappingProxyType(REVIEWS)

    def __init__(self, asked: Asked, address: str, form: str, number_of: Callable[[str], int]) -> None:
        self._asked, self._address, self._form, self._number_of = asked, address, form, number_of
        self._answers = AnswerReader()

    def spot_after(self, place: int) -> Spot:
        return Spot(max(place - OVERLAP, 0), most=PAGE)

    def ask_page(self, spot: Spot) -> SentPage:
        return self._ask("submissionDate", spot)

    def read_page(self, sent: SentPage) -> ReadPage:
        """Of rows that were encrypted the server is asked; without those that were deleted a moment ago."""
        rows, after = self._rows("submissionDate", sent)
        return ReadPage(self._records(rows), after)

    def records_since(self, moment: int) -> Iterator[Sequence[ServerRecord]]:
        return (self._records(rows) for rows in self._pages("submissionDate", moment))

    def changed_since(self, moment: int) -> Iterator[tuple[int, Sequence[ServerRecord]]]:
        for rows in self._pages("updatedAt", moment):
            yield self._read(read_moment, rows[-1].content, "updatedAt"), self._records(rows)

    def deleted_since(self, moment: int) -> Iterator[tuple[int, Sequence[ListedRecord]]]:
        for rows in self._pages("deletedAt", moment):
            yield self._read(read_moment, rows[-1].content, "deletedAt"), self._read(self._listed, rows)

    def fetch(self, file: ServerFile, take: Callable[[Iterable[bytes]], Result]) -> Result | None:
        return self._asked.fetch(file, take)

    def write_review(self, record: RecordName, state: ReviewState) -> bool:
        if record.first_id is None:
            return False
        place = f"{self._address}/submissions/{quote(record.first_id, safe='')}"
        said = {"reviewState": self.said[state]}
        return self._asked.send("PATCH", place, "the right to review its submissions", json=said) is not None

    def deploy(self, form: FormToDeploy, _: Callable[[float], object]) -> str:
        """What the server calls the version then; see `ingest.central.deploy_form`."""
        return deploy_form(self._asked, self._address, form)

    def _pages(self, dated: str, since: int) -> Iterator[list[Row]]:
        """Rows dated since then, each once, in the order of these dates."""
        spot: Spot | None = self.spot_after(since)
        while spot:
            fresh, spot = self._rows(dated, self._ask(dated, spot))
            if fresh:
                yield fresh

    def _rows(self, dated: str, sent: SentPage) -> tuple[list[Row], Spot | None]:
        """Those of a page that were not seen before, and where the next one begins."""
        spot = sent.spot
        rows = self._read(lambda: read_dated(read_page(sent.content), dated))
        fresh = [row for moment, first, row in rows if moment != spot.place or first not in spot.seen]
        if not fresh and len(rows) < spot.most:
            return [], None
        last = rows[-1][0]
        told = frozenset(first for moment, first, _ in rows if moment == last)
        seen = told | spot.seen if last == spot.place else told
        return fresh, Spot(last, seen, PAGE if fresh else 2 * spot.most)

    def _ask(self, dated: str, spot: Spot) -> SentPage:
        moment = datetime.fromtimestamp(spot.place / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        asked = {
            "$expand": "*",
            "$filter": f"__system/{dated} ge {moment}",
            "$orderby": f"__system/{dated} asc",
            "$top": str(spot.most),
        }
        answer = self._asked.get(f"{self._address}.svc/Submissions", asked, what=f"form {self._form}")
        if answer is None:
            raise ServerRefused(address=self._asked.address, what=f"form {self._form}", status=404)
        return SentPage(spot, answer.content)

    def _records(self, rows: Sequence[Row]) -> list[ServerRecord]:
        return self._read(lambda: [record for row in rows if (record := self._record(row)) is not None])

    def _record(self, row: Row) -> ServerRecord | None:
        """None where it was encrypted and is gone meanwhile."""
        first = first_id(row.content)
        manifest: bytes | None = None
        place = f"{self._address}/submissions/{quote(first, safe='')}"
        if is_encrypted(row.content):
            answer = self._asked.get(f"{place}.xml", {}, what="a submission's XML")
            if answer is None:
                return None
            manifest = answer.content
        return read_row(row, self._answers, number=self._number_of(first), folder=f"{place}/attachments", manifest=manifest)

    def _listed(self, rows: Sequence[Row]) -> list[ListedRecord]:
        return [read_listed(row.content, self._number_of(first_id(row.content))) for row in rows]

    def _read(self, read: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Result:
        try:
            return read(*args, **kwargs)
        except ShapeUnknown as error:
            raise self._asked.unread(str(error)) from None
        except ValueError as error:
            raise self._asked.unread(type(error).__name__) from None
