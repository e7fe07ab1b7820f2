"""Take in a group of posts in one transaction and one exchange with the database: the plain ones, of which there are most.

A post is plain where it is new and whole of itself, or exactly what came before. Whatever else there is to say of it (an edit,
a further file, something that must be refused, somebody else at work on the same answer) is said by `receive_submission`, to
which it is left: so there is one place that knows these rules, and no post can take others with it.

Each post is made ready by itself, while others are being written: read, recognised and sealed (`PlainPosts.seal`). What is
written of a group is decided by the statement that writes it. What became of each is read after the commit, with which it came.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import psycopg
from sqlalchemy.orm import Session

from core import audit
from core.driver_connection import driver_connection
from core.keyring import KeyRing
from core.packed_arrays import Kind, packed
from forms import FormDefinition, find_definition
from ingest.blind_tokens import answers_digest
from ingest.errors import Outcome, Refused
from ingest.insert_arrivals import COLUMNS, GIVEN, KEYS, SUBMISSIONS, SealedPost, rows, seal_arrivals
from ingest.models import Attachment, State
from ingest.receipt import Receipt
from ingest.recognise_post import NamedPost, Post, name_post, recognise_by
from ingest.seal_content import SUBMISSION, sealed_files
from ingest.take_turns import TURN_BYTES

__all__ = ["GroupTaken", "PlainPosts"]

MOST_KEPT: Final = 128  # forms

# The turns that were got are noted in the transaction, for the next statement: it has to be another one, so that what it sees
# is not older than they are. An answer that somebody else is working on is left alone, so that nobody ever waits here while
# others wait for them.
TRY_TURNS: Final = b"""
    SELECT set_config('waystation.turns', coalesce(string_agg(turn::text, ' '), ''), true)
    FROM unnest(%(turn)b::bigint[]) AS t (turn) WHERE pg_try_advisory_xact_lock(turn)
"""
# Looked at are the posts whose turn it is, whose collectors still send for this operation and custody, by the very row that was
# proven, and which neither are of what was erased nor were replaced by an edit before they came.
ADD: Final = b"\n".join(
    (
        b"WITH given AS (SELECT * FROM",
        GIVEN,
        b", %(replaces)b::bytea[], %(turn)b::bigint[], %(proven)b::text[]) WITH ORDINALITY AS t (",
        COLUMNS,
        b""", replaces, turn, proven, place)
        ), posted AS (
            SELECT given.* FROM given JOIN ingest.collector AS sender ON sender.id = given.collector::uuid
            WHERE sender.operation = %(operation)s AND sender.retired_at IS NULL
                AND sender.custody = given.custody AND sender.xmin::text = given.proven
                AND turn = ANY(string_to_array(current_setting('waystation.turns'), ' ')::bigint[])
                AND NOT EXISTS (SELECT FROM ingest.submission AS edit
                    WHERE edit.operation = %(operation)s AND edit.replaces = given.instance)
                AND NOT EXISTS (SELECT FROM ingest.tombstone AS erased
                    WHERE erased.operation = %(operation)s AND erased.instance IN (given.instance, given.replaces))
        ), here AS (
            SELECT place, kept.id, kept.digest, kept.complete, kept.state
            FROM posted JOIN ingest.submission AS kept ON kept.operation = %(operation)s AND kept.instance = posted.instance
        ), added AS (""",
        SUBMISSIONS,
        b"""FROM posted
            WHERE replaces IS NULL AND NOT EXISTS (SELECT FROM here WHERE here.place = posted.place)
                AND NOT EXISTS (SELECT FROM given AS first
                    WHERE first.instance = posted.instance AND first.place < posted.place)
            RETURNING id
        ), keyed AS (""",
        KEYS,
        b"""FROM posted JOIN added USING (id) RETURNING record
        )
        SELECT place, id, digest, complete, state FROM here
        UNION ALL SELECT place, id, NULL, complete, state FROM posted WHERE id IN (SELECT record FROM keyed)""",
    )
)
ADD_FILES: Final = b"""
    INSERT INTO ingest.attachment (id, operation, owner, name, digest, label, content)
    SELECT id, %(operation)s, owner, name, digest, label, content
    FROM unnest(%(id)b::uuid[], %(owner)b::uuid[], %(name)b::bytea[], %(digest)b::bytea[], %(label)b::bytea[],
        %(content)b::bytea[]) AS t (id, owner, name, digest, label, content)
    WHERE EXISTS (SELECT FROM ingest.submission AS added WHERE added.id = owner)
"""


@dataclass(frozen=True)
class GroupTaken:
    """What a transaction does with a group: `receipts` says it once that is committed, and not before."""

    ring: KeyRing = field(repr=False)
    posts: Sequence[SealedPost]
    answer: psycopg.Cursor[Any] = field(repr=False)

    def receipts(self) -> list[Receipt | None]:
        """In place of a receipt stands None for each post of which nothing was done: it is to be received alone, by its
        collector's token anew."""
        receipts: list[Receipt | None] = [None] * len(self.posts)
        for place, record, digest, complete, state in self.answer.fetchall():
            post = self.posts[place - 1]
            to_open = complete and state == State.ENCRYPTED
            if digest is None:
                receipts[place - 1] = Receipt(Outcome.ACCEPTED, record, complete, to_open=to_open)
            elif self._is_the_same(post, record, digest):
                outcome = Outcome.EDIT_RESENT if post.arrival.replaces else Outcome.RESENT
                receipts[place - 1] = Receipt(outcome, record, complete, to_open=to_open)
        return receipts

    def _is_the_same(self, post: SealedPost, record: UUID, digest: bytes) -> bool:
        """Byte for byte, with nothing more to it."""
        return not post.arrival.post.files and digest == answers_digest(self.ring, record, post.arrival.post.xml)


class PlainPosts:
    """Makes posts ready one by one and takes them in together, with a key ring, for as long as it is kept."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        # What published versions ask, by operation, form and version: that never changes. How closely an answer is kept may be
        # said anew (`forms.classes`), and is not looked at here.
        self._definitions: dict[tuple[str, str, str], FormDefinition] = {}

    def seal(self, post: Post, session: Session | None = None) -> SealedPost | None:
        """A post ready to be taken in among others; None where it is to be received alone.

        Raises `LookupError` where its form was not looked up yet, for which a session (collection zone) is needed.
        """
        try:
            named = name_post(self._ring, post)
            definition = self._definition(named, session)
            return seal_arrivals(self._ring, [recognise_by(self._ring, named, definition)])[0] if definition else None
        except Refused:
            return None

    def receive(self, session: Session, operation: str, posts: Sequence[SealedPost]) -> GroupTaken:
        """Keep the plain ones of some posts to one operation (collection zone), with whatever is run next, or the commit."""
        given = {
            **rows(self._ring, operation, posts),
            "replaces": packed(Kind.BYTEA, [one.arrival.replaces for one in posts]),
            "turn": packed(Kind.BIGINT, [one.arrival.instance[:TURN_BYTES] for one in posts]),
            "proven": packed(Kind.TEXT, [one.arrival.post.proven.encode() for one in posts]),
        }
        connection = driver_connection(session)
        connection.send_along(TRY_TURNS, {"turn": given["turn"]})
        answer = connection.ask_along(ADD, given)
        if files := [file for one in posts for file in self._files(operation, one)]:
            connection.send_along(ADD_FILES, _file_rows(operation, files))
        lines = [_line(one) for one in posts]
        audit.record_each(session, audit.Action.RECEIVED, SUBMISSION, lines, purpose=audit.Purpose.COLLECTION)
        return GroupTaken(self._ring, posts, answer)

    def _definition(self, named: NamedPost, session: Session | None) -> FormDefinition | None:
        asked = (named.post.operation, named.head.form_id, named.head.version)
        if asked in self._definitions or session is None:
            return self._definitions[asked]
        found = find_definition(session, *asked)
        if found:
            if len(self._definitions) >= MOST_KEPT:
                self._definitions.clear()
            self._definitions[asked] = found
        return found

    def _files(self, operation: str, one: SealedPost) -> Iterator[Attachment]:
        return sealed_files(self._ring, one.key, operation, one.id, one.arrival.post.files)


def _line(one: SealedPost) -> audit.Line:
    post = one.arrival.post
    return audit.Line(f"collector:{post.collector}", one.id, detail={"files": len(post.files)})


def _file_rows(operation: str, files: Sequence[Attachment]) -> dict[str, Any]:
    return {
        "operation": operation,
        "id": packed(Kind.UUID, [file.id.bytes for file in files]),
        "owner": packed(Kind.UUID, [file.owner.bytes for file in files]),
        "name": packed(Kind.BYTEA, [file.name for file in files]),
        "digest": packed(Kind.BYTEA, [file.digest for file in files]),
        "label": packed(Kind.BYTEA, [file.label for file in files]),
        "content": packed(Kind.BYTEA, [file.content for file in files]),
    }
