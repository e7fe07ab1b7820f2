"""A release of true numbers in the register of what left, so that no other method is used on the same people after it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from anonymizer.dimension import Dimension
from anonymizer.method import Method
from anonymizer.register import Departure, Line, Register, register_departure, require_unmixed

__all__ = ["Entry"]


@dataclass(frozen=True)
class Entry:
    """Which register a release goes into, and what its people are called there."""

    register: Path
    data_set: str

    def check(self, method: Method, dimensions: Iterable[Dimension], time: str | None, periods: Iterable[str]) -> Departure:
        """The release as it will be written down, before the work is done. Raises `MethodsMixed`, `RegisterMissing`."""
        names = frozenset(each.name for each in dimensions) - {time}
        departure = Departure(self.data_set, method, names, frozenset(periods), {})
        require_unmixed(Register(self.register).lines(), departure)
        return departure

    def write(self, departure: Departure) -> Line:
        """Write it down, before it is handed out. Raises `MethodsMixed`: another may have left meanwhile."""
        with Register(self.register).held() as held:
            return register_departure(held, departure)
