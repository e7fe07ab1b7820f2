"""A caseload as counted, before protection: secret."""

from dataclasses import dataclass

from anonymizer.counted_week import CountedTable
from anonymizer.published import PublishedTable
from core.periods.month import Month

__all__ = ["CountedCaseload"]


@dataclass(frozen=True)
class CountedCaseload:
    """The tables of a month's end: who is there, and who certainly came and went since it was last told.

    `is_exact` says that these are all who came and went. `before` is what was told last; a first one, which nothing was told
    before, has none.
    """

    month: Month
    stock: tuple[CountedTable, ...]
    came: tuple[CountedTable, ...]
    went: tuple[CountedTable, ...]
    is_exact: bool = False
    before: tuple[PublishedTable, ...] = ()
