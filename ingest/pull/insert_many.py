"""Write a page of new submissions with a few statements: what `receive_submission` writes for one, for all of them at once.

Rows travel as one array for each column. COPY is not for tables under row-level security, and arrays, unlike temporary
tables, leave nothing to clear away; a page is a thousand rows.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from core import audit
from core.clock import now
from core.driver_connection import driver_connection
from core.keyring import KeyRing
from core.seal_many import ManySealer
from ingest.blind_tokens import answered_digest, answers_digest, pulled_version
from ingest.pull.server_record import ServerRecord
from ingest.pull.sources import Source
from ingest.recognise_post import Arrival
from ingest.seal_content import SUBMISSION

__all__ = ["insert_new", "link"]

ADD_SUBMISSIONS: Final = """
    INSERT INTO ingest.submission (id, operation, root_id, form_id, form_version, instance, digest, answered, collector,
        received_at, complete, state, xml, custody)
    SELECT id, %(operation)s, id, %(form)s, version, instance, digest, answered, %(collector)s,
        %(at)s, complete, 'awaiting', xml, %(custody)s
    FROM unnest(%(id)b::uuid[], %(version)b::varchar[], %(instance)b::bytea[], %(digest)b::bytea[], %(answered)b::bytea[],
        %(complete)b::boolean[], %(xml)b::bytea[]) AS t (id, version, instance, digest, answered, complete, xml)
    ON CONFLICT (operation, instance) DO NOTHING RETURNING id, instance
"""
ADD_KEYS: Final = """
    INSERT INTO ingest.record_key (record, operation, version, sealed, commitment)
    SELECT record, %(operation)s, %(version)s, sealed, commitment
    FROM unnest(%(record)b::uuid[], %(sealed)b::bytea[], %(commitment)b::bytea[]) AS t (record, sealed, commitment)
"""
LINK: Final = """
    INSERT INTO ingest.pulled (source, number, operation, version, submission, validation, moment)
    SELECT %(source)s, number, %(operation)s, version, submission, validation, moment
    FROM unnest(%(number)b::uuid[], %(version)b::bytea[], %(submission)b::uuid[], %(validation)b::varchar[],
        %(moment)b::bigint[]) AS t (number, version, submission, validation, moment)
    ON CONFLICT (source, number) DO UPDATE SET version = excluded.version, submission = excluded.submission,
        validation = excluded.validation, moment = excluded.moment, deleted_at = NULL
"""


def insert_new(session: Session, ring: KeyRing, source: Source, arrivals: Sequence[Arrival]) -> dict[bytes, UUID]:
    """The ids of the submissions made, by blind token. One that somebody else has made meanwhile is not among them."""
    if not arrivals:
        return {}
    sealer = ManySealer(ring, SUBMISSION, "key")
    ids = [uuid4() for _ in arrivals]
    keys = [sealer.new_key(one.bytes) for one in ids]
    sealed = [
        sealer.seal(key, arrival.post.xml, SUBMISSION, "content", one.bytes)
        for one, (key, _), arrival in zip(ids, keys, arrivals, strict=True)
    ]
    with driver_connection(session).cursor() as cursor:
        cursor.execute(
            ADD_SUBMISSIONS,
            {
                "operation": source.operation,
                "form": source.form_id,
                "collector": source.collector,
                "at": now(),
                "custody": str(source.custody),
                "id": ids,
                "version": [arrival.head.version for arrival in arrivals],
                "instance": [arrival.instance for arrival in arrivals],
                "digest": [answers_digest(ring, one, arrival.post.xml) for one, arrival in zip(ids, arrivals, strict=True)],
                "answered": [
                    answered_digest(ring, one, arrival.answers or b"") for one, arrival in zip(ids, arrivals, strict=True)
                ],
                "complete": [not arrival.expected for arrival in arrivals],
                "xml": sealed,
            },
        )
        made: dict[UUID, bytes] = dict(cursor.fetchall())
        wrapped = [(one, key) for one, (_, key) in zip(ids, keys, strict=True) if one in made]
        given = {
            "operation": source.operation,
            "version": sealer.version,
            "record": [one for one, _ in wrapped],
            "sealed": [key.sealed for _, key in wrapped],
            "commitment": [key.commitment for _, key in wrapped],
        }
        cursor.execute(ADD_KEYS, given)
    audit.record(
        session,
        audit.Action.RECEIVED,
        SUBMISSION,
        purpose=audit.Purpose.COLLECTION,
        count=len(made),
        detail={"submissions": [str(one) for one in made]},
    )
    return {instance: one for one, instance in made.items()}


def link(session: Session, ring: KeyRing, source: Source, links: Sequence[tuple[ServerRecord, UUID | None]]) -> None:
    """Keep which record of the server is which submission here (None: it lies in quarantine)."""
    if not links:
        return
    of_number = {record.number: (record, submission) for record, submission in links}
    with driver_connection(session).cursor() as cursor:
        cursor.execute(
            LINK,
            {
                "source": source.id,
                "operation": source.operation,
                "number": [UUID(int=number) for number in of_number],
                "version": [pulled_version(ring, source.id, number, record.uuid) for number, (record, _) in of_number.items()],
                "submission": [submission for _, submission in of_number.values()],
                "validation": [record.validation for record, _ in of_number.values()],
                "moment": [record.moment for record, _ in of_number.values()],
            },
        )
