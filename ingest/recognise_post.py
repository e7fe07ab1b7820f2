"""Recognise what a post is about: its form, its own id, what it replaces and which files it names."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree
from sqlalchemy.orm import Session

from core.access import UNASSIGNED, Custody
from core.keys.keyring import KeyRing
from forms import FormDefinition, find_definition
from ingest.blind_tokens import edits_lock, instance_token
from ingest.erase_submissions import is_erased
from ingest.errors import FileNamedTwice, FormUnknown
from ingest.expect_files import audit_log, files_named
from ingest.parse_xml import parse_xml
from ingest.read_answers import answers_of
from ingest.read_head import Head, read_head
from ingest.read_manifest import read_manifest
from ingest.same_answers import same_answers
from ingest.uploaded_file import UploadedFile

__all__ = ["Arrival", "ErasedBefore", "NamedPost", "Post", "name_post", "recognise", "recognise_by", "refuse_erased", "turns"]


class ErasedBefore(Exception):
    """The post is of an answer that was erased; nothing of it may be kept, not even in quarantine."""


@dataclass(frozen=True)
class Post:
    """One post of answers with files, and who sent it to which operation; `proven` names the version of the collector's row."""

    operation: str
    collector: str
    xml: bytes = field(repr=False)
    files: Sequence[UploadedFile] = field(repr=False)
    custody: Custody = UNASSIGNED
    proven: str = ""


@dataclass(frozen=True)
class NamedPost:
    """A post and what it says of itself, before anything is known of its form. `instance` and `replaces` are blind tokens."""

    post: Post
    root: etree._Element = field(repr=False)
    head: Head
    instance: bytes
    replaces: bytes | None


@dataclass(frozen=True)
class Arrival:
    """A post that belongs to a published form. `instance` and `replaces` are blind tokens, `expected` file names, `answers`
    what was answered (`same_answers`; None where it is encrypted). `rewritten` where it came by way of a server or a
    file that has the answers in a notation of its own."""

    post: Post
    head: Head
    instance: bytes
    replaces: bytes | None
    expected: frozenset[str] = field(repr=False)
    locks: Sequence[bytes] = field(repr=False)
    answers: bytes | None = field(repr=False)
    rewritten: bool = False


def recognise(session: Session, ring: KeyRing, post: Post) -> Arrival:
    """Raises the `Refused` that says why a post cannot be taken in, or `ErasedBefore`."""
    named = name_post(ring, post)
    refuse_erased(session, post.operation, named.instance, named.replaces)
    definition = find_definition(session, post.operation, named.head.form_id, named.head.version)
    if definition is None:
        raise FormUnknown(form_id=named.head.form_id, version=named.head.version)
    return recognise_by(ring, named, definition)


def name_post(ring: KeyRing, post: Post) -> NamedPost:
    """Raises the `Refused` that says why the post cannot be told from others."""
    root = parse_xml(post.xml)
    head = read_head(root)
    instance = instance_token(ring, post.operation, head.form_id, head.instance_id)
    # What encrypted answers replace is believed when it is read inside them: the manifest's word for it is not signed.
    replaced = None if head.encrypted else head.replaces
    replaces = instance_token(ring, post.operation, head.form_id, replaced) if replaced else None
    return NamedPost(post, root, head, instance, replaces)


def recognise_by(ring: KeyRing, named: NamedPost, definition: FormDefinition) -> Arrival:
    """What a post is to the form that it names; raises the `Refused` that says why it cannot be taken in."""
    post, head = named.post, named.head
    _refuse_two_contents_of_one_name(post.files, head.form_id)
    locks = turns(ring, post.operation, head.form_id, named.instance, named.replaces)
    if head.encrypted:
        expected = frozenset(read_manifest(named.root).files)
        return Arrival(post, head, named.instance, named.replaces, expected, locks, answers=None)
    answers = answers_of(named.root, definition)
    expected = files_named(answers, definition) | audit_log(named.root)
    return Arrival(post, head, named.instance, named.replaces, expected, locks, same_answers(answers, definition))


def turns(ring: KeyRing, operation: str, form_id: str, instance: bytes, replaces: bytes | None) -> Sequence[bytes]:
    """What an arrival takes its turn for (`take_turns`): its own id, and as an edit the form's edits."""
    return [instance, replaces, edits_lock(ring, operation, form_id)] if replaces else [instance]


def refuse_erased(session: Session, operation: str, instance: bytes, replaces: bytes | None) -> None:
    """Raises `ErasedBefore` where this answer, or the one that it edits, was erased."""
    if is_erased(session, operation, instance, replaces):
        raise ErasedBefore


def _refuse_two_contents_of_one_name(files: Sequence[UploadedFile], form_id: str) -> None:
    contents: dict[str, bytes] = {}
    if any(contents.setdefault(file.name, file.content) != file.content for file in files):
        raise FileNamedTwice(form_id=form_id)
