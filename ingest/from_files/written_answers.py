"""Answers that a file holds as XML: taken in as if a phone had posted them."""

import re
from dataclasses import dataclass, field, replace
from typing import Final

from core.keys.keyring import KeyRing
from ingest.errors import FormUnknown
from ingest.from_files.candidate import Place
from ingest.from_files.import_run import ImportRun
from ingest.from_files.look_up_forms import LookUp
from ingest.origin import Origin, came_rewritten
from ingest.recognise_post import Arrival, NamedPost, Post, name_post, recognise_by
from ingest.uploaded_file import UploadedFile

__all__ = ["WrittenAnswers"]

REWRITTEN: Final = b'xmlns="http://opendatakit.org/submissions"'  # by ODK Aggregate or Briefcase, in a namespace of their own
ENCRYPTED: Final = re.compile(rb"""\bencrypted=["']yes["']""")
HEAD: Final = 2_000  # bytes within which the outermost element begins


@dataclass
class WrittenAnswers:
    """A `Candidate`: XML with its files."""

    place: Place
    post: Post = field(repr=False)
    _named: NamedPost | None = field(default=None, init=False, repr=False)

    @classmethod
    def of(cls, run: ImportRun, place: Place, xml: bytes, files: tuple[UploadedFile, ...]) -> "WrittenAnswers":
        head = xml[:HEAD]
        # What a phone encrypts has a manifest in the same namespace, from the phone itself.
        origin = Origin.BRIEFCASE if REWRITTEN in head and not ENCRYPTED.search(head) else Origin.FOLDER
        return cls(place, run.post(origin, xml, files))

    @property
    def size(self) -> int:
        return len(self.post.xml) + sum(len(file.content) for file in self.post.files)

    def named(self, ring: KeyRing) -> tuple[bytes, bytes | None]:
        self._named = name_post(ring, self.post)
        return self._named.instance, self._named.replaces

    def arrival(self, ring: KeyRing, look_up: LookUp) -> Arrival:
        named = self._named or name_post(ring, self.post)
        definition = look_up(named.head.form_id, named.head.version)
        if definition is None:
            raise FormUnknown(form_id=named.head.form_id, version=named.head.version)
        arrival = recognise_by(ring, named, definition)
        return replace(arrival, rewritten=True) if came_rewritten(self.post.collector) else arrival
