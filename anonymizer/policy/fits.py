"""Whether a policy speaks of what is there: a rule for a code that no table has protects nobody, and nobody would notice."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NoReturn

from anonymizer.dimension import Dimension
from anonymizer.errors import PolicyUnfit
from anonymizer.policy.rules import Policy

__all__ = ["require_fit"]

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
