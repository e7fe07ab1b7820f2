"""Keeping protected weeks: what was proven is stored once, and read back only if nothing of it was changed.

Release needs the tables and may read them; the evidence of the proof would help an attacker and stays sealed. The seal
on a week is an HMAC under the key ring over its tables, policy and name, so that no hand in the database can change
a number, exchange a policy, or take away a table without notice.
"""

import json
import zlib
from collections.abc import Mapping
from hmac import compare_digest
from itertools import product
from pathlib import Path
from typing import Final
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from anonymizer.dimension import Dimension
from anonymizer.errors import HierarchyUnfit, PolicyUnreadable, ProtectedWeekChanged, WeekAlreadyProtected, WeekNotProtected
from anonymizer.models import EvidenceRow, ProofRow, TableRow
from anonymizer.policy import Policy, policy_from, stated
from anonymizer.published import (
    Evidence,
    Identity,
    Proof,
    ProtectedTable,
    ProtectedWeek,
    PublishedTable,
    certify,
    count_cells,
)
from core.audit import Action, Purpose, record
from core.envelope import Binding, WrappedKey, new_record_key, unwrap_record_key
from core.keyring import KeyRing
from core.week import Week

__all__ = ["load_evidence", "load_protected", "store_protected"]

STORED: Final = Path("anonymizer.proof")


def store_protected(session: Session, ring: KeyRing, week: ProtectedWeek) -> None:
    """Keep a week just protected (zone anonymizer). To store the same again is nothing; raises `WeekAlreadyProtected`.

    Two versions of a week would give away, by their difference, what each of them hides. So the first one stands.
    """
    evidence = week.proof.evidence
    if evidence is None or not _add_evidence(session, ring, week, evidence):
        stored = load_protected(session, ring, week.operation, week.week)
        if (stored.policy, stored.proof.digests) != (week.policy, week.proof.digests):
            raise WeekAlreadyProtected(operation=week.operation, week=week.week)
        return
    session.add(
        ProofRow(
            operation=week.operation,
            week=str(week.week),
            policy=stated(week.policy),
            seal=_seal(ring, week.operation, week.week, week.policy, week.proof.digests),
        )
    )
    session.flush()
    session.add_all(_row(week, position, table) for position, table in enumerate(week.tables))
    detail = {"week": str(week.week), "digests": dict(week.proof.digests), "unsafe": evidence.unsafe}
    subject = "anonymizer.protected_table"
    record(session, Action.PROTECTED, subject, purpose=Purpose.STATISTICS, count=len(week.tables), detail=detail)


def load_protected(session: Session, ring: KeyRing, operation: str, week: Week) -> ProtectedWeek:
    """Read a protected week back (zone release or anonymizer); raises `WeekNotProtected` or `ProtectedWeekChanged`."""
    proof = session.get(ProofRow, (operation, str(week)))
    if proof is None:
        raise WeekNotProtected(operation=operation, week=week)
    rows = session.scalars(
        select(TableRow).where(TableRow.operation == operation, TableRow.week == str(week)).order_by(TableRow.position)
    )
    try:
        policy, tables = policy_from(proof.policy, STORED), [_table(row) for row in rows]
    except (PolicyUnreadable, TypeError, ValueError, HierarchyUnfit):
        raise ProtectedWeekChanged(operation=operation, week=week) from None
    digests = {table.name: table.digest for table in tables}
    if not compare_digest(proof.seal, _seal(ring, operation, week, policy, digests)):
        raise ProtectedWeekChanged(operation=operation, week=week)
    published, suppressed = count_cells(tables)
    protected = tuple(ProtectedTable(table.name, table.dimensions, table.cells, certify(table)) for table in tables)
    return ProtectedWeek(operation, week, policy, protected, Proof(digests, published, suppressed))


def load_evidence(session: Session, ring: KeyRing, operation: str, week: Week) -> Evidence:
    """Open what a week's proof rests on (zone anonymizer), to check it again beside a new count; audited.

    Raises `WeekNotProtected` or `CiphertextRefused`.
    """
    row = session.scalar(select(EvidenceRow).where(EvidenceRow.operation == operation, EvidenceRow.week == str(week)))
    if row is None:
        raise WeekNotProtected(operation=operation, week=week)
    record(session, Action.READ, f"anonymizer.sealed_evidence:{row.id}", purpose=Purpose.VERIFICATION)
    wrapped = WrappedKey(row.key_version, row.key_sealed, row.key_commitment)
    key = unwrap_record_key(ring, wrapped, _binding(row, "key"))
    return _unpack(key.open(row.content, _binding(row, "content")))


def _add_evidence(session: Session, ring: KeyRing, week: ProtectedWeek, evidence: Evidence) -> bool:
    """Add the week's evidence; False where the week is stored already. The first of two at the same time wins."""
    row = EvidenceRow(id=uuid4(), operation=week.operation, week=str(week.week))
    key, wrapped = new_record_key(ring, _binding(row, "key"))
    added = session.execute(
        insert(EvidenceRow)
        .values(
            id=row.id,
            operation=row.operation,
            week=row.week,
            key_version=wrapped.version,
            key_sealed=wrapped.sealed,
            key_commitment=wrapped.commitment,
            content=key.seal(_pack(evidence), _binding(row, "content")),
        )
        .on_conflict_do_nothing(index_elements=["operation", "week"])
        .returning(EvidenceRow.id)
    )
    return added.first() is not None


def _binding(row: EvidenceRow, field: str) -> Binding:
    return Binding("anonymizer.sealed_evidence", row.id, field)


def _pack(evidence: Evidence) -> bytes:
    names = {name: at for at, name in enumerate(dict.fromkeys(name for other in evidence.alternatives for name in other))}
    document = {
        "unsafe": evidence.unsafe,
        "complementary": evidence.complementary,
        "narrowest": evidence.narrowest,
        "cells": list(names),
        "alternatives": [[[names[name], change] for name, change in other.items()] for other in evidence.alternatives],
    }
    return zlib.compress(json.dumps(document, separators=(",", ":")).encode())


def _unpack(content: bytes) -> Evidence:
    document = json.loads(zlib.decompress(content))
    names: list[Identity] = [tuple((dimension, code) for dimension, code in cell) for cell in document["cells"]]
    return Evidence(
        document["unsafe"],
        document["complementary"],
        document["narrowest"] and tuple(document["narrowest"]),
        tuple({names[at]: change for at, change in other} for other in document["alternatives"]),
    )


def _seal(ring: KeyRing, operation: str, week: Week, policy: Policy, digests: Mapping[str, str]) -> bytes:
    said = json.dumps([operation, str(week), stated(policy), list(digests.items())], sort_keys=True)
    return ring.blind_token("protected-week", said)


def _row(week: ProtectedWeek, position: int, table: PublishedTable) -> TableRow:
    return TableRow(
        operation=week.operation,
        week=str(week.week),
        position=position,
        name=table.name,
        dimensions=[[dimension.name, list(dimension.parents.items())] for dimension in table.dimensions],
        cells=[table.cells[key] for key in product(*(dimension.parents for dimension in table.dimensions))],
    )


def _table(row: TableRow) -> PublishedTable:
    dimensions = tuple(Dimension(name, dict(parents)) for name, parents in row.dimensions)
    keys = product(*(dimension.parents for dimension in dimensions))
    return PublishedTable(row.name, dimensions, dict(zip(keys, row.cells, strict=True)))
