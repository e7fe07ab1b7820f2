"""Open what somebody hands in to be imported: a folder, or a table that answers a form."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.arriving.import_files import Found
from app.program import Program
from core.database import Zone
from core.errors import Problem
from forms import FormDefinition
from ingest import count_tables, from_files, mapped_sheets
from ingest.count_tables import CountTemplate, counted_records
from ingest.from_files import FilesOf, FormAsked, ImportRun, open_tree
from ingest.mapped_sheets import PlaceNames, SheetMapping
from ingest.tables import Source, Table, open_table

__all__ = ["HandedIn", "Opened", "Suggested", "asked_in", "open_files", "open_sheet"]

ON_SCREEN: Final = Path("(on this page)")  # where a mapping lies that lies in no file


@dataclass(frozen=True)
class HandedIn:
    """A path, or a file that is held in memory, and what was said about it."""

    path: Path | Source = field(repr=False)
    form: str = ""
    mapping: Path | None = None
    sheet: str = ""
    encoding: str = ""
    no_answer: str = ""
    media: Path | None = None
    drafts: bool = False
    counts: bool = False
    written: str | None = field(default=None, repr=False)  # the mapping itself, where it lies in no file; "": suggest one
    earlier: Sequence[str] = field(default=(), repr=False)  # mappings to take up instead, if one reads just this file

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder, packed or not."""
        return (isinstance(self.path, Path) and self.path.is_dir()) or from_files.is_packed_folder(self.path)


@dataclass(frozen=True)
class Opened:
    """Its records, and what somebody should know before they are taken in."""

    found: Found = field(repr=False)
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Suggested:
    """A mapping, or the template of a workbook of counts, with its text, for somebody to decide on; nothing is imported by it
    yet."""

    mapping: SheetMapping | CountTemplate
    path: Path
    text: str = field(repr=False)
    reused: bool = False


@contextmanager
def open_files(program: Program, run: ImportRun, handed_in: HandedIn, *, actor: str) -> Iterator[Opened | Suggested]:
    """The records for as long as the block runs; a suggestion where a mapping is named that is not there.

    Raises what the rooms `ingest.tables`, `ingest.from_files`, `ingest.mapped_sheets` and `ingest.count_tables` refuse.
    """
    largest = program.settings.max_submission_bytes
    with ExitStack() as opened:
        if handed_in.is_folder:
            tree = opened.enter_context(open_tree(handed_in.path))
            yield Opened(from_files.folder_answers(run, tree, largest=largest, drafts=handed_in.drafts))
            return
        media = opened.enter_context(open_tree(handed_in.media)) if handed_in.media else None
        files_of = from_files.media_of(media, largest=largest)
        table = opened.enter_context(open_table(handed_in.path, encoding=handed_in.encoding, no_answer=handed_in.no_answer))
        yield _Desk(program, run, handed_in, actor, files_of).open(table)


@contextmanager
def open_sheet(given: HandedIn) -> Iterator[Table]:
    """The table itself, for as long as the block runs. Raises what the room `ingest.tables` refuses."""
    with open_table(given.path, encoding=given.encoding, no_answer=given.no_answer) as table:
        yield table


def asked_in(
    program: Program, operation: str, form: str, *, actor: str
) -> tuple[FormDefinition, Mapping[str, PlaceNames]] | None:
    """The newest version of a form with the operation's places by level; none where it is not published."""
    with program.database.transaction(Zone.COLLECTION, operation=operation, actor=actor) as session:
        definition = from_files.find_asked(session, operation, FormAsked(form, None)) if form else None
        return None if definition is None else (definition, mapped_sheets.place_names(session, operation))


class _Desk:
    """Where a table is opened."""

    def __init__(self, program: Program, run: ImportRun, handed_in: HandedIn, actor: str, files_of: FilesOf) -> None:
        self.program, self.run, self.handed_in, self.actor, self.files_of = program, run, handed_in, actor, files_of

    def open(self, table: Table) -> Opened | Suggested:
        path, written = self.handed_in.mapping, self.handed_in.written
        if path is None and written is None:
            return self._export(table)
        if path is not None and path.exists():
            written = mapped_sheets.text_of(path)
        if written:
            read = self._counted if count_tables.is_template(written) else self._mapped
            return read(table, written, path or ON_SCREEN)
        return self._suggested(table, path)

    def _suggested(self, table: Table, path: Path | None) -> Suggested:
        definition, places = self._asked(self.handed_in.form)
        for text in self.handed_in.earlier:
            fitting = self._fitting(table, text, definition, places)
            if fitting is not None:
                return Suggested(fitting, path or ON_SCREEN, text, reused=True)
        sheet = self.handed_in.sheet
        if self.handed_in.counts:
            template = count_tables.suggest_template(table, definition, places, sheet=sheet)
            if path is not None:
                count_tables.write_template(template, path)
            return Suggested(template, path or ON_SCREEN, count_tables.template_text(template))
        mapping = mapped_sheets.suggest_mapping(table, definition, places, sheet=sheet)
        if path is not None:
            mapped_sheets.write_mapping(mapping, path)
        return Suggested(mapping, path or ON_SCREEN, mapped_sheets.mapping_text(mapping))

    def _fitting(
        self, table: Table, text: str, definition: FormDefinition, places: Mapping[str, PlaceNames]
    ) -> SheetMapping | CountTemplate | None:
        """An earlier mapping or template, read, if it is for a file like this one."""
        if count_tables.is_template(text) != self.handed_in.counts:
            return None
        if not self.handed_in.counts:
            mapping = mapped_sheets.parse_mapping(text, ON_SCREEN)
            return mapping if mapped_sheets.fits_exactly(table, mapping) else None
        template = count_tables.parse_template(text, ON_SCREEN)
        try:
            count_tables.count_reports(table, template, definition, places)
        except Problem:
            return None
        return template

    def _export(self, table: Table) -> Opened:
        definition, _ = self._asked(self.handed_in.form)
        main, beside = from_files.export_sheets(table)
        if not main.names_records:
            raise mapped_sheets.MappingNeeded(file=table.file)
        found = from_files.kobo_records(self.run, table.file, main, definition.form_id, files_of=self.files_of)
        notes = [
            f"Sheet '{sheet}', column '{header}' answers no question of the form."
            if header
            else f"Sheet '{sheet}' is no repeat of the form: records with entries there go to quarantine."
            for sheet, header in from_files.unmatched_columns(main, definition)
        ]
        notes += [f"Sheet '{name}' is no part of the export and is not read." for name in beside]
        missing = from_files.questions_without_column(main, definition)
        return Opened(found, notes + ([f"No column answers {', '.join(missing)}."] if missing else []))

    def _mapped(self, table: Table, written: str, path: Path) -> Opened:
        mapping = mapped_sheets.parse_mapping(written, path)
        mapped_sheets.require_decided(mapping, path)
        definition, places = self._asked(mapping.form)
        found = mapped_sheets.mapped_records(self.run, table, mapping, definition, places, files_of=self.files_of)
        left = [f"Column '{column.header}' is left out by the mapping." for column in mapping.columns if not column.question]
        unused = mapped_sheets.unused_headers(table, mapping)
        return Opened(found, [*left, *(f"Column '{header}' is not in the mapping and is left out." for header in unused)])

    def _counted(self, table: Table, written: str, path: Path) -> Opened:
        template = count_tables.parse_template(written, path)
        count_tables.require_template_decided(template, path)
        definition, places = self._asked(template.form)
        counted = count_tables.count_reports(table, template, definition, places)
        operation = self.run.operation
        with self.program.database.transaction(Zone.COLLECTION, operation=operation, actor=self.actor) as session:
            records = counted_records(session, self.program.ring, self.run, counted, definition)
            return Opened(list(records), counted.notes)

    def _asked(self, form: str) -> tuple[FormDefinition, Mapping[str, PlaceNames]]:
        asked = asked_in(self.program, self.run.operation, form, actor=self.actor)
        if asked is None:
            raise from_files.TableNeedsForm(file=self.handed_in.path.name)
        return asked
