"""A row of a table, with the rows that belong to it, as a record that may become a submission."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from core.keys.keyring import KeyRing
from forms import FormDefinition
from ingest.blind_tokens import instance_token
from ingest.errors import Refused
from ingest.expect_files import files_named
from ingest.from_files.candidate import Place
from ingest.from_files.errors import FormOfRowUnknown
from ingest.from_files.import_run import ImportRun
from ingest.from_files.look_up_forms import LookUp
from ingest.origin import Origin
from ingest.pull.write_xml import write_xml
from ingest.read_answers import Answers
from ingest.read_head import Head
from ingest.recognise_post import Arrival, Post, turns
from ingest.same_answers import same_answers
from ingest.uploaded_file import UploadedFile

__all__ = ["FilesOf", "RowAnswers"]

SIZE_OF_ROW = 10_000
AS_RECEIVED: Final = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode

# The files of a record that lie beside the table, given its id and their names.
FilesOf: TypeAlias = Callable[[str, frozenset[str]], Sequence[UploadedFile]]


@dataclass(frozen=True)
class RowAnswers:
    """A `Candidate`. `content` is all that stands in its rows, `read` reads the answers to a form's questions there; `fault` is
    what is known to be wrong with it already."""

    run: ImportRun
    place: Place
    form_id: str
    version: str | None
    instance_id: str = field(repr=False)
    before: Sequence[str] = field(repr=False)
    content: Mapping[str, Any] = field(repr=False)
    read: Callable[[FormDefinition], Answers] = field(repr=False)
    files_of: FilesOf = field(repr=False)
    fault: Refused | None = None

    @property
    def post(self) -> Post:
        """As it stands in the table: what could not be made answers of."""
        told = {"instanceID": self.instance_id, "form": self.form_id, **self.content}
        return self.run.post(Origin.SHEET, json.dumps(told, sort_keys=True).encode())

    @property
    def text(self) -> str:
        """All that stands in its rows, as JSON in ASCII alone."""
        return AS_RECEIVED(self.content)

    @property
    def size(self) -> int:
        """Nearly: its cells are held, its files are read when it is taken in."""
        return SIZE_OF_ROW

    def named(self, ring: KeyRing) -> tuple[bytes, bytes | None]:
        if self.fault:
            raise self.fault
        instance, *before = (self._token(ring, one) for one in (self.instance_id, *self.before))
        return instance, next(iter(before), None)

    def arrival(self, ring: KeyRing, look_up: LookUp) -> Arrival:
        definition = (self.version and look_up(self.form_id, self.version)) or look_up(self.form_id, None)
        if definition is None:
            raise FormOfRowUnknown(form_id=self.form_id)
        answers = self.read(definition)
        instance, replaces = self.named(ring)
        expected = files_named(answers, definition)
        files = tuple(self.files_of(self.instance_id, expected)) if expected else ()
        post = self.run.post(Origin.SHEET, write_xml(self, answers, definition), files)
        head = Head(self.form_id, definition.version, self.instance_id, next(iter(self.before), None), encrypted=False)
        locks = turns(ring, self.run.operation, self.form_id, instance, replaces)
        told = same_answers(answers, definition)
        return Arrival(post, head, instance, replaces, expected, locks, told, rewritten=True)

    def _token(self, ring: KeyRing, instance_id: str) -> bytes:
        return instance_token(ring, self.run.operation, self.form_id, instance_id)
