"""A record of a file that was looked at without the database: its names, and what it is to its form."""

from dataclasses import dataclass, field

from core.keys.keyring import KeyRing
from ingest.errors import Refused
from ingest.from_files.candidate import Candidate, Place
from ingest.from_files.look_up_forms import LookUp
from ingest.recognise_post import Arrival, Post

__all__ = ["LookedAt"]


@dataclass(frozen=True)
class LookedAt:
    """A `Candidate` that needs nothing of its file any more, so that it can be sent. `post` is how it is kept where it is
    refused."""

    place: Place
    post: Post = field(repr=False)
    names: tuple[bytes, bytes | None] | Refused
    told: Arrival | Refused

    @classmethod
    def of(cls, candidate: Candidate, ring: KeyRing, look_up: LookUp) -> "LookedAt":
        """`look_up` may raise what it likes: then nothing is known of the candidate."""
        try:
            names = candidate.named(ring)
        except Refused as refusal:
            return cls(candidate.place, candidate.post, refusal, refusal)
        try:
            arrival = candidate.arrival(ring, look_up)
        except Refused as refusal:
            return cls(candidate.place, candidate.post, names, refusal)
        return cls(candidate.place, arrival.post, names, arrival)

    def named(self) -> tuple[bytes, bytes | None]:
        """The blind tokens of its own id and of the one that it replaces; raises the `Refused` that says why it has none."""
        if isinstance(self.names, Refused):
            raise self.names
        return self.names

    def arrival(self) -> Arrival:
        """What it is to its form; raises the `Refused` that says why it cannot be taken in."""
        if isinstance(self.told, Refused):
            raise self.told
        return self.told
