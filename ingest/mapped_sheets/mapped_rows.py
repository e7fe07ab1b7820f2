"""Read the rows of any sheet as answers to a form, by a mapping that somebody has decided on."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeAlias
from uuid import UUID, uuid5

from forms import FormDefinition, Question
from ingest.from_files.candidate import Place
from ingest.from_files.cell_text import plain_text
from ingest.from_files.errors import CellUnreadable, RowNameless
from ingest.from_files.import_run import ImportRun
from ingest.from_files.row_answers import FilesOf, RowAnswers
from ingest.mapped_sheets.errors import MappingUnfit
from ingest.mapped_sheets.mapping import ColumnMapping, SheetMapping
from ingest.mapped_sheets.place_names import PlaceNames
from ingest.mapped_sheets.read_by_mapping import ColumnReader
from ingest.pull.write_xml import root_name
from ingest.read_answers import Answers
from ingest.tables import Cell, CellFault, Row, Sheet, Table

__all__ = ["fits_exactly", "headers_of", "mapped_records", "sheet_of", "unused_headers"]

Reads: TypeAlias = Callable[[Cell], str | CellFault]
Places: TypeAlias = Mapping[str, PlaceNames]
URN: Final = "uuid:"
ROWS: Final = UUID("0e9f5a53-6f0e-4c3e-9f43-6a3c2f0f7a11")  # the name space of ids made of rows


def mapped_records(
    run: ImportRun, table: Table, mapping: SheetMapping, definition: FormDefinition, places: Places, *, files_of: FilesOf
) -> Iterator[RowAnswers]:
    """The records of a sheet; those of the same key in another file are the same. Raises `MappingUnfit` where the mapping does
    not fit sheet and form, and `TableBroken`."""
    reader = _Reader(run, table, mapping, definition, places)
    for row in sheet_of(table, mapping).rows():
        if row.number >= mapping.first:
            yield reader.record(row, files_of)


def unused_headers(table: Table, mapping: SheetMapping) -> list[str]:
    """The headers of the sheet that the mapping does not name."""
    named = {column.header for column in mapping.columns}
    return [header for header in headers_of(table, mapping) if header and header not in named]


def fits_exactly(table: Table, mapping: SheetMapping) -> bool:
    """Whether the sheet is there and has the headers that the mapping names, and no others."""
    try:
        return {header for header in headers_of(table, mapping) if header} == {column.header for column in mapping.columns}
    except MappingUnfit:
        return False


def headers_of(table: Table, mapping: SheetMapping) -> Sequence[str]:
    """The headers of the sheet that a mapping is for; raises `MappingUnfit`."""
    for row in sheet_of(table, mapping).rows():
        if row.number == mapping.header:
            return [plain_text(cell).strip() for cell in row.cells]
        if row.number > mapping.header:
            break
    raise MappingUnfit(file=table.file, reason=f"row {mapping.header} of sheet '{mapping.sheet}' is empty")


def sheet_of(table: Table, mapping: SheetMapping) -> Sheet:
    """The sheet that a mapping is for; raises `MappingUnfit`."""
    found = next((sheet for sheet in table.sheets if sheet.name == mapping.sheet), None)
    if found is None:
        raise MappingUnfit(file=table.file, reason=f"it has no sheet '{mapping.sheet}'")
    return found


class _Reader:
    def __init__(self, run: ImportRun, table: Table, mapping: SheetMapping, definition: FormDefinition, places: Places) -> None:
        self.run, self.file, self.mapping, self.definition = run, table.file, mapping, definition
        self.headers = headers_of(table, mapping)
        self.root = f"/{root_name(definition)}/"
        self.questions = {question.path: question for question in definition.questions if not question.repeat}
        self.columns = [
            (self._column(column.header), column.header, self._question(column.question), self._reads(column, places))
            for column in mapping.columns
            if column.question
        ]
        self.constants = {self._question(path).path: text for path, text in mapping.constants.items()}
        answered = Counter([*(question.path for _, _, question, _ in self.columns), *self.constants])
        for path in (path for path, times in answered.items() if times > 1):
            raise MappingUnfit(file=self.file, reason=f"it answers {path} twice")
        self.keys = [(header, self._column(header)) for header in mapping.key]
        self.id = self._column(mapping.id) if mapping.id else None
        self.seen: Counter[bytes] = Counter()

    def record(self, row: Row, files_of: FilesOf) -> RowAnswers:
        place = Place(self.file, self.mapping.sheet, row.number)
        instance = self._instance_id(row)
        fault = None if instance else RowNameless(sheet=place.sheet, row=row.number, form_id=self.definition.form_id)
        read = partial(self._read, row)
        version = self.definition.version
        return RowAnswers(
            self.run, place, self.definition.form_id, version, instance, (), self._content(row), read, files_of, fault
        )

    def _read(self, row: Row, _: FormDefinition) -> Answers:
        values = dict(self.constants)
        for number, header, question, reads in self.columns:
            text = reads(_cell(row, number))
            if isinstance(text, CellFault):
                sheet, form_id = self.mapping.sheet, self.definition.form_id
                raise CellUnreadable(sheet=sheet, row=row.number, column=header, reason=text.reason, form_id=form_id)
            if text:
                values[question.path] = text
        return Answers(values)

    def _instance_id(self, row: Row) -> str:
        """The phone's own id, or one made of the key: the same for the same row of another file. Rows that are alike in all
        that is used are told apart by how often they came before."""
        if self.id is not None:
            uuid = plain_text(_cell(row, self.id)).strip()
            return uuid and URN + uuid.removeprefix(URN)
        named = [(header, plain_text(_cell(row, number)).strip()) for header, number in self.keys]
        if named:
            return _made_of([self.definition.form_id, *named]) if all(text for _, text in named) else ""
        used = [(header, plain_text(_cell(row, number)).strip()) for number, header, _, _ in self.columns]
        alike = hashlib.sha256(json.dumps(used).encode()).digest()[:12]
        self.seen[alike] += 1
        return _made_of([self.definition.form_id, *used, self.seen[alike]])

    def _content(self, row: Row) -> Mapping[str, Any]:
        cells = zip(self.headers, row.cells, strict=False)
        return {"cells": {header: plain_text(cell) for header, cell in cells if header and cell is not None}}

    def _column(self, header: str) -> int:
        if self.headers.count(header) != 1:
            times = self.headers.count(header)
            raise MappingUnfit(file=self.file, reason=f"the header '{header}' stands there {times} times, not once")
        return self.headers.index(header)

    def _question(self, path: str) -> Question:
        if self.root + path not in self.questions:
            raise MappingUnfit(file=self.file, reason=f"form {self.definition.form_id} asks no '{path}' outside its repeats")
        return self.questions[self.root + path]

    def _reads(self, column: ColumnMapping, places: Places) -> Reads:
        question = self._question(column.question)
        if column.places and column.places not in places:
            raise MappingUnfit(file=self.file, reason=f"'{column.places}' is no level of places: {', '.join(places)}")
        return ColumnReader(question, column, places.get(column.places)).read


def _cell(row: Row, number: int) -> Cell:
    return row.cells[number] if number < len(row.cells) else None


def _made_of(parts: Sequence[object]) -> str:
    """An id that the same parts always have (RFC 9562, version 5)."""
    return URN + str(uuid5(ROWS, json.dumps(parts)))
