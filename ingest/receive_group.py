"""Take in a group of posts in one transaction: the plain ones, of which there are most, by few exchanges for all.

A post is plain where it is new and whole of itself, or exactly what came before. Whatever else there is to say of it (an edit,
a further file, something that must be refused, somebody else at work on the same answer) is said by `receive_submission`, to
which it is left: so there is one place that knows these rules, and no post can take others with it.
"""

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, cast
from uuid import UUID

import psycopg
from sqlalchemy.orm import Session

from core import audit
from core.driver_connection import DriverConnection, driver_connection
from core.keyring import KeyRing
from forms import FormDefinition, find_definition
from ingest.blind_tokens import answers_digest
from ingest.errors import Outcome, Refused
from ingest.insert_arrivals import ADD, NewSubmission, rows, seal_arrivals
from ingest.models import State
from ingest.receipt import Receipt
from ingest.recognise_post import Arrival, NamedPost, Post, name_post, recognise_by
from ingest.seal_content import SUBMISSION, keep_files
from ingest.take_turns import turn_of

__all__ = ["Definitions", "receive_group"]

# What published versions ask, by operation, form and version: that never changes, and a caller keeps it from group to group.
# How closely an answer is kept may be said anew (`forms.classes`), and is not looked at here.
Definitions: TypeAlias = MutableMapping[tuple[str, str, str], FormDefinition]
MOST_KEPT: Final = 128

# An answer that somebody else is working on is left alone, so that nobody ever waits here while others wait for them.
TRY_TURNS: Final = b"SELECT turn FROM unnest(%b::bigint[]) AS t (turn) WHERE pg_try_advisory_xact_lock(turn)"
# Which of these collectors still send for this operation and custody, by the very row that was proven; which of these answers
# are here; and which of these tokens must not be taken in as new: those of what was erased, and those that an edit replaced
# before they came.
LOOK_UP: Final = b"""
    SELECT 'collector' AS what, NULL::bytea AS token, id, NULL::bytea AS digest, false AS complete,
        custody || ' ' || xmin::text AS state
    FROM ingest.collector WHERE operation = %(operation)s AND id = ANY(%(collectors)b::uuid[]) AND retired_at IS NULL
    UNION ALL
    SELECT 'here', instance, id, digest, complete, state
    FROM ingest.submission WHERE operation = %(operation)s AND instance = ANY(%(instances)b::bytea[])
    UNION ALL
    SELECT 'replaced', replaces, NULL, NULL, false, ''
    FROM ingest.submission WHERE operation = %(operation)s AND replaces = ANY(%(instances)b::bytea[])
    UNION ALL
    SELECT 'erased', instance, NULL, NULL, false, ''
    FROM ingest.tombstone WHERE operation = %(operation)s AND instance = ANY(%(tokens)b::bytea[])
"""


@dataclass(frozen=True)
class _Here:
    """A submission with a token of the group."""

    id: UUID
    digest: bytes
    complete: bool
    encrypted: bool


@dataclass
class _Found:
    """What the database knows of a group."""

    turns: set[int] = field(default_factory=set)
    collectors: set[tuple[str, str]] = field(default_factory=set)
    here: dict[bytes, _Here] = field(default_factory=dict)
    barred: set[bytes] = field(default_factory=set)


def receive_group(
    session: Session, ring: KeyRing, definitions: Definitions, *, operation: str, posts: Sequence[Post]
) -> list[Receipt | None]:
    """Keep the plain ones of some posts to one operation (collection zone).

    In place of a receipt stands None for each post of which nothing was done: it is to be received alone, by its collector's
    token anew. Nothing holds until the transaction is committed.
    """
    arrivals = [_recognised(session, ring, definitions, post) for post in posts]
    found = _look_up(session, operation, [arrival for arrival in arrivals if arrival])
    new: dict[int, Arrival] = {}
    receipts: list[Receipt | None] = [None] * len(posts)
    for place, arrival in enumerate(arrivals):
        if arrival is None or not _may_be_taken(arrival, found):
            continue
        here = found.here.get(arrival.instance)
        if here:
            receipts[place] = _the_same(ring, arrival, here)
        elif arrival.replaces is None and arrival.instance not in {one.instance for one in new.values()}:
            new[place] = arrival
    for place, receipt in zip(new, _insert(session, ring, operation, list(new.values())), strict=True):
        receipts[place] = receipt
    return receipts


def _recognised(session: Session, ring: KeyRing, definitions: Definitions, post: Post) -> Arrival | None:
    try:
        named = name_post(ring, post)
        definition = _definition(session, definitions, named)
        return recognise_by(ring, named, definition) if definition else None
    except Refused:
        return None


def _definition(session: Session, definitions: Definitions, named: NamedPost) -> FormDefinition | None:
    asked = (named.post.operation, named.head.form_id, named.head.version)
    if asked not in definitions:
        found = find_definition(session, *asked)
        if found is None:
            return None
        if len(definitions) >= MOST_KEPT:
            definitions.clear()
        definitions[asked] = found
    return definitions[asked]


def _look_up(session: Session, operation: str, arrivals: Sequence[Arrival]) -> _Found:
    instances = [arrival.instance for arrival in arrivals]
    asked = {
        "operation": operation,
        "collectors": list({UUID(arrival.post.collector) for arrival in arrivals}),
        "instances": instances,
        "tokens": [*instances, *(arrival.replaces for arrival in arrivals if arrival.replaces)],
    }
    found = _Found()
    connection = driver_connection(session)
    turns, known = _bytes(connection), _bytes(connection)
    with connection.in_one_exchange():
        turns.execute(TRY_TURNS, (sorted({turn_of(instance) for instance in instances}),))
        known.execute(LOOK_UP, asked)  # a statement of its own: what it sees is not older than the turns
    found.turns.update(turn for (turn,) in turns.fetchall())
    for what, token, record, digest, complete, state in known.fetchall():
        if what == "collector":
            found.collectors.add((str(record), state))
        elif what == "here":
            found.here[token] = _Here(record, digest, complete, state == State.ENCRYPTED)
        else:
            found.barred.add(token)
    return found


def _bytes(connection: DriverConnection) -> psycopg.Cursor[Any]:
    """A cursor whose results are bytes as they are, not written as text."""
    return cast("psycopg.Cursor[Any]", connection.cursor(binary=True))


def _may_be_taken(arrival: Arrival, found: _Found) -> bool:
    post = arrival.post
    if (
        turn_of(arrival.instance) not in found.turns
        or (post.collector, f"{post.custody} {post.proven}") not in found.collectors
    ):
        return False
    return arrival.instance not in found.barred and arrival.replaces not in found.barred


def _the_same(ring: KeyRing, arrival: Arrival, here: _Here) -> Receipt | None:
    """The receipt of what came before, byte for byte; None where there is more to it."""
    if arrival.post.files or here.digest != answers_digest(ring, here.id, arrival.post.xml):
        return None
    outcome = Outcome.EDIT_RESENT if arrival.replaces else Outcome.RESENT
    return Receipt(outcome, here.id, here.complete, to_open=here.encrypted and here.complete)


def _insert(session: Session, ring: KeyRing, operation: str, arrivals: Sequence[Arrival]) -> list[Receipt]:
    if not arrivals:
        return []
    new = seal_arrivals(ring, arrivals)
    driver_connection(session).send_along(ADD, rows(ring, operation, new))
    for one in new:
        if one.arrival.post.files:
            keep_files(session, ring, one.key, operation=operation, owner=one.id, files=one.arrival.post.files)
    audit.record_each(session, audit.Action.RECEIVED, [_line(one) for one in new], purpose=audit.Purpose.COLLECTION)
    return [_receipt(one) for one in new]


def _line(one: NewSubmission) -> audit.Line:
    post = one.arrival.post
    return audit.Line(f"collector:{post.collector}", f"{SUBMISSION}:{one.id}", detail={"files": len(post.files)})


def _receipt(one: NewSubmission) -> Receipt:
    return Receipt(Outcome.ACCEPTED, one.id, one.complete, to_open=one.arrival.head.encrypted and one.complete)
