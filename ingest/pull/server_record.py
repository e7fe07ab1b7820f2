"""A record as a server shows it, and what a server must be able to do to be pulled."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from mimetypes import guess_type
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

from forms import FormDefinition
from ingest.read_answers import Answers
from ingest.review_models import ReviewState

__all__ = [
    "DatedServer",
    "ListedRecord",
    "NumberedServer",
    "ReadPage",
    "RecordChange",
    "RecordName",
    "SentPage",
    "Server",
    "ServerFile",
    "ServerRecord",
    "Spot",
]

Result = TypeVar("Result")


@dataclass(frozen=True)
class ListedRecord:
    """What a sweep asks of every record: the server's number of it, which version it is, its validation there."""

    number: int
    uuid: str = field(repr=False)
    validation: str | None


@dataclass(frozen=True)
class ServerFile:
    """A file of a record: the name that the answers give it, and where the server keeps it, unless it was deleted there."""

    name: str = field(repr=False)
    content_type: str
    url: str = field(repr=False)
    deleted: bool = False


@dataclass(frozen=True)
class ServerRecord(ListedRecord):
    """A whole record. `text` is what the server wrote of it (JSON), `content` what stands there, and `read` reads the answers
    to a form's questions out of that.

    `instance_id` is the phone's id of this version; `before` the ids of versions that it may have replaced, the nearest
    first; `version` the server's own name of the form's version. `moment` is when it came to be there (milliseconds since
    1970), on servers that list by moments; `folder` the address below which its files lie, on those that list none;
    `manifest` what the phone sent instead of answers, where it encrypted them.
    """

    instance_id: str = field(repr=False)
    before: Sequence[str] = field(repr=False)
    version: str
    files: Sequence[ServerFile] = field(repr=False)
    text: str = field(repr=False)
    content: Mapping[str, Any] = field(repr=False)
    read: Callable[[Mapping[str, Any], FormDefinition], Answers] = field(repr=False)
    moment: int | None = None
    folder: str | None = field(default=None, repr=False)
    manifest: bytes | None = field(default=None, repr=False)

    @property
    def place(self) -> int:
        """Where the source stands once this record is taken in."""
        return self.number if self.moment is None else self.moment

    def files_among(self, expected: Collection[str]) -> list[ServerFile]:
        """Those of the expected files that the server has, or may have: in `folder` each lies under its own name."""
        if self.folder is None:
            return [file for file in self.files if not file.deleted and file.name in expected]
        return [ServerFile(name, _type_of(name), f"{self.folder}/{quote(name, safe='')}") for name in sorted(expected)]


def _type_of(name: str) -> str:
    return guess_type(name)[0] or "application/octet-stream"


@dataclass(frozen=True)
class RecordChange:
    """A record that a server's history names, by the phone's id of its first version: it was changed or deleted there."""

    first_id: str = field(repr=False)
    deleted: bool


@dataclass(frozen=True)
class RecordName:
    """What a server knows a record by: its own number or, where it numbers none, the phone's id of the first version (None:
    it is not known here any more)."""

    number: int
    first_id: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Spot:
    """Where a page of a server's list begins: after a number or, on servers that list by moments, at one (milliseconds since
    1970), of which the records `seen` are known by their first ids. At `most` so many are asked for."""

    place: int
    seen: frozenset[str] = field(default=frozenset(), repr=False)
    most: int = 1_000


@dataclass(frozen=True)
class SentPage:
    """A page as the server sent it, and where it begins."""

    spot: Spot
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class ReadPage:
    """The records of a page, and where the next one begins (None: this was the last). A page may be without records and not
    the last."""

    records: Sequence[ServerRecord] = field(repr=False)
    next: Spot | None


class Server(Protocol):
    """A form on a server. A short page means nothing, since servers cut pages as they like. `said`: what it calls the states
    that a review gives."""

    @property
    def said(self) -> Mapping[ReviewState, str | None]: ...

    def write_review(self, record: RecordName, state: ReviewState) -> bool:
        """Tell the server what a review said of a record; False where the record is not there."""

    def spot_after(self, place: int) -> Spot:
        """Where the list of whole records begins that follows a place; they are in order of their places."""

    def ask_page(self, spot: Spot) -> SentPage:
        """The page that begins there."""

    def read_page(self, sent: SentPage) -> ReadPage:
        """What stands in a page. It asks nothing of the server where all of that is in the page."""

    def fetch(self, file: ServerFile, take: Callable[[Iterable[bytes]], Result]) -> Result | None:
        """What `take` makes of a file's content, which comes piece by piece, and again from its beginning where the line
        breaks; None where the file is not there or too large."""


class NumberedServer(Server, Protocol):
    """A server that numbers its records and tells no moment of a change: all numbers are gone through (KoboToolbox)."""

    def listed_after(self, number: int) -> Sequence[ListedRecord]:
        """The next page of what a sweep compares, in order of the numbers."""

    def records(self, numbers: Collection[int]) -> Sequence[ServerRecord]:
        """These records, as far as they are there."""

    def history_since(self, moment: int) -> tuple[int, Sequence[RecordChange]] | None:
        """What its history tells of since then, and the moment of the newest entry; None where it shows none."""


class DatedServer(Server, Protocol):
    """A server that tells when a record was changed or deleted (ODK Central). Moments are milliseconds since 1970."""

    def records_since(self, moment: int) -> Iterator[Sequence[ServerRecord]]:
        """Pages of whole records that came there since then, in order of their moments."""

    def changed_since(self, moment: int) -> Iterator[tuple[int, Sequence[ServerRecord]]]:
        """Pages of records that were edited or reviewed since then, each with the latest moment in it."""

    def deleted_since(self, moment: int) -> Iterator[tuple[int, Sequence[ListedRecord]]]:
        """Pages of records that were deleted since then."""
