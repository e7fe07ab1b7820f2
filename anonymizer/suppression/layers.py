"""A period beside its parts: the parts stand as they were published, and only the period's own cells are decided.

A move changes hidden cells of one or more parts, and the cells of the period above them unless the parts make up for each
other. All parts in one program would have every chance to do so, and solutions in fractions nearly always. So a
program is of few parts, a *layer* each with everything below it: that of the cell that is asked for, and those that
hide most of what it hides. What a part was proven with is found again there, at the cost of what must be hidden of the period.

An unsafe cell of the period whose persons are hidden in two or three parts falls only where it falls in each, so it is
looked for in those. In others it would be in vain, and at last in all parts together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

if TYPE_CHECKING:
    from anonymizer.suppression.equations import System

__all__ = ["Layers", "layers_of"]

Numbers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

ROOM: Final = 3000  # hidden cells up to which all parts are searched together, which hides less
TOGETHER: Final = 2  # layers of a program where there are more; each more hides less, and takes as long again or longer
SPREAD: Final = 3  # layers of one for a cell that has to fall in several: of four persons in as many weeks, in three


@dataclass(frozen=True, eq=False)
class Layers:
    """The parts of a period, which are codes of the dimension `axis` just below its total.

    `of_code` says for each code of that dimension which part it is or belongs to, -1 for the total. `home` says so for each
    unknown; for a cell of the period it names the part that has most to do with it. The row of each part in `nearest` are all
    parts, itself first and then those that hide most in common with it. `spread` says of an unsafe cell of the period in
    which parts its persons are hidden, if in more than one, that with the most first.
    """

    axis: int
    of_code: Numbers
    home: Numbers
    nearest: Numbers
    spread: Mapping[int, tuple[int, ...]]

    def around(self, unknown: int, together: int = TOGETHER) -> tuple[int, ...]:
        """The layers in which an unknown is looked for: so many, or as many as it is spread over."""
        spread = self.spread.get(unknown, ())
        order = dict.fromkeys((*spread, *self.nearest[self.home[unknown]].tolist()))
        return tuple(sorted(list(order)[: max(together, len(spread))]))

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
    nearest = _nearest(np.unique(of_code[of_code >= 0]), whole, codes[own], hidden[own])
    held = order[(hidden[whole] & hidden[own] & (system.persons[own] > 0))[order]]
    return Layers(axis, of_code, home, nearest, _spread(whole[held], codes[own[held]]))


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


def _nearest(parts: Numbers, whole: Numbers, part: Numbers, hidden: Flags) -> Numbers:
    """For each part all of them, first itself, then those that hide most of the cells which it hides."""
    count = int(parts.max()) + 1
    cells = sparse.csr_matrix((hidden.astype(np.int64), (whole, part)), shape=(int(whole.max()) + 1, count))
    common = sparse.csr_matrix(cells.T @ cells).toarray()
    np.fill_diagonal(common, common.max() + 1)
    nearest: Numbers = parts[np.argsort(-common[:, parts], axis=1, kind="stable")]
    return nearest
