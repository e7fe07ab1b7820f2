"""Read the sheets of an .xlsx (ECMA-376, SpreadsheetML) row by row.

The parts are taken out of the archive as streams, within bounds; links to other files, pictures, formulas and macros are not so
much as looked at. Strings that sheets share are the one part that is held in memory whole.
"""

import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from posixpath import join, normpath
from typing import IO, Final

from lxml import etree

from ingest.tables.errors import TableBroken, TableTooLarge, TableUnreadable
from ingest.tables.plain_rows import NotPlain, plain_rows
from ingest.tables.read_areas import area_of, named_areas
from ingest.tables.read_cells import CellReader, read_shared
from ingest.tables.read_styles import date_styles
from ingest.tables.source import Source
from ingest.tables.table import Area, Cell, Row, RowFault, Sheet, Table

__all__ = ["open_workbook"]

LARGEST_SHEET: Final = 4_000_000_000  # bytes, unpacked
LARGEST_SHARED: Final = 300_000_000
LARGEST_OTHER: Final = 20_000_000
MOST_AT_ONCE: Final = 50_000_000
MOST_ROWS: Final = 1_048_576  # what a spreadsheet can hold
MOST_COLUMNS: Final = 16_384
BOOK: Final = "xl/workbook.xml"
TARGETS: Final = "xl/_rels/workbook.xml.rels"
SHARED: Final = "xl/sharedStrings.xml"
STYLES: Final = "xl/styles.xml"


@contextmanager
def open_workbook(source: Source) -> Iterator[Table]:
    """The workbook for as long as the block runs; raises `TableUnreadable` or `TableTooLarge`."""
    try:
        archive = zipfile.ZipFile(source.open())
    except (zipfile.BadZipFile, NotImplementedError):
        raise TableUnreadable(file=source.name, reason="its archive is broken off or damaged") from None
    with archive:
        yield _Workbook(source.name, archive).table()


class _Workbook:
    def __init__(self, file: str, archive: zipfile.ZipFile) -> None:
        self.file, self.archive = file, archive
        self.parts = {info.filename: info for info in archive.infolist()}
        if BOOK not in self.parts:
            raise TableUnreadable(file=file, reason=self._other())

    def _other(self) -> str:
        """What an archive is that is no .xlsx."""
        if "xl/workbook.bin" in self.parts:
            return "it is a binary workbook (.xlsb)"
        if "mimetype" in self.parts and "content.xml" in self.parts:
            return "it is an OpenDocument file"
        return "it is an archive, but no .xlsx"

    def table(self) -> Table:
        book = self._parsed(BOOK)
        targets = {one.get("Id", ""): one.get("Target", "") for one in self._parsed(TARGETS).iter("{*}Relationship")}
        since_1904 = any(one.get("date1904") in {"1", "true"} for one in book.iter("{*}workbookPr"))
        dates = date_styles(self._parsed(STYLES)) if STYLES in self.parts else frozenset()
        shared = self._shared()
        read = CellReader(shared, dates, since_1904=since_1904)
        sheets = [
            Sheet(name, partial(self._rows, name, part, read), partial(self._merged, name, part))
            for name, part in self._parts(book, targets)
        ]
        return Table(self.file, sheets, dict(named_areas(book)))

    def _parts(self, book: etree._Element, targets: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for sheet in book.iter("{*}sheet"):
            relation = next((str(value) for name, value in sheet.items() if str(name).endswith("}id")), "")
            target = targets.get(relation, "")
            part = target.removeprefix("/") if target.startswith("/") else normpath(join("xl", target))
            if part in self.parts and "worksheets/" in part:
                yield sheet.get("name", ""), part

    def _rows(self, sheet: str, part: str, read: CellReader) -> Iterator[Row]:
        number = 0
        try:
            for number, cells in self._all_rows(part, read):
                if number > MOST_ROWS or len(cells) > MOST_COLUMNS:
                    raise TableBroken(file=self.file, sheet=sheet, row=number, reason="more cells than a sheet can have")
                if any(cell is not None for cell in cells):
                    yield Row(number, cells)
        except RowFault as fault:
            raise TableBroken(file=self.file, sheet=sheet, row=number, reason=fault) from None
        except (etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError) as error:
            raise TableBroken(file=self.file, sheet=sheet, row=number, reason=type(error).__name__) from None

    def _all_rows(self, part: str, read: CellReader) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Read as text to the first row that is not plain, and from there on as any XML."""
        plain = 0
        try:
            with self._stream(part, LARGEST_SHEET) as stream:
                for number, row in plain_rows(stream):
                    yield number, read.plain_cells(row)
                    plain += 1
        except NotPlain:
            with self._stream(part, LARGEST_SHEET) as stream:
                yield from islice(_xml_rows(stream, read), plain, None)

    def _merged(self, sheet: str, part: str) -> Sequence[Area]:
        try:
            with self._stream(part, LARGEST_SHEET) as stream:
                found = [area_of(_reference(element)) for element in _events(stream, ("{*}row", "{*}mergeCell"))]
        except (RowFault, etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise TableBroken(file=self.file, sheet=sheet, row=0, reason=type(error).__name__) from None
        return [area for area in found if area is not None]

    def _shared(self) -> Sequence[str]:
        if SHARED not in self.parts:
            return []
        try:
            with self._stream(SHARED, LARGEST_SHARED) as stream:
                return [_taken(element) for element in _events(stream, "{*}si")]
        except RowFault as fault:
            raise TableUnreadable(file=self.file, reason=fault) from None
        except (etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise TableUnreadable(file=self.file, reason=type(error).__name__) from None

    def _parsed(self, part: str) -> etree._Element:
        if part not in self.parts:
            raise TableUnreadable(file=self.file, reason=f"it has no {part}")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            with self._stream(part, LARGEST_OTHER) as stream:
                root = etree.parse(stream, parser).getroot()
        except (etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise TableUnreadable(file=self.file, reason=type(error).__name__) from None
        if root.getroottree().docinfo.internalDTD is not None:
            raise TableUnreadable(file=self.file, reason="it declares a document type")
        return root

    def _stream(self, part: str, limit: int) -> IO[bytes]:
        """A part; the archive gives no more of it than it declares."""
        size = self.parts[part].file_size
        if size > limit:
            raise TableTooLarge(file=self.file, part=part, size=size, limit=limit)
        try:
            return self.archive.open(part)
        except (RuntimeError, NotImplementedError):  # under a password, or packed in a way of its own
            raise TableUnreadable(file=self.file, reason="a part of it cannot be unpacked") from None


class _Measured:
    """A part as it is unpacked, no more of it than `MOST_AT_ONCE` between two elements that are read and forgotten."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.held = 0

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.read(size)
        self.held += len(piece)
        if self.held > MOST_AT_ONCE:
            raise RowFault("a row longer than any that is read")
        return piece


def _events(stream: IO[bytes], tag: str | Sequence[str]) -> Iterator[etree._Element]:
    """The elements of that name as each ends; raises `RowFault` where a document type is declared or one has no end."""
    measured = _Measured(stream)
    read = etree.iterparse(
        measured, events=("end",), tag=tag, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    for number, (_, element) in enumerate(read):
        if number == 0 and element.getroottree().docinfo.internalDTD is not None:
            raise RowFault("a document type is declared")
        measured.held = 0
        yield element


def _xml_rows(stream: IO[bytes], read: CellReader) -> Iterator[tuple[int, Sequence[Cell]]]:
    number = 0
    for element in _events(stream, "{*}row"):
        number = int(element.get("r") or number + 1)
        yield number, read.cells(element) if len(element) <= MOST_COLUMNS else [None] * len(element)
        _forget(element)


def _reference(element: etree._Element) -> str:
    named = element.get("ref", "")
    _forget(element)
    return named


def _taken(element: etree._Element) -> str:
    text = read_shared(element)
    _forget(element)
    return text


def _forget(element: etree._Element) -> None:
    """Free what was read: the element, and those before it."""
    element.clear()
    while element.getprevious() is not None:
        parent = element.getparent()
        if parent is None:
            return
        del parent[0]
