"""Keeping protected weeks, months and years: what was proven is stored once, and read back only if nothing of it was changed.

Release needs the tables and may read them; the evidence of the proof would help an attacker and stays sealed. The seal
on a period is an HMAC under the key ring over its tables, policy, name and what others publish of it, so that no hand in the
database can change a number, exchange a policy, or take away a table without notice.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from hmac import compare_digest
from itertools import product
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from anonymizer.counted_week import CountedTable
from anonymizer.dimension import Dimension
from anonymizer.errors import (
    HierarchyUnfit,
    PeriodAlreadyProtected,
    PeriodNotProtected,
    PolicyUnreadable,
    ProtectedPeriodChanged,
)
from anonymizer.models import ProofRow, TableRow
from anonymizer.policy import Policy, policy_from, stated
from anonymizer.population import Population
from anonymizer.published import (
    Proof,
    ProtectedPeriod,
    ProtectedTable,
    PublishedElsewhere,
    PublishedTable,
    certify,
    count_cells,
)
from anonymizer.weeks.sealed_evidence import add_evidence
from core.audit import Action, Purpose, record
from core.keys.keyring import KeyRing
from core.periods.period import Period

__all__ = ["load_protected", "store_protected"]

STORED: Final = Path("anonymizer.proof")


def store_protected(session: Session, ring: KeyRing, protected: ProtectedPeriod, counted: Sequence[CountedTable]) -> None:
    """Keep a period just protected, and sealed what was counted for it (zone anonymizer).

    To store the same again is nothing; raises `PeriodAlreadyProtected`. Two versions of a period would give away, by their
    difference, what each of them hides. So the first one stands.
    """
    operation, period, evidence = protected.operation, protected.period, protected.proof.evidence
    if evidence is None or not add_evidence(session, ring, protected, evidence, counted):
        stored = load_protected(session, ring, operation, period, protected.population)
        if (stored.policy, stored.proof.digests) != (protected.policy, protected.proof.digests):
            raise PeriodAlreadyProtected(operation=operation, period=period)
        return
    session.add(
        ProofRow(
            operation=operation,
            population=protected.population.value,
            period=str(period),
            policy=stated(protected.policy),
            elsewhere=[asdict(each) for each in protected.elsewhere],
            seal=_seal(
                ring,
                _named(operation, period, protected.population),
                protected.policy,
                protected.proof.digests,
                protected.elsewhere,
            ),
        )
    )
    session.flush()
    session.add_all(_row(protected, position, table) for position, table in enumerate(protected.tables))
    digests = dict(protected.proof.digests)
    detail = {"period": str(period), "population": protected.population.value, "digests": digests, "unsafe": evidence.unsafe}
    subject = "anonymizer.protected_table"
    record(session, Action.PROTECTED, subject, purpose=Purpose.STATISTICS, count=len(protected.tables), detail=detail)


def load_protected(
    session: Session, ring: KeyRing, operation: str, period: Period, population: Population = Population.MOVEMENTS
) -> ProtectedPeriod:
    """Read a protected period back (zone release or anonymizer); raises `PeriodNotProtected` or `ProtectedPeriodChanged`."""
    proof = session.get(ProofRow, (operation, population.value, str(period)))
    if proof is None:
        raise PeriodNotProtected(operation=operation, period=period)
    asked = TableRow.operation == operation, TableRow.population == population.value, TableRow.period == str(period)
    rows = session.scalars(select(TableRow).where(*asked).order_by(TableRow.position))
    try:
        policy, tables = policy_from(proof.policy, STORED), [_table(row) for row in rows]
        elsewhere = tuple(PublishedElsewhere(**each) for each in proof.elsewhere)
    except (PolicyUnreadable, TypeError, ValueError, HierarchyUnfit):
        raise ProtectedPeriodChanged(operation=operation, period=period) from None
    digests = {table.name: table.digest for table in tables}
    if not compare_digest(proof.seal, _seal(ring, _named(operation, period, population), policy, digests, elsewhere)):
        raise ProtectedPeriodChanged(operation=operation, period=period)
    published, suppressed = count_cells(tables)
    protected = tuple(ProtectedTable(table.name, table.dimensions, table.cells, certify(table)) for table in tables)
    proven = Proof(digests, published, suppressed)
    return ProtectedPeriod(operation, period, policy, protected, proven, population, elsewhere)


def _named(operation: str, period: Period, population: Population) -> list[str]:
    """What a seal names. That of movements reads as it did when there was nothing else."""
    named = [operation, str(period)]
    return named if population is Population.MOVEMENTS else [*named, population.value]


def _seal(
    ring: KeyRing,
    named: Sequence[str],
    policy: Policy,
    digests: Mapping[str, str],
    elsewhere: Sequence[PublishedElsewhere],
) -> bytes:
    known = [[asdict(each) for each in elsewhere]] if elsewhere else []  # what knew of none is sealed as it always was
    said = json.dumps([*named, stated(policy), list(digests.items()), *known], sort_keys=True)
    return ring.blind_token("protected-week", said)


def _row(protected: ProtectedPeriod, position: int, table: PublishedTable) -> TableRow:
    return TableRow(
        operation=protected.operation,
        population=protected.population.value,
        period=str(protected.period),
        position=position,
        name=table.name,
        dimensions=[[dimension.name, list(dimension.parents.items())] for dimension in table.dimensions],
        cells=[table.cells[key] for key in product(*(dimension.parents for dimension in table.dimensions))],
    )


def _table(row: TableRow) -> PublishedTable:
    dimensions = tuple(Dimension(name, dict(parents)) for name, parents in row.dimensions)
    keys = product(*(dimension.parents for dimension in dimensions))
    return PublishedTable(row.name, dimensions, dict(zip(keys, row.cells, strict=True)))
