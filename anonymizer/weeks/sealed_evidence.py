"""What a proof rests on, sealed under a key of its own: the alternatives, and what was counted.

The counts stay as they were when the period was protected, since a month must be the sum of its weeks as released: what came
or went since would show by the difference. They name nobody; without the key ring they are bytes.
"""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from anonymizer.counted_week import Count, CountedTable
from anonymizer.errors import CountsNotKept, PeriodNotProtected
from anonymizer.models import EvidenceRow
from anonymizer.population import Population
from anonymizer.published import Evidence, Identity, ProtectedPeriod, PublishedTable
from core.audit import Action, Purpose, record
from core.keys.keyring import KeyRing
from core.periods.period import Period
from core.sealing.envelope import Binding, WrappedKey, new_record_key, unwrap_record_key

__all__ = ["add_evidence", "load_counts", "load_evidence"]


def add_evidence(
    session: Session, ring: KeyRing, protected: ProtectedPeriod, evidence: Evidence, counted: Iterable[CountedTable]
) -> bool:
    """Add a period's evidence; False where the period is stored already. The first of two at the same time wins."""
    row = EvidenceRow(
        id=uuid4(), operation=protected.operation, population=protected.population.value, period=str(protected.period)
    )
    key, wrapped = new_record_key(ring, _binding(row, "key"))
    added = session.execute(
        insert(EvidenceRow)
        .values(
            id=row.id,
            operation=row.operation,
            population=row.population,
            period=row.period,
            key_version=wrapped.version,
            key_sealed=wrapped.sealed,
            key_commitment=wrapped.commitment,
            content=key.seal(_pack(evidence, counted), _binding(row, "content")),
        )
        .on_conflict_do_nothing(index_elements=["operation", "population", "period"])
        .returning(EvidenceRow.id)
    )
    return added.first() is not None


def load_evidence(
    session: Session, ring: KeyRing, operation: str, period: Period, population: Population = Population.MOVEMENTS
) -> Evidence:
    """Open what a period's proof rests on (zone anonymizer), to check it again; audited.

    Raises `PeriodNotProtected` or `CiphertextRefused`.
    """
    document = _open(session, ring, operation, period, population, purpose=Purpose.VERIFICATION)
    names: list[Identity] = [tuple((dimension, code) for dimension, code in cell) for cell in document["cells"]]
    return Evidence(
        document["unsafe"],
        document["complementary"],
        document["narrowest"] and tuple(document["narrowest"]),
        tuple({names[at]: change for at, change in other} for other in document["alternatives"]),
    )


def load_counts(session: Session, ring: KeyRing, protected: ProtectedPeriod) -> tuple[CountedTable, ...]:
    """What was counted when a protected period was made of it (zone anonymizer); audited.

    Raises `PeriodNotProtected`, `CountsNotKept` or `CiphertextRefused`.
    """
    operation, period = protected.operation, protected.period
    document = _open(session, ring, operation, period, protected.population, purpose=Purpose.STATISTICS)
    counted, alone = document.get("counted"), document.get("alone", {})
    if counted is None:
        raise CountsNotKept(period=period, operation=operation)
    return tuple(_counted(table, counted[table.name], dict(alone.get(table.name, ()))) for table in protected.tables)


def _open(
    session: Session, ring: KeyRing, operation: str, period: Period, population: Population, *, purpose: Purpose
) -> dict[str, Any]:
    asked = EvidenceRow.operation == operation, EvidenceRow.population == population.value, EvidenceRow.period == str(period)
    row = session.scalar(select(EvidenceRow).where(*asked))
    if row is None:
        raise PeriodNotProtected(operation=operation, period=period)
    record(session, Action.READ, f"anonymizer.sealed_evidence:{row.id}", purpose=purpose)
    wrapped = WrappedKey(row.key_version, row.key_sealed, row.key_commitment)
    key = unwrap_record_key(ring, wrapped, _binding(row, "key"))
    opened: dict[str, Any] = json.loads(zlib.decompress(key.open(row.content, _binding(row, "content"))))
    return opened


def _binding(row: EvidenceRow, field: str) -> Binding:
    return Binding("anonymizer.sealed_evidence", row.id, field)


def _pack(evidence: Evidence, counted: Iterable[CountedTable]) -> bytes:
    names = {name: at for at, name in enumerate(dict.fromkeys(name for other in evidence.alternatives for name in other))}
    document: dict[str, Any] = {
        "unsafe": evidence.unsafe,
        "complementary": evidence.complementary,
        "narrowest": evidence.narrowest,
        "cells": list(names),
        "alternatives": [[[names[name], change] for name, change in other.items()] for other in evidence.alternatives],
    }
    document |= {"counted": {}, "alone": {}}
    for table in counted:
        document["counted"][table.name], document["alone"][table.name] = _counts(table), _alone(table)
    return zlib.compress(json.dumps(document, separators=(",", ":")).encode())


def _counts(table: CountedTable) -> list[tuple[int, ...]]:
    """(number of the cell in order of its codes, persons, reports) of every cell that holds somebody, and what the largest of
    its contributors gave where that was counted."""
    keys = product(*(dimension.parents for dimension in table.dimensions))
    counts = ((at, table.count(key)) for at, key in enumerate(keys))
    return [(at, count.persons, count.reports, *count.largest) for at, count in counts if count.persons]


def _alone(table: CountedTable) -> list[tuple[int, int]]:
    """The only contributor of each cell of which that is told, by number: who else is alone where that one is."""
    keys = product(*(dimension.parents for dimension in table.dimensions))
    only = ((at, table.count(key).alone) for at, key in enumerate(keys))
    return [(at, number) for at, number in only if number is not None]


def _counted(table: PublishedTable, counts: Iterable[Sequence[int]], alone: Mapping[int, int]) -> CountedTable:
    keys = list(product(*(dimension.parents for dimension in table.dimensions)))
    cells = {keys[at]: Count(persons, reports, tuple(largest), alone.get(at)) for at, persons, reports, *largest in counts}
    return CountedTable(table.name, table.dimensions, cells)
