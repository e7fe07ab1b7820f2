"""Take in a group of posts in one transaction and one exchange with the database: the plain ones, of which there are most.

A post is plain where it is new and whole of itself, or exactly what came before. Whatever else there is to say of it (an edit,
a further file, something that must be refused, somebody else at work on the same answer) is said by `receive_submission`, to
which it is left: so there is one place that knows these rules, and no post can take others with it.

Each post is made ready by itself, while others are being written: read, recognised and sealed (`PlainPosts.seal`). What is
written of a group is decided by the statement that writes it. What became of each is read after the commit, with which it came.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from core import audit
from core.keys.keyring import KeyRing
from core.postgres.one_exchange import Given, Row, Said, Statement
from core.postgres.packed_arrays import Kind, moment_sent, packed
from forms import FormDefinition, find_definition
from ingest.blind_tokens import answers_digest
from ingest.errors import Outcome, Refused
from ingest.insert_arrivals import COLUMNS, GIVEN, KEYS, SUBMISSIONS, SealedPost, rows, seal_arrivals
from ingest.models import Attachment, State
from ingest.receipt import Receipt
from ingest.recognise_post import NamedPost, Post, name_post, recognise_by
from ingest.seal_content import SUBMISSION, sealed_files
from ingest.take_turns import TURN_BYTES

__all__ = ["Group", "PlainPosts"]

MOST_KEPT: Final = 128  # forms
TRUE: Final = b"\x01"
ENCRYPTED: Final = State.ENCRYPTED.value.encode()

# The turns that were got are noted in the transaction, for the next statement: it has to be another one, so that what it sees
# is not older than they are. An answer that somebody else is working on is left alone, so that nobody ever waits here while
# others wait for them.
TRY_TURNS: Final = Statement(b"""
    SELECT set_config('waystation.turns', coalesce(string_agg(turn::text, ' '), ''), true)
    FROM unnest(%(turn)b::bigint[]) AS t (turn) WHERE pg_try_advisory_xact_lock(turn)
""")
# Looked at are the posts whose turn it is, whose collectors still send for this operation and custody, by the very row that was
# proven, and which neither are of what was erased nor were replaced by an edit before they came.
#
# A token is looked for between itself and itself, the first in order: only the index on tokens gives that order. By equality
# any index of the operation will do for a statement planned while the table is small, and it then reads all of the operation.
ADD: Final = Statement(
    b"\n".join(
        (
            b"WITH given AS (SELECT * FROM",
            GIVEN,
            b", %(replaces)b::bytea[], %(turn)b::bigint[], %(proven)b::text[]) WITH ORDINALITY AS t (",
            COLUMNS,
            b""", replaces, turn, proven, place)
            ), posted AS (
                SELECT given.* FROM given
                WHERE turn = ANY(string_to_array(current_setting('waystation.turns'), ' ')::bigint[])
                    AND (SELECT sender.id FROM ingest.collector AS sender
                        WHERE sender.id = given.collector::uuid AND sender.operation = %(operation)s
                            AND sender.retired_at IS NULL AND sender.custody = given.custody
                            AND sender.xmin::text = given.proven) IS NOT NULL
                    AND (SELECT edit.id FROM ingest.submission AS edit
                        WHERE edit.operation = %(operation)s AND edit.replaces BETWEEN given.instance AND given.instance
                        ORDER BY edit.replaces LIMIT 1) IS NULL
                    AND NOT EXISTS (SELECT FROM ingest.tombstone AS erased
                        WHERE erased.operation = %(operation)s AND erased.instance IN (given.instance, given.replaces) OFFSET 0)
            ), here AS (
                SELECT place, kept.id, kept.digest, kept.complete, kept.state
                FROM posted CROSS JOIN LATERAL (SELECT id, digest, complete, state FROM ingest.submission AS kept
                    WHERE kept.operation = %(operation)s AND kept.instance BETWEEN posted.instance AND posted.instance
                    ORDER BY kept.instance LIMIT 1) AS kept
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
            ), noted AS (SELECT set_config('waystation.written', string_agg(record::text, ' '), true) FROM keyed)
            SELECT place, id, digest, complete, state FROM here
            UNION ALL SELECT place, id, NULL, complete, state FROM posted, noted WHERE id IN (SELECT record FROM keyed)""",
        )
    )
)
ADD_FILES: Final = Statement(b"""
    INSERT INTO ingest.attachment (id, operation, owner, name, digest, label, content)
    SELECT id, %(operation)s, owner, name, digest, label, content
    FROM unnest(%(id)b::uuid[], %(owner)b::uuid[], %(name)b::bytea[], %(digest)b::bytea[], %(label)b::bytea[],
        %(content)b::bytea[]) AS t (id, owner, name, digest, label, content)
    WHERE owner = ANY(string_to_array(current_setting('waystation.written', true), ' ')::uuid[])
""")


@dataclass(frozen=True)
class Group:
    """Posts to one operation, and what is said to the database to keep the plain ones of them."""

    ring: KeyRing = field(repr=False)
    posts: Sequence[SealedPost]
    said: Sequence[Said] = field(repr=False)

    def receipts(self, answers: Sequence[Sequence[Row]]) -> list[Receipt | None]:
        """What became of each, by what the database answered to what was said. In place of a receipt stands None for each post
        of which nothing was done: it is to be received alone, by its collector's token anew."""
        receipts: list[Receipt | None] = [None] * len(self.posts)
        for place, record, digest, complete, state in answers[1]:
            at = int.from_bytes(place or b"") - 1
            submission, whole = UUID(bytes=record), complete == TRUE
            if outcome := self._outcome(self.posts[at], submission, digest):
                receipts[at] = Receipt(outcome, submission, whole, to_open=whole and state == ENCRYPTED)
        return receipts

    def _outcome(self, post: SealedPost, record: UUID, digest: bytes | None) -> Outcome | None:
        """`digest` is of what was there before, None where nothing was."""
        if digest is None:
            return Outcome.ACCEPTED
        resent = Outcome.EDIT_RESENT if post.arrival.replaces else Outcome.RESENT
        return resent if self._is_the_same(post, record, digest) else None

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

    def group(self, operation: str, posts: Sequence[SealedPost]) -> Group:
        """What keeps the plain ones of some posts to one operation, as a transaction of its own (collection zone)."""
        given = {
            **rows(self._ring, operation, posts),
            "replaces": packed(Kind.BYTEA, [one.arrival.replaces for one in posts]),
            "turn": packed(Kind.BIGINT, [one.arrival.instance[:TURN_BYTES] for one in posts]),
            "proven": packed(Kind.TEXT, [one.arrival.post.proven.encode() for one in posts]),
        }
        given |= {"operation": operation.encode(), "at": moment_sent(given["at"])}
        said = [TRY_TURNS.of(given), ADD.of(given)]
        if files := [file for one in posts for file in self._files(operation, one)]:
            said.append(ADD_FILES.of(_file_rows(operation, files)))
        lines = [_line(one) for one in posts]
        said.append(audit.record_each(audit.Action.RECEIVED, SUBMISSION, lines, purpose=audit.Purpose.COLLECTION))
        return Group(self._ring, posts, said)

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


def _file_rows(operation: str, files: Sequence[Attachment]) -> Given:
    return {
        "operation": operation.encode(),
        "id": packed(Kind.UUID, [file.id.bytes for file in files]),
        "owner": packed(Kind.UUID, [file.owner.bytes for file in files]),
        "name": packed(Kind.BYTEA, [file.name for file in files]),
        "digest": packed(Kind.BYTEA, [file.digest for file in files]),
        "label": packed(Kind.BYTEA, [file.label for file in files]),
        "content": packed(Kind.BYTEA, [file.content for file in files]),
    }
