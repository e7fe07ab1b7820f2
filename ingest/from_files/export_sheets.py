"""The sheets of an export: one of records, and for each repeat one of its entries, read side by side.

An entry names its parent's sheet (`_parent_table_name`) and number (`_parent_index`). Both sheets stand in the order of these
numbers, so memory is held for one record at a time. A sheet in another order is refused before anything is taken in.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ingest.from_files.cell_text import plain_text
from ingest.from_files.errors import ColumnStandsTwice, NothingFound, RecordsOutOfOrder, SheetOutOfOrder, SheetUnrelated
from ingest.tables import Cell, Row, Sheet, Table

__all__ = ["Entry", "ExportSheet", "Orphan", "entries_of", "export_sheets"]

LONGEST_NAME = 31  # of a sheet
INDEX = "_index"
PARENT_INDEX = "_parent_index"
PARENT_SHEET = "_parent_table_name"


@dataclass(frozen=True)
class ExportSheet:
    """A sheet with its headers; `within` are the sheets of the repeats in it."""

    sheet: Sheet
    headers: Sequence[str]
    within: Sequence["ExportSheet"] = ()

    @property
    def name(self) -> str:
        return self.sheet.name

    @property
    def names_records(self) -> bool:
        """Whether its rows name the phones' ids of their records, as those of an export do."""
        return not {"_uuid", "meta/instanceID"}.isdisjoint(self.headers)

    def at(self, row: Row, header: str) -> Cell:
        """The cell of a row under a header; None where there is no such column."""
        column = self._columns.get(header)
        return row.cells[column] if column is not None and column < len(row.cells) else None

    @cached_property
    def _columns(self) -> Mapping[str, int]:
        return {header: number for number, header in enumerate(self.headers)}

    def rows(self) -> Iterator[Row]:
        """The rows below the headers."""
        rows = self.sheet.rows()
        next(rows, None)
        return rows

    def all(self) -> Iterator["ExportSheet"]:
        """This sheet, and all within it."""
        yield self
        for one in self.within:
            yield from one.all()


@dataclass(frozen=True)
class Entry:
    """A row with the entries of the repeats within it."""

    sheet: ExportSheet
    row: Row = field(repr=False)
    within: Sequence["Entry"] = field(repr=False)


@dataclass(frozen=True)
class Orphan:
    """An entry whose record is not in the export."""

    sheet: ExportSheet
    row: Row = field(repr=False)


def export_sheets(table: Table) -> tuple[ExportSheet, Sequence[str]]:
    """The sheet of records with those within it, and the names of sheets that are no part of the export.

    Raises `NothingFound`, `ColumnStandsTwice`, `SheetUnrelated` or `SheetOutOfOrder`, and what reading raises.
    """
    headed = [ExportSheet(sheet, _headers(table.file, sheet)) for sheet in table.sheets]
    filled = [one for one in headed if one.headers]
    main = next((one for one in filled if not _holds_entries(one)), None)
    if main is None:
        raise NothingFound(path=table.file)
    children = {one.name: one for one in filled if _holds_entries(one)}
    found = _with_children(main, children, _parents(table.file, main, children))
    related = {one.name for one in found.all()}
    for name in children.keys() - related:  # in a ring
        raise SheetUnrelated(file=table.file, sheet=name, parent=_parent(children[name]))
    if found.within:
        for one in list(found.all())[1:]:
            _require_order(table.file, one)
    return found, [one.name for one in filled if one.name not in related]


def entries_of(file: str, main: ExportSheet) -> Iterator[Entry | Orphan]:
    """All records with their entries, in the order of the sheet, and in the end the entries without a record.

    Raises `RecordsOutOfOrder`: what came before is right.
    """
    yield from _SideBySide(file, main).all()


class _SideBySide:
    """The rows of all sheets, each read as far as it is needed."""

    def __init__(self, file: str, main: ExportSheet) -> None:
        self.file, self.main = file, main
        self.rows = {one.name: one.rows() for one in list(main.all())[1:]}
        self.ahead = {name: next(rows, None) for name, rows in self.rows.items()}
        self.orphans: list[Orphan] = []

    def all(self) -> Iterator[Entry | Orphan]:
        before = 0
        for row in self.main.rows():
            number = _number(self.main.at(row, INDEX))
            if self.rows and number <= before:
                raise RecordsOutOfOrder(file=self.file, sheet=self.main.name, row=row.number, column=INDEX)
            before = number
            yield self._entry(self.main, row)
        # Only now is it certain that their records are nowhere.
        yield from self.orphans
        for sheet in list(self.main.all())[1:]:
            while row_left := self._take(sheet):
                yield Orphan(sheet, row_left)

    def _entry(self, sheet: ExportSheet, row: Row) -> Entry:
        index = _number(sheet.at(row, INDEX))
        within = [entry for child in sheet.within for entry in self._children(child, index)]
        return Entry(sheet, row, within)

    def _children(self, sheet: ExportSheet, index: int) -> Iterator[Entry]:
        while row := self.ahead[sheet.name]:
            parent = _number(sheet.at(row, PARENT_INDEX))
            if parent > index:
                return
            self._take(sheet)
            if parent == index:
                yield self._entry(sheet, row)
            else:
                self.orphans.append(Orphan(sheet, row))

    def _take(self, sheet: ExportSheet) -> Row | None:
        row = self.ahead[sheet.name]
        self.ahead[sheet.name] = next(self.rows[sheet.name], None)
        return row


def _headers(file: str, sheet: Sheet) -> Sequence[str]:
    first = next(sheet.rows(), None)
    headers = [plain_text(cell).strip() for cell in first.cells] if first else []
    for header in headers:
        if header and headers.count(header) > 1:
            raise ColumnStandsTwice(file=file, sheet=sheet.name, column=header)
    return headers


def _holds_entries(sheet: ExportSheet) -> bool:
    """Whether it is the sheet of a repeat. Older exports have the columns of one everywhere, and name no parent of records."""
    return PARENT_INDEX in sheet.headers and (_parent(sheet) != "" or next(sheet.rows(), None) is None)


def _parents(file: str, main: ExportSheet, children: Mapping[str, ExportSheet]) -> dict[str, str]:
    """The sheet that each sheet of entries names. The sheet of records may be named in another way than its sheet is, since
    spreadsheets cut names; but by all in the same way."""
    named = {name: _parent(one) for name, one in children.items()}
    of_main = {parent for parent in named.values() if parent and parent not in children}
    for name, parent in named.items():
        if parent == name or (parent in of_main and len(of_main) > 1 and parent != main.name):
            raise SheetUnrelated(file=file, sheet=name, parent=parent)
    return {name: parent if parent in children else main.name for name, parent in named.items()}


def _parent(sheet: ExportSheet) -> str:
    first = next(sheet.rows(), None)
    return plain_text(sheet.at(first, PARENT_SHEET))[:LONGEST_NAME] if first else ""


def _with_children(sheet: ExportSheet, children: Mapping[str, ExportSheet], parents: Mapping[str, str]) -> ExportSheet:
    within = [_with_children(children[name], children, parents) for name, parent in parents.items() if parent == sheet.name]
    return ExportSheet(sheet.sheet, sheet.headers, tuple(within))


def _require_order(file: str, sheet: ExportSheet) -> None:
    """Entries stand in the order of their records: else some would be read before theirs, and some after."""
    before, parent = 0, _parent(sheet)
    for row in sheet.rows():
        number = _number(sheet.at(row, PARENT_INDEX))
        if plain_text(sheet.at(row, PARENT_SHEET))[:LONGEST_NAME] != parent:
            raise SheetOutOfOrder(file=file, sheet=sheet.name, row=row.number, column=PARENT_SHEET)
        if number < before or number == 0:
            raise SheetOutOfOrder(file=file, sheet=sheet.name, row=row.number, column=PARENT_INDEX)
        before = number


def _number(cell: Cell) -> int:
    """A number of a row; 0 where the cell holds none."""
    text = plain_text(cell).strip()
    return int(text) if text.isascii() and text.isdecimal() else 0
