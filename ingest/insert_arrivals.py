"""Write many new submissions with a few statements: what `receive_submission` writes for one, for all of them at once.

Rows travel as one array for each column. COPY is not for tables under row-level security, and arrays, unlike temporary
tables, leave nothing to clear away. The statements are the same however many rows there are, so they are prepared once.
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
from ingest.models import State
from ingest.recognise_post import Arrival
from ingest.seal_content import SUBMISSION

__all__ = ["ADD_KEYS", "ADD_SUBMISSIONS", "UNLESS_THERE", "NewSubmission", "key_rows", "seal_arrivals", "submission_rows"]

ADD_SUBMISSIONS: Final = b"""
    INSERT INTO ingest.submission (id, operation, root_id, form_id, form_version, instance, digest, answered, collector,
        received_at, complete, state, xml, custody)
    SELECT id, %(operation)s, id, form, version, instance, digest, answered, collector,
        %(at)s, complete, state, xml, custody
    FROM unnest(%(id)b::uuid[], %(form)b::varchar[], %(version)b::varchar[], %(instance)b::bytea[], %(digest)b::bytea[],
        %(answered)b::bytea[], %(collector)b::varchar[], %(complete)b::boolean[], %(state)b::varchar[], %(xml)b::bytea[],
        %(custody)b::varchar[])
        AS t (id, form, version, instance, digest, answered, collector, complete, state, xml, custody)
"""
UNLESS_THERE: Final = b"ON CONFLICT (operation, instance) DO NOTHING RETURNING id, instance"
ADD_KEYS: Final = b"""
    INSERT INTO ingest.record_key (record, operation, version, sealed, commitment)
    SELECT record, %(operation)s, %(version)s, sealed, commitment
    FROM unnest(%(record)b::uuid[], %(sealed)b::bytea[], %(commitment)b::bytea[]) AS t (record, sealed, commitment)
"""


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


def submission_rows(ring: KeyRing, operation: str, new: Sequence[NewSubmission]) -> Mapping[str, Any]:
    """What `ADD_SUBMISSIONS` is given."""
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
    }


def key_rows(operation: str, new: Sequence[NewSubmission]) -> Mapping[str, Any]:
    """What `ADD_KEYS` is given; all were sealed together, and so under one version."""
    return {
        "operation": operation,
        "version": new[0].wrapped.version,
        "record": [one.id for one in new],
        "sealed": [one.wrapped.sealed for one in new],
        "commitment": [one.wrapped.commitment for one in new],
    }


def _sealed(sealer: ManySealer, submission: UUID, arrival: Arrival) -> NewSubmission:
    key, wrapped = sealer.new_key(submission.bytes)
    content = sealer.seal(key, arrival.post.xml, SUBMISSION, "content", submission.bytes)
    complete = arrival.expected <= {file.name for file in arrival.post.files}
    return NewSubmission(submission, arrival, key, wrapped, content, complete)


def _answered(ring: KeyRing, one: NewSubmission) -> bytes | None:
    return None if one.arrival.answers is None else answered_digest(ring, one.id, one.arrival.answers)
