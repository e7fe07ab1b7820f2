"""When the number of a group of codes may be told: what is asked of those who are there, who came and who went.

Of each there are as many as the policy asks for, or nobody at all. That nobody came, or went, is told only where it is certain,
and only of a group whose number was told before: repeated of one that was hidden, it would tell what was hidden then.
"""

from collections.abc import Iterable, Sequence

from anonymizer.caseload.counted_caseload import CountedCaseload
from anonymizer.caseload.groups import ALL, Group, groups_of, leaves_of
from anonymizer.counted_week import CountedTable
from anonymizer.policy import Policy, rules_of

__all__ = ["Criterion"]


class Criterion:
    """What is asked of the groups of one table of a caseload; tables are named by their place in it."""

    def __init__(self, counted: CountedCaseload, position: int, policy: Policy) -> None:
        self._stock, self._came, self._went = (each[position] for each in (counted.stock, counted.came, counted.went))
        [self.dimension] = self._stock.dimensions
        self._rules = rules_of(self._stock.name, self._stock.dimensions, policy)
        self._is_first, self._is_exact = not counted.before, counted.is_exact
        before = counted.before[position] if counted.before else None
        [dimension] = before.dimensions if before else [self.dimension]
        self._before = [leaves_of(dimension, group) for group in groups_of(before)] if before else []

    def why_not(self, group: Group) -> str:
        """Why the number of a group may not be told; empty where it may."""
        least = self._least(group)
        few, stock = range(1, least), _persons(self._stock, group)
        if stock in few or (group == ALL and not stock):
            return "fewer persons are there than the policy asks for"
        if self._is_first:
            return ""
        for name, table in (("came", self._came), ("went", self._went)):
            number = _persons(table, group)
            if number in few or not (number or self._may_repeat(group)):
                return f"fewer persons certainly {name} than the policy asks for"
        return ""

    def poorest_first(self, codes: Iterable[str]) -> Sequence[str]:
        """Some codes by the smallest of their numbers, and then by their names; those of nobody, who hide nobody, at last."""
        asked = (self._stock,) if self._is_first else (self._stock, self._came, self._went)

        def poverty(code: str) -> tuple[bool, int, str]:
            return not _persons(self._stock, (code,)), min(_persons(table, (code,)) for table in asked), code

        return sorted(codes, key=poverty)

    def _may_repeat(self, group: Group) -> bool:
        """Whether it is certain who came and went, and the number of the group follows from what was told before."""
        leaves = leaves_of(self.dimension, group)
        told = (known for known in self._before if known <= leaves)
        return self._is_exact and frozenset[str]().union(*told) == leaves

    def _least(self, group: Group) -> int:
        asked = [self._rules.of((code,)) for code in group]
        return max(max(policy.threshold, policy.contributors) for policy in asked)


def _persons(table: CountedTable, group: Group) -> int:
    return sum(table.count((code,)).persons for code in group)
