"""Recognise what a server's record is: which answers to which form, as which submission it would stand here."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from core.keys.keyring import KeyRing
from forms import FormDefinition, find_definition, find_form
from ingest.blind_tokens import instance_token
from ingest.expect_files import files_named
from ingest.pull.errors import FormNotPublished
from ingest.pull.server_record import ServerRecord
from ingest.pull.write_xml import write_xml
from ingest.read_head import Head
from ingest.recognise_post import Arrival, Post, recognise, turns
from ingest.same_answers import same_answers
from ingest.sources.register_source import Source
from ingest.write_back.form_to_deploy import version_deployed_as

__all__ = ["Recognised", "definitions_of", "recognise_encrypted", "recognise_record", "under_own_id"]


@dataclass(frozen=True)
class Recognised:
    """A record with what it becomes here. `before` are the blind tokens of the versions that it may have replaced."""

    record: ServerRecord
    arrival: Arrival
    before: tuple[bytes, ...] = field(repr=False)

    def replacing(self, ring: KeyRing, replaces: bytes | None) -> Arrival:
        """The arrival as an edit of the submission with this token."""
        post = self.arrival.post
        locks = turns(ring, post.operation, self.arrival.head.form_id, self.arrival.instance, replaces)
        return replace(self.arrival, replaces=replaces, locks=locks)


def definitions_of(session: Session, source: Source) -> Callable[[str], FormDefinition]:
    """What a source's form asks, by the server's name of its version: that which was deployed there from here or is published
    under the same name, else the newest one.

    Calling raises `FormNotPublished`.
    """
    found: dict[str, FormDefinition | None] = {}

    def definition(version: str) -> FormDefinition:
        if version not in found:
            ours = version_deployed_as(session, source.id, version) or version
            found[version] = find_definition(session, source.operation, source.form_id, ours) or _newest(session, source)
        asked = found[version]
        if asked is None:
            raise FormNotPublished(form_id=source.form_id)
        return asked

    return definition


def _newest(session: Session, source: Source) -> FormDefinition | None:
    form = find_form(session, source.operation, source.form_id, None)
    return find_definition(session, source.operation, source.form_id, form.version) if form else None


def recognise_encrypted(session: Session, ring: KeyRing, source: Source, record: ServerRecord, manifest: bytes) -> Recognised:
    """What a phone encrypted: as if it had posted the manifest here. Raises the `Refused` that says why it cannot be taken in,
    or `ErasedBefore`."""
    arrival = recognise(session, ring, Post(source.operation, source.collector, manifest, (), source.custody))
    before = tuple(instance_token(ring, source.operation, source.form_id, one) for one in record.before)
    return Recognised(record, arrival, before)


def recognise_record(ring: KeyRing, source: Source, record: ServerRecord, definition: FormDefinition) -> Recognised:
    """Raises the `Refused` that says why a record cannot be taken in."""
    answers = record.read(record.content, definition)
    xml = write_xml(record, answers, definition)
    expected = files_named(answers, definition) - {file.name for file in record.files if file.deleted}
    named = (record.instance_id, *record.before)
    instance, *before = (instance_token(ring, source.operation, source.form_id, one) for one in named)
    post = Post(source.operation, source.collector, xml, (), source.custody)
    head = Head(source.form_id, definition.version, record.instance_id, next(iter(record.before), None), encrypted=False)
    told = same_answers(answers, definition)
    arrival = Arrival(post, head, instance, None, expected, [instance], told, rewritten=True)
    return Recognised(record, arrival, tuple(before))


def under_own_id(source: Source, record: ServerRecord) -> ServerRecord:
    """The record under an id made of the server's number, where the phone's id turned out not to be its alone."""
    return replace(record, instance_id=f"uuid:{source.kind}:{source.asset}:{record.number}", before=())
