"""Read the cells of a row of SpreadsheetML."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import Final

from lxml import etree
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from ingest.tables.plain_rows import NotPlain, PlainCell, resolved
from ingest.tables.table import Cell, CellFault, RowFault

__all__ = ["ERROR", "UNREAD", "CellReader", "moment", "read_shared"]

MOST: Final = 16_384  # columns that a sheet can have
DIGITS: Final = "0123456789"
INLINE: Final = "inlineStr"
NO_VALUE: Final = CellFault("a formula whose value was not stored")
ERROR: Final = CellFault("an error of the spreadsheet")
UNREAD: Final = CellFault("a value that cannot be read")


class CellReader:
    """Reads cells, given the strings that sheets share and the styles that are dates."""

    def __init__(self, shared: Sequence[str], dates: Collection[int], *, since_1904: bool) -> None:
        self._shared, self._dates = shared, {str(style) for style in dates}
        self._epoch = CALENDAR_MAC_1904 if since_1904 else CALENDAR_WINDOWS_1900

    def cells(self, row: etree._Element) -> list[Cell]:
        """All cells from the first column to the last one that is there; raises `RowFault` for a place that is none."""
        cells: list[Cell] = []
        for cell in row:
            place = cell.get("r")
            if place:
                column = _column(place.rstrip(DIGITS))
                if column < len(cells):
                    raise RowFault("a cell out of its order")
                cells.extend([None] * (column - len(cells)))
            cells.append(self._cell(cell))
        return cells

    def plain_cells(self, row: Sequence[PlainCell]) -> list[Cell]:
        """The same of a row that was read as text; raises also `NotPlain`."""
        cells: list[Cell] = []
        for letters, style, kind, value, text in row:
            column = _column(letters)
            if column != len(cells):
                if column < len(cells):
                    raise RowFault("a cell out of its order")
                cells.extend([None] * (column - len(cells)))
            if (text is None) == (kind == INLINE):
                raise NotPlain
            if text is not None:
                cells.append(resolved(text) or None)
            else:
                cells.append(self._read(kind or "n", resolved(value), style or "") if value else None)
        return cells

    def _cell(self, cell: etree._Element) -> Cell:
        kind = cell.get("t", "n")
        if kind == INLINE:
            inside = cell[0] if len(cell) == 1 else cell
            return (inside[0].text if len(inside) == 1 and len(inside[0]) == 0 else read_shared(inside)) or None
        value, formula = None, False
        for child in cell:
            tag = str(child.tag)
            if tag.endswith("}v"):
                value = child.text
            elif tag.endswith("}f"):
                formula = True
        if value is None or value == "":
            return NO_VALUE if formula and kind != "str" else None
        return self._read(kind, value, cell.get("s", ""))

    def _read(self, kind: str, value: str, style: str) -> Cell:
        try:
            return self._value(kind, value, style)
        except (ValueError, IndexError, OverflowError, TypeError):
            return UNREAD

    def _value(self, kind: str, value: str, style: str) -> Cell:
        if kind == "s":
            return self._shared[int(value)] or None
        if kind == "n":
            if style in self._dates:
                return moment(from_excel(float(value), self._epoch))
            return float(value) if "." in value or "e" in value.lower() else int(value)
        if kind == "b":
            return value == "1"
        return ERROR if kind == "e" else value


def read_shared(element: etree._Element) -> str:
    """The text of a string, without what helps to pronounce it."""
    read = [child for child in element if not str(child.tag).endswith("}rPh")]
    return "".join([text.text or "" for child in read for text in child.iter("{*}t")])


def moment(read: object) -> Cell:
    """A duration, which is what a number of hours is read as, is nothing that a form asks for."""
    return read if isinstance(read, datetime | date | time) else UNREAD


@lru_cache(MOST)
def _column(letters: str) -> int:
    """The number of a column by its letters, the first being 0."""
    number = 0
    for letter in letters:
        number = number * 26 + int(letter, 36) - 9
    if not 0 < number <= MOST or not letters.isascii() or not letters.isupper():
        raise RowFault("a cell in no column")
    return number - 1
