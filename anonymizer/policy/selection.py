"""Which cells a rule speaks of: by the codes of some dimensions, and all codes below those."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from anonymizer.dimension import TOTAL, Dimension

__all__ = ["Flags", "Selection"]

Flags: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Selection:
    """Codes by dimension; no codes mean every code of that dimension but the total. Raises ValueError for an empty one."""

    codes: tuple[tuple[str, tuple[str, ...]], ...]

    def __post_init__(self) -> None:
        if not self.codes:
            raise ValueError("a rule for some codes names at least one dimension")
        for dimension, codes in self.codes:
            if TOTAL in codes:
                raise ValueError(f"{TOTAL} of {dimension} is no code that a rule can be for: it holds all of them")

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The names of the dimensions that have to be in a table for the rule to speak of its cells."""
        return tuple(dimension for dimension, _ in self.codes)

    def marks(self, dimensions: Sequence[Dimension]) -> Flags:
        """For each cell of a table, in order of its codes, whether it is selected."""
        wanted = dict(self.codes)
        marks = np.full(1, set(wanted) <= {dimension.name for dimension in dimensions})
        for dimension in dimensions:
            free = dimension.name not in wanted
            along = np.ones(len(dimension.parents), bool) if free else _along(dimension, wanted[dimension.name])
            marks = np.logical_and.outer(marks, along).ravel()
        return marks


def _along(dimension: Dimension, codes: Sequence[str]) -> Flags:
    chosen = set(codes) or set(dimension.parents) - {TOTAL}
    return np.array([not chosen.isdisjoint(dimension.climb(code)) for code in dimension.parents])
