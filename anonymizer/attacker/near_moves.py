"""Short moves within neighbourhoods, for wide systems: most moves change some dozens of columns, and none is far.

What a program over everything does once for each of its columns costs a wide system ten times what finding a move does. So
what is open is asked in programs over the nearest few thousand columns, while all others stay as they are in the base.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from anonymizer.attacker.deduction import Core
from anonymizer.attacker.neighbourhoods import Neighbourhoods
from anonymizer.attacker.short_moves import Push, ShortMoves
from anonymizer.attacker.unknowns import Whole

__all__ = ["SIZES", "Home", "homes"]

SIZES: Final = (3000, 10_000, 30_000)  # columns; of 250,000 cells all goals but one in 300 were met within 10,000
INNER: Final = 30  # a neighbourhood is good for so small a part of its columns, which have enough around them


class Home:
    """Some columns of a system, and moves of these alone away from the table `base`."""

    def __init__(self, core: Core, base: Whole, columns: Whole) -> None:
        self._base, self._columns = base, columns
        own = core.equations.among(columns, base), core.lower[columns], core.upper[columns], base[columns]
        self._moves: Final = ShortMoves(*own)

    def table(self, push: Push, chance: np.random.Generator) -> Whole | None:
        """A whole table with one column at its goal, all others outside as they were; None where none was found."""
        found = self._moves.table([Push(int(np.searchsorted(self._columns, push.column)), push.goal)], chance)
        if found is None:
            return None
        table = self._base.copy()
        table[self._columns] = found
        return table


def homes(core: Core, base: Whole, near: Neighbourhoods, size: int, wanted: Whole) -> Iterator[tuple[Home, Whole]]:
    """Neighbourhoods until each wanted column has been well inside one, and those that are so in each."""
    while len(wanted):
        around = near.around(int(wanted[0]), size)
        inner = around if len(around) < size else around[: 1 + size // INNER]
        own = np.isin(wanted, inner)
        yield Home(core, base, np.sort(around)), wanted[own]
        wanted = wanted[~own]
