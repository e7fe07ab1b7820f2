"""The search for tables that could stand behind the published numbers, many answers at a time.

Every whole table that keeps all equations shows a possible value of every unknown. The first is found in the whole
system; others differ from it in a block only, where a program is small, and still hold everywhere. What is left over is
reached by short moves through the whole system.
"""

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from scipy import sparse

from anonymizer.attacker.bounds import outer_bounds
from anonymizer.attacker.deduction import FAR, Core
from anonymizer.attacker.first_table import first_table
from anonymizer.attacker.joint_program import NEAR, Flags, JointProgram, Reals
from anonymizer.attacker.layers import Layers
from anonymizer.attacker.near_moves import SIZES, Home, homes
from anonymizer.attacker.neighbourhoods import Neighbourhoods
from anonymizer.attacker.short_moves import Push, ShortMoves
from anonymizer.attacker.unknowns import Equations, Whole
from anonymizer.attacker.whole_tables import extreme_whole, whole_near
from anonymizer.errors import SolverGaveUp
from anonymizer.side_by_side import side_by_side

__all__ = ["PossibleTables"]

WIDE: Final = 30_000  # columns that are asked for together; these, and what follows, measured with bench/protect_tables.py
NEAR_BY: Final = 0  # in place of a number: each column by itself, in programs of what is near
TOGETHER: Final = 10  # columns that one program moves; where there are layers moves are long, and each is asked by itself
BRANCHED: Final = (300, 1000)  # columns near one that are asked for in whole numbers where no move was whole
AGAIN: Final = 4  # ways that are tried to one by itself
CHEAP: Final = 20_000  # columns up to which a program over all costs less than those of groups before it
APART: Final = 8  # columns around one in which nobody else is asked for first
TRIED: Final = 1000  # columns that may be asked for first
SECOND: Final = 0.01  # what all others count beside these
GAIN: Final = 10  # of so many open ends a program has to settle one, or it is the last one of its kind
ENOUGH: Final = 200  # or of so many columns, where all are asked at once from the beginning, and where moves go singly
WORTHWHILE: Final = 300  # open columns from which a second process finds more than it costs to start
PARTS: Final = 8  # of what is open, whatever the number of processes

Blocks: TypeAlias = Sequence[Whole]


class _Open(NamedTuple):
    """Columns that are asked for by short moves, and what all are wanted at.

    `together` is how many of them one program moves; `NEAR_BY` is one, of the columns near to it.
    """

    together: int
    low: Whole
    high: Whole
    columns: Whole


class _Wide(NamedTuple):
    """Columns that are asked for together, and what they are wanted at."""

    columns: Whole
    low: Whole
    high: Whole


class PossibleTables:
    """What the tables found so far show of each column: its `least` and its `most`.

    Beside it what is proven of it: no table has it less than `lower` or more than `upper` (`FAR` is no end).
    """

    def __init__(self, core: Core, groups: Sequence[Blocks] = (), layers: Layers | None = None) -> None:
        """`groups` and `layers` say what is worth asking together."""
        self._core: Final = core
        self._groups, self._layers = groups, layers
        self._at_once: Final = layers is None and len(core.lower) <= CHEAP
        self._asked: Final = layers.equations if layers else core.equations
        self.least, self.most = np.full(len(core.lower), FAR), np.full(len(core.lower), -FAR)
        self.lower, self.upper = outer_bounds(core)
        self._base: Whole | None = None
        self._near: Final = Neighbourhoods(self._asked.signs, layers.leading if layers else {})
        self.chance = np.random.default_rng(0)

    def add(self, values: Whole) -> bool:
        """Take in a table, if it is one: checked exactly against every equation and bound."""
        within = np.all((self._core.lower <= values) & (values <= self._core.upper))
        if not (within and self._core.equations.hold(values)):
            return False
        if self._base is None:
            self._base = values
        self.least, self.most = np.minimum(self.least, values), np.maximum(self.most, values)
        return True

    def add_moves(self, moves: sparse.csr_matrix) -> bool:
        """Take in the tables that differ from the first by each row of `moves`, if they are tables, as exactly as `add`."""
        if self._base is None:
            return False
        columns, values = moves.indices, self._base[moves.indices] + moves.data
        within = np.all((self._core.lower[columns] <= values) & (values <= self._core.upper[columns]))
        if not within or (moves @ self._core.equations.signs.T).count_nonzero():
            return False
        np.minimum.at(self.least, columns, values)
        np.maximum.at(self.most, columns, values)
        return True

    def search(self, low: Whole, high: Whole, *, singly: bool = True) -> None:
        """Look for tables in which columns are at `low` or less, and at `high` or more, until little more is found.

        What is left over is asked for one by one, if that is wished for.
        Raises `Contradiction` where there is no table at all, and `SolverGaveUp`.
        """
        if not len(low):
            return
        self.find_first()
        low, high = np.where(low < self.lower, FAR, low), np.where(high > self.upper, -FAR, high)  # proven out of reach
        self._ask_together(low, high)
        if singly:
            for together in self._ways():
                self._move(together, low, high)

    def rules_out(self, column: int, goal: int) -> bool:
        """Whether it is proven that no table has a column at a goal, or beyond it as seen from the first table."""
        return self._base is not None and self._short_moves(self._base).rules_out(Push(column, goal))

    def branch(self, column: int, goal: int) -> None:
        """Look in whole numbers for a table with a column at its goal, which differs from the first near that column only."""
        if self._base is None:
            return
        for size in BRANCHED:
            columns = np.sort(self._near.around(column, size))
            lower, upper, at = self._core.lower[columns], self._core.upper[columns], columns == column
            lower[at] = upper[at] = goal
            found = extreme_whole(self._asked.among(columns, self._base), lower, upper, np.zeros(len(columns))).values
            if found is not None:
                table = self._base.copy()
                table[columns] = found
                if self.add(table):
                    return

    def find_first(self) -> None:
        """Find a table, unless one is there; raises `Contradiction` where there is none, and `SolverGaveUp`."""
        if self._base is not None or not len(self.lower):
            return
        whole = first_table(self._core, self._layers)
        if whole is None or not self.add(whole):
            raise SolverGaveUp(status="no whole table")

    def _ask_together(self, low: Whole, high: Whole) -> None:
        """Ask for many at once, in wide neighbourhoods that cover all that is open, side by side."""
        for blocks in self._rounds():
            self._ask_side_by_side(blocks, low, high)
        if self._at_once:
            self._ask_side_by_side(self._around(self._wanted(low, high)), low, high)

    def _rounds(self) -> Iterator[Blocks]:
        """What is asked together: what is below one group, of layers each and then two that are tied; at last all of these."""
        if self._layers is None:
            yield from self._groups if len(self.least) > CHEAP else ()
            return
        for layers in self._layers.rounds():
            for groups in self._groups or [[np.arange(len(self.least))]]:
                yield [np.intersect1d(columns, group, assume_unique=True) for columns in layers for group in groups]

    def _wanted(self, low: Whole, high: Whole) -> Flags:
        """The columns of which something is open."""
        return (self.least > low) | (self.most < high)

    def _ask_side_by_side(self, blocks: Iterable[Whole], low: Whole, high: Whole) -> None:
        """Ask in each block in which something is open, from what was known before any of them."""
        open_ = self._wanted(low, high)
        wide = [_Wide(columns, low[columns], high[columns]) for columns in blocks if np.any(open_[columns])]
        for part, (least, most) in zip(wide, list(side_by_side(PossibleTables.asked_apart, self, wide)), strict=True):
            self._learn(part.columns, least)
            self._learn(part.columns, most)

    def _around(self, open_: Flags) -> Iterator[Whole]:
        """Columns that are near to each other: what is near to something open, until all of that is among them."""
        asked = np.zeros(len(open_), bool)
        for seed in np.flatnonzero(open_).tolist():
            if not asked[seed]:
                columns = np.sort(self._near.around(seed, WIDE))
                asked[columns] = True
                yield columns

    def asked_apart(self, part: "_Wide") -> tuple[Whole, Whole]:
        """What tables show that differ from the first in some columns only, beside what was known; nothing here is changed."""
        other = self._apart(part.columns)
        other.ask(*part)
        return other.least[part.columns], other.most[part.columns]

    def _apart(self, columns: Whole) -> "PossibleTables":
        """One that learns for itself, and chooses by chance as these columns have it, whoever else was asked before."""
        other = copy(self)
        other.least, other.most = self.least.copy(), self.most.copy()
        other.chance = np.random.default_rng(int(columns[0]))
        return other

    def ask(self, columns: Whole, low: Whole, high: Whole) -> None:
        """Look for tables that differ from the first in these columns only, until a program settles few of them.

        First in it are some that lie apart, so that each can have what it wants; all others as far as they do not disturb.
        """
        if self._base is None:
            return
        block = _Block(self._core, self._asked, self._base, columns)
        before = left = len(self._both(columns, low, high))
        settled, together = len(columns), self._layers is None and not self._at_once  # what is left is moved ten at a time
        while left and settled > (before / GAIN if together else len(columns) / ENOUGH):
            before = left
            falling, rising = self._part(*self._open(columns, low, high))
            tried = self.chance.permutation(columns[falling | rising])[:TRIED]
            weights = np.full(len(columns), SECOND)
            weights[np.searchsorted(columns, self._near.apart(tried.tolist(), APART))] = 1
            self._learn(columns, block.table(low, high, falling, rising, weights))
            left = len(self._both(columns, low, high))
            settled = before - left

    def _both(self, columns: Whole, low: Whole, high: Whole) -> Whole:
        return np.concatenate([np.flatnonzero(of) for of in self._open(columns, low, high)])

    def _ways(self) -> tuple[int, ...]:
        """How many are moved together, one way after the other: in a wide system near ones first."""
        if self._layers is not None:
            return (1,)
        return (TOGETHER, 1) if len(self.least) <= CHEAP else (NEAR_BY, TOGETHER, 1)

    def _move(self, together: int, low: Whole, high: Whole) -> None:
        """Ask for what is open by short moves, for some at once; where that is much, in parts side by side."""
        open_ = np.flatnonzero(self._wanted(low, high))
        parts = [_Open(together, low, high, own) for own in np.array_split(open_, PARTS if len(open_) > WORTHWHILE else 1)]
        for least, most in list(side_by_side(PossibleTables.moved_apart, self, parts)):
            self.least, self.most = np.minimum(self.least, least), np.maximum(self.most, most)

    def moved_apart(self, part: "_Open") -> tuple[Whole, Whole]:
        """What short moves to some columns show, beside what was known; nothing here is changed."""
        if not len(part.columns):
            return self.least, self.most
        other = self._apart(part.columns)
        other.move_to(part)
        return other.least, other.most

    def move_to(self, part: "_Open") -> None:
        """Ask by short moves for those of some columns that are open."""
        if self._base is None:
            return
        if part.together == NEAR_BY:
            self._reach_near(part, self._base)
            return
        moves = self._short_moves(self._base)
        for goals in (part.low, part.high):
            self._reach(goals, part, moves)

    def _reach_near(self, part: "_Open", base: Whole) -> None:
        """Ask for what is open by moves of what is near to it, then of what is further away."""
        for size in SIZES:
            left = part.columns[self._wanted(part.low, part.high)[part.columns]]
            for home, own in homes(self._core, base, self._near, size, left):
                for column in own.tolist():
                    self._push_near(home, column, part)

    def _push_near(self, home: Home, column: int, part: "_Open") -> None:
        """Take in the tables to which moves of a column lead, to each of its goals that no table shows yet."""
        wanted = self.least[column] > part.low[column], self.most[column] < part.high[column]
        for goals, open_ in zip((part.low, part.high), wanted, strict=True):
            table = home.table(Push(column, int(goals[column])), self.chance) if open_ else None
            if table is not None:
                self.add(table)

    def _reach(self, goals: Whole, part: "_Open", moves: ShortMoves) -> None:
        """Ask once for each column that is not yet at its low or its high goal, of several at once for some that lie apart."""
        left = self.chance.permutation(part.columns)
        while len(left):
            left = left[self.least[left] > goals[left] if goals is part.low else self.most[left] < goals[left]]
            chosen = self._near.apart(left[:TRIED].tolist(), APART)[: part.together]
            self._push([Push(column, int(goals[column])) for column in chosen], moves)
            left = left[~np.isin(left, chosen)]

    def _push(self, pushes: Sequence[Push], moves: ShortMoves) -> None:
        """Take in a table to which a short move leads; one column alone is moved by other ways as well, until one is whole."""
        for _ in range(AGAIN if len(pushes) == 1 else 1):
            table = moves.table(pushes, self.chance)
            if table is not None:
                self.add(table)
                return

    def _short_moves(self, base: Whole) -> ShortMoves:
        return ShortMoves(self._asked, self._core.lower, self._core.upper, base)

    def _open(self, columns: Whole, low: Whole, high: Whole) -> tuple[Flags, Flags]:
        return self.least[columns] > low, self.most[columns] < high

    def _part(self, falling: Flags, rising: Flags) -> tuple[Flags, Flags]:
        """One direction for columns that are wanted in both, by chance (and always by the same)."""
        up = self.chance.random(len(rising)) < 0.5
        return falling & ~(rising & up), rising & (up | ~falling)

    def _learn(self, columns: Whole, values: Whole | None) -> None:
        if values is not None:
            self.least[columns] = np.minimum(self.least[columns], values)
            self.most[columns] = np.maximum(self.most[columns], values)


class _Block:
    """Some columns of a system, while all others stay as they are in a table that is possible."""

    def __init__(self, core: Core, asked: Equations, base: Whole, columns: Whole) -> None:
        """`asked` are equations from which all others follow."""
        self._equations, self._all = asked.among(columns, base), core.equations.among(columns, base)
        self._lower, self._upper = core.lower[columns], core.upper[columns]
        self._program = JointProgram(self._equations, self._lower, self._upper)

    def table(self, low: Whole, high: Whole, falling: Flags, rising: Flags, weights: Reals | float = 1.0) -> Whole | None:
        """Whole values that complete a table, checked exactly, with some of the columns at their goals; else None."""
        values = self._program.solve(low, high, falling, rising, weights)
        if values is None or not np.any((falling & (values < low + NEAR)) | (rising & (values > high - NEAR))):
            return None
        whole = whole_near(self._equations, values, self._lower, self._upper)
        if whole is None or not self._all.hold(whole):
            return None
        return whole if np.all((self._lower <= whole) & (whole <= self._upper)) else None
