"""A long list page by page: a page begins after a row, not at a number, so what comes in between shifts nothing.

The mark in an address is the random id of the last row shown; a row that has gone meanwhile leads to the first page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Generic, Protocol, TypeVar
from uuid import UUID

__all__ = ["PAGE", "Page", "beyond", "page_of"]

PAGE: Final = 100


class Identified(Protocol):
    """Something listed by its random id."""

    @property
    def id(self) -> UUID: ...


Row = TypeVar("Row", bound=Identified)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list, and the id after which the next one begins; None on the last."""

    rows: list[Row]
    following: UUID | None


def beyond(rows: Sequence[Row], after: UUID | None) -> Sequence[Row]:
    """The rows that come after the one with this id; all of them where it is not there, or not any more."""
    return rows[next((at for at, row in enumerate(rows, 1) if row.id == after), 0) :]


def page_of(rows: Iterable[Row], size: int) -> Page[Row]:
    """The first `size` of the rows; no more than one beyond is taken."""
    taken = list(islice(rows, size + 1))
    return Page(taken[:size], taken[size - 1].id if len(taken) > size else None)
