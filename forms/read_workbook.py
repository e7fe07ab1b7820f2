"""Read a workbook's sheets into rows, by pyxform, which also decides from the content what kind of file it is."""

import codecs
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import openpyxl
import xlrd  # type: ignore[import-untyped]
from pyxform.errors import PyXFormError
from pyxform.xls2json_backends import DefinitionData, get_xlsform

from forms.errors import Finding, WorkbookRejected

__all__ = ["Row", "Workbook", "column_of", "read_workbook"]

LARGEST_WORKBOOK_BYTES: Final = 20_000_000
LARGEST_UNPACKED_BYTES: Final = 300_000_000
ZIP: Final = b"PK\x03\x04"
SHEETS: Final = ("survey", "choices", "settings", "external_choices", "entities")
# Names that XLSForm has given to the same column over the years.
OLDER_NAMES: Final = {
    "command": "type",
    "tag": "name",
    "value": "name",
    "caption": "label",
    "relevance": "relevant",
    "calculate": "calculation",
    "list name": "list_name",
}


@dataclass(frozen=True)
class Row:
    """A row with content: its number as the spreadsheet counts, and its cells under the headers as written."""

    sheet: str
    number: int
    cells: Mapping[str, str]

    def value(self, column: str) -> str:
        """The first cell of a column by its present name, translations and `bind::` counted with it; empty if none."""
        return next((text for header, text in self.cells.items() if column_of(header) == column), "")


@dataclass(frozen=True)
class Workbook:
    """The sheets of a workbook that make a form, and what pyxform read, for pyxform to go on with."""

    file_name: str
    sheets: Mapping[str, tuple[Row, ...]]
    headers: Mapping[str, tuple[str, ...]]
    read: DefinitionData

    def rows(self, sheet: str) -> tuple[Row, ...]:
        return self.sheets.get(sheet, ())

    def columns(self, sheet: str) -> set[str]:
        return {column_of(header) for header in self.headers.get(sheet, ())}

    def setting(self, name: str) -> str:
        return next((row.value(name) for row in self.rows("settings")), "")


def column_of(header: str) -> str:
    """The present name of a column, without the language or prefix that its header carries."""
    steps = [step.strip() for step in re.split(r"::?", header, maxsplit=1)]
    name = steps[-1] if steps[0].lower() == "bind" else steps[0]
    name = " ".join(name.lower().split())
    return OLDER_NAMES.get(name, name.replace(" ", "_"))


def read_workbook(content: bytes, file_name: str) -> Workbook:
    """Read .xlsx, .xls, .csv or .md, whatever the file is called; raises `WorkbookRejected`."""
    _refuse_oversized(content, file_name)
    try:
        read = get_xlsform(content.removeprefix(codecs.BOM_UTF8))
    except PyXFormError as error:
        raise WorkbookRejected(file_name, list(_unreadable(content, file_name, str(error)))) from None
    except Exception as error:  # the libraries that read spreadsheets raise whatever a broken file makes them raise
        raise WorkbookRejected(file_name, [_not_a_workbook(file_name)]) from error
    read.fallback_form_name = re.sub(r"\.\w+$", "", file_name) or None
    return Workbook(
        file_name,
        {sheet: tuple(_rows(sheet, getattr(read, sheet))) for sheet in SHEETS},
        {sheet: tuple(next(iter(getattr(read, f"{sheet}_header") or [{}]))) for sheet in SHEETS},
        read,
    )


def _rows(sheet: str, rows: Sequence[Mapping[str, Any]] | None) -> Iterator[Row]:
    for number, cells in enumerate(rows or (), start=2):
        filled = {header: str(value) for header, value in cells.items() if value is not None and header}
        if filled:
            yield Row(sheet, number, filled)


def _refuse_oversized(content: bytes, file_name: str) -> None:
    size, limit = len(content), LARGEST_WORKBOOK_BYTES
    if content.startswith(ZIP) and size <= limit:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                size, limit = sum(member.file_size for member in archive.infolist()), LARGEST_UNPACKED_BYTES
        except zipfile.BadZipFile:
            return
    if size > limit:
        finding = Finding("(file)", 1, file_name, f"The workbook holds {size:,} bytes.", f"Keep it under {limit:,} bytes.")
        raise WorkbookRejected(file_name, [finding])


def _unreadable(content: bytes, file_name: str, message: str) -> Iterator[Finding]:
    if not message.startswith("Duplicate column header"):
        yield _not_a_workbook(file_name)
        return
    for sheet, headers in _first_rows(content):
        for header in sorted({header for header in headers if headers.count(header) > 1}):
            yield Finding(
                sheet,
                1,
                header,
                f"This column header stands there {headers.count(header)} times.",
                "Rename or delete all but one of these columns.",
            )


def _not_a_workbook(file_name: str) -> Finding:
    return Finding(
        "(file)",
        1,
        file_name,
        "The file cannot be read as a workbook.",
        "Hand in an .xlsx, .xls, .csv or .md file with a sheet named 'survey'; save it anew from a spreadsheet program.",
    )


def _first_rows(content: bytes) -> list[tuple[str, list[str]]]:
    """Each sheet with the texts of its first row."""
    if content.startswith(ZIP):
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        rows = [(sheet.title, next(sheet.iter_rows(max_row=1, values_only=True), ())) for sheet in book.worksheets]
    else:
        old_book = xlrd.open_workbook(file_contents=content)
        rows = [(sheet.name, tuple(sheet.row_values(0)) if sheet.nrows else ()) for sheet in old_book.sheets()]
    return [(name, [str(value).strip() for value in values if value]) for name, values in rows]
