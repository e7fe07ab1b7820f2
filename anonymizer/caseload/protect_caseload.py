"""Protect the caseload of a month's end and prove it.

Two proofs, each of which may refuse: that of any table (`anonymizer.protect`), of the stock by itself; and `prove_changes`, of
what it tells together with every other month's.
"""

from collections.abc import Sequence

from anonymizer.attacker import identity
from anonymizer.caseload.choose_hidden import choose_hidden
from anonymizer.caseload.counted_caseload import CountedCaseload
from anonymizer.caseload.criterion import Criterion
from anonymizer.caseload.prove_changes import prove_changes
from anonymizer.policy import Policy
from anonymizer.population import Population
from anonymizer.protect import protect_tables
from anonymizer.prove import prove_from_outside
from anonymizer.published import Identity, ProtectedPeriod, PublishedTable

__all__ = ["protect_caseload"]

TOTALS: Identity = ()


def protect_caseload(operation: str, counted: CountedCaseload, policy: Policy) -> ProtectedPeriod | None:
    """The tables as they may be published; None where not even the total may be told.

    Raises `ProtectionImpossible` or `NotProven`: never is there a table without both proofs.
    """
    hidden = _hidden(counted, policy)
    while hidden is not None:
        done = protect_tables(counted.stock, policy, standing=dict.fromkeys(hidden))
        more = _hidden_in(done.tables) - hidden
        if not more:
            prove_from_outside(done.tables, policy)
            prove_changes(counted, done.tables, policy)
            return ProtectedPeriod(operation, counted.month, done.policy, done.tables, done.proof, Population.CASELOAD)
        hidden = None if TOTALS in more else hidden | more
    return None


def _hidden(counted: CountedCaseload, policy: Policy) -> frozenset[Identity] | None:
    hidden: set[Identity] = set()
    for position, table in enumerate(counted.stock):
        if (chosen := choose_hidden(Criterion(counted, position, policy))) is None:
            return None
        hidden |= {identity(table.dimensions, (code,)) for code in chosen}
    return frozenset(hidden)


def _hidden_in(tables: Sequence[PublishedTable]) -> frozenset[Identity]:
    cells = ((table, key) for table in tables for key, number in table.cells.items() if number is None)
    return frozenset(identity(table.dimensions, key) for table, key in cells)
