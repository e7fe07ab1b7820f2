"""What left: which variables of which people, for which periods, by which method. Two methods never meet on the same.

Tables that share a variable share its totals, so one shared variable is enough. What shares no more than the grand total of
its periods is let pass, except where a release consists of such totals: the promise of a noisy method does not cover that one
number where it is released elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from anonymizer.method import Method, why_not_beside
from anonymizer.register.chained_lines import Held, Line
from anonymizer.register.errors import MethodsMixed

__all__ = ["DEPARTURE", "Departure", "departures", "register_departure", "require_unmixed"]

DEPARTURE: Final = "release"


@dataclass(frozen=True)
class Departure:
    """One release. `periods` are codes of innermost periods; none at all means that time was not told apart.

    `variables` leaves the variable of time out. `detail` is what the method itself has to remember.
    """

    data_set: str
    method: Method
    variables: frozenset[str]
    periods: frozenset[str]
    detail: dict[str, Any]

    @classmethod
    def of(cls, line: Line) -> Self:
        """The release that a line tells of."""
        says = line.says
        return cls(
            says["data_set"],
            Method(says["method"]),
            frozenset(says["variables"]),
            frozenset(says["periods"]),
            says.get("detail", {}),
        )

    def meets(self, other: "Departure") -> frozenset[str]:
        """The variables that both tell of, for the same people at the same time."""
        same_time = not self.periods or not other.periods or self.periods & other.periods
        if self.data_set != other.data_set or not same_time:
            return frozenset()
        only_totals = not self.variables or not other.variables
        return frozenset({"the total"}) if only_totals else self.variables & other.variables


def departures(lines: Sequence[Line]) -> list[tuple[Line, Departure]]:
    """Every release in the register, with its line."""
    return [(line, Departure.of(line)) for line in lines if line.kind == DEPARTURE]


def require_unmixed(lines: Sequence[Line], wanted: Departure) -> None:
    """Raise `MethodsMixed` where a variable of the release left before by a method that it may not meet."""
    for line, left in departures(lines):
        shared = wanted.meets(left)
        reason = why_not_beside(left.method, wanted.method)
        if shared and reason:
            raise MethodsMixed(
                variables=", ".join(sorted(shared)),
                data_set=wanted.data_set,
                earlier=left.method,
                later=wanted.method,
                line=line.number,
                periods=_when(left),
                reason=reason,
            )


def register_departure(held: Held, departure: Departure) -> Line:
    """Write a release down, before it is handed out. Raises `MethodsMixed`."""
    require_unmixed(held.lines, departure)
    says = {
        "data_set": departure.data_set,
        "method": departure.method,
        "variables": sorted(departure.variables),
        "periods": sorted(departure.periods),
        "detail": departure.detail,
    }
    return held.append(DEPARTURE, says)


def _when(departure: Departure) -> str:
    return ", ".join(sorted(departure.periods)) or "time not told apart"
