"""A sheet of counts held whole: small, and read in all directions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ingest.count_tables.errors import SheetTooLarge
from ingest.from_files.cell_text import folded, plain_text
from ingest.tables import Area, Cell, Sheet

__all__ = ["Grid", "Spot", "grid_of"]

MOST_CELLS: Final = 200_000
Spot = tuple[int, int]  # row as a spreadsheet counts, column from 0


@dataclass(frozen=True)
class Grid:
    """The cells with content by row and column, and the areas that are merged into one."""

    sheet: str
    cells: Mapping[Spot, Cell] = field(repr=False)
    merged: Sequence[Area] = field(default=(), repr=False)

    @property
    def rows(self) -> Sequence[int]:
        """The numbers of the rows with content."""
        return sorted({row for row, _ in self.cells})

    @property
    def width(self) -> int:
        return max((column for _, column in self.cells), default=-1) + 1

    def text(self, row: int, column: int) -> str:
        """The words of a cell, without spaces around; those of the whole area where it is merged with others."""
        area = next((one for one in self.merged if _is_in(row, column, one)), None)
        at = (area.first_row, area.first_column) if area else (row, column)
        return " ".join(plain_text(self.cells.get(at)).split())

    def spots_of(self, text: str) -> Iterator[Spot]:
        """Where these words stand, but for spaces and capitals."""
        wanted = folded(text)
        return (at for at, cell in sorted(self.cells.items()) if isinstance(cell, str) and folded(cell) == wanted)

    def after(self, place: Spot) -> Spot | None:
        """The cell with content to the right of one in its row, past what it is merged with."""
        row, column = place
        right = [at for (in_row, at) in self.cells if in_row == row and at > column]
        return (row, min(right)) if right else None


def grid_of(file: str, sheet: Sheet) -> Grid:
    """Raises `SheetTooLarge` and what reading raises."""
    cells: dict[Spot, Cell] = {}
    for row in sheet.rows():
        cells |= {(row.number, at): cell for at, cell in enumerate(row.cells) if cell is not None}
        if len(cells) > MOST_CELLS:
            raise SheetTooLarge(file=file, sheet=sheet.name, limit=MOST_CELLS)
    return Grid(sheet.name, cells, sheet.merged())


def _is_in(row: int, column: int, area: Area) -> bool:
    return area.first_row <= row <= area.last_row and area.first_column <= column <= area.last_column
