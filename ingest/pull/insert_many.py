"""Write a page of new submissions, and which record of the server each of them is."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from core import audit
from core.driver_connection import driver_connection
from core.keyring import KeyRing
from ingest.blind_tokens import pulled_version
from ingest.insert_arrivals import ADD_UNLESS_THERE, rows, seal_arrivals
from ingest.pull.server_record import ServerRecord
from ingest.recognise_post import Arrival
from ingest.seal_content import SUBMISSION, keep_files
from ingest.sources.register_source import Source

__all__ = ["insert_new", "link"]

LINK: Final = """
    INSERT INTO ingest.pulled (source, number, operation, version, submission, validation, moment)
    SELECT %(source)s, number, %(operation)s, version, submission, validation, moment
    FROM unnest(%(number)b::uuid[], %(version)b::bytea[], %(submission)b::uuid[], %(validation)b::varchar[],
        %(moment)b::bigint[]) AS t (number, version, submission, validation, moment)
    ON CONFLICT (source, number) DO UPDATE SET version = excluded.version, submission = excluded.submission,
        validation = excluded.validation, moment = excluded.moment, deleted_at = NULL
"""


def insert_new(session: Session, ring: KeyRing, operation: str, arrivals: Sequence[Arrival]) -> dict[bytes, UUID]:
    """The ids of the submissions made, by blind token, with the files that came with them. One that somebody else has made
    meanwhile is not among them."""
    if not arrivals:
        return {}
    new = seal_arrivals(ring, arrivals)
    with driver_connection(session).cursor() as cursor:
        cursor.execute(ADD_UNLESS_THERE, rows(ring, operation, new))
        added = {one for (one,) in cursor.fetchall()}
    made = {one.arrival.instance: one.id for one in new if one.id in added}
    for one in new:
        if one.id in added and one.arrival.post.files:
            keep_files(session, ring, one.key, operation=operation, owner=one.id, files=one.arrival.post.files)
    audit.record(
        session,
        audit.Action.RECEIVED,
        SUBMISSION,
        purpose=audit.Purpose.COLLECTION,
        count=len(made),
        detail={"submissions": [str(one) for one in made.values()]},
    )
    return made


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
