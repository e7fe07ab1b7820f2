"""Read what KoboToolbox exports as a table (.xlsx or CSV) as answers to a form."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from forms import FormDefinition
from ingest.from_files.candidate import Place
from ingest.from_files.cell_text import cell_text, plain_text
from ingest.from_files.entries_in_columns import EntryColumns, entries_in_columns, entry_at
from ingest.from_files.errors import CellUnreadable, EntriesUnasked, EntryWithoutRecord, RowNameless
from ingest.from_files.export_sheets import Entry, ExportSheet, Orphan, entries_of
from ingest.from_files.import_run import ImportRun
from ingest.from_files.match_columns import Columns, match_columns
from ingest.from_files.row_answers import FilesOf, RowAnswers
from ingest.read_answers import Answers
from ingest.tables import Cell, CellFault

__all__ = ["kobo_records", "questions_without_column", "unmatched_columns"]

URN: Final = "uuid:"
VERSIONS: Final = ("__version__", "_version_", "_version")
# Numbers of rows: they change from export to export and say nothing of the record.
OF_ROWS: Final = {"_index", "_parent_index"}
CHOSEN: Final = {"1", "true"}
LONGEST_SHEET_NAME: Final = 31


def kobo_records(run: ImportRun, file: str, main: ExportSheet, form_id: str, *, files_of: FilesOf) -> Iterator[RowAnswers]:
    """The records of an export as answers to a form of ours: by the version that they name where it is published here, else by
    the newest. Raises `TableBroken` where the file cannot be read to its end, and `RecordsOutOfOrder`."""
    export = _Export(main)
    for found in entries_of(file, main):
        place = Place(file, found.sheet.name, found.row.number)
        if isinstance(found, Orphan):
            orphan = EntryWithoutRecord(sheet=place.sheet, row=place.row, form_id=form_id)
            content = _content(Entry(found.sheet, found.row, ()))
            yield RowAnswers(run, place, form_id, None, "", (), content, _no_answers, files_of, orphan)
        else:
            instance, before = _names(found)
            nameless = None if instance else RowNameless(sheet=place.sheet, row=place.row, form_id=form_id)
            read = partial(export.read, found)
            yield RowAnswers(run, place, form_id, _version(found), instance, before, _content(found), read, files_of, nameless)


def _no_answers(_: FormDefinition) -> Answers:
    return Answers()


def _version(entry: Entry) -> str | None:
    return next((text for name in VERSIONS if (text := plain_text(entry.sheet.at(entry.row, name)).strip())), None)


def questions_without_column(main: ExportSheet, definition: FormDefinition) -> list[str]:
    """The paths of the form's questions that no sheet has a column for."""
    asked = {question.path for question in definition.questions}
    for sheet in main.all():
        repeat = None if sheet is main else _repeat_of(sheet.name, definition)
        if sheet is main or repeat is not None:
            columns, within = _columns_of(sheet, definition, repeat)
            for found in (columns, *(one for _, one in within.entries)):
                asked -= {question.path for question in found.questions.values()}
                asked -= {question.path for question, _ in found.choices.values()}
    return [question.path for question in definition.questions if question.path in asked]


def unmatched_columns(main: ExportSheet, definition: FormDefinition) -> list[tuple[str, str]]:
    """The sheets and headers that answer no question of the form; a sheet without a header where it is none of its repeats."""
    found = []
    for sheet in main.all():
        repeat = None if sheet is main else _repeat_of(sheet.name, definition)
        if sheet is not main and repeat is None:
            found.append((sheet.name, ""))
        else:
            found += [(sheet.name, header) for header in _columns_of(sheet, definition, repeat)[1].unmatched]
    return found


class _Export:
    """Reads entries, each sheet's columns matched once for each version of the form."""

    def __init__(self, main: ExportSheet) -> None:
        self._main = main
        self._columns: dict[tuple[str, str], tuple[str | None, Columns, EntryColumns]] = {}

    def read(self, entry: Entry, definition: FormDefinition) -> Answers:
        """Raises `CellUnreadable`."""
        _, columns, within = self._of(entry.sheet, definition)
        answers = Answers(_values(entry, columns, definition.form_id))
        for place, of_entry in within.entries:
            values = _values(entry, of_entry, definition.form_id)
            if values:
                entry_at(answers, place).values.update(values)
        for one in entry.within:
            repeat, _, _ = self._of(one.sheet, definition)
            if repeat is None:
                form_id, version = definition.form_id, definition.version
                raise EntriesUnasked(form_id=form_id, version=version, sheet=one.sheet.name, row=one.row.number)
            answers.repeats.setdefault(repeat, []).append(self.read(one, definition))
        return answers

    def _of(self, sheet: ExportSheet, definition: FormDefinition) -> tuple[str | None, Columns, EntryColumns]:
        asked = (sheet.name, definition.version)
        if asked not in self._columns:
            repeat = None if sheet is self._main else _repeat_of(sheet.name, definition)
            self._columns[asked] = repeat, *_columns_of(sheet, definition, repeat)
        return self._columns[asked]


def _columns_of(sheet: ExportSheet, definition: FormDefinition, repeat: str | None) -> tuple[Columns, EntryColumns]:
    """Those of the sheet's own questions and, in the sheet of records, those of entries, as older exports have them."""
    columns = match_columns(sheet.headers, definition, repeat)
    if repeat is not None:
        return columns, EntryColumns((), columns.unmatched)
    left = set(columns.unmatched)
    return columns, entries_in_columns({at: header for at, header in enumerate(sheet.headers) if header in left}, definition)


def _repeat_of(sheet: str, definition: FormDefinition) -> str | None:
    """The repeat whose name a sheet bears, cut as spreadsheets cut it; None where there is none, or several."""
    named = [path for path in definition.repeats if path.rsplit("/", 1)[1][:LONGEST_SHEET_NAME] == sheet]
    return named[0] if len(named) == 1 else None


def _values(entry: Entry, columns: Columns, form_id: str) -> dict[str, str]:
    cells, values = entry.row.cells, {}
    several: dict[str, list[str]] = {}
    for number, (question, code) in columns.choices.items():
        if number < len(cells) and plain_text(cells[number]).strip().lower() in CHOSEN:
            several.setdefault(question.path, []).append(code)
    for number, question in columns.questions.items():
        cell = cells[number] if number < len(cells) else None
        if cell is None:
            continue
        if number in columns.free and type(cell) is str:
            values[question.path] = cell
            continue
        text = cell_text(cell, question, columns.names[question.path])
        if isinstance(text, CellFault) and question.path in several:
            continue  # labels in one cell cannot be told apart; the columns of the choices say it
        if isinstance(text, CellFault):
            column = entry.sheet.headers[number]
            raise CellUnreadable(
                sheet=entry.sheet.name, row=entry.row.number, column=column, reason=text.reason, form_id=form_id
            )
        if text:
            values[question.path] = text
    return {**{path: " ".join(codes) for path, codes in several.items()}, **values}


def _names(entry: Entry) -> tuple[str, Sequence[str]]:
    """The id of the record's version, and of those that it may have replaced (see `ingest.kobo.read_record`)."""

    def said(header: str) -> str:
        return plain_text(entry.sheet.at(entry.row, header)).strip()

    uuid, root = said("_uuid"), said("meta/rootUuid")
    instance = said("meta/instanceID") or (uuid and URN + uuid.removeprefix(URN))
    named = (said("meta/deprecatedID"), root and URN + root.removeprefix(URN))
    return instance, tuple(dict.fromkeys(one for one in named if one and one != instance))


def _content(entry: Entry) -> Mapping[str, Any]:
    """All that stands in a row and those within it, by headers."""
    cells = zip(entry.sheet.headers, entry.row.cells, strict=False)
    said = {
        header: cell if type(cell) is str else _kept(cell)
        for header, cell in cells
        if cell is not None and header and header not in OF_ROWS
    }
    repeats: dict[str, list[Mapping[str, Any]]] = {}
    for one in entry.within:
        repeats.setdefault(one.sheet.name, []).append(_content(one))
    return {"cells": said, **({"repeats": repeats} if repeats else {})}


def _kept(cell: Cell) -> object:
    if isinstance(cell, CellFault):
        return {"fault": cell.reason}
    return cell if isinstance(cell, str | bool | int | float) else plain_text(cell)
