"""The attacker: what anybody can work out who knows every published number and the rules.

Built from published tables alone, on its own path: it shares no equation, no number and no program with the engine
that suppressed. Unknown are the suppressed cells; known is that every total is the sum of its parts, and that counts
are whole and not negative. Zeros may be suppressed too, so an unknown may be 0; whoever prints all zeros tells that it is
at least 1. And somebody may know some cells from elsewhere, as the contributor of a report does, and everybody knows the
totals that others publish of the same people. Of a rounded table every cell is unknown, within what its rounding leaves.

Knowing the rules adds nothing to that. They say of a published number other than 0 that it is at least the threshold
and comes from enough reports; the number itself says the first, and in any table of whole numbers each person can have
come in a report of one, which grants the second. What they say of a suppressed cell is judged in `audit_release.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from scipy import sparse

from anonymizer.attacker.deduction import FAR, Contradiction, deduce
from anonymizer.attacker.extremes import Extremes
from anonymizer.attacker.groups import by_groups
from anonymizer.attacker.joint_program import Flags
from anonymizer.attacker.layers import find_layers
from anonymizer.attacker.near_printed import near_printed, nearest_table
from anonymizer.attacker.possible_tables import PossibleTables
from anonymizer.attacker.unknowns import UNKNOWN, Unknowns, Whole, identity
from anonymizer.errors import TablesContradict
from anonymizer.outside import Outside
from anonymizer.published import Identity, Key, PublishedTable

__all__ = ["Attacker", "Interval", "attack", "identity"]

NOTHING: Final[Mapping[Identity, int]] = MappingProxyType({})


class Interval(NamedTuple):
    """The least and the greatest number that a suppressed cell can hold; None is no end."""

    low: int
    high: int | None


def attack(
    tables: Sequence[PublishedTable],
    *,
    zeros_visible: bool = False,
    known: Mapping[Identity, int] = NOTHING,
    outside: Outside = (),
) -> dict[tuple[str, Key], Interval]:
    """The tightest intervals for all suppressed cells, by table name and codes; raises `TablesContradict`.

    Two programs for each unknown whose ends no table shows: minutes where tens of thousands of cells are suppressed.
    """
    attacker = Attacker(tables, zeros_visible=zeros_visible, known=known, outside=outside)
    attacker.look_around()
    return {(table.name, key): attacker.interval_of(number) for table, key, number in attacker.unknowns.hidden()}


class Attacker:
    """All that some published tables leave unknown, and what can be found out about it.

    `zeros_visible` says that whoever published them printed every zero; `known` are cells whose number the attacker has from
    elsewhere, `outside` totals that others publish. Raises `TablesContradict` where no counts can have given these tables:
    here, or when it is first asked.
    """

    def __init__(
        self,
        tables: Sequence[PublishedTable],
        *,
        zeros_visible: bool = False,
        known: Mapping[Identity, int] = NOTHING,
        outside: Outside = (),
    ) -> None:
        self._name = tables[0].name if tables else ""
        self.unknowns: Final = Unknowns(tables, known, outside)
        with self._contradiction_told():
            least = np.maximum(self.unknowns.lower, int(zeros_visible))
            self._core = deduce(self.unknowns.equations, least, self.unknowns.upper)
            layers = find_layers(tables, self.unknowns, self._core)
        self.possible: Final = PossibleTables(self._core, by_groups(tables, self.unknowns, self._core), layers)
        self._extremes = Extremes(self._core, self.possible)
        if len(tables) == 1 and tables[0].rounding is not None:
            self._see_near(*near_printed(tables[0], self.unknowns))

    def interval(self, name: Identity) -> Interval:
        """The tightest interval for a cell, in whole numbers; KeyError where no table has it."""
        return self.interval_of(self.unknowns.number(name))

    def interval_of(self, number: int) -> Interval:
        """The tightest interval for a cell given by number."""
        column, factor, offset, free = (int(of[0]) for of in self._place(np.array([number])))
        if not free:
            return Interval(offset, offset)
        with self._contradiction_told():
            ends = self._extremes.least(column), self._extremes.most(column)
        low, high = sorted(factor * end + offset for end in ends)
        return Interval(low, None if ends[1] == FAR else high)

    def out_of_reach(self, wanted: Mapping[Identity, tuple[int, int]]) -> list[Identity]:
        """The cells for which no whole tables were found at both ends of the interval wanted for each of them, or beyond.

        Every table found shows a possible value of all cells, so most cells are never asked for by themselves.
        """
        numbers = np.array([self.unknowns.number(name) for name in wanted], np.int64)
        ends = np.array(list(wanted.values()), np.int64).reshape(-1, 2)
        reached = self.reached(numbers, ends[:, 0], ends[:, 1])
        return [name for name, within in zip(wanted, reached.tolist(), strict=True) if not within]

    def check(self) -> None:
        """Find one table that could stand behind the published numbers; raises `TablesContradict` where there is none."""
        with self._contradiction_told():
            self.possible.find_first()

    def look_around(self) -> None:
        """Look for tables at the ends of every unknown, many at a time, before single ones are asked for."""
        lower, upper = self.possible.lower.copy(), self.possible.upper.copy()
        with self._contradiction_told():
            self.possible.search(lower, np.where(upper == FAR, -FAR, upper))

    def see(self, table: Whole, changes: sparse.csr_matrix) -> bool:
        """Take in the values of all unknowns in a table, and others that differ from it by each row of `changes`.

        They are believed only after an exact check; False where one of them is no table that could have been published.
        """
        first, moves = self._core.columns(table), self._core.moves(changes)
        if first is None or moves is None:
            return False
        return self.possible.add(first) and self.possible.add_moves(moves)

    def _see_near(self, printed: Whole, changes: sparse.csr_matrix) -> None:
        """Take in the printed table, or the nearest to it that what is known allows, and those of the changes that fit it."""
        given = np.flatnonzero(self._core.factor == 0)  # by what was deduced: other tables cannot differ there
        moves = self._core.moves(changes[np.diff(changes[:, given].indptr) == 0])
        first = nearest_table(self._core, printed)
        if moves is not None and first is not None and self.possible.add(first):
            values = first[moves.indices] + moves.data
            wrong = (values < self._core.lower[moves.indices]) | (values > self._core.upper[moves.indices])
            fits = (
                np.bincount(np.repeat(np.arange(moves.shape[0]), np.diff(moves.indptr))[wrong], minlength=moves.shape[0]) == 0
            )
            self.possible.add_moves(moves[fits])

    def reached(self, numbers: Whole, low: Whole, high: Whole) -> Flags:
        """The same for cells given by number, with an interval each: whether tables were found at both ends, or beyond."""
        self.search(numbers, low, high)
        least, most = self.shown(numbers)
        within: Flags = (least <= low) & (most >= high)
        for at in np.flatnonzero(~within).tolist():
            within[at] = self._settle(int(numbers[at]), int(low[at]), int(high[at]))
        return within

    def settle(self, number: int, low: int | None, high: int) -> bool:
        """Whether tables show a cell at `low` or less (None asks for no low end), and at `high` or more, asked by itself."""
        low_end = self.shown(np.array([number]))[0].item() if low is None else low
        return self._settle(number, low_end, high)

    def search(self, numbers: Whole, low: Whole, high: Whole, *, singly: bool = True) -> None:
        """Look for tables in which these cells are at `low` or less, and at `high` or more: many at a time, then `singly`.

        A `low` of `FAR` and a `high` of `-FAR` ask for nothing.
        """
        column, factor, offset, free = self._place(numbers)
        column, factor, offset, low, high = (of[free] for of in (column, factor, offset, low, high))
        turned = factor < 0
        ends = np.where(turned, [offset - high, offset - low], [low - offset, high - offset])
        wanted_low, wanted_high = np.where(turned, high != -FAR, low != FAR), np.where(turned, low != FAR, high != -FAR)
        # of two cells that are one column one may be wanted where it cannot be: the other is not to wait for that
        wanted_low &= ends[0] >= self.possible.lower[column]
        wanted_high &= ends[1] <= self.possible.upper[column]
        least, most = np.full(len(self._core.lower), FAR), np.full(len(self._core.lower), -FAR)
        np.minimum.at(least, column[wanted_low], ends[0][wanted_low])
        np.maximum.at(most, column[wanted_high], ends[1][wanted_high])
        with self._contradiction_told():
            self.possible.search(least, most, singly=singly)

    def shown(self, numbers: Whole) -> tuple[Whole, Whole]:
        """The least and the most that these cells hold in the tables found so far; `FAR` is no end."""
        column, factor, offset, free = self._place(numbers)
        if not len(self._core.lower):
            return offset, offset
        ends = self.possible.least[column], self.possible.most[column]
        least, most = (factor * np.where(factor > 0, *order) + offset for order in (ends, ends[::-1]))
        return np.where(free, least, offset), np.where(free, most, offset)

    def _place(self, numbers: Whole) -> tuple[Whole, Whole, Whole, Flags]:
        """Of cells given by number: their column, its factor and offset, and whether they are free of a given value."""
        values, unknown = self.unknowns.values[numbers], self.unknowns.columns[numbers]
        hidden = values == UNKNOWN
        place = np.zeros((3, len(numbers)), np.int64)
        place[:, hidden] = np.array([self._core.column, self._core.factor, self._core.offset])[:, unknown[hidden]]
        place[2, ~hidden] = values[~hidden]
        return place[0], place[1], place[2], place[1] != 0

    def _settle(self, number: int, low: int, high: int) -> bool:
        column, factor, offset, free = (of[0] for of in self._place(np.array([number])))
        if not free:
            return bool(offset <= low and offset >= high)
        ends = sorted((int(factor * (low - offset)), int(factor * (high - offset))))
        with self._contradiction_told():
            return self._extremes.reaches(int(column), *ends)

    @contextmanager
    def _contradiction_told(self) -> Iterator[None]:
        try:
            yield
        except Contradiction:
            raise TablesContradict(table=self._name) from None
