"""A page of records made ready by whoever has it, without the database, and then written by two statements.

Reading, writing anew and sealing are most of what a record costs, and ask nothing of what is here. Whatever there is more to
say of a record than that it is new is left to `take_in`: an edit, one without its form, one that must be refused.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from core.clock import now
from core.keys.keyring import KeyRing
from core.postgres.driver_connection import driver_connection
from core.postgres.packed_arrays import Kind, packed
from forms import FormDefinition
from ingest.blind_tokens import pulled_token
from ingest.errors import Refused
from ingest.insert_arrivals import ADD_UNLESS_THERE, rows, seal_arrivals
from ingest.pull.errors import FormNotPublished
from ingest.pull.insert_many import LINK, link_rows, note_received
from ingest.pull.recognise_record import Recognised, definitions_of, recognise_record
from ingest.pull.server_record import ServerFile, ServerRecord
from ingest.sources.register_source import Source

__all__ = ["ReadyPage", "Waiting", "forms_of_page", "make_ready", "write_ready"]

# Anything that makes one of them more than new: its number is known, it was erased, it is here, an edit replaced it before.
KNOWN: Final = b"""
    SELECT 1 FROM ingest.pulled WHERE source = %(source)s AND number = ANY(%(number)b::uuid[])
    UNION ALL SELECT 1 FROM ingest.tombstone WHERE operation = %(operation)s AND instance = ANY(%(names)b::bytea[])
    UNION ALL SELECT 1 FROM ingest.submission WHERE operation = %(operation)s AND instance = ANY(%(instance)b::bytea[])
    UNION ALL SELECT 1 FROM ingest.submission WHERE operation = %(operation)s AND replaces = ANY(%(instance)b::bytea[])
"""


@dataclass(frozen=True)
class Waiting:
    """A submission that waits for the files `expected` by name, and the files that the server says it has."""

    submission: UUID
    expected: frozenset[str] = field(repr=False)
    files: Sequence[ServerFile] = field(repr=False)


@dataclass(frozen=True)
class ReadyPage:
    """Those records of a page that are plain as far as the page tells: under ids and keys of their own, sealed, in columns.

    `submissions` are their ids here, `waiting` those of them that wait for files; `left` are the records that are not plain.
    The source stands at `place` once all of them are taken in.
    """

    submissions: Sequence[str]
    waiting: Sequence[Waiting]
    left: Sequence[ServerRecord] = field(repr=False)
    place: int
    columns: Mapping[str, Any] = field(repr=False)
    links: Mapping[str, Any] = field(repr=False)
    names: bytes = field(repr=False)


def forms_of_page(session: Session, source: Source, versions: Collection[str]) -> Mapping[str, FormDefinition]:
    """What records were asked, by the server's name of the version; without those whose form is not published."""
    look_up, found = definitions_of(session, source), {}
    for version in versions:
        try:
            found[version] = look_up(version)
        except FormNotPublished:
            continue
    return found


def make_ready(
    ring: KeyRing, source: Source, forms: Mapping[str, FormDefinition], records: Sequence[ServerRecord]
) -> ReadyPage:
    """What can be said of a page, which is not empty, without asking what is here; `forms` as `forms_of_page` gives them."""
    plain: dict[bytes, Recognised] = {}
    left = []
    for record in {record.number: record for record in records}.values():
        one = _recognised(ring, source, record, forms)
        if one is None or plain.setdefault(one.arrival.instance, one) is not one:
            left.append(record)
    page = list(plain.values())
    new = seal_arrivals(ring, [one.arrival for one in page])
    numbered = [(one.record, made.id) for one, made in zip(page, new, strict=True)]
    erased_as = [pulled_token(ring, source.id, one.record.number) for one in page]
    return ReadyPage(
        submissions=[str(made.id) for made in new],
        waiting=[_waiting(one, made.id) for one, made in zip(page, new, strict=True) if one.arrival.expected],
        left=left,
        place=records[-1].place,
        columns=rows(ring, source.operation, new),
        links=link_rows(ring, source, numbered),
        names=packed(Kind.BYTEA, [*plain, *erased_as]),
    )


def _waiting(one: Recognised, submission: UUID) -> Waiting:
    return Waiting(submission, one.arrival.expected, one.record.files_among(one.arrival.expected))


def _recognised(ring: KeyRing, source: Source, record: ServerRecord, forms: Mapping[str, FormDefinition]) -> Recognised | None:
    definition = forms.get(record.version)
    if definition is None or record.before or record.manifest is not None:
        return None
    try:
        return recognise_record(ring, source, record, definition)
    except Refused:
        return None  # and is told by whoever can keep it


def write_ready(session: Session, page: ReadyPage) -> bool:
    """Write all that is plain, or nothing where one of them is not new or somebody else is taking it in (collection zone)."""
    if not page.submissions:
        return True
    connection = driver_connection(session)
    asked = {**page.links, "names": page.names, "instance": page.columns["instance"]}
    if connection.execute(KNOWN, asked).fetchone():
        return False
    with session.begin_nested() as attempt:
        added = connection.execute(ADD_UNLESS_THERE, {**page.columns, "at": now()}).fetchall()
        if len(added) < len(page.submissions):
            attempt.rollback()
            return False
        connection.execute(LINK, page.links)
    note_received(session, page.submissions)
    return True
