"""How far unknowns can rise and fall, as far as single sums tell: what lies beyond need not be asked of a program.

In a sum that stays as it is a cell rises by no more than the others there can fall. Bound propagation, as in constraint
programming: cheap, and it never rules out what is possible. In tables nearly all that a program would find impossible is
ruled out so.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

__all__ = ["FAR_AWAY", "reach"]

FAR_AWAY: Final = float(1 << 40)
ROUNDS: Final = 6  # what is narrowed in a sum narrows others


def reach(sums: sparse.csc_matrix, fall: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far each column can rise and fall at most in whole numbers, where none falls by more than `fall`; `sums` x = 0."""
    rising, falling = np.full(len(fall), FAR_AWAY), np.minimum(fall, FAR_AWAY)
    used = np.flatnonzero(np.diff(sums.indptr))
    starts, row = sums.indptr[used], sums.indices
    column, size, positive = np.repeat(np.arange(len(fall)), np.diff(sums.indptr)), np.abs(sums.data), sums.data > 0
    for _ in range(ROUNDS if len(row) else 0):
        up, down = rising[column], falling[column]
        more, less = size * np.where(positive, up, down), size * np.where(positive, down, up)
        gain, loss = _others(more, row, sums.shape[0]), _others(less, row, sums.shape[0])  # of the sum, by all but this
        most = np.floor(np.where(positive, loss, gain) / size), np.floor(np.where(positive, gain, loss) / size)
        before = rising[used], falling[used]
        rising[used], falling[used] = (
            np.minimum(old, np.minimum.reduceat(new, starts)) for old, new in zip(before, most, strict=True)
        )
        if np.array_equal(rising[used], before[0]) and np.array_equal(falling[used], before[1]):
            break
    return rising, falling


def _others(part: NDArray[np.float64], row: NDArray[np.int32], rows: int) -> NDArray[np.float64]:
    others: NDArray[np.float64] = np.bincount(row, part, minlength=rows)[row] - part
    return others
