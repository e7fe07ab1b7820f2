"""What protection costs: how many cells and persons are suppressed, level by level. For inside only: it counts unsafe cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from anonymizer.counted_week import CountedTable
from anonymizer.dimension import TOTAL, Dimension
from anonymizer.policy import Policy
from anonymizer.primary import primary_of
from anonymizer.published import Key, PublishedTable

__all__ = ["Levels", "Loss", "losses"]


@dataclass
class Loss:
    """One level of one table: how many cells there are (`every`), those that hold persons, the unsafe among them, the safe ones
    and the zeros suppressed beside those, and persons in all cells and in the suppressed ones.

    `level` has a number for each dimension of the table: 0 for the total, and one more for each step below it.
    """

    table: str
    level: tuple[int, ...]
    names: tuple[str, ...]
    every: int = 0
    cells: int = 0
    unsafe: int = 0
    beside: int = 0
    zeros: int = 0
    persons: int = 0
    suppressed: int = 0

    @property
    def share(self) -> float:
        """The share of the persons of this level that its suppressed cells hold."""
        return self.suppressed / self.persons if self.persons else 0.0


def losses(counted: Sequence[CountedTable], published: Sequence[PublishedTable], policy: Policy) -> list[Loss]:
    """What was lost, from the totals down; `published` are the same tables as they were protected under the policy."""
    found: list[Loss] = []
    for truth, table, primary in zip(counted, published, primary_of(counted, policy), strict=True):
        found += sorted(_levels(truth, table, primary.unsafe.tolist()), key=lambda loss: (sum(loss.level), loss.level))
    return found


def _levels(truth: CountedTable, table: PublishedTable, unsafe: Sequence[bool]) -> Iterator[Loss]:
    levels: dict[tuple[int, ...], Loss] = {}
    levels_of = Levels(table.dimensions)
    for key, is_unsafe in zip(product(*(along.parents for along in table.dimensions)), unsafe, strict=True):
        number, level = table.cells[key], levels_of.level(key)
        if level not in levels:
            levels[level] = Loss(table.name, level, levels_of.names(key))
        count, loss = truth.count(key), levels[level]
        loss.persons += count.persons
        loss.every += 1
        loss.cells += count.persons > 0
        if is_unsafe:
            loss.unsafe += 1
        elif number is None:
            loss.beside += count.persons > 0
            loss.zeros += count.persons == 0
        if number is None:
            loss.suppressed += count.persons
    yield from levels.values()


class Levels:
    """The levels of a table's cells: how far below the total a cell is in each dimension."""

    def __init__(self, dimensions: Sequence[Dimension]) -> None:
        self._dimensions = dimensions
        self._depths = [{code: len(each.climb(code)) - 1 for code in each.parents} for each in dimensions]

    def level(self, key: Key) -> tuple[int, ...]:
        """A number for each dimension: 0 for the total, and one more for each step below it."""
        return tuple(depth[code] for depth, code in zip(self._depths, key, strict=True))

    def names(self, key: Key) -> tuple[str, ...]:
        """The dimensions in which a cell is no total."""
        return tuple(dimension.name for dimension, code in zip(self._dimensions, key, strict=True) if code != TOTAL)
