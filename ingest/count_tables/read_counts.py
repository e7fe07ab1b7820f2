"""Read the cells of a table of counts, and check its totals against what they are the sum of."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from core.errors import Problem
from ingest.count_tables.errors import CellUncounted, HeadingUnknown, TotalDisagrees
from ingest.count_tables.find_block import FoundBlock
from ingest.count_tables.grid import Grid, Spot
from ingest.count_tables.read_headings import TOTAL, HeadingReader, Meaning, Means
from ingest.from_files.cell_text import folded, plain_text
from ingest.tables import Cell, CellFault
from ingest.tables.read_areas import column_letters

__all__ = ["CellFound", "CountCell", "cell_name", "read_counts", "totals_that_disagree"]

WHOLE: Final = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class CountCell:
    """A count, with what the headings left of it and above it mean."""

    place: Spot
    count: int = field(repr=False)
    meanings: Sequence[Meaning]

    @property
    def is_part(self) -> bool:
        """Whether it is the sum of no others."""
        return TOTAL not in self.meanings

    @property
    def is_counted(self) -> bool:
        return all(one.means is Means.CODE for one in self.meanings)


@dataclass(frozen=True)
class CellFound:
    """A cell that cannot be taken in, and why."""

    place: Spot
    problem: Problem


def read_counts(
    grid: Grid, found: FoundBlock, rows: Sequence[HeadingReader], columns: Sequence[HeadingReader], none: Collection[str]
) -> Iterator[CountCell | CellFound]:
    """All cells of the table from left to right; one without content counts nobody, and stands for nothing where it is a total.

    Rows below without any count, as sources and notes are, are passed over.
    """
    empty = {folded(text) for text in none}
    above = {
        column: _meanings(columns, found.column_headings(grid, column), [(row, column) for row in found.headings])
        for column in found.columns
    }
    for row in found.rows:
        if any((row, column) in grid.cells for column in found.columns):
            left = _meanings(rows, found.row_headings(grid, row), [(row, at) for at in found.labels])
            for column in found.columns:
                yield from _cell(grid, (row, column), [*left, *above[column]], empty)


def cell_name(place: Spot) -> str:
    """As a spreadsheet calls it."""
    return f"{column_letters(place[1])}{place[0]}"


def totals_that_disagree(sheet: str, cells: Sequence[CountCell]) -> Iterator[CellFound]:
    """Totals that are not the sum of the cells whose other headings are theirs; what is left out is summed up too."""
    sums: dict[tuple[int, ...], Counter[tuple[Meaning, ...]]] = {}
    parts = [cell for cell in cells if cell.is_part]
    for cell in cells:
        if cell.is_part:
            continue
        kept = tuple(at for at, one in enumerate(cell.meanings) if one is not TOTAL)
        if kept not in sums:
            sums[kept] = Counter()
            for part in parts:
                sums[kept][tuple(part.meanings[at] for at in kept)] += part.count
        if sums[kept][tuple(cell.meanings[at] for at in kept)] != cell.count:
            yield CellFound(cell.place, _problem(TotalDisagrees, sheet, cell.place))


@dataclass(frozen=True)
class _Unknown:
    """A heading that means nothing, and where it stands."""

    place: Spot


def _meanings(readers: Sequence[HeadingReader], texts: Sequence[str], places: Sequence[Spot]) -> list[Meaning | _Unknown]:
    """Of each level. Below a total an empty heading, or the total's own over both levels, is of the total."""
    read: list[Meaning | _Unknown] = []
    for at, (reader, text) in enumerate(zip(readers, texts, strict=True)):
        of_total = at > 0 and read[-1] is TOTAL and text in {"", texts[at - 1]}
        read.append(TOTAL if of_total else reader.meaning(text) or _Unknown(places[at]))
    return read


def _cell(
    grid: Grid, place: Spot, read: Sequence[Meaning | _Unknown], empty: Collection[str]
) -> Iterator[CountCell | CellFound]:
    cell = grid.cells.get(place)
    blank = cell is None or (folded(plain_text(cell)) in empty and not isinstance(cell, CellFault))
    meanings = [one for one in read if isinstance(one, Meaning)]
    unknown = next((one for one in read if isinstance(one, _Unknown)), None)
    if unknown:
        if not blank:
            yield CellFound(place, _problem(HeadingUnknown, grid.sheet, place, heading=cell_name(unknown.place)))
        return
    if blank and TOTAL in meanings:
        return
    count = 0 if blank else _count(cell)
    if isinstance(count, CellFault):
        yield CellFound(place, _problem(CellUncounted, grid.sheet, place, reason=count.reason))
    else:
        yield CountCell(place, count, meanings)


def _count(cell: Cell) -> int | CellFault:
    if isinstance(cell, CellFault):
        return cell
    text = plain_text(cell).strip()
    return int(text) if WHOLE.fullmatch(text) and not isinstance(cell, bool) else CellFault("no whole number")


def _problem(kind: Callable[..., Problem], sheet: str, place: Spot, **more: str) -> Problem:
    return kind(sheet=sheet, row=place[0], column=column_letters(place[1]), **more)
