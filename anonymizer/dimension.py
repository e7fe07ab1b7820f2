"""A dimension of a table: its codes, and which code each of them is part of.

Every code has one parent, up to the one root `_T` (SDMX CL_AREA and its siblings write totals so). A flat dimension has
all its codes directly under the total.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Final

from anonymizer.errors import HierarchyUnfit

__all__ = ["TOTAL", "Dimension", "finest", "flat_dimension"]

TOTAL: Final = "_T"


@dataclass(frozen=True)
class Dimension:
    """A name and the hierarchy of its codes: `parents` maps each code to the code that it is part of, `_T` to None.

    Raises `HierarchyUnfit` when `_T` is not the one root, a parent is unknown, or a code is part of itself.
    """

    name: str
    parents: Mapping[str, str | None]

    def __post_init__(self) -> None:
        roots = [code for code, parent in self.parents.items() if parent is None]
        if roots != [TOTAL]:
            self._refuse(f"its roots are {', '.join(roots) or 'missing'}, where {TOTAL} must be the only one")
        for code in self.parents:
            self._check_climb(code)

    @cached_property
    def children(self) -> dict[str, tuple[str, ...]]:
        """The codes directly under each code that has any, in the order given."""
        below: dict[str, list[str]] = {}
        for code, parent in self.parents.items():
            if parent is not None:
                below.setdefault(parent, []).append(code)
        return {parent: tuple(codes) for parent, codes in below.items()}

    @cached_property
    def positions(self) -> dict[str, int]:
        """The place of each code in the order given."""
        return {code: at for at, code in enumerate(self.parents)}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the codes with their parents, in any order, hexadecimal."""
        return sha256(json.dumps(sorted(self.parents.items(), key=str)).encode()).hexdigest()

    def climb(self, code: str) -> list[str]:
        """The code and every code above it, up to the total."""
        path = [code]
        while (parent := self.parents[path[-1]]) is not None:
            path.append(parent)
        return path

    def upto(self, level: int) -> "Dimension":
        """The codes no more than `level` steps below the total: a coarser form of the same dimension."""
        return Dimension(
            self.name, {code: parent for code, parent in self.parents.items() if len(self.climb(code)) <= level + 1}
        )

    @property
    def levels(self) -> int:
        """How many levels there are below the total."""
        return max(len(self.climb(code)) for code in self.parents) - 1

    def holds(self, other: "Dimension") -> bool:
        """Whether another is this dimension or a coarser form of it: no code has other parts there, though it may have none."""
        return (
            self.name == other.name
            and other.parents.items() <= self.parents.items()
            and all(set(parts) == set(self.children[code]) for code, parts in other.children.items())
        )

    def _check_climb(self, code: str) -> None:
        seen: set[str] = set()
        above: str | None = code
        while above is not None:
            if above in seen:
                self._refuse(f"{code} is part of itself")
            if above not in self.parents:
                self._refuse(f"{code} is part of {above}, which is not among its codes")
            seen.add(above)
            above = self.parents[above]

    def _refuse(self, reason: str) -> None:
        raise HierarchyUnfit(dimension=self.name, reason=reason)


def finest(dimensions: Iterable[Dimension]) -> dict[str, Dimension]:
    """Dimensions by name, of several forms of one the finest."""
    found: dict[str, Dimension] = {}
    for dimension in dimensions:
        if dimension.holds(found.setdefault(dimension.name, dimension)):
            found[dimension.name] = max(found[dimension.name], dimension, key=lambda form: len(form.parents))
    return found


def flat_dimension(name: str, codes: Iterable[str]) -> Dimension:
    """A dimension of one level under its total."""
    return Dimension(name, {TOTAL: None} | dict.fromkeys(codes, TOTAL))
