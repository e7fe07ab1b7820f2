"""Write many new submissions with one statement: what `receive_submission` writes for one, for all of them at once.

Rows travel as one array for each column. COPY is not for tables under row-level security, and arrays, unlike temporary
tables, leave nothing to clear away. The statement is the same however many rows there are, so it is prepared once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from core.clock import now
from core.keys.keyring import KeyRing
from core.postgres.ids_together import ids_together
from core.postgres.packed_arrays import Kind, packed
from core.sealing.envelope import RecordKey, WrappedKey
from core.sealing.seal_many import ManySealer
from ingest.blind_tokens import answered_digest, answers_digest
from ingest.bound_answers import bound_to
from ingest.models import State
from ingest.recognise_post import Arrival
from ingest.seal_content import SUBMISSION

__all__ = ["ADD_UNLESS_THERE", "COLUMNS", "GIVEN", "KEYS", "SUBMISSIONS", "SealedPost", "rows", "seal_arrivals"]

# The rows given, and where they go. What is between is the statement's own: which of them are written.
GIVEN: Final = b"""unnest(%(id)b::uuid[], %(form)b::text[], %(version)b::text[], %(instance)b::bytea[], %(digest)b::bytea[],
    %(answered)b::bytea[], %(collector)b::text[], %(complete)b::boolean[], %(state)b::text[], %(xml)b::bytea[],
    %(custody)b::text[], %(key_version)b::integer[], %(sealed)b::bytea[], %(commitment)b::bytea[]"""
COLUMNS: Final = b"""id, form, version, instance, digest, answered, collector, complete, state, xml, custody,
    key_version, sealed, commitment"""
SUBMISSIONS: Final = b"""INSERT INTO ingest.submission (id, operation, root_id, form_id, form_version, instance, digest,
        answered, collector, received_at, complete, state, xml, custody)
    SELECT id, %(operation)s, id, form, version, instance, digest, answered,
        collector, %(at)s::timestamptz, complete, state, xml, custody"""
KEYS: Final = b"""INSERT INTO ingest.record_key (record, operation, version, sealed, commitment)
    SELECT id, %(operation)s, key_version, sealed, commitment"""
# Arrays are taken apart row by row as the rows are written: as a table of their own (`FROM unnest`) they would be kept first.
ADD_UNLESS_THERE: Final = b"""
    WITH added AS (
        INSERT INTO ingest.submission (id, operation, root_id, form_id, form_version, instance, digest, answered, collector,
            received_at, complete, state, xml, custody)
        SELECT unnest(%(id)b::uuid[]), %(operation)s, unnest(%(id)b::uuid[]), unnest(%(form)b::text[]),
            unnest(%(version)b::text[]), unnest(%(instance)b::bytea[]), unnest(%(digest)b::bytea[]),
            unnest(%(answered)b::bytea[]), unnest(%(collector)b::text[]), %(at)s::timestamptz, unnest(%(complete)b::boolean[]),
            unnest(%(state)b::text[]), unnest(%(xml)b::bytea[]), unnest(%(custody)b::text[])
        ON CONFLICT (operation, instance) DO NOTHING RETURNING id
    )
    INSERT INTO ingest.record_key (record, operation, version, sealed, commitment)
    SELECT record, %(operation)s, version, sealed, commitment
    FROM unnest(%(id)b::uuid[], %(key_version)b::integer[], %(sealed)b::bytea[], %(commitment)b::bytea[])
        AS key (record, version, sealed, commitment)
    JOIN added ON added.id = key.record RETURNING record
"""


@dataclass(frozen=True)
class SealedPost:
    """An arrival under the id and key that it gets here; `content` is its answers, sealed."""

    id: UUID
    arrival: Arrival
    key: RecordKey = field(repr=False)
    wrapped: WrappedKey
    content: bytes = field(repr=False)
    complete: bool


def seal_arrivals(ring: KeyRing, arrivals: Sequence[Arrival]) -> list[SealedPost]:
    """Give each an id and a key, and seal its answers."""
    sealer = ManySealer(ring, SUBMISSION, "key")
    ids = ids_together(len(arrivals))
    return [_sealed(sealer, submission, arrival) for submission, arrival in zip(ids, arrivals, strict=True)]


def rows(ring: KeyRing, operation: str, new: Sequence[SealedPost]) -> Mapping[str, Any]:
    """What a statement with `GIVEN` is given."""
    arrivals = [one.arrival for one in new]
    encrypted, awaiting = State.ENCRYPTED.value.encode(), State.AWAITING.value.encode()
    return {
        "operation": operation,
        "at": now(),
        "id": packed(Kind.UUID, [one.id.bytes for one in new]),
        "form": packed(Kind.TEXT, [arrival.head.form_id.encode() for arrival in arrivals]),
        "version": packed(Kind.TEXT, [arrival.head.version.encode() for arrival in arrivals]),
        "instance": packed(Kind.BYTEA, [arrival.instance for arrival in arrivals]),
        "digest": packed(Kind.BYTEA, [answers_digest(ring, one.id, one.arrival.post.xml) for one in new]),
        "answered": packed(Kind.BYTEA, [_answered(ring, one) for one in new]),
        "collector": packed(Kind.TEXT, [arrival.post.collector.encode() for arrival in arrivals]),
        "complete": packed(Kind.BOOLEAN, [bytes([one.complete]) for one in new]),
        "state": packed(Kind.TEXT, [encrypted if arrival.head.encrypted else awaiting for arrival in arrivals]),
        "xml": packed(Kind.BYTEA, [one.content for one in new]),
        "custody": packed(Kind.TEXT, [str(arrival.post.custody).encode() for arrival in arrivals]),
        "key_version": packed(Kind.INTEGER, [one.wrapped.version.to_bytes(4) for one in new]),
        "sealed": packed(Kind.BYTEA, [one.wrapped.sealed for one in new]),
        "commitment": packed(Kind.BYTEA, [one.wrapped.commitment for one in new]),
    }


def _sealed(sealer: ManySealer, submission: UUID, arrival: Arrival) -> SealedPost:
    key, wrapped = sealer.new_key(submission.bytes)
    # What comes in many at once replaces nothing (see `SUBMISSIONS`).
    named = bound_to(arrival.post.collector, str(arrival.post.custody), None)
    content = sealer.seal(key, arrival.post.xml, SUBMISSION, named, submission.bytes)
    complete = arrival.expected <= {file.name for file in arrival.post.files}
    return SealedPost(submission, arrival, key, wrapped, content, complete)


def _answered(ring: KeyRing, one: SealedPost) -> bytes | None:
    return None if one.arrival.answers is None else answered_digest(ring, one.id, one.arrival.answers)
