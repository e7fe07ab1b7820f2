"""Open what somebody hands in to be imported: a folder, or a table that answers a form."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.import_files import Found
from app.program import Program
from core.database import Zone
from forms import FormDefinition
from ingest import from_files
from ingest.from_files import ImportRun
from ingest.tables import Table, open_table

__all__ = ["HandedIn", "Opened", "open_files"]


@dataclass(frozen=True)
class HandedIn:
    """A path, and what was said about it."""

    path: Path
    form: str = ""
    encoding: str = ""
    media: Path | None = None
    drafts: bool = False


@dataclass(frozen=True)
class Opened:
    """Its records, and what somebody should know before they are taken in."""

    found: Found = field(repr=False)
    notes: Sequence[str] = ()


@contextmanager
def open_files(program: Program, run: ImportRun, handed_in: HandedIn, *, actor: str) -> Iterator[Opened]:
    """The records for as long as the block runs. Raises what the rooms `ingest.tables` and `ingest.from_files` refuse."""
    largest = program.settings.max_submission_bytes
    if handed_in.path.is_dir():
        yield Opened(from_files.folder_answers(run, handed_in.path, largest=largest, drafts=handed_in.drafts))
        return
    with open_table(handed_in.path, encoding=handed_in.encoding) as table:
        yield _export(run, table, _definition(program, run, handed_in, actor), handed_in, largest)


def _definition(program: Program, run: ImportRun, handed_in: HandedIn, actor: str) -> FormDefinition:
    with program.database.transaction(Zone.COLLECTION, operation=run.operation, actor=actor) as session:
        look_up = from_files.FormsAsked(run.operation).by(session)
        definition = look_up(handed_in.form, None) if handed_in.form else None
    if definition is None:
        raise from_files.TableNeedsForm(file=handed_in.path.name)
    return definition


def _export(run: ImportRun, table: Table, definition: FormDefinition, handed_in: HandedIn, largest: int) -> Opened:
    main, beside = from_files.export_sheets(table)
    files_of = from_files.media_of(handed_in.media, largest=largest)
    found = from_files.kobo_records(run, table.file, main, definition.form_id, files_of=files_of)
    notes = [
        f"Sheet '{sheet}', column '{header}' answers no question of the form."
        if header
        else f"Sheet '{sheet}' is no repeat of the form: records with entries there go to quarantine."
        for sheet, header in from_files.unmatched_columns(main, definition)
    ]
    notes += [f"Sheet '{name}' is no part of the export and is not read." for name in beside]
    missing = from_files.questions_without_column(main, definition)
    notes += [f"No column answers {', '.join(missing)}."] if missing else []
    return Opened(found, notes)
