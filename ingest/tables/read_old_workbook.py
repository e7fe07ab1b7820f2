"""Read the sheets of an .xls ([MS-XLS], BIFF) by xlrd, which computes no formula and runs no macro.

A workbook of that age is small: a sheet has at most 65,536 rows, and nothing in it is packed. It is held in memory whole.
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

import xlrd  # type: ignore[import-untyped]
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from ingest.tables.errors import TableTooLarge, TableUnreadable
from ingest.tables.read_cells import ERROR, UNREAD, moment
from ingest.tables.source import Source
from ingest.tables.table import Area, Cell, Row, Sheet, Table

__all__ = ["open_old_workbook"]

LARGEST: Final = 60_000_000
PROTECTED: Final = "EncryptedPackage".encode("utf-16-le")  # an .xlsx under a password lies in the same container


def open_old_workbook(source: Source) -> Table:
    """Raises `TableUnreadable` or `TableTooLarge`."""
    with source.open() as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise TableTooLarge(file=source.name, part="it", size=f"more than {LARGEST}", limit=LARGEST)
    if PROTECTED in content:
        raise TableUnreadable(file=source.name, reason="it is protected by a password")
    book = _opened(source.name, content, merged=False)
    epoch = CALENDAR_MAC_1904 if book.datemode else CALENDAR_WINDOWS_1900
    sheets = [
        Sheet(one.name, partial(_rows, one, epoch), partial(_merged, source.name, content, number))
        for number, one in enumerate(book.sheets())
    ]
    return Table(source.name, sheets)


def _opened(file: str, content: bytes, *, merged: bool) -> Any:
    try:
        return xlrd.open_workbook(file_contents=content, formatting_info=merged, ragged_rows=True, logfile=io.StringIO())
    except xlrd.XLRDError as error:
        reason = "it is protected by a password" if "encrypted" in str(error).lower() else "it is damaged, or no workbook"
        raise TableUnreadable(file=file, reason=reason) from None
    except Exception as error:  # noqa: BLE001  (what a broken file makes it raise may be anything)
        raise TableUnreadable(file=file, reason=type(error).__name__) from None


def _rows(sheet: Any, epoch: Any) -> Iterator[Row]:
    for number in range(sheet.nrows):
        cells = [_cell(cell, epoch) for cell in sheet.row(number)]
        if any(cell is not None for cell in cells):
            yield Row(number + 1, cells)


def _merged(file: str, content: bytes, number: int) -> Sequence[Area]:
    """They are read with the styles of all cells, which is only done where somebody asks."""
    found = _opened(file, content, merged=True).sheets()[number].merged_cells
    return [Area(first + 1, left, last, right - 1) for first, last, left, right in found]


def _cell(cell: Any, epoch: Any) -> Cell:
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return moment(from_excel(cell.value, epoch))
        except (ValueError, OverflowError):
            return UNREAD
    read = READ.get(cell.ctype)
    return read(cell.value) if read else None


def _number(value: float) -> Cell:
    return int(value) if value.is_integer() else value


READ: Final[Mapping[int, Callable[[Any], Cell]]] = {
    xlrd.XL_CELL_TEXT: lambda text: text or None,
    xlrd.XL_CELL_NUMBER: _number,
    xlrd.XL_CELL_BOOLEAN: bool,
    xlrd.XL_CELL_ERROR: lambda _: ERROR,
}
