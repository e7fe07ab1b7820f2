"""The proof: published tables are safe, shown on a path that the suppression engine has no part in.

Two arguments, each sufficient for what it shows, from the published numbers and hierarchies alone:

1. Alternatives, in exact whole numbers. Each is a change of suppressed cells that keeps every sum and leaves no cell
   negative, so that the tables of another week would have been published with the very same numbers. For each unsafe cell
   they hold every value that the policy wants to stay possible.
2. The attacker of `attack.py`, a linear program: for no unsafe cell is its tightest interval narrower than required.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NoReturn

import numpy as np
from scipy import sparse

from anonymizer.attack import Attacker, identity
from anonymizer.counted_week import Count, CountedTable
from anonymizer.errors import NotProven
from anonymizer.policy import Policy
from anonymizer.published import (
    Evidence,
    Identity,
    Proof,
    ProtectedTable,
    ProtectedTables,
    PublishedTable,
    Standing,
    certify,
    count_cells,
)

__all__ = ["prove"]

Alternatives = Sequence[Mapping[Identity, int]]


def prove(
    counted: Sequence[CountedTable],
    tables: Sequence[PublishedTable],
    alternatives: Alternatives,
    policy: Policy,
    standing: Standing | None = None,
) -> ProtectedTables:
    """Prove that the published forms of some counted tables are safe, and certify them; raises `NotProven`.

    They must show whatever was shown before, and hide whatever was hidden.
    """
    unsafe: dict[Identity, Count] = {}
    for truth, table in zip(counted, tables, strict=True):
        unsafe |= dict(_unsafe_cells(truth, table, policy, standing or {}))
    attacker = Attacker(tables)
    hidden = _hidden_counts(counted, attacker)
    _check_alternatives(attacker, hidden, alternatives, tables)
    possible = _possible(unsafe, alternatives)
    for name, count in unsafe.items():
        for goal in policy.must_stay_possible(count):
            if not any(goal.holds(value) for value in possible[name]):
                _refuse(tables, name, "no alternative shows all that must stay possible")
    for name in attacker.out_of_reach({name: policy.required_interval(count) for name, count in unsafe.items()}):
        _refuse(tables, name, "the published numbers bound a cell more tightly than the policy allows")
    narrowest = min(((min(values), max(values)) for values in possible.values()), key=_width, default=None)
    evidence = Evidence(len(unsafe), len(hidden) - len(unsafe), narrowest, tuple(alternatives))
    published, suppressed = count_cells(tables)
    proof = Proof({table.name: table.digest for table in tables}, published, suppressed, evidence)
    protected = tuple(ProtectedTable(table.name, table.dimensions, table.cells, certify(table)) for table in tables)
    return ProtectedTables(policy, protected, proof)


def _unsafe_cells(
    truth: CountedTable, table: PublishedTable, policy: Policy, standing: Standing
) -> Iterator[tuple[Identity, Count]]:
    """The unsafe cells of a table, after checking that it shows none of them, and of the others nothing but the truth.

    What was shown before cannot be hidden any more, so it is not among them.
    """
    if (truth.name, truth.dimensions) != (table.name, table.dimensions):
        _refuse([table], (), "it is not the table that was counted")
    for key, value in table.cells.items():
        count, name = truth.count(key), identity(table.dimensions, key)
        if value not in {None, count.persons}:
            _refuse([table], name, "a published number is not what was counted")
        if name in standing:
            if value != standing[name]:
                _refuse([table], name, "it does not stand as it was released before")
            if value is not None:
                continue
        if policy.is_unsafe(count):
            if value is not None:
                _refuse([table], name, "an unsafe cell is published")
            yield name, count


def _hidden_counts(counted: Sequence[CountedTable], attacker: Attacker) -> dict[Identity, int]:
    counts = {}
    for table in counted:
        for key, count in table.cells.items():
            counts[identity(table.dimensions, key)] = count.persons
    return {name: counts.get(name, 0) for name in attacker.unknowns}


def _check_alternatives(
    attacker: Attacker, hidden: Mapping[Identity, int], alternatives: Alternatives, tables: Sequence[PublishedTable]
) -> None:
    """Each alternative changes unknowns only, none below zero, and no sum: in whole numbers, without tolerance."""
    for changed in alternatives:
        for name, change in changed.items():
            if name not in hidden:
                _refuse(tables, name, "an alternative differs in a published number")
            if hidden[name] + change < 0:
                _refuse(tables, name, "an alternative is negative")
    columns = np.repeat(np.arange(len(alternatives)), [len(changed) for changed in alternatives])
    rows = [attacker.unknowns[name] for changed in alternatives for name in changed]
    changes = np.array([change for changed in alternatives for change in changed.values()], np.int64)
    matrix = sparse.csr_matrix((changes, (rows, columns)), shape=(len(hidden), len(alternatives)))
    if (attacker.equations @ matrix).count_nonzero():
        _refuse(tables, (), "an alternative does not add up to the published numbers")


def _possible(unsafe: Mapping[Identity, Count], alternatives: Alternatives) -> dict[Identity, set[int]]:
    """The values that each unsafe cell has in the truth and the alternatives."""
    possible = {name: {count.persons} for name, count in unsafe.items()}
    for changed in alternatives:
        for name, change in changed.items():
            if name in possible:
                possible[name].add(unsafe[name].persons + change)
    return possible


def _width(interval: tuple[int, int]) -> tuple[int, int]:
    return interval[1] - interval[0], interval[0]


def _refuse(tables: Iterable[PublishedTable], name: Identity, reason: str) -> NoReturn:
    level = [dimension for dimension, _ in name]
    table = next(table for table in tables if {dimension.name for dimension in table.dimensions} >= set(level))
    raise NotProven(table=table.name, level=" x ".join(level) or "total", reason=reason)
