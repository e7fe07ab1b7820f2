"""Suggest what the tables of a workbook of counts mean: what is certain is filled in; what is likely begins with `?`.

A table is looked for where numbers stand side by side below words. That its totals are totals need not be asked: they are added
up whenever it is read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from forms import FormDefinition
from ingest.count_tables.grid import Grid, Spot, grid_of
from ingest.count_tables.read_headings import FormCounts
from ingest.count_tables.suggest_axis import AxisSuggester
from ingest.count_tables.template import PERSONS, UNDECIDED, Block, CountTemplate, Stated
from ingest.from_files.errors import NothingFound
from ingest.mapped_sheets import PlaceNames
from ingest.tables import Table

__all__ = ["suggest_template"]

MOST_LEVELS: Final = 4
ARRIVAL: Final = "arrival_date"


def suggest_template(
    table: Table, definition: FormDefinition, places: Mapping[str, PlaceNames], *, sheet: str = ""
) -> CountTemplate:
    """For all sheets, or the named one; raises `NothingFound` where no table of counts is seen, and `SheetTooLarge`."""
    form = FormCounts(definition)
    grids = [grid_of(table.file, one) for one in table.sheets]
    suggester = AxisSuggester(form, places)
    blocks = [_block(grid, seen, suggester) for grid in grids if sheet in ("", grid.sheet) for seen in _tables_in(grid)]
    if not blocks:
        raise NothingFound(path=table.file)
    day = next((question.path for question in definition.counted.values() if question.statistic == ARRIVAL), UNDECIDED)
    return CountTemplate(
        definition.form_id,
        office=Stated(beside=UNDECIDED),
        period=Stated(beside=_period(grids), answers=day.removeprefix(form.root), dates=UNDECIDED + "%Y-%m", longer=UNDECIDED),
        block=blocks,
    )


@dataclass(frozen=True)
class _Seen:
    """Where counts stand together, with the levels of headings above them and left of them."""

    rows: Sequence[int]
    columns: Sequence[int]
    headings: Sequence[int]
    labels: Sequence[int]
    title: str


def _tables_in(grid: Grid) -> Iterator[_Seen]:
    """Rows of two numbers or more, one below the other."""
    numbers = {
        row: [at for (in_row, at), cell in grid.cells.items() if in_row == row and _is_number(cell)] for row in grid.rows
    }
    filled = [row for row, columns in numbers.items() if len(columns) > 1 and min(columns) > 0]
    starts = [row for row in filled if row - 1 not in filled]
    for start in starts:
        rows = [row for row in filled if row >= start and all(between in filled for between in range(start, row))]
        columns = sorted({at for row in rows for at in numbers[row]})
        headings = _headings(grid, start, columns[0])
        labels = [at for at in range(columns[0]) if any(grid.text(row, at) for row in rows)]
        if headings and labels:
            yield _Seen(rows, columns, headings, labels, _title(grid, headings[0]))


def _headings(grid: Grid, start: int, first: int) -> Sequence[int]:
    """The rows right above the numbers that have words over them."""
    rows: list[int] = []
    for row in range(start - 1, max(start - 1 - MOST_LEVELS, 0), -1):
        words = [at for (in_row, at), cell in grid.cells.items() if in_row == row and at >= first and isinstance(cell, str)]
        if not words or (rows and len(words) == 1 and _width(grid, row, words[0]) == 1):
            break
        rows.insert(0, row)
    return rows


def _width(grid: Grid, row: int, column: int) -> int:
    return sum(grid.text(row, at) == grid.text(row, column) for at in range(column, grid.width))


def _title(grid: Grid, headings: int) -> str:
    """The words above a table, where they stand alone in their row and nowhere else."""
    above = [row for row in grid.rows if row < headings]
    words = [cell for (row, at), cell in sorted(grid.cells.items()) if above and row == above[-1]]
    text = grid.text(above[-1], min(at for row, at in grid.cells if row == above[-1])) if len(words) == 1 else ""
    return text if text and len(list(grid.spots_of(text))) == 1 else ""


def _block(grid: Grid, seen: _Seen, suggester: AxisSuggester) -> Block:
    columns = [_distinct(_across(grid, row, seen.columns)) for row in seen.headings]
    rows = [_distinct(grid.text(row, at) for row in seen.rows) for at in seen.labels]
    row_axes = [suggester.axis(texts) for texts in rows]
    column_axes = [suggester.axis(texts) for texts in columns]
    return Block(grid.sheet, row_axes, column_axes, title=seen.title, unit=PERSONS)


def _across(grid: Grid, row: int, columns: Sequence[int]) -> Iterator[str]:
    return (grid.text(row, at) for at in range(columns[0], columns[-1] + 1))


def _distinct(texts: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))


def _period(grids: Sequence[Grid]) -> str:
    """The words left of the only date among all sheets; else left to be decided."""
    dated = [(grid, spot) for grid in grids for spot, cell in grid.cells.items() if isinstance(cell, date)]
    return next((_left_of(grid, spot) for grid, spot in dated), UNDECIDED) if len(dated) == 1 else UNDECIDED


def _left_of(grid: Grid, spot: Spot) -> str:
    row, column = spot
    left = [grid.cells[row, at] for at in range(column - 1, -1, -1) if (row, at) in grid.cells]
    return next((f"{' '.join(cell.split())}" for cell in left if isinstance(cell, str)), UNDECIDED)


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)
