"""Parts of a system of equations around one column: what shares its shortest sums, then what shares theirs.

Short sums are those of a few districts or reasons; so a neighbourhood of a cell is what lies under the same region rather
than what lies under the same country.
"""

from collections.abc import Iterable, Mapping
from heapq import heappop, heappush
from types import MappingProxyType
from typing import Final

import numpy as np
from scipy import sparse

from anonymizer.attacker.unknowns import Whole

__all__ = ["Neighbourhoods"]

NOTHING: Final[Mapping[int, list[int]]] = MappingProxyType({})


class Neighbourhoods:
    """The neighbourhoods of columns that share rows of a matrix; rows may be `leading` to some of theirs only."""

    def __init__(self, signs: sparse.csr_matrix, leading: Mapping[int, list[int]] = NOTHING) -> None:
        self._leading = leading
        across = signs.T.tocsr()
        # plain lists: to walk over single numbers is several times faster than in arrays
        self._row_starts, self._row_columns = signs.indptr.tolist(), signs.indices.tolist()
        self._column_starts, self._column_rows = across.indptr.tolist(), across.indices.tolist()

    def around(self, seed: int, size: int) -> Whole:
        """The columns nearest to one, itself first; about `size` of them, or all that it is connected with."""
        found = [seed]
        inside, seen = {seed}, set[int]()
        ahead: list[tuple[int, int]] = []
        self._look_ahead(seed, 0, seen, ahead)
        while ahead and len(found) < size:
            distance, row = heappop(ahead)
            for column in self._met_in(row, seed):
                if column not in inside:
                    inside.add(column)
                    found.append(column)
                    self._look_ahead(column, distance, seen, ahead)
        return np.array(found)

    def apart(self, seeds: Iterable[int], size: int) -> list[int]:
        """Those seeds, in their order, whose neighbourhoods of this size share no row with that of one before."""
        chosen, taken = [], set[int]()
        for seed in seeds:
            rows = {row for column in self.around(seed, size)[:size].tolist() for row in self._rows_of(column)}
            if rows.isdisjoint(taken):
                chosen.append(seed)
                taken |= rows
        return chosen

    def _met_in(self, row: int, seed: int) -> list[int]:
        """The columns that a row leads to from the neighbourhood of a seed; from one to which it leads, to all."""
        leads = self._leading.get(row)
        every = self._row_columns[self._row_starts[row] : self._row_starts[row + 1]]
        return every if leads is None or seed in leads else leads

    def _rows_of(self, column: int) -> list[int]:
        return self._column_rows[self._column_starts[column] : self._column_starts[column + 1]]

    def _look_ahead(self, column: int, distance: int, seen: set[int], ahead: list[tuple[int, int]]) -> None:
        for row in self._rows_of(column):
            if row not in seen:
                seen.add(row)
                length = self._row_starts[row + 1] - self._row_starts[row]
                heappush(ahead, (distance + length, row))
