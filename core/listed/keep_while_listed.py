"""What a process made of all rows of a table is kept while their sealed list is the same, in place of reading and proving them.

A list names every row as the program wrote it. While it does not change, what was made of rows that were proven against it is
what there is, whatever somebody does to the rows themselves: one list is read, instead of all rows and a digest of each.
"""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database import Base, ring_of
from core.listed.declare import LISTED, ListName, key_id
from core.listed.prove import prove_loaded
from core.listed.sealed_list import SealedList, read_lists

__all__ = ["KeptWhileListed"]

Rows = TypeVar("Rows", bound=Base)
Made = TypeVar("Made")


class KeptWhileListed(Generic[Rows, Made]):
    """What `make` makes of all rows of a class that has one list for the whole installation; one of these for each database."""

    def __init__(self, rows: type[Rows], make: Callable[[Sequence[Rows]], Made]) -> None:
        self.rows, self.make = rows, make
        self._name = ListName(LISTED[rows].name)
        self._kept: tuple[SealedList, Made] | None = None

    def read(self, session: Session) -> Made:
        """As it is made of the rows that the list names; raises `RowNotAsListed`, `RowsUnlisted` or `ListDamaged`."""
        before = self._list(session)
        kept = self._kept  # once: another thread may put a newer one in its place
        if before is not None and kept is not None and kept[0] == before:
            return kept[1]
        rows = session.scalars(select(self.rows)).all()
        prove_loaded(session)
        made = self.make(rows)
        if before is not None and before == self._list(session) and self._are_all(before, rows):
            self._kept = before, made  # else a colleague wrote in between, or a row is missing, and the next one reads anew
        return made

    def _list(self, session: Session) -> SealedList | None:
        return read_lists(session, ring_of(session), {self._name}).get(self._name)

    def _are_all(self, known: SealedList, rows: Sequence[Rows]) -> bool:
        keys = (tuple(getattr(row, column.name) for column in LISTED[self.rows].table.primary_key) for row in rows)
        return {key_id(key) for key in keys} == known.entries.keys()
