"""New movement reports, a batch at a time: each under keys of its own, all written with their keys and lists by one statement.

What is written of each is what `seal_record` would write of it, without the object mapper, which costs more than the sealing.
Rows travel as one array for each column, as those of new submissions do (`ingest.insert_arrivals`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from casework.models import KeyKind
from casework.store.clear_rows import report_entry
from casework.store.compare_clear import compared_before
from casework.store.kept_key import KEY_TABLE, counts_once
from casework.store.seal_record import Vault, written
from casework.store.what_is_listed import EDITION, NEWEST_EDITION
from core.clock import now
from core.keys.keyring import KeyRing
from core.keys.newest_versions import versions_field, write_versions
from core.periods.week import Week
from core.postgres.driver_connection import driver_connection
from core.postgres.packed_arrays import Kind, moment_sent, packed
from core.sealing.envelope import WrappedKey
from core.sealing.seal_many import ManySealer
from forms import RecordPart

__all__ = ["NewReport", "write_reports"]

EVENT: Final = "casework.movement_event"
FIRST_VERSION: Final = 1
WRITE: Final = b"""
    WITH event AS (
        INSERT INTO casework.movement_event (id, operation, row_version, week, chain, submission, received_at, admitted_at,
            identity, contact, narrative, facts)
        SELECT id, %(operation)s, 1, week, chain, submission, received_at, %(now)s, identity, contact, narrative, facts
        FROM unnest(%(id)b::uuid[], %(week)b::text[], %(chain)b::uuid[], %(submission)b::uuid[],
            %(received_at)b::timestamptz[], %(identity)b::bytea[], %(contact)b::bytea[], %(narrative)b::bytea[],
            %(facts)b::bytea[])
            AS t (id, week, chain, submission, received_at, identity, contact, narrative, facts)
    )
    INSERT INTO casework.record_key (record, kind, operation, key_version, sealed, commitment, versions)
    SELECT record, kind, %(operation)s, key_version, sealed, commitment, versions
    FROM unnest(%(record)b::uuid[], %(kind)b::text[], %(key_version)b::integer[], %(sealed)b::bytea[], %(commitment)b::bytea[],
        %(versions)b::bytea[]) AS t (record, kind, key_version, sealed, commitment, versions)
"""


@dataclass(frozen=True)
class NewReport:
    """A movement report on the way into the store, as version `submission` of its chain of edits."""

    parts: Mapping[RecordPart, Mapping[str, Any]] = field(repr=False)
    week: Week
    chain: UUID
    submission: UUID
    received_at: datetime
    id: UUID = field(default_factory=uuid4)


def write_reports(vault: Vault, reports: Sequence[NewReport]) -> None:
    """Write them with their keys in the caller's transaction (zone casework): all or none."""
    if not reports:
        return
    sealed = _Sealed(vault.ring, vault.operation)
    for report in reports:
        sealed.add(report)
    driver_connection(vault.session).execute(WRITE, sealed.rows())
    for report in reports:
        _note_made(vault.session, report.id)


def _note_made(session: Session, report: UUID) -> None:
    """What this transaction changes of them later is compared with nothing, and counted by the making of the keys."""
    for kind in (KeyKind.MOVEMENT, KeyKind.MOVEMENT_FACTS):
        compared_before(session).add((report, kind.value))
        counts_once(session, report, kind.value)


class _Sealed:
    """Rows on their way, column by column."""

    def __init__(self, ring: KeyRing, operation: str) -> None:
        self.operation, self.moment = operation, now()
        self.sealers = {kind: ManySealer(ring, KEY_TABLE, kind.value) for kind in (KeyKind.MOVEMENT, KeyKind.MOVEMENT_FACTS)}
        self.reports: list[NewReport] = []
        self.parts: dict[RecordPart, list[bytes]] = {part: [] for part in RecordPart}
        self.keys: list[tuple[UUID, KeyKind, WrappedKey, bytes]] = []

    def add(self, new: NewReport) -> None:
        self.reports.append(new)
        told = report_entry(self.operation, str(new.week), new.chain, new.submission, new.received_at, self.moment)
        others = [part for part in RecordPart if part is not RecordPart.FACTS]
        self._seal(new, KeyKind.MOVEMENT, others, dict([told]))
        self._seal(new, KeyKind.MOVEMENT_FACTS, [RecordPart.FACTS], {})

    def _seal(self, new: NewReport, kind: KeyKind, parts: Sequence[RecordPart], clear: Mapping[UUID, int]) -> None:
        sealer, record = self.sealers[kind], new.id.bytes
        key, wrapped = sealer.new_key(record)
        for part in parts:
            self.parts[part].append(sealer.seal(key, written(new.parts.get(part, {})), EVENT, part.value, record))
        listed = write_versions({EDITION: NEWEST_EDITION, new.id: FIRST_VERSION, **clear})
        self.keys.append((new.id, kind, wrapped, sealer.seal(key, listed, KEY_TABLE, versions_field(kind.value), record)))

    def rows(self) -> Mapping[str, Any]:
        """What `WRITE` is given."""
        reports, keys = self.reports, self.keys
        return {
            "operation": self.operation,
            "now": self.moment,
            "id": packed(Kind.UUID, [one.id.bytes for one in reports]),
            "week": packed(Kind.TEXT, [str(one.week).encode() for one in reports]),
            "chain": packed(Kind.UUID, [one.chain.bytes for one in reports]),
            "submission": packed(Kind.UUID, [one.submission.bytes for one in reports]),
            "received_at": packed(Kind.TIMESTAMPTZ, [moment_sent(one.received_at) for one in reports]),
            **{part.value: packed(Kind.BYTEA, sealed) for part, sealed in self.parts.items()},
            "record": packed(Kind.UUID, [record.bytes for record, _, _, _ in keys]),
            "kind": packed(Kind.TEXT, [kind.value.encode() for _, kind, _, _ in keys]),
            "key_version": packed(Kind.INTEGER, [wrapped.version.to_bytes(4) for _, _, wrapped, _ in keys]),
            "sealed": packed(Kind.BYTEA, [wrapped.sealed for _, _, wrapped, _ in keys]),
            "commitment": packed(Kind.BYTEA, [wrapped.commitment for _, _, wrapped, _ in keys]),
            "versions": packed(Kind.BYTEA, [versions for _, _, _, versions in keys]),
        }
