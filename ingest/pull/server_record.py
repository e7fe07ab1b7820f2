"""A record as a server shows it, and what a server must be able to do to be pulled."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from forms import FormDefinition
from ingest.read_answers import Answers
from ingest.uploaded_file import UploadedFile

__all__ = ["ListedRecord", "Server", "ServerFile", "ServerRecord"]


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
    """A whole record. `content` is what the server sent, `read` reads the answers to a form's questions out of it.

    `instance_id` is the phone's id of this version; `before` the ids of versions that it may have replaced, the nearest
    first; `version` the server's own name of the form's version.
    """

    instance_id: str = field(repr=False)
    before: Sequence[str] = field(repr=False)
    version: str
    files: Sequence[ServerFile] = field(repr=False)
    content: Mapping[str, Any] = field(repr=False)
    read: Callable[[Mapping[str, Any], FormDefinition], Answers] = field(repr=False)


class Server(Protocol):
    """A form on a server. Every list is in order of the numbers, and ends with a page that is empty: a short one means
    nothing, since servers cut pages as they like."""

    def records_after(self, number: int) -> Sequence[ServerRecord]:
        """The next page of whole records."""

    def listed_after(self, number: int) -> Sequence[ListedRecord]:
        """The next page of what a sweep compares."""

    def records(self, numbers: Collection[int]) -> Sequence[ServerRecord]:
        """These records, as far as they are there."""

    def fetch(self, file: ServerFile) -> UploadedFile | None:
        """A file with its content; None where it is not there."""
