"""How many noisy tables of the same people may leave.

The noise of a cell is bounded and stays the same, but another table splits the same people otherwise, and the sum of its
cells is another number about them with other noise. The mean of n such numbers has an error smaller by the root of n
(averaging attacks: Asghar and Kaafar 2020). So few tables leave in all, and few with the same variable. A table of the same
records whose variables stood together, with the same codes, in one that left shows nothing new: it is free.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from anonymizer.cell_keys.errors import TooManyTables
from anonymizer.dimension import Dimension
from anonymizer.method import Method
from anonymizer.register import Departure, Line, departures

__all__ = ["Limits", "remembered", "require_within"]


@dataclass(frozen=True)
class Limits:
    """Tables of one data set in all, and of those that have a variable in common."""

    tables: int = 20
    overlapping: int = 10


def remembered(records: str, dimensions: Iterable[Dimension]) -> dict[str, object]:
    """What the register keeps of a table beside its variables: fingerprints of its records and of each dimension's codes."""
    return {"records": records, "codes": {dimension.name: dimension.digest for dimension in dimensions}}


def require_within(lines: Sequence[Line], wanted: Departure, limits: Limits) -> None:
    """Raise `TooManyTables` where one more table would be too many."""
    left = [each for _, each in departures(lines) if each.method is Method.CELL_KEYS and each.data_set == wanted.data_set]
    if any(_shows(earlier.detail, wanted.detail) for earlier in left):
        return
    new = [each for at, each in enumerate(left) if not any(_shows(before.detail, each.detail) for before in left[:at])]
    if len(new) >= limits.tables:
        raise TooManyTables(data_set=wanted.data_set, tables=len(new), which="", most=limits.tables)
    for variable in sorted(wanted.variables):
        sharing = sum(variable in each.variables for each in new)
        if sharing >= limits.overlapping:
            raise TooManyTables(data_set=wanted.data_set, tables=sharing, which=f" with {variable}", most=limits.overlapping)


def _shows(earlier: Mapping[str, object], wanted: Mapping[str, object]) -> bool:
    """Whether every number of a table stands in an earlier one."""
    codes, known = wanted["codes"], earlier["codes"]
    same_codes = isinstance(codes, dict) and isinstance(known, dict) and codes.items() <= known.items()
    return earlier["records"] == wanted["records"] and same_codes
