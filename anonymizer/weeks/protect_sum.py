"""A month is the sum of its weeks, a year of its months; each is protected as one system with all that it is made of.

So what a part hides is not to be worked out of the sum. What the parts published stands and what they suppressed stays
suppressed, so only the sum's own cells are decided. The sum tells more than its parts: a district that saw two persons a
week saw eight in the month.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

from anonymizer.attacker import identity
from anonymizer.counted_week import NOTHING, Count, CountedTable
from anonymizer.dimension import TOTAL, Dimension
from anonymizer.errors import PartsUnfit
from anonymizer.outside import Outside, OutsideTotal
from anonymizer.policy import Policy
from anonymizer.population import Population
from anonymizer.protect import draft_tables, protect_tables
from anonymizer.prove import prove_from_outside
from anonymizer.published import (
    Identity,
    Key,
    Promised,
    Proof,
    ProtectedPeriod,
    ProtectedTable,
    PublishedTable,
    Standing,
    certify,
    count_cells,
)
from anonymizer.suppression import Kept, Progress
from core.periods.period import Period, Sum, parts_of
from core.periods.week import Week

__all__ = ["DraftedPeriod", "KeptPeriod", "Part", "are_alike", "draft_sum", "protect_sum", "sum_counts"]

TIME: Final = "period"
NONE: Final[Mapping[Period, Outside]] = MappingProxyType({})


class Part(Protocol):
    """What a sum is made of: a period, its tables as they stand, the policy under which they do, and what was counted."""

    @property
    def period(self) -> Period: ...

    @property
    def population(self) -> Population: ...

    @property
    def policy(self) -> Policy: ...

    @property
    def tables(self) -> Sequence[PublishedTable]: ...

    @property
    def counted(self) -> Sequence[CountedTable]: ...


class KeptPeriod(NamedTuple):
    """A period as it was protected, and what was counted for it then."""

    protected: ProtectedPeriod
    counted: tuple[CountedTable, ...]

    @property
    def period(self) -> Period:
        return self.protected.period

    @property
    def code(self) -> str:
        return str(self.period)

    @property
    def population(self) -> Population:
        return self.protected.population

    @property
    def policy(self) -> Policy:
        return self.protected.policy

    @property
    def tables(self) -> Sequence[PublishedTable]:
        return self.protected.tables

    def is_like(self, other: Part) -> bool:
        """Whether the two can be added up."""
        return are_alike(self, other)


class DraftedPeriod(NamedTuple):
    """A period as it would be protected, not proven: what a sum would lose, before its parts are protected."""

    period: Period
    population: Population
    policy: Policy
    tables: Sequence[PublishedTable]
    counted: Sequence[CountedTable]


def protect_sum(
    whole: Sum,
    parts: Sequence[KeptPeriod],
    policy: Policy,
    *,
    outside: Mapping[Period, Outside] = NONE,
    progress: Progress | None = None,
    kept: Kept | None = None,
) -> ProtectedPeriod:
    """The tables of a month or year as they may be published beside those of its parts, proven and audited together with them.

    `parts` are all weeks that lie in it, and in a year all months too, of one population. `outside` are totals that others
    publish of it and of its parts. Where a part was made under a lesser `own_knowledge` than the policy's, so is the sum, and
    says so; what stricter parts were promised is kept. Raises `PartsUnfit` and what `protect_tables` raises.
    """
    system = _system_of(whole, parts, policy, outside)
    done = protect_tables(
        system.tables,
        system.policy,
        standing=system.standing,
        promised=system.promised,
        time=TIME,
        outside=system.outside,
        progress=progress,
        kept=kept,
    )
    for known in dict.fromkeys([(), system.outside]):
        prove_from_outside(done.tables, system.policy, system.standing, outside=known)
    own = [_proven(_of_whole(table)) for table in done.tables]
    proof = Proof({table.name: table.digest for table in own}, *count_cells(own), done.proof.evidence)
    first = parts[0].protected
    return ProtectedPeriod(first.operation, whole, done.policy, tuple(own), proof, first.population)


def draft_sum(
    whole: Sum,
    parts: Sequence[Part],
    policy: Policy,
    *,
    outside: Mapping[Period, Outside] = NONE,
    progress: Progress | None = None,
    kept: Kept | None = None,
) -> DraftedPeriod:
    """The same not proven, beside parts of which some, or all, would be protected so too; raises likewise but `NotProven`."""
    system = _system_of(whole, parts, policy, outside)
    drafted = draft_tables(
        system.tables,
        system.policy,
        standing=system.standing,
        promised=system.promised,
        time=TIME,
        outside=system.outside,
        progress=progress,
        kept=kept,
    )
    return DraftedPeriod(whole, parts[0].population, system.policy, [*map(_of_whole, drafted)], sum_counts(parts))


class _System(NamedTuple):
    """A sum and its parts as one system: its tables, how the parts' cells stand in it, and what is known from outside."""

    tables: list[CountedTable]
    policy: Policy
    standing: Standing
    promised: Promised
    outside: Outside


def _system_of(whole: Sum, parts: Sequence[Part], policy: Policy, outside: Mapping[Period, Outside]) -> _System:
    for part in parts:
        if not are_alike(part, parts[0]):
            raise PartsUnfit(whole=whole, part=part.period)
    time = Dimension(TIME, {TOTAL: None, **_parents(whole)})
    tables = [_with_parts(time, position, parts) for position, _ in enumerate(parts[0].counted)]
    policy = _as_least_of(parts, policy)
    totals = tuple(_in_system(total, period, whole) for period, known in outside.items() for total in known)
    return _System(tables, policy, _standing(time, parts), _promised(time, parts, policy), totals)


def are_alike(one: Part, other: Part) -> bool:
    """Whether both were counted in the same tables, of the same places and codes; else they cannot be added up."""
    return [(it.name, it.dimensions) for it in one.counted] == [(it.name, it.dimensions) for it in other.counted]


def sum_counts(parts: Iterable[Part]) -> tuple[CountedTable, ...]:
    """The counts of a month or year: those of its weeks, which are alike, added up. A report is of one week,
    so reports add up too.

    Persons come again in another week, and nothing says who they are: there are no fewer of them than in the week with most,
    and the largest have no more than if one person had been the largest of every week.
    """
    weeks = [part for part in parts if isinstance(part.period, Week)]
    again = any(week.population.comes_again for week in weeks)
    return tuple(
        CountedTable(same[0].name, same[0].dimensions, _sum((table.cells for table in same), again=again))
        for same in zip(*(week.counted for week in weeks), strict=True)
    )


def _parents(whole: Sum) -> dict[str, str]:
    """Of each part what it is a part of; what is part of the whole itself is below the total."""
    parents = {str(part): TOTAL for part in parts_of(whole)}
    return parents | {str(inner): str(part) for part in parts_of(whole) for inner in parts_of(part)}


def _sum(counted: Iterable[Mapping[Key, Count]], *, again: bool) -> dict[Key, Count]:
    total: defaultdict[Key, Count] = defaultdict(lambda: NOTHING)
    for cells in counted:
        for key, count in cells.items():
            total[key] = _joined(total[key], count) if again else _added(total[key], count)
    return dict(total)


def _added(one: Count, other: Count) -> Count:
    return Count(one.persons + other.persons, one.reports + other.reports)


def _joined(one: Count, other: Count) -> Count:
    largest = tuple(map(sum, zip_longest(one.largest, other.largest, fillvalue=0)))
    return Count(one.persons + other.persons, max(one.reports, other.reports), largest)


def _with_parts(time: Dimension, position: int, parts: Sequence[Part]) -> CountedTable:
    """One table of the sum and of all its parts."""
    named = parts[0].counted[position]
    cells = {
        (str(part.period), *key): _told_apart(count, at)
        for at, part in enumerate(parts)
        for key, count in part.counted[position].cells.items()
    }
    total = sum_counts(parts)[position].cells
    return CountedTable(named.name, (time, *named.dimensions), cells | {(TOTAL, *key): count for key, count in total.items()})


def _told_apart(count: Count, part: int) -> Count:
    """Contributors are numbered anew in every part."""
    return count if count.alone is None else replace(count, alone=part << 32 | count.alone)


def _standing(time: Dimension, parts: Iterable[Part]) -> Standing:
    """How the parts' cells were published."""
    standing: dict[Identity, int | None] = {}
    for part in parts:
        for table in part.tables:
            dimensions, code = (time, *table.dimensions), str(part.period)
            standing |= {identity(dimensions, (code, *key)): number for key, number in table.cells.items()}
    return standing


def _as_least_of(parts: Iterable[Part], policy: Policy) -> Policy:
    """What a part gives to those who know cells of their own nothing takes back, so the sum cannot be kept from them either."""
    least = min(part.policy.own_knowledge for part in parts)
    return policy.with_own_knowledge(min(least, policy.own_knowledge))


def _promised(time: Dimension, parts: Iterable[Part], policy: Policy) -> Promised:
    """The cells of parts that were made under a stricter `own_knowledge`, with that."""
    return {
        identity((time, *table.dimensions), (str(part.period), *key)): rule
        for part in parts
        if (rule := part.policy.own_knowledge) > policy.own_knowledge
        for table in part.tables
        for key in table.cells
    }


def _in_system(total: OutsideTotal, period: Period, whole: Sum) -> OutsideTotal:
    """A total of a part is of cells of that part."""
    own = () if period == whole else ((TIME, str(period)),)
    return OutsideTotal(tuple(tuple(sorted((*cell, *own))) for cell in total.cells), total.persons)


def _of_whole(table: PublishedTable) -> PublishedTable:
    """The sum's own part of a table of it and its parts."""
    cells = {key[1:]: number for key, number in table.cells.items() if key[0] == TOTAL}
    return PublishedTable(table.name, table.dimensions[1:], cells)


def _proven(own: PublishedTable) -> ProtectedTable:
    """It was proven together with its parts."""
    return ProtectedTable(own.name, own.dimensions, own.cells, certify(own))
