"""A table as a file has it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TypeAlias

__all__ = ["Area", "Cell", "CellFault", "Row", "RowFault", "Sheet", "Table"]


class RowFault(Exception):
    """Why the rest of a sheet cannot be read; the text quotes nothing of it."""


@dataclass(frozen=True)
class CellFault:
    """What a cell holds in place of a value: why there is none."""

    reason: str


Cell: TypeAlias = str | int | float | bool | datetime | date | time | CellFault | None


@dataclass(frozen=True)
class Row:
    """A row with content; `number` as a spreadsheet counts (the first is 1)."""

    number: int
    cells: Sequence[Cell] = field(repr=False)


@dataclass(frozen=True)
class Area:
    """Cells from the first row and column to the last ones; rows count from 1, columns from 0."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


def _nothing_merged() -> Sequence[Area]:
    return ()


@dataclass(frozen=True)
class Sheet:
    """Calling `rows` reads the sheet from its beginning; it raises `TableBroken` where that is not possible to the end, and so
    does `merged`, which reads the areas whose cells are merged into one."""

    name: str
    rows: Callable[[], Iterator[Row]] = field(repr=False)
    merged: Callable[[], Sequence[Area]] = field(default=_nothing_merged, repr=False)


@dataclass(frozen=True)
class Table:
    """The sheets of a file in their order; a text file is one sheet, called `CSV`. `named` are the cells that have a name in
    the workbook, each by its sheet and its place there."""

    file: str
    sheets: Sequence[Sheet]
    named: Mapping[str, tuple[str, Area]] = field(default_factory=dict)
