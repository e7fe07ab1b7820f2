"""Read what SpreadsheetML says of areas: which cells are merged, and which have a name."""

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from ingest.tables.table import Area

__all__ = ["area_of", "column_letters", "named_areas"]

LETTERS: Final = 26
CELL: Final = r"\$?([A-Z]{1,3})\$?([0-9]{1,7})"
AREA: Final = re.compile(f"{CELL}(?::{CELL})?")
NAMED: Final = re.compile(f"(?:'((?:[^']|'')+)'|([^'!]+))!({CELL}(?::{CELL})?)")


def area_of(reference: str) -> Area | None:
    """`B2:D4`, or `B2`; None for anything else."""
    read = AREA.fullmatch(reference)
    if read is None:
        return None
    first_column, first_row, last_column, last_row = read.groups()
    first = int(first_row), _column(first_column)
    return Area(*first, *((int(last_row), _column(last_column)) if last_column else first))


def named_areas(book: etree._Element) -> Iterator[tuple[str, tuple[str, Area]]]:
    """The names that a workbook gives to cells of its own; what is a formula, or a name for one sheet alone, is none."""
    for one in book.iter("{*}definedName"):
        read = NAMED.fullmatch((one.text or "").strip())
        area = area_of(read[3]) if read else None
        if read and area and one.get("localSheetId") is None:
            yield one.get("name", ""), ((read[1] or read[2]).replace("''", "'"), area)


def column_letters(column: int) -> str:
    """What a spreadsheet calls a column; the first, A, is 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * LETTERS + ord(letter) - ord("A") + 1
    return number - 1
