"""The rules of protection: which cells are unsafe, and what nobody may be able to learn about them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, NamedTuple

from anonymizer.counted_week import Count
from anonymizer.errors import PolicyUnreadable

__all__ = ["DEFAULT_POLICY", "Policy", "Possible", "default_policy", "parse_policy", "policy_from", "read_policy"]

DEFAULT_POLICY: Final = Path(__file__).with_name("default_policy.toml")


class Possible(NamedTuple):
    """Values of which at least one must stay possible for a cell: `least` to `most`; None has no end."""

    least: int
    most: int | None

    def holds(self, value: int) -> bool:
        return self.least <= value and (self.most is None or value <= self.most)


@dataclass(frozen=True)
class Policy:
    """See `default_policy.toml` for what each rule means to an officer. Raises ValueError for rules without sense."""

    threshold: int = 5
    contributors: int = 3
    group_low: int = 1
    keep_totals: float = 12.0
    zero_cost: float = 0.5
    hide_grand_total: bool = True

    def __post_init__(self) -> None:
        if self.threshold < 1 or self.contributors < 1:
            raise ValueError("threshold and contributors are at least 1")
        if self.threshold == 2:
            raise ValueError("a threshold of 2 hides nothing, since under 2 means 1; use 1 for no threshold, or 3 and more")
        if not 0 <= self.group_low < max(self.threshold, 2):
            raise ValueError("group_low is 0 or more and less than the threshold")
        if self.keep_totals < 1 or self.zero_cost <= 0:
            raise ValueError("keep_totals is at least 1 and zero_cost is positive")

    def is_unsafe(self, count: Count) -> bool:
        """Whether a cell may not be published as it is."""
        return count.persons > 0 and (count.persons < self.threshold or count.reports < self.contributors)

    def must_stay_possible(self, count: Count) -> tuple[Possible, ...]:
        """What must stay possible for a suppressed cell that is unsafe, or a zero, beside its true value.

        A zero hidden beside unsafe cells must be able to hold as many as they: else it would be known for a zero, and hide
        nothing. For 1 to threshold-1 persons that is every other number of that range, one by one: whole numbers can have gaps
        that an interval does not show. For a larger cell it is the two ends of its interval.
        """
        if count.persons == 0:
            return (Possible(self.threshold - 1, None),)
        if count.persons < self.threshold:
            others = (value for value in range(1, self.threshold) if value != count.persons)
            return tuple(Possible(value, value) for value in others)
        low, high = self.required_interval(count)
        return Possible(0, low), Possible(high, None)

    def required_interval(self, count: Count) -> tuple[int, int]:
        """The interval that an attacker's interval for a suppressed cell that is unsafe, or a zero, must contain."""
        if count.persons < self.threshold:
            return min(count.persons, 1), self.threshold - 1
        return self.group_low, count.persons + self.threshold - 1


def default_policy() -> Policy:
    """The policy of `default_policy.toml`."""
    return read_policy(DEFAULT_POLICY)


def read_policy(path: Path) -> Policy:
    """Read a policy file; raises `PolicyUnreadable`."""
    try:
        return parse_policy(path.read_text(encoding="utf-8"), path)
    except (OSError, ValueError) as error:
        raise PolicyUnreadable(path=path, reason=str(error)) from None


def parse_policy(content: str, path: Path) -> Policy:
    """The rules of a text; `path` says where it is from. Raises `PolicyUnreadable`."""
    try:
        given = tomllib.loads(content)
    except ValueError as error:
        raise PolicyUnreadable(path=path, reason=str(error)) from None
    return policy_from(given, path)


def policy_from(given: Mapping[str, object], path: Path) -> Policy:
    """The rules as named values; `path` says where they are from. Raises `PolicyUnreadable`."""
    try:
        return Policy(**{name: _setting(name, value) for name, value in given.items()})
    except ValueError as error:
        raise PolicyUnreadable(path=path, reason=str(error)) from None


def _setting(name: str, value: object) -> Any:
    kinds = {item.name: type(item.default) for item in fields(Policy)}
    if name not in kinds:
        raise ValueError(f"there is no rule called {name}")
    if kinds[name] is float and type(value) is int:
        return float(value)
    if type(value) is not kinds[name]:
        raise ValueError(f"{name} is not of the kind {kinds[name].__name__}")
    return value
