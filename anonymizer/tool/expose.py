"""What the attacker learns of each suppressed cell, judged by a policy, from published numbers alone.

From outside no unsafe cell can be told from one hidden for its sake, so every suppressed cell is judged as if it might be
one. Broken is a cell that can be worked out, and one that is known to be under the threshold while some number from 1 to
threshold-1 is ruled out. What rests on contributors cannot be judged from outside; the proof inside asks for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf

from anonymizer.attacker import Attacker, Interval, attack, identity, structural_zeros
from anonymizer.dimension import TOTAL
from anonymizer.errors import KnownContradicts, TablesContradict
from anonymizer.outside import Outside, given_away
from anonymizer.policy import Policy, TableRules, rules_of
from anonymizer.published import Identity, Key, PublishedTable
from anonymizer.tool.cell_names import write_cell

__all__ = ["Exposure", "Verdict", "ZerosAreHidden", "expose", "judge", "narrowest"]


class ZerosAreHidden(Exception):
    """Whoever assumes that no suppressed cell is zero finds that the numbers contradict each other: some are."""


class Verdict(StrEnum):
    """What an interval says about a cell."""

    HIDDEN = "hidden"
    TOO_NARROW = "too narrow"
    RECOVERED = "recovered"

    @property
    def broken(self) -> bool:
        """Whether the policy is certainly broken."""
        return self in {Verdict.TOO_NARROW, Verdict.RECOVERED}


@dataclass(frozen=True)
class Exposure:
    """The tightest interval of a suppressed cell, the verdict, and whether it may be under the threshold."""

    table: str
    cell: str
    level: str
    interval: Interval
    verdict: Verdict
    small: bool


def expose(
    tables: Sequence[PublishedTable],
    policy: Policy,
    *,
    zeros_visible: bool = False,
    known: Mapping[Identity, int] | None = None,
    outside: Outside = (),
) -> list[Exposure]:
    """Every suppressed cell that the attacker does not know beforehand, in order of the tables.

    Raises `TablesContradict`, `KnownContradicts` or `ZerosAreHidden`.
    """
    given = structural_zeros(tables, policy) | dict(known or {})
    try:
        intervals = attack(tables, zeros_visible=zeros_visible, known=given, outside=outside)
    except TablesContradict:
        _blame(tables, given, outside)
        if zeros_visible:
            raise ZerosAreHidden from None
        raise
    given |= given_away(outside)
    by_name = {table.name: (table, rules_of(table.name, table.dimensions, policy)) for table in tables}
    return [
        _exposure(*by_name[name], key, interval)
        for (name, key), interval in intervals.items()
        if not given or identity(by_name[name][0].dimensions, key) not in given
    ]


def _blame(tables: Sequence[PublishedTable], known: Mapping[Identity, int], outside: Outside) -> None:
    """Raise where the tables contradict each other by themselves, or what is said to be known contradicts them."""
    Attacker(tables).check()
    try:
        Attacker(tables, known=known, outside=outside).check()
    except TablesContradict:
        raise KnownContradicts from None


def _exposure(table: PublishedTable, rules: TableRules, key: Key, interval: Interval) -> Exposure:
    pairs = zip(table.dimensions, key, strict=True)
    level = " x ".join(dimension.name for dimension, code in pairs if code != TOTAL) or "total"
    own = rules.of(key)
    verdict = judge(interval, own)
    return Exposure(table.name, write_cell(table.dimensions, key), level, interval, verdict, interval.low < own.threshold)


def judge(interval: Interval, policy: Policy) -> Verdict:
    """The verdict on one interval of a suppressed cell, for which this policy holds.

    A cell that may be at the threshold or above is not known to be small, even where it is known not to be 1: that tells
    of it only that it was hidden for the sake of others.
    """
    low, high = interval
    if low == high:
        return Verdict.RECOVERED
    known_small = high is not None and high < policy.threshold
    least, most = policy.small_interval
    fills = low <= least and (high is None or high >= most)
    return Verdict.TOO_NARROW if known_small and not fills else Verdict.HIDDEN


def narrowest(exposures: Iterable[Exposure]) -> Exposure | None:
    """The narrowest interval of a cell that may be under the threshold; of several that which can hold least, then by name."""

    def width(one: Exposure) -> tuple[float, int, str, str]:
        low, high = one.interval
        return (inf if high is None else high - low, low, one.table, one.cell)

    return min((one for one in exposures if one.small), key=width, default=None)
