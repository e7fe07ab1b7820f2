"""What follows from published tables by plain arithmetic, before any program is asked.

A sum with one unknown gives it away. A sum that leaves nothing above the least values fixes all its parts. A sum with two
unknowns makes one of them an echo of the other, as a total is of its only suppressed part. And a sum may be written twice.
What is left is much smaller, and says the same.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from anonymizer.attacker.unknowns import FAR, Equations, Whole

__all__ = ["FAR", "Contradiction", "Core", "deduce", "tidy"]


class Contradiction(Exception):
    """No counts keep all these sums."""


@dataclass(frozen=True, eq=False)
class Core:
    """What deduction leaves: each unknown is `factor` (1, -1, or 0 where it is known) times a column, plus `offset`.

    The columns keep `equations` and lie between `lower` and `upper` (`FAR` is no end).
    """

    equations: Equations
    lower: Whole
    upper: Whole
    column: Whole
    factor: Whole
    offset: Whole

    def unknowns(self, values: Whole) -> Whole:
        """The value of every unknown, from those of the columns."""
        return self.factor * (values[self.column] if len(values) else 0) + self.offset

    def columns(self, unknowns: Whole) -> Whole | None:
        """The values of the columns, from those of every unknown; None where these are against what was deduced."""
        free = self.factor != 0
        values = np.zeros(len(self.lower), np.int64)
        values[self.column[free]] = (self.factor * (unknowns - self.offset))[free]
        return values if np.array_equal(self.unknowns(values), unknowns) else None

    def moves(self, changes: sparse.csr_matrix) -> sparse.csr_matrix | None:
        """Changes of the columns, from changes of every unknown (a row for each); None where they are against the same."""
        free = np.flatnonzero(self.factor)
        column, first = np.unique(self.column[free], return_index=True)
        own = free[first]  # for each column an unknown that is it, or its opposite
        moved = (changes[:, own] @ sparse.diags_array(self.factor[own], format="csr", dtype=np.int64)).tocsr()
        echoes = sparse.csr_matrix((self.factor[free], (self.column[free], free)), shape=(len(column), changes.shape[1]))
        return moved if (moved @ echoes - changes).count_nonzero() == 0 else None


def deduce(equations: Equations, lower: Whole, upper: Whole) -> Core:
    """Deduce all that follows step by step, where unknowns lie between these (`FAR` is no end); raises `Contradiction`."""
    return _Deduction(equations, lower, upper).finish()


class _Deduction:
    """Equations as they shrink. Columns keep their places until the end."""

    def __init__(self, equations: Equations, lower: Whole, upper: Whole) -> None:
        count = equations.signs.shape[1]
        self.signs, self.amounts = equations.signs.astype(np.int64), equations.amounts.copy()
        self.lower, self.upper = lower.copy(), upper.copy()
        self.column, self.factor, self.offset = np.arange(count), np.ones(count, np.int64), np.zeros(count, np.int64)

    def finish(self) -> Core:
        while any([self._fix(), self._echo()]):
            self._tidy()
        kept = np.zeros(len(self.column), bool)
        kept[self.column[self.factor != 0]] = True
        place = np.where(kept, np.cumsum(kept) - 1, 0)
        core = Equations(self.signs[:, kept], self.amounts)
        return Core(core, self.lower[kept], self.upper[kept], place[self.column], self.factor, self.offset)

    def _fix(self) -> bool:
        """Fix what a sum leaves no choice: its one unknown, or all of them at their ends."""
        entries = self.signs.tocoo()
        row, column, sign = entries.row, entries.col, entries.data
        fixed: dict[str, Whole] = {"column": np.array([], np.int64), "value": np.array([], np.int64)}
        for direction in (1, -1):
            end = np.where(sign * direction > 0, self.lower[column], self.upper[column])
            endless = np.bincount(row, end == FAR, len(self.amounts)) > 0
            nearest = np.zeros(len(self.amounts), np.int64)
            np.add.at(nearest, row, sign * end * (end != FAR))
            if np.any(~endless & ((self.amounts - nearest) * direction < 0)):
                raise Contradiction
            told = (~endless & (nearest == self.amounts))[row]
            fixed = {"column": np.append(fixed["column"], column[told]), "value": np.append(fixed["value"], end[told])}
        alone = (np.diff(self.signs.indptr) == 1)[row]
        if np.any(self.amounts[row[alone]] % sign[alone]):
            raise Contradiction
        columns = np.append(fixed["column"], column[alone])
        values = np.append(fixed["value"], self.amounts[row[alone]] // sign[alone])
        self._set(columns, values)
        return len(columns) > 0

    def _set(self, columns: Whole, values: Whole) -> None:
        if np.any((values < self.lower[columns]) | (values > self.upper[columns])):
            raise Contradiction
        self.lower[columns] = self.upper[columns] = values
        if np.any(self.lower[columns] != values):  # two sums want two values
            raise Contradiction
        gone = np.zeros(len(self.lower), bool)
        gone[columns] = True
        value = np.where(gone, self.lower, 0)
        self.amounts = self.amounts - self.signs @ value
        left = np.flatnonzero(~gone)
        kept = sparse.csr_matrix((np.ones(len(left), np.int64), (left, left)), shape=(len(gone), len(gone)))
        self.signs = self.signs @ kept
        told = gone[self.column]
        self.offset += np.where(told, self.factor * value[self.column], 0)
        self.factor[told] = 0
        self._tidy()

    def _echo(self) -> bool:
        """Write one unknown of each sum of two as plus or minus the other, plus a number."""
        pairs = np.flatnonzero(np.diff(self.signs.indptr) == 2)
        start = self.signs.indptr[pairs]
        one, other = self.signs.indices[start].astype(np.int64), self.signs.indices[start + 1].astype(np.int64)
        first, second = self.signs.data[start], self.signs.data[start + 1]
        swap = one > other
        one, other = np.where(swap, other, one), np.where(swap, one, other)
        first, second = np.where(swap, second, first), np.where(swap, first, second)
        alike = np.abs(first) == np.abs(second)
        echo, at = np.unique(other[alike], return_index=True)
        if not len(echo):
            return False
        lead, first, second = one[alike][at], first[alike][at], second[alike][at]
        amount = self.amounts[pairs[alike][at]]
        if np.any(amount % second):
            raise Contradiction
        self._follow(echo, lead, -first // second, amount // second)
        return True

    def _follow(self, echo: Whole, lead: Whole, factor: Whole, offset: Whole) -> None:
        count = len(self.lower)
        target, times, plus = np.arange(count), np.ones(count, np.int64), np.zeros(count, np.int64)
        target[echo], times[echo], plus[echo] = lead, factor, offset
        while np.any(target != target[target]):  # a leader that is an echo itself
            plus, times, target = times * plus[target] + plus, times * times[target], target[target]
        lead, factor, offset = target[echo], times[echo], plus[echo]
        low, high = self.lower[echo], self.upper[echo]
        least = np.where(factor > 0, low - offset, np.where(high == FAR, -FAR, offset - high))
        most = np.where(factor > 0, np.where(high == FAR, FAR, high - offset), offset - low)
        np.maximum.at(self.lower, lead, least)
        np.minimum.at(self.upper, lead, most)
        if np.any(self.lower[lead] > self.upper[lead]):
            raise Contradiction
        self.amounts = self.amounts - self.signs @ plus
        self.signs = self.signs @ sparse.csr_matrix((times, (np.arange(count), target)), shape=(count, count))
        self.offset += self.factor * plus[self.column]
        self.factor *= times[self.column]
        self.column = target[self.column]

    def _tidy(self) -> None:
        tidied = tidy(Equations(self.signs, self.amounts))
        self.signs, self.amounts = tidied.signs, tidied.amounts


def tidy(equations: Equations) -> Equations:
    """Drop sums that are written twice or say nothing; raises `Contradiction`."""
    signs = equations.signs
    signs.eliminate_zeros()
    signs.sort_indices()
    some = np.diff(signs.indptr) > 0
    if np.any(equations.amounts[~some]):
        raise Contradiction
    signs, amounts = signs[some], equations.amounts[some]
    turn = np.sign(signs.data[signs.indptr[:-1]])
    signs = sparse.diags_array(turn, format="csr", dtype=np.int64) @ signs
    amounts = amounts * turn
    order = _alike_together(signs)
    signs, amounts = signs[order], amounts[order]
    same = _same_as_before(signs)
    if np.any(same & (np.diff(amounts, prepend=amounts[:1]) != 0)):
        raise Contradiction
    return Equations(signs[~same], amounts[~same])


def _alike_together(signs: sparse.csr_matrix) -> Whole:
    """An order of rows in which equal ones follow each other; others may stand between them, rarely."""
    chance = np.random.default_rng(0).integers(-(1 << 62), 1 << 62, signs.shape[1])
    with np.errstate(over="ignore"):
        marks = signs @ chance
    return np.argsort(marks, kind="stable")


def _same_as_before(signs: sparse.csr_matrix) -> NDArray[np.bool_]:
    same = np.zeros(signs.shape[0], bool)
    if len(same) > 1:
        difference = (signs[1:] - signs[:-1]).tocsr()
        difference.eliminate_zeros()
        same[1:] = np.diff(difference.indptr) == 0
    return same
