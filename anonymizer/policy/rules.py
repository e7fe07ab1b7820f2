"""The rules themselves, as values, and what follows from them for a count."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from anonymizer.counted_week import Count
from anonymizer.policy.selection import Selection

__all__ = ["Cost", "Dominance", "Policy", "Possible", "Sensitive"]


class Possible(NamedTuple):
    """Values of which at least one must stay possible for a cell: `least` to `most`; None has no end."""

    least: int
    most: int | None

    def holds(self, value: int) -> bool:
        return self.least <= value and (self.most is None or value <= self.most)


@dataclass(frozen=True)
class Dominance:
    """When too few contributors make up too much of a cell. The (n, k) rule and the p % rule of Hundepool and others,
    Statistical disclosure control (2012), section 4.2.1; 0 switches a rule off.

    Unsafe is a cell whose `largest` contributions hold more than `share` per cent of it, or where what the second largest
    contributor does not know of it is less than `within` per cent of the largest contribution.
    """

    largest: int = 1
    share: float = 0.0
    within: float = 0.0

    def __post_init__(self) -> None:
        if not 1 <= self.largest <= Count.KEPT:
            raise ValueError(f"dominance looks at the 1 to {Count.KEPT} largest contributions")
        if not (0 <= self.share < 100 and 0 <= self.within <= 100):
            raise ValueError("share is 0 or more and less than 100 per cent, and within is 0 to 100")
        if not (self.share or self.within):
            raise ValueError("dominance states a share, or within")

    def holds(self, count: Count) -> bool:
        """Whether a cell is dominated; its largest contributions must be known."""
        first, second = (*count.largest, 0, 0)[:2]
        rest = count.persons - first - second
        of_few = self.share and sum(count.largest[: self.largest]) * 100 > self.share * count.persons
        return bool(of_few or (self.within and rest * 100 < self.within * first))


@dataclass(frozen=True)
class Sensitive:
    """Codes that need more: another threshold, that nobody learns whether anybody is there (`presence`), or that nobody learns
    that everybody of a group is there (`group`, for codes of one dimension).

    `interval` is what must stay possible under that threshold, where less than all of it is enough: no less than elsewhere.
    """

    where: Selection
    threshold: int | None = None
    presence: bool = False
    group: bool = False
    interval: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.threshold is None and not self.presence and not self.group:
            raise ValueError("a sensitive code states a threshold, presence or group")
        if self.group and len(self.where.codes) > 1:
            raise ValueError("group is for the codes of one dimension: which category everybody of a group is in")
        if self.interval is not None and not (self.interval[0] in {0, 1} and 1 < self.interval[1] < (self.threshold or 0)):
            raise ValueError("the interval of a sensitive code begins with 0 or 1 and ends with 2 or more, under its threshold")


@dataclass(frozen=True)
class Cost:
    """What hiding costs along a dimension: `times` as much at one `level` (0 is the total, 1 the codes under it), or up to
    `recent` times as much for the last of its codes, rising evenly from the first, in order of the codes."""

    dimension: str
    level: int | None = None
    times: float = 1.0
    recent: float = 1.0

    def __post_init__(self) -> None:
        if (self.level is None) == (self.recent == 1.0):
            raise ValueError("a cost states either a level and times, or recent")
        if self.level is None and self.times != 1.0:
            raise ValueError("a cost of recent codes has no times")
        if (self.level or 0) < 0 or not (0 < self.times <= 1000 and 0 < self.recent <= 1000):
            raise ValueError("a level is 0 or more, and times and recent are above 0 and at most 1000")


@dataclass(frozen=True)
class Policy:
    """See `default_policy.toml` for what each rule means to an officer. Raises ValueError for rules without sense."""

    threshold: int = 5
    contributors: int = 3
    group_low: int = 1
    keep_totals: float = 12.0
    zero_cost: float = 0.5
    hide_grand_total: bool = True
    version: str = ""
    presence: bool = False
    interval: tuple[int, int] | None = None
    complements: bool = False
    own_knowledge: int = 0
    dominance: Dominance | None = None
    sensitive: tuple[Sensitive, ...] = ()
    structural_zero: tuple[Selection, ...] = ()
    cost: tuple[Cost, ...] = ()
    table: tuple[tuple[str, "Policy"], ...] = ()

    def __post_init__(self) -> None:
        thresholds = [self.threshold, *(more.threshold for more in self.sensitive if more.threshold is not None)]
        if min(thresholds) < 1 or self.contributors < 1:
            raise ValueError("threshold and contributors are at least 1")
        if 2 in thresholds:
            raise ValueError("a threshold of 2 hides nothing, since under 2 means 1; use 1 for no threshold, or 3 and more")
        if min(thresholds) < self.threshold:
            raise ValueError("the threshold of a sensitive code is no lower than that of all")
        if not 0 <= self.group_low < max(self.threshold, 2):
            raise ValueError("group_low is 0 or more and less than the threshold")
        if self.keep_totals < 1 or self.zero_cost <= 0:
            raise ValueError("keep_totals is at least 1 and zero_cost is positive")
        if self.interval is not None and not (self.interval[0] in {0, 1} and 1 < self.interval[1] < self.threshold):
            raise ValueError("an interval begins with 0 or 1 and ends with 2 or more, under the threshold")
        if self.presence and self.interval is not None and self.interval[0] != 0:
            raise ValueError("where presence is sensitive the interval begins with 0")

        if self.own_knowledge not in {0, 1, 2}:
            raise ValueError("own_knowledge is 0, 1 or 2")

    def for_table(self, name: str) -> "Policy":
        """The rules of one table: those stated for it, else these."""
        return dict(self.table).get(name, self)

    @property
    def asks_for_more(self) -> bool:
        """Whether a cell may be unsafe by more than one threshold and one number of contributors."""
        return bool(self.complements or self.dominance or self.sensitive or self.table)

    def with_own_knowledge(self, together: int) -> "Policy":
        """The same with another rule of own knowledge, which is that of the whole policy and of each of its tables."""
        tables = tuple((name, replace(rules, own_knowledge=together)) for name, rules in self.table)
        return replace(self, own_knowledge=together, table=tables)

    def without_contributors(self) -> "Policy":
        """The same where nobody knows from how many contributors a count comes: without the rules that ask for them."""
        tables = tuple((name, rules.without_contributors()) for name, rules in self.table)
        return replace(self, contributors=1, own_knowledge=0, dominance=None, table=tables)

    def without_contributions(self) -> "Policy":
        """The same where it is known how many contributors a count has, and not how much each of them gave."""
        return replace(self, dominance=None, table=tuple((name, rules.without_contributions()) for name, rules in self.table))

    def is_unsafe(self, count: Count) -> bool:
        """Whether a count alone says that a cell may not be published as it is; see `primary.py` for what else may."""
        few = count.persons < self.threshold or count.reports < self.contributors
        return count.persons > 0 and (few or (self.dominance is not None and self.dominance.holds(count)))

    def must_stay_possible(self, count: Count) -> tuple[Possible, ...]:
        """What must stay possible for a suppressed cell that is unsafe, or a zero, beside its true value.

        A zero hidden beside unsafe cells must be able to hold as many as they: else it would be known for a zero, and hide
        nothing. For 1 to threshold-1 persons that is every other number of the interval, one by one: whole numbers can have
        gaps that an interval does not show. For a larger cell it is the two ends of its interval.
        """
        low, high = self.required_interval(count)
        if count.persons == 0:
            return (Possible(high, None),)
        if count.persons < self.threshold:
            return tuple(Possible(value, value) for value in range(low, high + 1) if value != count.persons)
        return Possible(0, low), Possible(high, None)

    def required_interval(self, count: Count) -> tuple[int, int]:
        """The interval that an attacker's interval for a suppressed cell that is unsafe, or a zero, must contain."""
        low, high = self.small_interval
        if count.persons < self.threshold:
            return min(count.persons, low), high
        return (0 if self.presence else self.group_low), count.persons + high

    @property
    def small_interval(self) -> tuple[int, int]:
        """What a cell under the threshold must be able to hold: every number from the first to the second."""
        return self.interval or (0 if self.presence else 1, self.threshold - 1)
