"""What the attacker of `anonymizer.attack` learns of each suppressed cell, judged by a policy, from published numbers alone.

An outsider does not know which suppressed cell is unsafe and which was hidden for its sake. So only what is certain
counts as broken: a cell that can be worked out, and a cell that must be unsafe and is hidden less well than the policy
promises. The proof inside, which knows the counts, asks for more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from anonymizer.attack import Attacker, Interval, attack, identity
from anonymizer.dimension import TOTAL
from anonymizer.errors import KnownContradicts, TablesContradict
from anonymizer.policy import Policy
from anonymizer.published import Identity, Key, PublishedTable
from anonymizer.tool.cell_names import write_cell

__all__ = ["Exposure", "Verdict", "ZerosAreHidden", "expose", "judge", "narrowest"]


class ZerosAreHidden(Exception):
    """Whoever assumes that no suppressed cell is zero finds that the numbers contradict each other: some are."""


class Verdict(StrEnum):
    """What an interval says about a cell."""

    HIDDEN = "hidden"
    IN_DOUBT = "in doubt"
    TOO_NARROW = "too narrow"
    RECOVERED = "recovered"

    @property
    def broken(self) -> bool:
        """Whether the policy is certainly broken."""
        return self in {Verdict.TOO_NARROW, Verdict.RECOVERED}


@dataclass(frozen=True)
class Exposure:
    """The tightest interval of a suppressed cell, and the verdict."""

    table: str
    cell: str
    level: str
    interval: Interval
    verdict: Verdict


def expose(
    tables: Sequence[PublishedTable],
    policy: Policy,
    *,
    zeros_visible: bool = False,
    known: Mapping[Identity, int] | None = None,
) -> list[Exposure]:
    """Every suppressed cell that the attacker does not know beforehand, in order of the tables.

    Raises `TablesContradict`, `KnownContradicts` or `ZerosAreHidden`.
    """
    given = dict(known or {})
    try:
        intervals = attack(tables, zeros_visible=zeros_visible, known=given)
    except TablesContradict:
        _blame(tables, given)
        if zeros_visible:
            raise ZerosAreHidden from None
        raise
    by_name = {table.name: table for table in tables}
    return [
        _exposure(by_name[name], key, interval, policy)
        for (name, key), interval in intervals.items()
        if not given or identity(by_name[name].dimensions, key) not in given
    ]


def _blame(tables: Sequence[PublishedTable], known: Mapping[Identity, int]) -> None:
    """Raise where the tables contradict each other by themselves, or what is said to be known contradicts them."""
    Attacker(tables)
    try:
        Attacker(tables, known=known)
    except TablesContradict:
        raise KnownContradicts from None


def _exposure(table: PublishedTable, key: Key, interval: Interval, policy: Policy) -> Exposure:
    pairs = zip(table.dimensions, key, strict=True)
    level = " x ".join(dimension.name for dimension, code in pairs if code != TOTAL) or "total"
    return Exposure(table.name, write_cell(table.dimensions, key), level, interval, judge(interval, policy))


def judge(interval: Interval, policy: Policy) -> Verdict:
    """The verdict on one interval of a suppressed cell.

    In doubt is a cell that is a zero (which needs no hiding), or else hidden less well than the policy promises.
    """
    low, high = interval
    if low == high:
        return Verdict.RECOVERED
    if high is None or high >= policy.threshold - 1:
        certain = low > 1 and high is not None and high < policy.threshold
        return Verdict.TOO_NARROW if certain else Verdict.HIDDEN
    return Verdict.TOO_NARROW if low > 0 else Verdict.IN_DOUBT


def narrowest(exposures: Iterable[Exposure]) -> Exposure | None:
    """The cell with the narrowest interval; of several the one that can hold least, then the first by name."""

    def width(one: Exposure) -> tuple[float, int, str, str]:
        low, high = one.interval
        return (float("inf") if high is None else high - low, low, one.table, one.cell)

    return min(exposures, key=width, default=None)
