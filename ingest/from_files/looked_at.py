"""A record of a file that is looked at ahead, without the database: its names, and what it is to its form."""

from contextlib import suppress
from dataclasses import dataclass, field

from core.keys.keyring import KeyRing
from ingest.errors import Refused
from ingest.from_files.candidate import Candidate, Place
from ingest.from_files.look_up_forms import LookUp, NotAskedYet
from ingest.recognise_post import Arrival, Post

__all__ = ["LookedAt"]


@dataclass
class LookedAt:
    """A `Candidate`. Whatever could not be told of it ahead, why it must be refused above all, is told when it is asked for."""

    candidate: Candidate
    _named: tuple[bytes, bytes | None] | None = field(default=None, init=False, repr=False)
    _arrival: Arrival | None = field(default=None, init=False, repr=False)

    @classmethod
    def ahead(cls, candidate: Candidate, ring: KeyRing, known: LookUp) -> "LookedAt":
        """`known` finds the forms that can be looked up without asking."""
        one = cls(candidate)
        with suppress(Refused, NotAskedYet):
            one._named = candidate.named(ring)
            one._arrival = candidate.arrival(ring, known)
        return one

    @property
    def place(self) -> Place:
        return self.candidate.place

    @property
    def post(self) -> Post:
        return self.candidate.post

    @property
    def size(self) -> int:
        return self.candidate.size

    def named(self, ring: KeyRing) -> tuple[bytes, bytes | None]:
        return self._named or self.candidate.named(ring)

    def arrival(self, ring: KeyRing, look_up: LookUp) -> Arrival:
        return self._arrival or self.candidate.arrival(ring, look_up)
