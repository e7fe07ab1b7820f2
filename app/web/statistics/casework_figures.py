"""A released table of casework laid out for a page, one at a time, and bars for services by type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from anonymizer import TOTAL, Dimension
from exports import DimensionCode, codes_of

__all__ = ["TABLES", "Bar", "Figures", "Row", "Table", "figures_of"]

EVENT: Final = "event"
SERVICE: Final = "service"
OF_SERVICES: Final = "cases_by_gender"
# By table, the dimensions that it crosses: of those with three, waits are told of all services together.
TABLES: Final = {
    OF_SERVICES: (EVENT, "gender"),
    "cases_by_age": (EVENT, "age_group"),
    "cases_by_residence": (EVENT, "residence"),
    "cases_by_nationality": (EVENT, "nationality"),
    "cases_by_exploitation": (EVENT, "exploitation"),
    "cases_by_route": (EVENT, "route"),
    "cases_by_provider": (EVENT, "provider"),
    "cases_by_wait": (EVENT, "waited"),
    "waits_by_gender": (EVENT, "waited", "gender"),
    "waits_by_age": (EVENT, "waited", "age_group"),
    "waits_by_residence": (EVENT, "waited", "residence"),
    "waits_by_nationality": (EVENT, "waited", "nationality"),
    "waits_by_exploitation": (EVENT, "waited", "exploitation"),
    "waits_by_route": (EVENT, "waited", "route"),
    "screened_by_outcome": ("screening_outcome", "gender"),
}
BY_WORLD: Final = ("nationality", "route")  # their parts of the world are too many for columns, but for regions of waits
NOT_ASKED: Final = "_Z"  # for anything but a service nobody waited
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
    """What the numbers are of, how deep it is set, and these; None where one is not shown."""

    name: str
    depth: int
    numbers: tuple[int | None, ...]


@dataclass(frozen=True)
class Table:
    """One released table; `of` names the dimension of its rows, `hidden` says how many of its numbers are not shown."""

    name: str
    of: str
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
    """The picture of services, empty where these were not released, a table, and which there are."""

    services: tuple[Bar, ...]
    table: Table
    tables: tuple[str, ...]


def figures_of(
    cells: Mapping[str, Cells], codes: Mapping[str, Sequence[DimensionCode]], names: Names, asked: str = ""
) -> Figures:
    """From the cells of those of `TABLES` that were released: the table that was asked for, else the first."""
    dimensions = {name: Dimension(name, {each.code: each.parent for each in of_it}) for name, of_it in codes.items()}
    chosen = asked if asked in cells else next(iter(cells))
    *_, first, second = (dimensions[each] for each in TABLES[chosen])
    bars = _bars(cells[OF_SERVICES], dimensions[EVENT], names) if OF_SERVICES in cells else ()
    return Figures(bars, _table(chosen, cells[chosen], first, second, names), tuple(cells))


def _table(name: str, cells: Cells, first: Dimension, second: Dimension, names: Names) -> Table:
    held, of_world = (SERVICE,) * (len(TABLES[name]) - 2), second.name in BY_WORLD
    by_world = of_world and not held
    down, across = (second, first) if by_world else (first, second)
    columns = [*across.children[TOTAL], TOTAL] if of_world else _total_last(codes_of(second))
    rows = (
        Row(
            names[down.name, code],
            max(0, len(down.climb(code)) - 2),
            tuple(cells[*held, *((column, code) if by_world else (code, column))] for column in columns),
        )
        for code in _total_last(codes_of(down))
        if not (held and code == NOT_ASKED)
    )
    return Table(name, down.name, tuple(names[across.name, column] for column in columns), tuple(rows))


def _bars(cells: Cells, event: Dimension, names: Names) -> tuple[Bar, ...]:
    numbers = {code: cells[code, TOTAL] for code in codes_of(event) if event.parents[code] == SERVICE}
    most = max((number or 0 for number in numbers.values()), default=0) or 1
    return tuple(Bar(names[EVENT, code], number, LONGEST * (number or 0) / most) for code, number in numbers.items())


def _total_last(codes: Sequence[str]) -> list[str]:
    return [*(code for code in codes if code != TOTAL), TOTAL]
