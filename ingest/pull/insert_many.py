"""Write a page of new submissions, and which record of the server each of them is."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from core import audit
from core.keys.keyring import KeyRing
from core.postgres.driver_connection import driver_connection
from core.postgres.packed_arrays import Kind, packed
from ingest.blind_tokens import pulled_version
from ingest.insert_arrivals import ADD_UNLESS_THERE, rows, seal_arrivals
from ingest.pull.server_record import ServerRecord
from ingest.recognise_post import Arrival
from ingest.seal_content import SUBMISSION, keep_files
from ingest.sources.register_source import Source

__all__ = ["LINK", "insert_new", "link", "link_rows", "note_received"]

LINK: Final = b"""
    INSERT INTO ingest.pulled (source, number, operation, version, submission, validation, moment)
    SELECT %(source)s, number, %(operation)s, version, submission, validation, moment
    FROM unnest(%(number)b::uuid[], %(version)b::bytea[], %(submission)b::uuid[], %(validation)b::text[],
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
    note_received(session, [str(one) for one in made.values()])
    return made


def note_received(session: Session, submissions: Sequence[str]) -> None:
    """One line of the log for all of them."""
    audit.record(
        session,
        audit.Action.RECEIVED,
        SUBMISSION,
        purpose=audit.Purpose.COLLECTION,
        count=len(submissions),
        detail={"submissions": list(submissions)},
    )


def link(session: Session, ring: KeyRing, source: Source, links: Sequence[tuple[ServerRecord, UUID | None]]) -> None:
    """Keep which record of the server is which submission here (None: it lies in quarantine)."""
    if links:
        driver_connection(session).execute(LINK, link_rows(ring, source, links))


def link_rows(ring: KeyRing, source: Source, links: Sequence[tuple[ServerRecord, UUID | None]]) -> Mapping[str, Any]:
    """What `LINK` is given; of two for the same number the last one holds."""
    of_number = {record.number: (record, submission) for record, submission in links}
    records = [record for record, _ in of_number.values()]
    return {
        "source": source.id,
        "operation": source.operation,
        "number": packed(Kind.UUID, [number.to_bytes(16) for number in of_number]),
        "version": packed(Kind.BYTEA, [pulled_version(ring, source.id, one.number, one.uuid) for one in records]),
        "submission": packed(Kind.UUID, [one.bytes if one else None for _, one in of_number.values()]),
        "validation": packed(Kind.TEXT, [_text(one.validation) for one in records]),
        "moment": packed(Kind.BIGINT, [_moment(one.moment) for one in records]),
    }


def _text(text: str | None) -> bytes | None:
    return None if text is None else text.encode()


def _moment(milliseconds: int | None) -> bytes | None:
    return None if milliseconds is None else milliseconds.to_bytes(8, signed=True)
