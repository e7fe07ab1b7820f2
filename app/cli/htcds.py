"""Commands for persons whom another organisation hands on in the shape of the HTCDS."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from app.arriving.admission import admit_batches
from app.arriving.htcds_files import HandedOn, open_handed_on, propose_handed_on, take_in_handed_on
from app.arriving.import_files import import_records
from app.cli.import_files import custody_named
from app.cli.import_report import reporting
from app.cli.screen import console
from app.cli.signed_in import sign_in
from app.program import open_program
from core.settings import Settings
from ingest.from_files import ImportRun
from ingest.tables import Source

__all__ = ["add_commands"]

htcds = typer.Typer(help="Persons handed on in the shape of the HTCDS (IOM's case data standard).", no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="A .csv, .xlsx or .json with the standard's names.", exists=True, dir_okay=False)]
Operation = Annotated[str, typer.Option(help="Code of the operation.")]
Organisation = Annotated[str, typer.Option(help="Name of the organisation whose records these become.")]
Area = Annotated[str, typer.Option(help="Name of the area.")]
Team = Annotated[str, typer.Option(help="Name of the team.")]
Encoding = Annotated[str, typer.Option(help="Code page of text that is not in UTF-8, for example windows-1256.")]


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(htcds, name="htcds")


@htcds.command("propose")
def propose(
    file: File,
    *,
    operation: Operation,
    organisation: Organisation = "",
    area: Area = "",
    team: Team = "",
    encoding: Encoding = "",
) -> None:
    """Propose to take the persons of this file in, to be approved by another. Look at it first: `htcds import --dry-run`."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        run = ImportRun(operation, custody_named(program, operation, organisation, area, team))
        with open_handed_on(program, access, run, Source.on_disk(file), encoding=encoding) as handed_on:
            made = propose_handed_on(program, access, handed_on)
    console.print(f"Proposed: {made}, {handed_on.rows} rows. Another approves it with `approvals approve`, then import by it.")


@htcds.command("import")
def take_in(
    file: File,
    *,
    operation: Operation,
    proposal: Annotated[UUID | None, typer.Option(help="The approved proposal, as `htcds propose` printed it.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would become of each row.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="New file for what became of each row: .json, or else CSV.", dir_okay=False)
    ] = None,
    organisation: Organisation = "",
    area: Area = "",
    team: Team = "",
    encoding: Encoding = "",
) -> None:
    """Take the persons of this file in by an approved proposal, and admit them; what cannot be taken lies in quarantine."""
    if proposal is None and not dry_run:
        raise typer.BadParameter("name the --proposal that somebody approved, or look with --dry-run")
    with reporting(report) as told, open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        run = ImportRun(operation, custody_named(program, operation, organisation, area, team))
        with open_handed_on(program, access, run, Source.on_disk(file), encoding=encoding) as handed_on:
            _notes(handed_on)
            batches = (
                import_records(program, run, handed_on.found, actor=access.actor, dry_run=True)
                if proposal is None or dry_run
                else take_in_handed_on(program, access, handed_on, proposal)
            )
            for batch in batches:
                for one in batch:
                    told.add(one)
        counts = [] if dry_run else list(admit_batches(program, operation, actor=access.actor))
    told.show()
    if dry_run:
        console.print("This was a dry run: nothing was written.")
        return
    admitted, aside = sum(count.admitted for count in counts), sum(count.set_aside for count in counts)
    console.print(f"{admitted} admitted, {aside} set aside with a reason: `bin/waystation submissions quarantine {operation}`.")


def _notes(handed_on: HandedOn) -> None:
    for header in handed_on.unused:
        console.print(f"Column '{header}' is not taken.", markup=False)
