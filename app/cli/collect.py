"""Commands for forms and what comes in: build, add and list forms; admit; look at what was set aside."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

import forms
import ingest
from app.admission import admit_batches
from app.cli.screen import console, progress, show_table
from app.cli.work import ADMINISTRATOR, at_work
from app.program import open_program
from core.audit import Purpose
from core.database import Zone
from core.places import load_places
from core.settings import Settings

__all__ = ["add_commands"]

form_commands = typer.Typer(help="Questionnaires: ours and yours.", no_args_is_help=True)
submission_commands = typer.Typer(help="What phones sent: admit it, see what was set aside.", no_args_is_help=True)
Operation = Annotated[str, typer.Argument(help="Code of the operation.")]


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(form_commands, name="forms")
    commands.add_typer(submission_commands, name="submissions")


@form_commands.command("build")
def build_forms(folder: Annotated[Path, typer.Argument(help="Where to write the workbooks.")] = Path()) -> None:
    """Write Waystation's own questionnaires as .xlsx workbooks, to open in a spreadsheet and adapt."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in forms.QUESTIONNAIRES:
        path = folder / f"{name}.xlsx"
        path.write_bytes(forms.build_questionnaire(name))
        console.print(f"written: {path}")


@form_commands.command("check")
def check_form(workbook: Annotated[Path, typer.Argument(help="An XLSForm workbook.", exists=True, dir_okay=False)]) -> None:
    """Compile a workbook, check it with ODK Validate, and show the privacy class of every question."""
    compiled = forms.compile_workbook(workbook.read_bytes(), workbook.name, java=Settings.read().java)
    definition = compiled.definition
    rows = [(question.path, question.privacy, question.part, question.statistic or "") for question in definition.questions]
    show_table(("question", "privacy class", "part of the record", "statistic"), rows, "The form asks nothing.")
    console.print(f"\n{definition.title}: {definition.form_id}, version {definition.version or '(none)'}")
    for warning in compiled.warnings:
        console.print(f"[yellow]note[/] {warning}")


@form_commands.command("add")
def add_form(
    operation: Operation,
    workbook: Annotated[Path, typer.Argument(help="An XLSForm workbook.", exists=True, dir_okay=False)],
    encrypted: Annotated[
        bool, typer.Option("--encrypted", help="Phones encrypt what they finalise, with the operation's public key.")
    ] = False,
) -> None:
    """Publish a workbook's form to the phones of an operation."""
    compiled = forms.compile_workbook(workbook.read_bytes(), workbook.name, java=Settings.read().java)
    if not encrypted:
        forms.refuse_foreign_key(compiled.xform)
    xform = _encrypted(operation, compiled.xform) if encrypted else compiled.xform
    with at_work(operation) as (_, session):
        media = {**compiled.media, "places.csv": forms.places_media(load_places(session, operation))}
        published = forms.publish_form(session, operation, xform, media)
    how = ", encrypted on the phone" if encrypted else ""
    console.print(f"Published {published.form_id}, version {published.version or '(none)'}, to {operation}{how}.")


def _encrypted(operation: str, xform: bytes) -> bytes:
    """In the casework zone, which alone opens form keys: the public key is derived from the private one, which is sealed."""
    with at_work(operation, Zone.CASEWORK) as (program, session):
        return forms.encrypt_form(xform, forms.newest_public_key(session, program.ring, operation))


@form_commands.command("list")
def list_forms(operation: Operation) -> None:
    """List the forms that phones of an operation see."""
    with at_work(operation) as (_, session):
        rows = [(form.form_id, form.version, form.title) for form in forms.list_forms(session, operation)]
    show_table(("form", "version", "title"), rows, f"{operation} has no form yet: `bin/waystation forms add {operation} FILE`.")


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
