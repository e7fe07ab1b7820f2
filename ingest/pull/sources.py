"""The forms on other servers that an operation pulls. Their tokens are sealed; the zone that pulls cannot read them."""

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, undefer

from core import audit
from core.access import UNASSIGNED, Custody
from core.clear_columns import code_in, custody_of
from core.clock import now
from core.keyring import KeyRing
from core.protected_address import is_protected
from ingest.models import PulledRow, SourceRow, Submission
from ingest.pull.errors import FormMisnamed, SourceChanged, SourceExists, SourceUnknown, SourceUnprotected
from ingest.seal_content import SOURCE, new_key, open_content, open_key, seal_content

__all__ = [
    "Kind",
    "Progress",
    "Source",
    "SourceState",
    "add_source",
    "find_source",
    "list_sources",
    "move_changes",
    "number_of",
    "open_token",
    "source_progress",
    "source_states",
]


class Kind(StrEnum):
    """What kind of server it is."""

    KOBO = "kobotoolbox"
    CENTRAL = "odk-central"


CENTRAL_FORM = re.compile(r"[0-9]+/.+")


@dataclass(frozen=True)
class Source:
    """A form (`asset`) on the server at `address`; its records are answers to our form `form_id` and lie with `custody`."""

    id: UUID
    operation: str
    kind: Kind
    address: str
    asset: str
    form_id: str
    custody: Custody

    @property
    def collector(self) -> str:
        """By which name submissions say where they came from."""
        return f"source:{self.id}"


@dataclass(frozen=True)
class SourceState:
    """How a source stands: the last number taken in, records known, of these in quarantine, and gone from the server."""

    source: Source
    position: int
    records: int
    refused: int
    deleted: int


@dataclass(frozen=True)
class Progress:
    """How far a source has come: the number or moment of the last record taken in; on servers that tell moments, that of the
    last change, and when the earliest record came there that lies in quarantine here or waits for files (None: there is none).
    Moments are milliseconds since 1970.
    """

    position: int
    changed_to: int
    unfinished_since: int | None


def add_source(
    session: Session,
    ring: KeyRing,
    operation: str,
    *,
    address: str,
    asset: str,
    form_id: str,
    token: str,
    kind: Kind = Kind.KOBO,
    custody: Custody = UNASSIGNED,
) -> Source:
    """Pull a form of another server from now on (collection zone).

    `asset` is its id in KoboToolbox, and in ODK Central its project's number and its id (`7/arrival`). `token` is what the
    server asks for: an API token, or an account's e-mail and password in a line each. Raises `SourceUnprotected`,
    `FormMisnamed` or `SourceExists`.
    """
    plain = address.rstrip("/")
    if not is_protected(plain):
        raise SourceUnprotected(address=plain)
    if kind is Kind.CENTRAL and not CENTRAL_FORM.fullmatch(asset):
        raise FormMisnamed(asset=asset)
    there = select(SourceRow.id).where(SourceRow.operation == operation, SourceRow.address == plain, SourceRow.asset == asset)
    if session.scalar(there):
        raise SourceExists(address=plain, asset=asset)
    source = uuid4()
    key = new_key(session, ring, operation, SOURCE, source)
    row = SourceRow(
        id=source,
        operation=operation,
        kind=kind,
        address=plain,
        asset=asset,
        form_id=form_id,
        token=seal_content(key, SOURCE, source, json.dumps([plain, asset, token]).encode()),
        position=0,
        custody=str(custody),
        added_at=now(),
    )
    session.add(row)
    session.flush()
    audit.record(session, audit.Action.REGISTERED, f"{SOURCE}:{source}", purpose=audit.Purpose.ADMINISTRATION)
    return Source(source, operation, kind, plain, asset, form_id, custody)


def find_source(session: Session, source: UUID) -> Source:
    """Raises `SourceUnknown`."""
    row = session.get(SourceRow, source)
    if row is None:
        raise SourceUnknown(source=source)
    return _source(row)


def list_sources(session: Session, operation: str) -> list[Source]:
    """In the order in which they were added."""
    rows = session.scalars(select(SourceRow).where(SourceRow.operation == operation).order_by(SourceRow.added_at, SourceRow.id))
    return [_source(row) for row in rows]


def source_progress(session: Session, source: UUID) -> Progress:
    """How far a source has come; raises `SourceUnknown`."""
    row = session.execute(select(SourceRow.position, SourceRow.changed_to).where(SourceRow.id == source)).one_or_none()
    if row is None:
        raise SourceUnknown(source=source)
    return Progress(row.position, row.changed_to, _unfinished_since(session, source))


def move_changes(session: Session, source: UUID, moment: int) -> None:
    """Changes up to this moment are taken in; never back."""
    row = session.get_one(SourceRow, source, with_for_update=True)
    row.changed_to = max(row.changed_to, moment)


def _unfinished_since(session: Session, source: UUID) -> int | None:
    unfinished = or_(PulledRow.submission.is_(None), Submission.complete.is_(False))
    rows = select(func.min(PulledRow.moment)).outerjoin(Submission, Submission.id == PulledRow.submission)
    return session.scalar(rows.where(PulledRow.source == source, PulledRow.deleted_at.is_(None), unfinished))


def number_of(ring: KeyRing, source: UUID, name: str) -> int:
    """The number that we give a record whose server numbers none: 128 bits of a keyed digest of what it calls it."""
    return int.from_bytes(ring.blind_token("pulled-name", f"{source}\0{name}")[:16])


def source_states(session: Session, operation: str) -> list[SourceState]:
    """How each source of an operation stands."""
    counts = (
        func.count(),
        func.count().filter(PulledRow.submission.is_(None)),
        func.count().filter(PulledRow.deleted_at.is_not(None)),
    )
    found = {
        row[0]: row[1:]
        for row in session.execute(
            select(PulledRow.source, *counts).where(PulledRow.operation == operation).group_by(PulledRow.source)
        )
    }
    positions = dict(session.execute(select(SourceRow.id, SourceRow.position).where(SourceRow.operation == operation)).all())
    return [
        SourceState(source, positions[source.id], *found.get(source.id, (0, 0, 0)))
        for source in list_sources(session, operation)
    ]


def open_token(session: Session, ring: KeyRing, source: UUID) -> str:
    """The server's token (casework zone), which is given for the server and form that it was sealed with and no other.

    Raises `SourceUnknown`, `SourceChanged`, `KeyDestroyed` or `core.envelope.CiphertextRefused`.
    """
    row = session.get(SourceRow, source, options=[undefer(SourceRow.token)])
    if row is None:
        raise SourceUnknown(source=source)
    opened = open_content(open_key(session, ring, SOURCE, source), SOURCE, source, row.token)
    address, asset, token = json.loads(opened)
    if (address, asset) != (row.address, row.asset):
        raise SourceChanged(source=source)
    audit.record(session, audit.Action.READ, f"{SOURCE}:{source}", purpose=audit.Purpose.COLLECTION)
    return str(token)


def _source(row: SourceRow) -> Source:
    return Source(row.id, row.operation, code_in(row, "kind", Kind), row.address, row.asset, row.form_id, custody_of(row))
