"""The command for answers that come as files."""

from pathlib import Path
from typing import Annotated

import typer

from app.arriving.import_files import Found, import_records
from app.arriving.open_files import HandedIn, Suggested, open_files
from app.cli.import_report import Report, reporting
from app.cli.screen import console, progress, show_table
from app.cli.work import ADMINISTRATOR
from app.operations import find_operation
from app.program import Program, open_program
from core.access import Custody
from core.database import Zone
from core.identity.units import find_units
from core.settings import Settings
from ingest.count_tables import CountTemplate
from ingest.from_files import ImportRun
from ingest.mapped_sheets import SheetMapping

__all__ = ["add_commands", "custody_named"]


def add_commands(commands: typer.Typer) -> None:
    commands.command("import")(import_answers)


def import_answers(
    path: Annotated[
        Path,
        typer.Argument(
            help="A folder of a phone or of Briefcase, packed (.zip) or not, or a table (.xlsx, .xls, .csv).", exists=True
        ),
    ],
    *,
    operation: Annotated[str, typer.Option(help="Code of the operation.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would become of each record.")] = False,
    form: Annotated[str, typer.Option(help="With a table: the published form that its rows answer.")] = "",
    mapping: Annotated[
        Path | None,
        typer.Option(
            help="With any other table: file that says which column answers what. Where it is not there, it is suggested.",
            dir_okay=False,
        ),
    ] = None,
    sheet: Annotated[str, typer.Option(help="The sheet that a mapping is suggested for; by default the first.")] = "",
    counts: Annotated[
        bool,
        typer.Option(
            "--counts", help="With --mapping: the tables hold counts by category, not records; suggest what they mean."
        ),
    ] = False,
    encoding: Annotated[str, typer.Option(help="Code page of text that is not in UTF-8, for example windows-1256.")] = "",
    no_answer: Annotated[str, typer.Option(help="With a table: what stands in cells without an answer, for example n/a.")] = "",
    media: Annotated[
        Path | None,
        typer.Option(
            help="With a table: the folder, packed (.zip) or not, that holds its files, each record's in one of its id."
        ),
    ] = None,
    drafts: Annotated[bool, typer.Option("--drafts", help="Also what the phone's list calls unfinished.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="New file for what became of each record: .json, or else CSV.", dir_okay=False)
    ] = None,
    organisation: Annotated[str, typer.Option(help="Name of the organisation whose records these become.")] = "",
    area: Annotated[str, typer.Option(help="Name of the area.")] = "",
    team: Annotated[str, typer.Option(help="Name of the team.")] = "",
) -> None:
    """Take in answers from files, as if phones had sent them. The same files may be imported again: what is known stays."""
    with reporting(report) as told, open_program(Settings.read()) as program:
        run = ImportRun(operation, custody_named(program, operation, organisation, area, team))
        handed_in = HandedIn(path, form, mapping, sheet, encoding, no_answer, media, drafts, counts)
        with open_files(program, run, handed_in, actor=ADMINISTRATOR) as opened:
            if isinstance(opened, Suggested):
                _show_suggestion(opened)
                return
            for note in opened.notes:
                console.print(note, markup=False)
            _import(program, run, opened.found, told, dry_run=dry_run)
    told.show()
    if dry_run:
        console.print("This was a dry run: nothing was written.")
    elif told.counts["new"] + told.counts["edit"] + told.counts["further files"]:
        console.print(f"Admit what is whole: `bin/waystation submissions admit {operation}`.", markup=False)


def _show_suggestion(suggested: Suggested) -> None:
    mapping = suggested.mapping
    if isinstance(mapping, CountTemplate):
        _show_template(mapping)
    else:
        _show_mapping(mapping)
    console.print(f"Written to {suggested.path}. Decide there on all that begins with ?, then import again.", markup=False)


def _show_mapping(mapping: SheetMapping) -> None:
    rows = [
        (one.header, one.question, one.dates or one.places or ", ".join(f"{text} = {code}" for text, code in one.codes.items()))
        for one in mapping.columns
    ]
    console.print(f"Sheet '{mapping.sheet}', headers in row {mapping.header}, records from row {mapping.first}.", markup=False)
    show_table(("column", "question", "dates, places or codes"), rows, "The sheet has no headers.")


def _show_template(template: CountTemplate) -> None:
    rows = [
        (
            f"{block.sheet} {block.title}".strip(),
            side,
            axis.answers,
            axis.places or ", ".join(f"{text} = {code}" for text, code in axis.codes.items()),
        )
        for block in template.block
        for side, axes in (("rows", block.rows), ("columns", block.columns))
        for axis in axes
    ]
    show_table(("table", "headings of", "tell", "places or codes"), rows, "No table of counts was seen.")


def custody_named(program: Program, operation: str, organisation: str, area: str, team: str) -> Custody:
    """The custody of the units of these names; raises `OperationUnknown` or `UnitNamedWrongly`."""
    with program.database.transaction(Zone.COLLECTION, operation=operation, actor=ADMINISTRATOR) as session:
        find_operation(session, operation)
    with program.database.transaction(Zone.IDENTITY, actor=ADMINISTRATOR) as session:
        return find_units(session, organisation=organisation, area=area, team=team).custody


def _import(program: Program, run: ImportRun, found: Found, told: Report, *, dry_run: bool) -> None:
    with progress(transient=True) as bar:
        task = bar.add_task("looking" if dry_run else "importing", total=None)
        for batch in import_records(program, run, found, actor=ADMINISTRATOR, dry_run=dry_run):
            for one in batch:
                told.add(one)
            bar.advance(task, len(batch))
