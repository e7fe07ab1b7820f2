"""A registry of totals published elsewhere: a CSV file that officers keep.

Its columns are dimensions of the release, `total`, and if wished `source` (who published it) and `counted`. A dimension that is
left out or empty stands at its total; several codes joined by `+` are added. `counted` is empty or `same`, or `otherwise`
for a total of other people, dates or definitions: that one says nothing of ours, and is kept for the record only.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from pathlib import Path
from typing import Final, TypeAlias

from anonymizer.counted_week import CountedTable
from anonymizer.dimension import TOTAL, Dimension, finest
from anonymizer.errors import OutsideDiffers, OutsideUnfit
from anonymizer.outside import Outside, OutsideTotal
from anonymizer.published import Identity, PublishedTable
from anonymizer.tool.cell_names import stands_in
from anonymizer.tool.read_columns import Columns, read_columns
from anonymizer.tool.read_table import read_numbers

__all__ = ["agrees", "check_outside", "read_outside"]

COUNT, SOURCE, COUNTED, JOINED = "total", "source", "counted", "+"
SAME, OTHERWISE = {"", "same"}, "otherwise"
MOST: Final = 10_000  # cells of one total

Rows: TypeAlias = Mapping[int, OutsideTotal]
"""Totals by the row of the file that they stand in."""


def read_outside(path: Path, tables: Sequence[PublishedTable | CountedTable], content: bytes | None = None) -> Rows:
    """The totals of a file, or of `content` that is called so, that are counted as these tables are.

    Raises `OutsideUnfit`, `CountUnreadable` or `TableUnreadable`.
    """
    return dict(_Reading(read_columns(path, content), tables).totals())


def check_outside(path: Path, rows: Rows, tables: Sequence[CountedTable], content: bytes | None = None) -> Outside:
    """The totals, all of which say what these tables count; raises `OutsideDiffers` for the first that does not."""
    for row, total in rows.items():
        if not agrees(total, tables):
            raise OutsideDiffers(file=path, line=read_columns(path, content).line(row))
    return tuple(rows.values())


def agrees(total: OutsideTotal, tables: Sequence[CountedTable]) -> bool:
    """Whether a total says what these tables count."""
    return sum(_counted(cell, tables) for cell in total.cells) == total.persons


def _counted(cell: Identity, tables: Sequence[CountedTable]) -> int:
    codes = dict(cell)
    table = next(table for table in tables if stands_in(codes, table))
    return table.count(tuple(codes.get(dimension.name, TOTAL) for dimension in table.dimensions)).persons


class _Reading:
    def __init__(self, columns: Columns, tables: Sequence[PublishedTable | CountedTable]) -> None:
        self._columns, self._tables = columns, tables
        self._dimensions = finest(dimension for table in tables for dimension in table.dimensions)
        self._named = [name for name in columns.columns if name in self._dimensions]
        if COUNT not in columns.columns:
            raise OutsideUnfit(file=columns.path, at="", reason=f"it has no column {COUNT}")
        for name in columns.columns.keys() - {*self._named, COUNT, SOURCE, COUNTED}:
            has = ", ".join(self._dimensions)
            raise OutsideUnfit(file=columns.path, at="", reason=f"the release has no dimension {name}, but {has}")

    def totals(self) -> Iterator[tuple[int, OutsideTotal]]:
        persons = read_numbers(self._columns, COUNT).tolist()
        for row in range(self._columns.length):
            counted = self._text(row, COUNTED)
            if counted not in {*SAME, OTHERWISE}:
                self._refuse(row, f"{COUNTED} is same or otherwise")
            if counted != OTHERWISE:
                yield row, OutsideTotal(self._cells(row), persons[row])

    def _cells(self, row: int) -> tuple[Identity, ...]:
        codes = [self._codes(row, self._dimensions[name]) for name in self._named]
        if prod(map(len, codes)) > MOST:
            self._refuse(row, f"it adds more than {MOST:,} cells")
        cells = []
        for key in product(*codes):
            found = {name: code for name, code in zip(self._named, key, strict=True) if code != TOTAL}
            if not any(stands_in(found, table) for table in self._tables):
                self._refuse(row, f"no table has a cell by {' x '.join(found)} of these codes")
            cells.append(tuple(sorted(found.items())))
        return tuple(cells)

    def _codes(self, row: int, dimension: Dimension) -> list[str]:
        text = self._text(row, dimension.name)
        codes = [text or TOTAL] if text in dimension.parents else (text or TOTAL).split(JOINED)
        for code in codes:
            if code not in dimension.parents:
                self._refuse(row, f"{dimension.name} has no code {code}")
            if codes.count(code) > 1 or any(above in codes for above in dimension.climb(code)[1:]):
                self._refuse(row, f"{code} of {dimension.name} would be added twice")
        return codes

    def _text(self, row: int, name: str) -> str:
        column = self._columns.columns.get(name)
        return column.texts[column.rows[row]] if column else ""

    def _refuse(self, row: int, reason: str) -> None:
        raise OutsideUnfit(file=self._columns.path, at=f", line {self._columns.line(row)}", reason=reason)
