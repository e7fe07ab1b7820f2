"""Open a file as a table, whatever it is called: what it is shows in its first bytes."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from ingest.tables.errors import TableUnreadable
from ingest.tables.read_old_workbook import open_old_workbook
from ingest.tables.read_text import text_sheet
from ingest.tables.read_workbook import open_workbook
from ingest.tables.source import Source
from ingest.tables.table import Row, Sheet, Table

__all__ = ["open_table"]

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0"
FOREIGN: Final = {
    b"%PDF": "it is a PDF",
    b"SQLi": "it is a database",
}


@contextmanager
def open_table(given: Path | Source, *, encoding: str = "", no_answer: str = "") -> Iterator[Table]:
    """The table for as long as the block runs. `encoding` is the code page of a text file that is not in Unicode, `no_answer`
    the text of cells that are to be read as empty ones.

    Raises `TableUnreadable`, `TableTooLarge` or `EncodingUnknown`.
    """
    source = given if isinstance(given, Source) else Source.on_disk(given)
    try:
        with source.open() as file:
            begins = file.read(4)
    except OSError as error:
        raise TableUnreadable(file=source.name, reason=type(error).__name__) from None
    if begins in FOREIGN:
        raise TableUnreadable(file=source.name, reason=FOREIGN[begins])
    with ExitStack() as opened:
        if begins == ZIP:
            table = opened.enter_context(open_workbook(source))
        elif begins == OLE:
            table = open_old_workbook(source)
        else:
            table = Table(source.name, [text_sheet(source, encoding)])
        yield Table(table.file, [_without(sheet, no_answer) for sheet in table.sheets], table.named)


def _without(sheet: Sheet, no_answer: str) -> Sheet:
    def rows() -> Iterator[Row]:
        for row in sheet.rows():
            yield Row(row.number, [None if cell == no_answer else cell for cell in row.cells])

    return Sheet(sheet.name, rows, sheet.merged) if no_answer else sheet
