"""Reading movement reports: their facts for the tables, or a report in full when a figure is verified."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from casework.admission.check_movement import persons_counted
from casework.consent.consents import require_unrestricted
from casework.errors import ClearRowChanged, FactsMoved, RecordUnknown
from casework.models import KeyKind, MovementEvent, StoredKey
from casework.store.bulk_limit import count_reading
from casework.store.compare_clear import require_newest_lists
from casework.store.kept_key import KeptKey
from casework.store.seal_record import Vault, binding, open_parts, open_sealed, stored_key, unwrap
from casework.store.what_is_listed import is_of_clear_row
from core.access import require
from core.audit import Action, Purpose, record
from core.keys.keyring import KeyRing
from core.periods.week import Week
from core.permissions import Right
from forms import RecordPart

__all__ = ["MovementFact", "movement_facts", "movement_sources", "read_report"]

KEY_OF_FACTS: Final = and_(StoredKey.record == MovementEvent.id, StoredKey.kind == KeyKind.MOVEMENT_FACTS.value)


@dataclass(frozen=True)
class MovementFact:
    """What one report adds to the tables of a week.

    `origin` and `destination` are codes of districts; `persons` counts heads by (sex, age band), without groups of nobody.
    """

    report: UUID
    week: Week
    origin: str = field(repr=False)
    destination: str = field(repr=False)
    reason: str = field(repr=False)
    persons: Mapping[tuple[str, str], int] = field(repr=False)


def movement_facts(session: Session, ring: KeyRing, operation: str, week: Week) -> list[MovementFact]:
    """The facts of every report of a week, in order of their ids. The anonymizer zone's rights suffice.

    A report whose key was destroyed is erased and counts no longer; the audit line says how many there were. One that is
    restricted for statistics is not shown to the anonymizer zone at all.
    Raises `CiphertextRefused`, `OldVersion`, `FactsMoved`, `ClearRowChanged` or `ListPutBack` where somebody tampered with the
    store.
    """
    event = MovementEvent
    rows = session.execute(
        select(event.id, event.facts, event.row_version, StoredKey)
        .outerjoin(StoredKey, KEY_OF_FACTS)
        .where(event.operation == operation, event.week == str(week))
        .order_by(event.id)
    ).all()
    keys = {report: unwrap(ring, key) for report, _, _, key in rows if key}
    require_newest_lists(session, keys.values(), KeyKind.MOVEMENT_FACTS)
    facts = [
        _fact(report, week, _open_facts(keys[report], report, row_version, sealed))
        for report, sealed, row_version, _ in rows
        if report in keys
    ]
    detail = {"week": str(week), "erased": len(rows) - len(facts)}
    record(session, Action.READ, "casework.movement_event", purpose=Purpose.STATISTICS, count=len(facts), detail=detail)
    return facts


def _open_facts(key: KeptKey, report: UUID, row_version: int, sealed: bytes) -> Mapping[str, str]:
    key.require_newest("casework.movement_event", report, row_version)
    if any(
        map(is_of_clear_row, key.listed(key.row.versions).values())
    ):  # withdrawn, says the key; a report that is shown here is not
        raise ClearRowChanged(record=report, table="casework.restriction", row="missing")
    return open_sealed(key, sealed, binding(MovementEvent, report, RecordPart.FACTS, row_version))


def movement_sources(session: Session, operation: str, week: Week | None = None) -> dict[Week, bytes]:
    """By week, a digest (SHA-256) of which reports `movement_facts` would give, and in which version: all weeks, or one.

    Whatever is added, corrected or erased changes it; nothing is opened. The anonymizer zone's rights suffice. A week
    without reports is absent.
    """
    event = MovementEvent
    version = func.uuid_send(event.id).op("||")(func.int4send(event.row_version))
    digest = func.sha256(func.string_agg(version, aggregate_order_by(literal(b""), event.id)))
    wanted = select(event.week, digest).join(StoredKey, KEY_OF_FACTS).where(event.operation == operation)
    if week:
        wanted = wanted.where(event.week == str(week))
    return {Week.parse(told): bytes(value) for told, value in session.execute(wanted.group_by(event.week))}


def _fact(report: UUID, week: Week, facts: Mapping[str, str]) -> MovementFact:
    # The week stands in clear so that it can be selected; only the sealed date is proof against change.
    if Week.of(date.fromisoformat(facts["arrival_date"])) != week:
        raise FactsMoved(record=report, week=week)
    return MovementFact(report, week, facts["origin"], facts["destination"], facts["reason"], persons_counted(facts))


def read_report(
    session: Session, ring: KeyRing, report: UUID, *, parts: Collection[RecordPart], purpose: Purpose
) -> Mapping[RecordPart, Mapping[str, Any]]:
    """Parts of one movement report, for those who verify a figure with its reporter.

    Raises `NotAllowed`, `RecordUnknown`, `RecordRestricted`, `ReadTooMany`, `KeyDestroyed` or `CiphertextRefused`.
    """
    require(session, Right.READ_REPORT, subject=f"casework.movement_event:{report}")
    event = session.get(MovementEvent, report)
    if event is None:
        raise RecordUnknown(kind="movement report", record=report)
    require_unrestricted(session, report, purpose)
    count_reading(session, reports=[report])
    vault = Vault(session, ring, event.operation)
    read = sorted(part.value for part in parts)
    record(session, Action.READ, f"casework.movement_event:{report}", purpose=purpose, detail={"parts": read})
    return {part: _opened(vault, event, part) for part in parts}


def _opened(vault: Vault, event: MovementEvent, part: RecordPart) -> dict[str, Any]:
    kind = KeyKind.MOVEMENT_FACTS if part is RecordPart.FACTS else KeyKind.MOVEMENT
    return open_parts(event, stored_key(vault, event.id, kind), [part])[part]
