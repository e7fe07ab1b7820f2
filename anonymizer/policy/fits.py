"""Whether a policy speaks of what is there: a rule for a code that no table has protects nobody, and nobody would notice."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import NoReturn

from anonymizer.dimension import Dimension
from anonymizer.errors import PolicyUnfit
from anonymizer.policy.rules import Policy
from anonymizer.policy.selection import Selection

__all__ = ["for_tables", "require_fit"]

Table = tuple[str, Sequence[Dimension]]


def require_fit(tables: Sequence[Table], policy: Policy) -> None:
    """Check a policy against tables, each a name and its dimensions; raises `PolicyUnfit`."""
    names = [name for name, _ in tables]
    for name, rules in policy.table:
        if name not in names:
            _refuse(f"it has rules for a table {name}, and the tables are {', '.join(names)}")
        _require(rules, [table for table in tables if table[0] == name], f"table.{name}: ")
    stated = dict(policy.table)
    if rest := [table for table in tables if table[0] not in stated]:
        _require(policy, rest, "")


def for_tables(tables: Sequence[Table], policy: Policy) -> Policy:
    """What a policy says of some tables, where it was made for these and for others: rules for others are left out."""
    names, dimensions = {name for name, _ in tables}, {each.name for _, along in tables for each in along}

    def of_these(rules: Policy) -> Policy:
        return replace(
            rules,
            sensitive=tuple(rule for rule in rules.sensitive if _speaks_of(rule.where, dimensions)),
            structural_zero=tuple(where for where in rules.structural_zero if _speaks_of(where, dimensions)),
            cost=tuple(rule for rule in rules.cost if rule.dimension in dimensions),
        )

    return replace(of_these(policy), table=tuple((name, of_these(rules)) for name, rules in policy.table if name in names))


def _speaks_of(where: Selection, dimensions: set[str]) -> bool:
    return dimensions >= set(where.dimensions)


def _require(policy: Policy, tables: Sequence[Table], where: str) -> None:
    dimensions = list(chain.from_iterable(dimensions for _, dimensions in tables))
    for name, codes in _named(policy):
        if not (found := [dimension for dimension in dimensions if dimension.name == name]):
            _refuse(f"{where}a rule is for {name}, and there is no such dimension")
        for code in codes:
            if not any(code in dimension.parents for dimension in found):
                _refuse(f"{where}a rule is for {code} of {name}, which has no such code")


def _named(policy: Policy) -> Iterator[tuple[str, Sequence[str]]]:
    """Each dimension that a rule speaks of, with the codes it names."""
    for where in (*(rule.where for rule in policy.sensitive), *policy.structural_zero):
        yield from where.codes
    yield from ((rule.dimension, ()) for rule in policy.cost)


def _refuse(reason: str) -> NoReturn:
    raise PolicyUnfit(reason=reason)
