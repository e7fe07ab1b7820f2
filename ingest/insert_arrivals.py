"""Write many new submissions with one statement: what `receive_submission` writes for one, for all of them at once.

Rows travel as one array for each column. COPY is not for tables under row-level security, and arrays, unlike temporary
tables, leave nothing to clear away. The statement is the same however many rows there are, so it is prepared once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

from core.clock import now
from core.envelope import RecordKey, WrappedKey
from core.keyring import KeyRing
from core.seal_many import ManySealer
from ingest.blind_tokens import answered_digest, answers_digest
from ingest.bound_answers import bound_to
from ingest.models import State
from ingest.recognise_post import Arrival
from ingest.seal_content import SUBMISSION

__all__ = ["ADD", "ADD_UNLESS_THERE", "NewSubmission", "rows", "seal_arrivals"]

_ADD: Final = b"""
    WITH new AS (
        SELECT * FROM unnest(%(id)b::uuid[], %(form)b::varchar[], %(version)b::varchar[], %(instance)b::bytea[],
            %(digest)b::bytea[], %(answered)b::bytea[], %(collector)b::varchar[], %(complete)b::boolean[],
            %(state)b::varchar[], %(xml)b::bytea[], %(custody)b::varchar[], %(sealed)b::bytea[], %(commitment)b::bytea[])
            AS t (id, form, version, instance, digest, answered, collector, complete, state, xml, custody, sealed, commitment)
    ), added AS (
        INSERT INTO ingest.submission (id, operation, root_id, form_id, form_version, instance, digest, answered, collector,
            received_at, complete, state, xml, custody)
        SELECT id, %(operation)s, id, form, version, instance, digest, answered, collector,
            %(at)s, complete, state, xml, custody FROM new
        -- unless there --
        RETURNING id
    )
    INSERT INTO ingest.record_key (record, operation, version, sealed, commitment)
    SELECT id, %(operation)s, %(key_version)s, sealed, commitment FROM new JOIN added USING (id)
"""
ADD: Final = _ADD.replace(b"-- unless there --", b"")
ADD_UNLESS_THERE: Final = (
    _ADD.replace(b"-- unless there --", b"ON CONFLICT (operation, instance) DO NOTHING") + b"RETURNING record"
)


@dataclass(frozen=True)
class NewSubmission:
    """An arrival under the id and key that it gets here; `content` is its answers, sealed."""

    id: UUID
    arrival: Arrival
    key: RecordKey = field(repr=False)
    wrapped: WrappedKey
    content: bytes = field(repr=False)
    complete: bool


def seal_arrivals(ring: KeyRing, arrivals: Sequence[Arrival]) -> list[NewSubmission]:
    """Give each an id and a key, and seal its answers."""
    sealer = ManySealer(ring, SUBMISSION, "key")
    return [_sealed(sealer, uuid4(), arrival) for arrival in arrivals]


def rows(ring: KeyRing, operation: str, new: Sequence[NewSubmission]) -> Mapping[str, Any]:
    """What `ADD` is given; all were sealed together, and so under one version of the key ring's."""
    arrivals = [one.arrival for one in new]
    return {
        "operation": operation,
        "at": now(),
        "id": [one.id for one in new],
        "form": [arrival.head.form_id for arrival in arrivals],
        "version": [arrival.head.version for arrival in arrivals],
        "instance": [arrival.instance for arrival in arrivals],
        "digest": [answers_digest(ring, one.id, one.arrival.post.xml) for one in new],
        "answered": [_answered(ring, one) for one in new],
        "collector": [arrival.post.collector for arrival in arrivals],
        "complete": [one.complete for one in new],
        "state": [State.ENCRYPTED.value if arrival.head.encrypted else State.AWAITING.value for arrival in arrivals],
        "xml": [one.content for one in new],
        "custody": [str(arrival.post.custody) for arrival in arrivals],
        "key_version": new[0].wrapped.version,
        "sealed": [one.wrapped.sealed for one in new],
        "commitment": [one.wrapped.commitment for one in new],
    }


def _sealed(sealer: ManySealer, submission: UUID, arrival: Arrival) -> NewSubmission:
    key, wrapped = sealer.new_key(submission.bytes)
    # What comes in many at once replaces nothing (see `_ADD`).
    named = bound_to(arrival.post.collector, str(arrival.post.custody), None)
    content = sealer.seal(key, arrival.post.xml, SUBMISSION, named, submission.bytes)
    complete = arrival.expected <= {file.name for file in arrival.post.files}
    return NewSubmission(submission, arrival, key, wrapped, content, complete)


def _answered(ring: KeyRing, one: NewSubmission) -> bytes | None:
    return None if one.arrival.answers is None else answered_digest(ring, one.id, one.arrival.answers)
