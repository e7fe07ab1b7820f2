"""Released tables of casework laid out for a page: a row for whatever happened, and bars for services by type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from anonymizer import TOTAL, Dimension
from exports import DimensionCode, codes_of

__all__ = ["TABLES", "Bar", "Figures", "Row", "Table", "figures_of"]

EVENT: Final = "event"
SERVICE: Final = "service"
# By table, the dimension that it crosses with what happened.
TABLES: Final = {
    "cases_by_gender": "gender",
    "cases_by_age": "age_group",
    "cases_by_residence": "residence",
    "cases_by_nationality": "nationality",
    "cases_by_exploitation": "exploitation",
    "cases_by_route": "route",
    "cases_by_provider": "provider",
    "cases_by_wait": "waited",
}
BY_WORLD: Final = ("nationality", "route")  # their parts of the world are too many for columns
LONGEST: Final = 300  # of a bar, in units of the drawing

Cells = Mapping[tuple[str, ...], int | None]
Names = Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class Bar:
    """Services of one type; `number` is None and the bar has no length where it is not shown."""

    name: str
    number: int | None
    length: float


@dataclass(frozen=True)
class Row:
    """What happened, or a part of the world; how deep it is set, and its numbers; None where one is not shown."""

    name: str
    depth: int
    numbers: tuple[int | None, ...]


@dataclass(frozen=True)
class Table:
    """One released table; `hidden` says how many of its numbers are not shown. `by_world`: its rows are parts of the world."""

    name: str
    by_world: bool
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def hidden(self) -> int:
        return sum(number is None for row in self.rows for number in row.numbers)

    @property
    def count(self) -> int:
        return len(self.rows) * len(self.columns)


@dataclass(frozen=True)
class Figures:
    """The picture of services, and every table."""

    services: tuple[Bar, ...]
    tables: tuple[Table, ...]


def figures_of(cells: Mapping[str, Cells], codes: Mapping[str, Sequence[DimensionCode]], names: Names) -> Figures:
    """From the cells of those of `TABLES` that were released."""
    dimensions = {name: Dimension(name, {each.code: each.parent for each in of_it}) for name, of_it in codes.items()}
    event = dimensions[EVENT]
    tables = (_table(name, cells[name], event, dimensions[TABLES[name]], names) for name in cells)
    return Figures(_bars(cells[next(iter(TABLES))], event, names), tuple(tables))


def _table(name: str, cells: Cells, event: Dimension, other: Dimension, names: Names) -> Table:
    by_world = other.name in BY_WORLD
    down, across = (other, event) if by_world else (event, other)
    columns = [*event.children[TOTAL], TOTAL] if by_world else _total_last(codes_of(other))
    rows = (
        Row(
            names[down.name, code],
            max(0, len(down.climb(code)) - 2),
            tuple(cells[(column, code) if by_world else (code, column)] for column in columns),
        )
        for code in _total_last(codes_of(down))
    )
    return Table(name, by_world, tuple(names[across.name, column] for column in columns), tuple(rows))


def _bars(cells: Cells, event: Dimension, names: Names) -> tuple[Bar, ...]:
    numbers = {code: cells[code, TOTAL] for code in codes_of(event) if event.parents[code] == SERVICE}
    most = max((number or 0 for number in numbers.values()), default=0) or 1
    return tuple(Bar(names[EVENT, code], number, LONGEST * (number or 0) / most) for code, number in numbers.items())


def _total_last(codes: Sequence[str]) -> list[str]:
    return [*(code for code in codes if code != TOTAL), TOTAL]
