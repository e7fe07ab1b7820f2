"""What rounding costs: how much the numbers of each level were changed. For inside only."""

from collections.abc import Iterator
from dataclasses import dataclass

from anonymizer.counted_week import CountedTable
from anonymizer.loss import Levels
from anonymizer.published import PublishedTable

__all__ = ["Change", "changes"]


@dataclass
class Change:
    """One level of one table: its cells that hold persons, those that were changed, those that went beyond the next multiple,
    the sum of all changes without their signs, and that of all counts.

    `level` has a number for each dimension: 0 for the total, and one more for each step below it.
    """

    table: str
    level: tuple[int, ...]
    names: tuple[str, ...]
    cells: int = 0
    changed: int = 0
    beyond: int = 0
    moved: int = 0
    persons: int = 0

    @property
    def share(self) -> float:
        """The changes as a share of the persons of this level."""
        return self.moved / self.persons if self.persons else 0.0


def changes(counted: CountedTable, table: PublishedTable) -> list[Change]:
    """How much was changed, from the total down; `table` is the same table as it was rounded."""
    return sorted(_levels(counted, table), key=lambda change: (sum(change.level), change.level))


def _levels(counted: CountedTable, table: PublishedTable) -> Iterator[Change]:
    base = table.rounding.base if table.rounding else 1
    levels: dict[tuple[int, ...], Change] = {}
    levels_of = Levels(table.dimensions)
    for key, number in table.cells.items():
        level = levels_of.level(key)
        change = levels.setdefault(level, Change(table.name, level, levels_of.names(key)))
        persons = counted.count(key).persons
        away = abs((number or 0) - persons)
        change.cells += persons > 0
        change.changed += away > 0
        change.beyond += away >= base
        change.moved += away
        change.persons += persons
    yield from levels.values()
