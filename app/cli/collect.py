"""Commands for what comes in: admit it; look at what was set aside."""

from typing import Annotated
from uuid import UUID

import typer

import ingest
from app.arriving.admission import admit_batches
from app.cli.screen import console, progress, show_table
from app.cli.work import ADMINISTRATOR, at_work
from app.program import open_program
from core.audit import Purpose
from core.database import Zone
from core.settings import Settings

__all__ = ["add_commands"]

submission_commands = typer.Typer(help="What phones sent: admit it, see what was set aside.", no_args_is_help=True)
Operation = Annotated[str, typer.Argument(help="Code of the operation.")]


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(submission_commands, name="submissions")


@submission_commands.command("admit")
def admit(
    operation: Operation,
    again: Annotated[
        bool, typer.Option("--again", help="Try also what was set aside before, once its cause is mended.")
    ] = False,
) -> None:
    """Admit everything that waits: into persons, households, cases and movement events."""
    with open_program(Settings.read()) as program, progress() as bar:
        task = bar.add_task("admitting", total=None)
        counts = []
        for count in admit_batches(program, operation, actor=ADMINISTRATOR, again=again):
            counts.append(count)
            bar.advance(task, count.total)
    admitted, kept_raw = sum(count.admitted for count in counts), sum(count.kept_raw for count in counts)
    set_aside = sum(count.set_aside for count in counts)
    console.print(f"{admitted} admitted, {kept_raw} kept as they are, {set_aside} set aside with a reason.")


@submission_commands.command("quarantine")
def show_quarantine(operation: Operation) -> None:
    """List what could not be accepted, each with its reason. Contents are not shown."""
    with at_work(operation) as (_, session):
        rows = [
            (entry.id, f"{entry.at:%Y-%m-%d %H:%M}", entry.code, entry.form_id or "", entry.size, entry.reason)
            for entry in ingest.quarantined(session, operation)
        ]
    show_table(("entry", "at (UTC)", "code", "form", "bytes", "reason"), rows, "Nothing is in quarantine.")


@submission_commands.command("show")
def show_entry(operation: Operation, entry: Annotated[UUID, typer.Argument(help="An entry of the quarantine.")]) -> None:
    """Show one entry of the quarantine exactly as it came. It may hold personal data; the reading is audited."""
    with at_work(operation, Zone.CASEWORK) as (program, session):
        content = ingest.read_quarantined(session, program.ring, entry, purpose=Purpose.VERIFICATION)
    console.print(content.decode("utf-8", "backslashreplace"), markup=False)
