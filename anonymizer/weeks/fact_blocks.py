"""A week's facts kept as encrypted columns, so that a million of them are counted in the time that opening one file takes.

A block holds no ids, so it cannot be mended: when a report comes, is corrected or is erased, the digest of the week's
sources differs from the one sealed into its blocks, and they are destroyed and built anew from the store.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID, uuid4

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from anonymizer.errors import FactBlockMissing, FactBlockMoved
from anonymizer.models import BlockKeyRow, FactBlockRow, FactColumnRow
from anonymizer.population import Unit
from anonymizer.weeks.fact_columns import COLUMNS, Column, FactColumns, columns_of
from casework import movement_facts, movement_sources
from core.audit import Action, Purpose, record
from core.clock import now
from core.keys.keyring import KeyRing
from core.periods.week import Week
from core.postgres.driver_connection import driver_connection
from core.postgres.turns import take_turns
from core.sealing.envelope import Binding, RecordKey, WrappedKey, new_record_key, unwrap_record_key

__all__ = ["fresh_facts", "is_fresh", "load_facts", "one_at_a_time", "refresh_fact_blocks", "stale_weeks", "store_facts"]

BLOCK_ROWS: Final = 262_144
BLOCK, KEY = "anonymizer.fact_block", "anonymizer.block_key"
TYPES: Final = {"uint8": np.uint8, "uint16": np.uint16, "uint32": np.uint32}


def fresh_facts(session: Session, ring: KeyRing, operation: str, week: Week) -> FactColumns:
    """A week's facts (zone anonymizer): from its blocks, which are built first where they are missing or stale.

    Raises `FactBlockMoved`, `FactBlockMissing`, `CiphertextRefused` or what `casework.movement_facts` raises.
    """
    one_at_a_time(session, operation, week)
    sources = movement_sources(session, operation, week).get(week, b"")
    if not is_fresh(session, operation, week, sources):
        _build(session, ring, operation, week, sources)
    return load_facts(session, ring, operation, week)


def refresh_fact_blocks(session: Session, ring: KeyRing, operation: str) -> int:
    """Destroy every stale block of an operation and build it anew; how many weeks that were.

    Called when a record was erased, so that no block outlives it, and before tables are counted.
    """
    sources = movement_sources(session, operation)
    stale = stale_weeks(session, operation, sources)
    for week in stale:
        one_at_a_time(session, operation, week)
        _build(session, ring, operation, week, sources.get(week, b""))
    return len(stale)


def store_facts(session: Session, ring: KeyRing, operation: str, facts: FactColumns, sources: bytes) -> None:
    """Seal a week's facts in blocks of bounded size, in place of those that stand; one of no rows says that there are none."""
    _destroy(session, operation, facts.unit, facts.week)
    starts = range(0, max(facts.rows, 1), BLOCK_ROWS) if sources else range(0)
    for position, start in enumerate(starts):
        row = FactBlockRow(
            id=uuid4(),
            operation=operation,
            unit=facts.unit.value,
            week=str(facts.week),
            position=position,
            rows=min(BLOCK_ROWS, facts.rows - start),
            sources=sources,
            built_at=now(),
        )
        session.add(row)
        session.flush()
        key = _new_key(session, ring, row)
        cut = slice(start, start + row.rows)
        for variable, column in facts.columns.items():
            sealed = key.seal(_packed(row, len(starts), column, cut), Binding(BLOCK, row.id, variable))
            said = {"block": row.id, "variable": variable, "operation": operation, "content": sealed}
            session.execute(insert(FactColumnRow), [said])


def load_facts(
    session: Session, ring: KeyRing, operation: str, week: Week, *, unit: Unit = Unit.REPORT, variables: Collection[str] = ()
) -> FactColumns:
    """A week's facts as its blocks hold them, of some variables or of all; raises as `fresh_facts` does."""
    coded, counted = COLUMNS[unit]
    wanted = list(variables) or [*coded, *counted]
    same = FactBlockRow.operation == operation, FactBlockRow.unit == unit.value, FactBlockRow.week == str(week)
    blocks = session.scalars(select(FactBlockRow).where(*same).order_by(FactBlockRow.position)).all()
    pieces = [_open(session, ring, row, len(blocks), wanted) for row in blocks]
    none = {name: _nothing(coded=name in coded) for name in wanted}
    columns = {name: _joined(blocks[0].id, [piece[name] for piece in pieces]) for name in wanted} if pieces else none
    rows = sum(len(piece[wanted[0]].values) for piece in pieces)
    detail = {"week": str(week), "unit": unit.value}
    record(session, Action.READ, BLOCK, purpose=Purpose.STATISTICS, count=rows, detail=detail)
    return FactColumns(unit, week, rows, columns)


def _build(session: Session, ring: KeyRing, operation: str, week: Week, sources: bytes) -> None:
    # The digest was taken first: what changes in between makes the block stale, never wrong.
    facts = movement_facts(session, ring, operation, week) if sources else []
    store_facts(session, ring, operation, columns_of(facts, week), sources)


def stale_weeks(session: Session, operation: str, sources: Mapping[Week, bytes], *units: Unit) -> list[Week]:
    """The weeks whose blocks of these units, or of reports, were not built from these sources, in order."""
    units = units or (Unit.REPORT,)
    of_units = FactBlockRow.operation == operation, FactBlockRow.unit.in_([unit.value for unit in units])
    filed = session.scalars(select(FactBlockRow.week).where(*of_units).distinct())
    weeks = sorted({*sources, *map(Week.parse, filed)})
    return [
        week for week in weeks if not all(is_fresh(session, operation, week, sources.get(week, b""), unit) for unit in units)
    ]


def is_fresh(session: Session, operation: str, week: Week, sources: bytes, unit: Unit = Unit.REPORT) -> bool:
    """Whether the blocks of a week stand and were built from these sources; a week of none has no blocks."""
    same = FactBlockRow.operation == operation, FactBlockRow.unit == unit.value, FactBlockRow.week == str(week)
    built_from = set(session.scalars(select(FactBlockRow.sources).where(*same).distinct()))
    return built_from == ({sources} if sources else set())


def _destroy(session: Session, operation: str, unit: Unit, week: Week) -> None:
    same = FactBlockRow.operation == operation, FactBlockRow.unit == unit.value, FactBlockRow.week == str(week)
    former = list(session.scalars(select(FactBlockRow.id).where(*same)))
    session.execute(delete(BlockKeyRow).where(BlockKeyRow.block.in_(former)))
    session.execute(delete(FactBlockRow).where(FactBlockRow.id.in_(former)))


def one_at_a_time(session: Session, operation: str, week: Week) -> None:
    """Let one transaction at a time build a week's blocks."""
    take_turns(session, f"{BLOCK}:{operation}:{week}")


def _new_key(session: Session, ring: KeyRing, row: FactBlockRow) -> RecordKey:
    key, wrapped = new_record_key(ring, Binding(KEY, row.id, "key"))
    said = {"key_version": wrapped.version, "sealed": wrapped.sealed, "commitment": wrapped.commitment}
    session.execute(insert(BlockKeyRow), [{"block": row.id, "operation": row.operation, **said}])
    return key


def _open(session: Session, ring: KeyRing, row: FactBlockRow, blocks: int, wanted: Sequence[str]) -> dict[str, Column]:
    week, position = row.week, row.position
    stored = session.get(BlockKeyRow, row.id)
    if stored is None:
        raise FactBlockMissing(week=week, position=position, variable="any variable")
    wrapped = WrappedKey(stored.key_version, stored.sealed, stored.commitment)
    key = unwrap_record_key(ring, wrapped, Binding(KEY, row.id, "key"))
    found = _contents(session, row.id, wanted)
    columns = {}
    for name in wanted:
        if name not in found:
            raise FactBlockMissing(week=week, position=position, variable=name)
        columns[name] = _unpacked(row, blocks, key.open(found[name], Binding(BLOCK, row.id, name)))
    return columns


def _contents(session: Session, block: UUID, wanted: Sequence[str]) -> dict[str, bytes]:
    """The columns' ciphertexts, asked of the driver in its binary form: as text they would be twice as long."""
    statement = "SELECT variable, content FROM anonymizer.fact_column WHERE block = %s AND variable = ANY(%s)"
    with driver_connection(session).cursor(binary=True) as cursor:
        return dict(cursor.execute(statement, (block, list(wanted))).fetchall())


def _filed(row: FactBlockRow, blocks: int) -> list[Any]:
    """Where a block stands, as it is sealed into each of its columns: what stands in clear beside it proves nothing."""
    return [row.operation, row.unit, row.week, row.position, blocks, row.rows, row.sources.hex()]


def _packed(row: FactBlockRow, blocks: int, column: Column, cut: slice) -> bytes:
    values = column.values[cut]
    head = {"filed": _filed(row, blocks), "codes": column.codes, "type": values.dtype.name}
    return json.dumps(head).encode() + b"\n" + values.astype(values.dtype.newbyteorder("<")).tobytes()


def _unpacked(row: FactBlockRow, blocks: int, content: bytes) -> Column:
    start = content.index(b"\n") + 1
    head = json.loads(content[:start])
    if head["filed"] != _filed(row, blocks):
        raise FactBlockMoved(block=row.id)
    values = np.frombuffer(content, dtype=np.dtype(TYPES[head["type"]]).newbyteorder("<"), offset=start)
    return Column(None if head["codes"] is None else tuple(head["codes"]), values)


def _joined(block: UUID, pieces: Sequence[Column]) -> Column:
    """The columns of a week's blocks as one; they were sealed together, and so share their codes."""
    if len({piece.codes for piece in pieces}) > 1:
        raise FactBlockMoved(block=block)
    if len(pieces) == 1:
        return pieces[0]
    values: NDArray[Any] = np.concatenate([piece.values for piece in pieces])
    return Column(pieces[0].codes, values)


def _nothing(*, coded: bool) -> Column:
    return Column(() if coded else None, np.zeros(0, dtype=np.uint8))
