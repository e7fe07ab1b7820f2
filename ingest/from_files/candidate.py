"""A record as a file holds it, and what is told of it."""

from dataclasses import dataclass, field
from typing import Protocol

from core.errors import Problem
from core.keys.keyring import KeyRing
from ingest.errors import Outcome
from ingest.from_files.look_up_forms import LookUp
from ingest.recognise_post import Arrival, Post

__all__ = ["Candidate", "Mark", "PassedOver", "Place", "Told"]


@dataclass(frozen=True)
class Place:
    """Where a record stands: the file below the folder that was given and, in a table, its sheet and row (the first is 1); of a
    table of counts also the cells that it was made of."""

    file: str = field(repr=False)
    sheet: str = ""
    row: int = 0
    cells: str = ""


class Candidate(Protocol):
    """A record that may become a submission. Both methods raise the `Refused` that says why it cannot."""

    @property
    def place(self) -> Place: ...

    @property
    def post(self) -> Post:
        """As it is kept where it is refused."""

    @property
    def size(self) -> int:
        """About how many bytes it holds in memory."""

    def named(self, ring: KeyRing) -> tuple[bytes, bytes | None]:
        """The blind tokens of its own id and of the one that it replaces."""

    def arrival(self, ring: KeyRing, look_up: LookUp) -> Arrival:
        """What it is to its form."""


@dataclass(frozen=True)
class PassedOver:
    """What is no record to be taken in, and why; nothing of it is kept."""

    place: Place
    problem: Problem


@dataclass(frozen=True)
class Mark:
    """By what a dry run knows a record again: the beginnings of blind tokens and of a digest of its answers."""

    form_id: str
    instance: bytes
    replaces: bytes | None
    answers: bytes


@dataclass(frozen=True)
class Told:
    """What became of a record. `problem` says why it lies in quarantine; a `mark` has what was taken in."""

    place: Place
    outcome: Outcome
    complete: bool = True
    problem: Problem | None = None
    mark: Mark | None = field(default=None, repr=False)
