"""A period beside its parts: the parts stand as they were published, and only the period's own cells are decided.

A move changes hidden cells of one or more parts, and the cells of the period above them unless the parts make up for each
other. All parts in one program would have every chance to do so, and solutions in fractions nearly always. So a
program is of one part, a *layer*: that of the cell that is asked for, with everything below it. What a part was proven with is
found again there, at the cost of what must be hidden of the period; parts that hide the same cells hide few of the period.

An unsafe cell of the period whose persons are hidden in two or three parts falls only where it falls in each, so it is
looked for in those. In others it would be in vain, and at last in all parts together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from anonymizer.suppression.equations import System

__all__ = ["Layers", "layers_of"]

Numbers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

ROOM: Final = 3000  # hidden cells up to which all parts are searched together, which hides less
SPREAD: Final = 3  # layers of one for a cell that has to fall in several: of four persons in as many weeks, in three


@dataclass(frozen=True, eq=False)
class Layers:
    """The parts of a period, which are codes of the dimension `axis` just below its total.

    `of_code` says for each code of that dimension which part it is or belongs to, -1 for the total. `home` says so for each
    unknown; for a cell of the period it names the part that has most to do with it. `spread` says of an unsafe cell of the
    period in which parts its persons are hidden, if in more than one, that with the most first.
    """

    axis: int
    of_code: Numbers
    home: Numbers
    spread: Mapping[int, tuple[int, ...]]

    def around(self, unknown: int) -> tuple[int, ...]:
        """The layers in which an unknown is looked for: its own, or those that it is spread over."""
        return tuple(sorted(self.spread.get(unknown, (int(self.home[unknown]),))))

    def hold(self, codes: Numbers, layers: tuple[int, ...]) -> Flags:
        """Which of some unknowns, given by their codes, stand in these layers, or in the period itself."""
        return np.isin(self.of_code[codes[:, self.axis]], (-1, *layers))


def layers_of(system: "System", hidden: Flags, time: str) -> Layers | None:
    """The parts of the period that is the total of the dimension `time`, where these cells are hidden.

    None where all of them together are few enough to be searched as one.
    """
    if np.count_nonzero(hidden) <= ROOM:
        return None
    axis = [shape.name for shape in system.shapes].index(time)
    shape, codes = system.shapes[axis], system.codes[:, axis]
    of_code = np.full(len(shape.codes), -1)
    for part in shape.children[shape.root].tolist():
        of_code[shape.at_or_above[:, part]] = part
    whole, own = _parts_of_cells(system, axis)
    home = of_code[codes]
    order = np.lexsort((system.persons[own], hidden[own], whole))
    home[whole[order]] = codes[own[order]]  # the last of each: that which holds the most, a hidden one before others
    home[system.cells :] = home[system.rest_of]
    held = order[(hidden[whole] & hidden[own] & (system.persons[own] > 0))[order]]
    return Layers(axis, of_code, home, _spread(whole[held], codes[own[held]]))


def _parts_of_cells(system: "System", axis: int) -> tuple[Numbers, Numbers]:
    """The cells of the period, and their parts, side by side: a pair for each part."""
    entries = system.sums.tocoo()
    total, part = system.totals[entries.row], entries.col
    below = (entries.data == 1) & (total >= 0)
    root = system.shapes[axis].root
    below &= (system.codes[total, axis] == root) & (system.codes[part, axis] != root)
    return total[below], part[below].astype(np.int64)


def _spread(whole: Numbers, part: Numbers) -> dict[int, tuple[int, ...]]:
    """For each cell of the period of which several parts are given those, the last first, and no more than are searched."""
    parts: dict[int, tuple[int, ...]] = {}
    for cell, own in zip(whole.tolist(), part.tolist(), strict=True):
        parts[cell] = (own, *parts.get(cell, ()))[:SPREAD]
    return {cell: own for cell, own in parts.items() if len(own) > 1}
