"""Find a table on its sheet by its headings, wherever it stands there."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.count_tables.errors import BlockMissing
from ingest.count_tables.grid import Grid
from ingest.count_tables.read_headings import HeadingReader
from ingest.count_tables.template import Block

__all__ = ["FoundBlock", "find_block"]


@dataclass(frozen=True)
class FoundBlock:
    """Where a table stands. `headings` are the rows of column headings from the top, `labels` the columns of row headings from
    the left; counts stand in `rows` and `columns`."""

    headings: Sequence[int]
    labels: Sequence[int]
    rows: Sequence[int]
    columns: Sequence[int]

    def column_headings(self, grid: Grid, column: int) -> Sequence[str]:
        """From the top. A heading over several columns need not be merged: it holds until the next one."""
        *outer, innermost = self.headings
        return [*(self._before(grid, row, column) for row in outer), grid.text(innermost, column)]

    def row_headings(self, grid: Grid, row: int) -> Sequence[str]:
        """From the left; likewise."""
        *outer, innermost = self.labels
        return [*(self._above(grid, row, column) for column in outer), grid.text(row, innermost)]

    def _before(self, grid: Grid, row: int, column: int) -> str:
        left = (grid.text(row, at) for at in range(column, self.columns[0] - 1, -1))
        return next((text for text in left if text), "")

    def _above(self, grid: Grid, row: int, column: int) -> str:
        above = (grid.text(at, column) for at in reversed(self.rows) if at <= row)
        return next((text for text in above if text), "")


def find_block(file: str, grid: Grid, block: Block, readers: Sequence[HeadingReader], titles: Sequence[str]) -> FoundBlock:
    """`readers` are those of the columns' headings from the top, `titles` those of the sheet's other tables, where
    the table ends. Raises `BlockMissing`."""
    first = _place_of(file, grid, block.title) if block.title else min(grid.rows, default=1)
    others = [_place_of(file, grid, title) for title in titles if title]
    last = min((row for row in others if row > first), default=max(grid.rows, default=0) + 1)
    within = [row for row in grid.rows if first <= row < last]
    known = {row: _known_in(grid, row, readers[-1]) for row in within}
    innermost = max(within, key=lambda row: len(known[row]), default=0)
    if not known.get(innermost):
        raise BlockMissing(file=file, sheet=grid.sheet, reason=f"no headings that the template knows stand {_below(block)}")
    headings = range(innermost - len(readers) + 1, innermost + 1)
    start = known[innermost][0]
    labels = range(start - len(block.rows), start)
    if headings[0] < 1 or (block.title and headings[0] < first) or labels[0] < 0:
        raise BlockMissing(
            file=file, sheet=grid.sheet, reason=f"there are fewer headings than the template has {_below(block)}"
        )
    columns = list(range(start, _end(grid, headings, start)))
    return FoundBlock(headings, labels, [row for row in within if row > innermost], columns)


def _known_in(grid: Grid, row: int, reader: HeadingReader) -> Sequence[int]:
    """The columns of a row in which a heading stands that the template knows."""
    texts = {column: grid.text(row, column) for column in range(grid.width)}
    return [column for column, text in texts.items() if text and not _is_number(text) and reader.meaning(text)]


def _end(grid: Grid, headings: Sequence[int], start: int) -> int:
    """The first column without any heading."""
    column = start
    while column < grid.width and any(grid.text(row, column) for row in headings):
        column += 1
    return column


def _place_of(file: str, grid: Grid, title: str) -> int:
    rows = [row for row, _ in grid.spots_of(title)]
    if len(rows) != 1:
        raise BlockMissing(file=file, sheet=grid.sheet, reason=f"the title '{title}' stands there {len(rows)} times, not once")
    return rows[0]


def _below(block: Block) -> str:
    return f"below '{block.title}'" if block.title else "on it"


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()
