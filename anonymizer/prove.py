"""The proof: published tables are safe, shown on a path that the suppression engine has no part in.

Two arguments, from the published numbers and hierarchies alone:

1. Alternatives, in exact whole numbers. Each is a change of suppressed cells that keeps every sum and leaves no cell
   negative, so that the tables of another week would have been published with the very same numbers. For each unsafe cell,
   each hidden zero and each rest that is guarded (a total without one of its cells) they hold every value that the policy
   wants to stay possible.
2. The attacker of `attack.py`: for no such cell is its tightest interval narrower than required. It takes the truth and
   the alternatives for tables only after trying them on what it deduced itself, and asks programs for what they leave open.

And beside both, before anything is handed out or written, an audit that knows the published tables alone.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NoReturn

import numpy as np
from scipy import sparse

from anonymizer.attacker import UNKNOWN, Attacker, Audit, Whole, audit, identity
from anonymizer.counted_week import CountedTable
from anonymizer.errors import NotProven
from anonymizer.outside import Outside, given_away
from anonymizer.policy import Policy
from anonymizer.primary import Guarded, Primary, Reason, primary_of
from anonymizer.prove_own_knowledge import betrayed_to_knowers
from anonymizer.published import (
    Evidence,
    Identity,
    Promised,
    Proof,
    ProtectedTable,
    ProtectedTables,
    PublishedTable,
    Standing,
    certify,
    count_cells,
)

__all__ = ["prove", "prove_from_outside"]

Alternatives = Sequence[Mapping[Identity, int]]
Pair = tuple[Identity, Identity]


def prove(
    counted: Sequence[CountedTable],
    tables: Sequence[PublishedTable],
    alternatives: Alternatives,
    policy: Policy,
    standing: Standing | None = None,
    *,
    promised: Promised | None = None,
    outside: Outside = (),
) -> ProtectedTables:
    """Prove that the published forms of some counted tables are safe, and certify them; raises `NotProven`.

    They must show whatever was shown before, and hide whatever was hidden, also from those whom it was `promised` to be hidden
    from. What is known from `outside` is known to the
    attacker, and so to every alternative; a cell that it gives away is not asked for.
    """
    guarded, rests = _guarded(counted, tables, policy, standing or {})
    guarded = {name: asked for name, asked in guarded.items() if name not in given_away(outside)}
    attacker = Attacker(tables, outside=outside)
    true_counts = _hidden_counts(counted, attacker)
    changes = _check_alternatives(attacker, true_counts, alternatives, tables)
    possible = _possible(guarded, alternatives)
    for name, asked in guarded.items():
        if not _all_shown(asked, possible[name]):
            _refuse(tables, name, "no alternative shows all that must stay possible")
    for rest, shown in _possible_rests(rests, alternatives).items():
        if not _all_shown(rests[rest], shown):
            _refuse(tables, rest[0], "no alternative shows all that must stay possible of what is left of its total without it")
    unsafe = {name: asked for name, asked in guarded.items() if asked.reason is not Reason.HIDDEN_ZERO}
    together = {name: max(policy.own_knowledge, (promised or {}).get(name, 0)) for name in unsafe}
    for name in betrayed_to_knowers(counted, unsafe, alternatives, together):
        _refuse(tables, name, "no alternative shows all that must stay possible to a contributor who knows cells of their own")
    if not attacker.see(true_counts, changes):
        _refuse(tables, (), "the attacker takes the truth for impossible")
    for name in attacker.out_of_reach({name: asked.interval for name, asked in guarded.items()}):
        _refuse(tables, name, "the published numbers bound a cell more tightly than the policy allows")
    narrowest = min(((min(values), max(values)) for values in possible.values()), key=_width, default=None)
    evidence = Evidence(len(unsafe), attacker.unknowns.count - len(unsafe), narrowest, tuple(alternatives))
    published, suppressed = count_cells(tables)
    proof = Proof({table.name: table.digest for table in tables}, published, suppressed, evidence)
    protected = tuple(ProtectedTable(table.name, table.dimensions, table.cells, certify(table)) for table in tables)
    return ProtectedTables(policy, protected, proof)


def prove_from_outside(
    tables: Sequence[PublishedTable], policy: Policy, standing: Standing | None = None, *, outside: Outside = ()
) -> Audit:
    """Audit tables from nothing but themselves, as they will be read; raises `NotProven` for a cell that is known too well.

    With `outside` by whoever knows these totals as well.

    This is the search that owes nothing to the truth, to the engine or to its alternatives.
    """
    found = audit(tables, policy, standing=standing or {}, outside=outside)
    for offence in found.offences[:1]:
        [table] = (table for table in tables if table.name == offence.table)
        _refuse(
            [table],
            identity(table.dimensions, offence.key),
            "an outsider can know a cell, or what is left of its total, too well",
        )
    return found


def _guarded(
    counted: Sequence[CountedTable], tables: Sequence[PublishedTable], policy: Policy, standing: Standing
) -> tuple[dict[Identity, Guarded], dict[Pair, Guarded]]:
    """What nobody may learn: the unsafe cells and hidden zeros, and the rests, each as a cell and its total."""
    cells: dict[Identity, Guarded] = {}
    rests: dict[Pair, Guarded] = {}
    for truth, table, primary in zip(counted, tables, primary_of(counted, policy), strict=True):
        if (truth.name, truth.dimensions) != (table.name, table.dimensions):
            _refuse([table], (), "it is not the table that was counted")
        names = [identity(table.dimensions, key) for key in product(*(along.parents for along in table.dimensions))]
        for name, asked in _guarded_cells(names, table, primary, standing):
            cells[name] = cells[name] | asked if name in cells else asked
        for rest in primary.rests():
            pair = names[rest.cell], names[rest.total]
            if all(standing.get(name) is None for name in pair):
                rests[pair] = rests[pair] | rest.guarded if pair in rests else rest.guarded
    return cells, rests


def _guarded_cells(
    names: Sequence[Identity], table: PublishedTable, primary: Primary, standing: Standing
) -> Iterator[tuple[Identity, Guarded]]:
    """The unsafe cells and the hidden zeros, after checking that no unsafe cell is shown, and of the others only the truth.

    What was shown before cannot be hidden any more, so it is not among them.
    """
    marks = zip(names, primary.persons.tolist(), primary.unsafe.tolist(), primary.rules.structural.tolist(), strict=True)
    values = (table.cells[key] for key in product(*(along.parents for along in table.dimensions)))
    for at, (value, (name, persons, unsafe, structural)) in enumerate(zip(values, marks, strict=True)):
        if value not in {None, persons}:
            _refuse([table], name, "a published number is not what was counted")
        if name in standing:
            if value != standing[name]:
                _refuse([table], name, "it does not stand as it was released before")
            if value is not None:
                continue
        elif structural and value is None:
            _refuse([table], name, "a zero that everybody knows is hidden")
        if unsafe and value is not None:
            _refuse([table], name, "an unsafe cell is published")
        if value is None and (unsafe or persons == 0):
            yield name, primary.guarded(at)


def _hidden_counts(counted: Sequence[CountedTable], attacker: Attacker) -> Whole:
    """The true count of every unknown."""
    unknowns = attacker.unknowns
    truth = np.zeros(len(unknowns.values), np.int64)
    for table, grid in zip(counted, unknowns.grids, strict=True):
        truth[grid.ravel()] = [table.count(key).persons for key in product(*(along.parents for along in table.dimensions))]
    hidden: Whole = truth[unknowns.columns != UNKNOWN]
    return hidden


def _check_alternatives(
    attacker: Attacker, truth: Whole, alternatives: Alternatives, tables: Sequence[PublishedTable]
) -> sparse.csr_matrix:
    """Each alternative changes unknowns only, none below zero, and no sum: in whole numbers, without tolerance.

    Returns the changes, a row for each alternative and a column for each unknown.
    """
    names = attacker.unknowns.names()
    changed = [name for alternative in alternatives for name in alternative]
    columns = np.array([names.get(name, UNKNOWN) for name in changed], np.int64)
    changes = np.array([change for alternative in alternatives for change in alternative.values()], np.int64)
    for at in np.flatnonzero(columns == UNKNOWN)[:1].tolist():
        _refuse(tables, changed[at], "an alternative differs in a published number")
    for at in np.flatnonzero(truth[columns] + changes < 0)[:1].tolist():
        _refuse(tables, changed[at], "an alternative is negative")
    starts = np.concatenate([[0], np.cumsum([len(alternative) for alternative in alternatives], dtype=np.int64)])
    matrix = sparse.csr_matrix((changes, columns, starts), shape=(len(alternatives), len(truth)))
    if (matrix @ attacker.unknowns.equations.signs.T).count_nonzero():
        _refuse(tables, (), "an alternative does not add up to the published numbers")
    return matrix


def _possible(guarded: Mapping[Identity, Guarded], alternatives: Alternatives) -> dict[Identity, set[int]]:
    """The values that each of these cells has in the truth and the alternatives."""
    possible = {name: {asked.persons} for name, asked in guarded.items()}
    for changed in alternatives:
        for name, change in changed.items():
            if name in possible:
                possible[name].add(guarded[name].persons + change)
    return possible


def _possible_rests(rests: Mapping[Pair, Guarded], alternatives: Alternatives) -> dict[Pair, set[int]]:
    """The same for rests: a rest changes as its total does, and against its cell."""
    possible = {pair: {asked.persons} for pair, asked in rests.items()}
    beside: dict[Identity, list[Pair]] = {}
    for pair in rests:
        for name in pair:
            beside.setdefault(name, []).append(pair)
    for changed in alternatives:
        for cell, total in {pair for name in changed for pair in beside.get(name, ())}:
            possible[cell, total].add(rests[cell, total].persons + changed.get(total, 0) - changed.get(cell, 0))
    return possible


def _all_shown(asked: Guarded, values: Collection[int]) -> bool:
    return all(any(goal.holds(value) for value in values) for goal in asked.possible)


def _width(interval: tuple[int, int]) -> tuple[int, int]:
    return interval[1] - interval[0], interval[0]


def _refuse(tables: Iterable[PublishedTable], name: Identity, reason: str) -> NoReturn:
    level = [dimension for dimension, _ in name]
    table = next(table for table in tables if {dimension.name for dimension in table.dimensions} >= set(level))
    raise NotProven(table=table.name, level=" x ".join(level) or "total", reason=reason)
