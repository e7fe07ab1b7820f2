"""The attacker: what anybody can work out who knows every published number and the rules.

Built from published tables alone, on its own path: it shares no equation, no number and no program with the engine
that suppressed. Unknown are the suppressed cells; known is that every total is the sum of its parts, and that counts
are whole and not negative. Zeros may be suppressed too, so an unknown may be 0; whoever prints all zeros tells that it is
at least 1. And somebody may know some cells from elsewhere, as the contributor of a report does.

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

from anonymizer.deduction import FAR, Contradiction, deduce
from anonymizer.errors import TablesContradict
from anonymizer.extremes import Extremes
from anonymizer.joint_program import Flags
from anonymizer.possible_tables import PossibleTables
from anonymizer.published import Identity, Key, PublishedTable
from anonymizer.unknowns import UNKNOWN, Unknowns, Whole, identity

__all__ = ["Attacker", "Interval", "attack", "identity"]

NOTHING: Final[Mapping[Identity, int]] = MappingProxyType({})


class Interval(NamedTuple):
    """The least and the greatest number that a suppressed cell can hold; None is no end."""

    low: int
    high: int | None


def attack(
    tables: Sequence[PublishedTable], *, zeros_visible: bool = False, known: Mapping[Identity, int] = NOTHING
) -> dict[tuple[str, Key], Interval]:
    """The tightest intervals for all suppressed cells, by table name and codes; raises `TablesContradict`.

    Two programs for each unknown whose ends no table shows: minutes where tens of thousands of cells are suppressed.
    """
    attacker = Attacker(tables, zeros_visible=zeros_visible, known=known)
    return {(table.name, key): attacker.interval_of(number) for table, key, number in attacker.unknowns.hidden()}


class Attacker:
    """All that some published tables leave unknown, and what can be found out about it.

    `zeros_visible` says that whoever published them printed every zero; `known` are cells whose number the attacker has from
    elsewhere. Raises `TablesContradict` where no counts can have given these tables: here, or when it is first asked.
    """

    def __init__(
        self, tables: Sequence[PublishedTable], *, zeros_visible: bool = False, known: Mapping[Identity, int] = NOTHING
    ) -> None:
        self._name = tables[0].name if tables else ""
        self.unknowns: Final = Unknowns(tables, known)
        with self._contradiction_told():
            self._core = deduce(self.unknowns.equations, int(zeros_visible))
        self.possible: Final = PossibleTables(self._core)
        self._extremes = Extremes(self._core, self.possible)

    def interval(self, name: Identity) -> Interval:
        """The tightest interval for a cell, in whole numbers; KeyError where no table has it."""
        return self.interval_of(self.unknowns.number(name))

    def interval_of(self, number: int) -> Interval:
        """The tightest interval for a cell given by number."""
        if (value := int(self.unknowns.values[number])) != UNKNOWN:
            return Interval(value, value)
        unknown = int(self.unknowns.columns[number])
        column, factor, offset = (int(of[unknown]) for of in (self._core.column, self._core.factor, self._core.offset))
        if factor == 0:
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

    def see(self, table: Whole, changes: sparse.csr_matrix) -> bool:
        """Take in the values of all unknowns in a table, and others that differ from it by each row of `changes`.

        They are believed only after an exact check; False where one of them is no table that could have been published.
        """
        first, moves = self._core.columns(table), self._core.moves(changes)
        if first is None or moves is None:
            return False
        return self.possible.add(first) and self.possible.add_moves(moves)

    def reached(self, numbers: Whole, low: Whole, high: Whole) -> Flags:
        """The same for cells given by number, with an interval each: whether tables were found at both ends, or beyond."""
        values, columns = self.unknowns.values[numbers], self.unknowns.columns[numbers]
        if not len(self._core.column):
            return (values <= low) & (values >= high)
        factor, offset, column = (of[columns] for of in (self._core.factor, self._core.offset, self._core.column))
        given = np.where(values == UNKNOWN, offset, values)
        free = (values == UNKNOWN) & (factor != 0)
        ends = np.sort([factor * (low - offset), factor * (high - offset)], axis=0)
        least, most = np.full(len(self._core.lower), FAR), np.full(len(self._core.lower), -FAR)
        np.minimum.at(least, column[free], ends[0][free])
        np.maximum.at(most, column[free], ends[1][free])
        with self._contradiction_told():
            self.possible.search(least, most)
        within = (given <= low) & (given >= high)
        for at in np.flatnonzero(free).tolist():
            within[at] = self._extremes.reaches(int(column[at]), int(ends[0][at]), int(ends[1][at]))
        return within

    @contextmanager
    def _contradiction_told(self) -> Iterator[None]:
        try:
            yield
        except Contradiction:
            raise TablesContradict(table=self._name) from None
