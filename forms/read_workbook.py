"""Read a workbook's sheets into rows, by pyxform, which also decides from the content what kind of file it is."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from pyxform.errors import PyXFormError
from pyxform.xls2json_backends import DefinitionData, get_xlsform

from forms.decode_text import decode_text
from forms.errors import CodePageUnknown, Finding, WorkbookRejected
from forms.explain_unreadable import OLE, ZIP, foreign_file, left_out, not_a_workbook, unreadable

__all__ = ["BRACKET", "XML_NAME", "Row", "Workbook", "column_of", "read_workbook"]

BRACKET: Final = re.compile(r"(begin|end)[ _](group|repeat|loop|lgroup|looped group)\b")
XML_NAME: Final = re.compile(r"[^\W\d][\w.-]*")

LARGEST_WORKBOOK_BYTES: Final = 20_000_000
LARGEST_UNPACKED_BYTES: Final = 300_000_000
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
    """The sheets of a workbook that make a form, and what pyxform read, for pyxform to go on with.

    `notes` say what its author should know of how it was read.
    """

    file_name: str
    sheets: Mapping[str, tuple[Row, ...]]
    headers: Mapping[str, tuple[str, ...]]
    read: DefinitionData
    notes: tuple[str, ...] = ()

    def rows(self, sheet: str) -> tuple[Row, ...]:
        return self.sheets.get(sheet, ())

    def columns(self, sheet: str) -> set[str]:
        return {column_of(header) for header in self.headers.get(sheet, ())}

    def setting(self, name: str) -> str:
        return next((row.value(name) for row in self.rows("settings")), "")


@lru_cache(1024)  # asked for every cell
def column_of(header: str) -> str:
    """The present name of a column, without the language or prefix that its header carries."""
    steps = [step.strip() for step in re.split(r"::?", header, maxsplit=1)]
    name = steps[-1] if steps[0].lower() == "bind" else steps[0]
    name = " ".join(name.lower().split())
    return OLDER_NAMES.get(name, name.replace(" ", "_"))


def read_workbook(content: bytes, file_name: str, encoding: str = "") -> Workbook:
    """Read .xlsx, .xls, .csv or .md, whatever the file is called; raises `WorkbookRejected` and `CodePageUnknown`.

    `encoding` is the code page of a text file that is not in Unicode, where it is known.
    """
    _refuse_oversized(content, file_name)
    _refuse_foreign(content, file_name)
    content, notes = _in_utf8(content, file_name, encoding)
    try:
        read = get_xlsform(content)
    except PyXFormError as error:
        raise WorkbookRejected(file_name, list(unreadable(content, file_name, str(error)))) from None
    except Exception as error:  # the libraries that read spreadsheets raise whatever a broken file makes them raise
        raise WorkbookRejected(file_name, [not_a_workbook(file_name)]) from error
    read.fallback_form_name = re.sub(r"\.\w+$", "", file_name) or None
    _refuse_left_out(content, file_name, read)
    return Workbook(
        file_name,
        {sheet: tuple(_rows(sheet, getattr(read, sheet))) for sheet in SHEETS},
        {sheet: tuple(next(iter(getattr(read, f"{sheet}_header") or [{}]))) for sheet in SHEETS},
        read,
        notes,
    )


def _in_utf8(content: bytes, file_name: str, encoding: str) -> tuple[bytes, tuple[str, ...]]:
    """A text file as pyxform reads it: in UTF-8, with commas. Spreadsheets are left as they are."""
    if content.startswith((ZIP, OLE)) or b"\0\0" in content:
        return content, ()
    try:
        decoded = decode_text(content, encoding)
    except CodePageUnknown:
        if encoding:
            raise
        raise WorkbookRejected(file_name, [not_a_workbook(file_name)]) from None
    text = _with_commas(decoded.text)
    if not decoded.code_page:
        return text.encode(), ()
    note = f"The text is not in UTF-8. It was read as {decoded.code_page}, in which a word reads '{decoded.word}'."
    return text.encode(), (f"{note} If that is wrong, name the code page with --encoding.",)


def _with_commas(text: str) -> str:
    """Sheets as comma-separated values, where they came with what Excel writes in other countries: semicolons or tabs."""
    other = re.match(r'\s*"?\w+"?([;\t])', text)
    if other is None:
        return text
    written = io.StringIO(newline="")
    csv.writer(written).writerows(csv.reader(io.StringIO(text, newline=""), delimiter=other[1]))
    return written.getvalue()


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


def _refuse_foreign(content: bytes, file_name: str) -> None:
    found = foreign_file(content)
    if found:
        raise WorkbookRejected(file_name, [Finding("(file)", 1, file_name, *found)])


def _refuse_left_out(content: bytes, file_name: str, read: DefinitionData) -> None:
    if content.startswith((ZIP, OLE)):
        found = list(left_out(content, {sheet: len(getattr(read, sheet) or ()) for sheet in SHEETS}))
        if found:
            raise WorkbookRejected(file_name, found)
