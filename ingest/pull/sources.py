"""The forms on other servers that an operation pulls. Their tokens are sealed; the zone that pulls cannot read them."""

import json
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from core import audit
from core.access import UNASSIGNED, Custody
from core.clear_columns import custody_of
from core.clock import now
from core.keyring import KeyRing
from core.protected_address import is_protected
from ingest.models import PulledRow, SourceRow
from ingest.pull.errors import SourceChanged, SourceExists, SourceUnknown, SourceUnprotected
from ingest.seal_content import SOURCE, new_key, open_content, open_key, seal_content

__all__ = [
    "Source",
    "SourceState",
    "add_source",
    "find_source",
    "list_sources",
    "open_token",
    "source_position",
    "source_states",
]

KOBO = "kobotoolbox"


@dataclass(frozen=True)
class Source:
    """A form (`asset`) on the server at `address`; its records are answers to our form `form_id` and lie with `custody`."""

    id: UUID
    operation: str
    kind: str
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


def add_source(
    session: Session,
    ring: KeyRing,
    operation: str,
    *,
    address: str,
    asset: str,
    form_id: str,
    token: str,
    custody: Custody = UNASSIGNED,
) -> Source:
    """Pull a KoboToolbox form from now on (collection zone); raises `SourceUnprotected` or `SourceExists`."""
    plain = address.rstrip("/")
    if not is_protected(plain):
        raise SourceUnprotected(address=plain)
    there = select(SourceRow.id).where(SourceRow.operation == operation, SourceRow.address == plain, SourceRow.asset == asset)
    if session.scalar(there):
        raise SourceExists(address=plain, asset=asset)
    source = uuid4()
    key = new_key(session, ring, operation, SOURCE, source)
    row = SourceRow(
        id=source,
        operation=operation,
        kind=KOBO,
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
    return Source(source, operation, KOBO, plain, asset, form_id, custody)


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


def source_position(session: Session, source: UUID) -> int:
    """The highest number that was taken in; raises `SourceUnknown`."""
    position = session.scalar(select(SourceRow.position).where(SourceRow.id == source))
    if position is None:
        raise SourceUnknown(source=source)
    return position


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
    return Source(row.id, row.operation, row.kind, row.address, row.asset, row.form_id, custody_of(row))
