"""What to tell about a file that is no workbook, or of which a part would not be read."""

import io
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import openpyxl
import xlrd  # type: ignore[import-untyped]

from forms.errors import Finding

__all__ = ["OLE", "ZIP", "foreign_file", "left_out", "not_a_workbook", "unreadable"]

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of .xls, and of spreadsheets under a password
LONGEST_GAP: Final = 60  # empty rows, after which pyxform takes a sheet to be over
SAVE_ANEW: Final = (
    "Hand in an .xlsx, .xls, .csv or .md file with a sheet named 'survey'; save it anew from a spreadsheet program."
)
Cells = tuple[Any, ...]


def foreign_file(content: bytes) -> tuple[str, str] | None:
    """What is often handed in for a workbook: what it is, and what to do."""
    if content.startswith(OLE) and "EncryptedPackage".encode("utf-16-le") in content:
        return "It is protected by a password.", "Open it in a spreadsheet program and save it without a password."
    if content.startswith(ZIP) and b"application/vnd.oasis.opendocument" in content[:200]:
        return "It is an OpenDocument file.", "Save it as .xlsx ('Excel 2007-365') in the program that wrote it."
    if content.startswith(ZIP) and b"xl/workbook.bin" in content:
        return "It is a binary workbook (.xlsb).", "Save it as .xlsx."
    if content.startswith(b"%PDF"):
        return "It is a PDF.", SAVE_ANEW
    if content.lstrip()[:5].lower() in {b"<html", b"<!doc"}:
        return "It is a web page, not the workbook that was to be downloaded.", "Download the workbook again, signed in."
    return None


def not_a_workbook(file_name: str) -> Finding:
    """The finding about a file of which nothing better is known."""
    return Finding("(file)", 1, file_name, "The file cannot be read as a workbook.", SAVE_ANEW)


def unreadable(content: bytes, file_name: str, message: str) -> Iterator[Finding]:
    """What pyxform refused to read, by its message."""
    if not message.startswith("Duplicate column header"):
        yield not_a_workbook(file_name)
        return
    for sheet, rows in _sheets(content):
        headers = [str(value).strip() for value in next(iter(rows), ()) if value]
        for header in sorted({header for header in headers if headers.count(header) > 1}):
            what = f"This column header stands there {headers.count(header)} times."
            yield Finding(sheet, 1, header, what, "Rename or delete all but one of these columns.")


def left_out(content: bytes, rows_read: Mapping[str, int]) -> Iterator[Finding]:
    """Rows that stand so far below the others that pyxform did not read them; `rows_read` is by sheet, without the header."""
    for name, rows in _sheets(content, {sheet: count for sheet, count in rows_read.items() if count}):
        last_read = rows_read[name.lower()] + 1
        below = ((number, row) for number, row in enumerate(rows, start=1) if number > last_read)
        filled = [(number, _filled(row)) for number, row in below if len(_filled(row)) > 1]
        if filled:
            number, texts = filled[0]
            what = (
                f"This row and {len(filled) - 1} more stand below over {LONGEST_GAP} empty rows, where a sheet is taken to end."
            )
            remedy = "Delete the empty rows above it; or move what is no part of the form to another sheet."
            yield Finding(name.lower(), number, texts[0], what, remedy)


def _filled(row: Cells) -> list[str]:
    return [str(value).strip() for value in row if value is not None and str(value).strip()]


def _sheets(content: bytes, rows_read: Mapping[str, int] | None = None) -> Iterator[tuple[str, Iterable[Cells]]]:
    """Each sheet with its rows; where `rows_read` is given, only those of its sheets that go on long after what was read."""
    for name, length, rows in _modern(content) if content.startswith(ZIP) else _old(content):
        read = None if rows_read is None else rows_read.get(name.lower(), length)
        if read is None or length > read + 1 + LONGEST_GAP:
            yield name, rows


def _modern(content: bytes) -> Iterator[tuple[str, int, Iterable[Cells]]]:
    """A sheet whose file does not tell its length is taken to be long."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    for sheet in book.worksheets:
        yield sheet.title, sheet.max_row or sys.maxsize, sheet.iter_rows(values_only=True)


def _old(content: bytes) -> Iterator[tuple[str, int, Iterable[Cells]]]:
    for sheet in xlrd.open_workbook(file_contents=content).sheets():
        yield sheet.name, sheet.nrows, map(tuple, map(sheet.row_values, range(sheet.nrows)))
