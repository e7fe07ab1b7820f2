"""Commands for forms: build ours, check, compare and add yours, list them, and say how their answers are kept."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

import forms
from app.cli.screen import console, show_table
from app.cli.signed_in import sign_in_once_accounts_exist
from app.cli.work import ADMINISTRATOR, looking
from app.operations import find_operation
from app.program import open_program
from app.publish_workbook import FormToPublish, from_records, publish_workbook
from core.access import Access
from core.database import Zone
from core.settings import Settings
from forms import classes, media, versions

__all__ = ["add_commands"]

form_commands = typer.Typer(help="Questionnaires: ours and yours.", no_args_is_help=True)
Operation = Annotated[str, typer.Argument(help="Code of the operation.")]
Workbook = Annotated[Path, typer.Argument(help="An XLSForm workbook.", exists=True, dir_okay=False)]
Encoding = Annotated[str, typer.Option(help="Code page of text that is not in UTF-8, for example windows-1256.")]
Form = Annotated[str, typer.Argument(help="Id of a published form, as `forms list` shows it.")]
Version = Annotated[str | None, typer.Option(help="Which version of it; by default the one published last.")]


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(form_commands, name="forms")


@form_commands.command("build")
def build_forms(folder: Annotated[Path, typer.Argument(help="Where to write the workbooks.")] = Path()) -> None:
    """Write Waystation's own questionnaires as .xlsx workbooks, to open in a spreadsheet and adapt."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in forms.QUESTIONNAIRES:
        path = folder / f"{name}.xlsx"
        path.write_bytes(forms.build_questionnaire(name))
        console.print(f"written: {path}")


@form_commands.command("check")
def check_form(workbook: Workbook, encoding: Encoding = "") -> None:
    """Compile a workbook, check it with ODK Validate, and show the privacy class of every question."""
    compiled = forms.compile_workbook(workbook.read_bytes(), workbook.name, java=Settings.read().java, encoding=encoding)
    definition = compiled.definition
    rows = [(question.path, question.privacy, question.part, question.statistic or "") for question in definition.questions]
    show_table(("question", "privacy class", "part of the record", "statistic"), rows, "The form asks nothing.")
    console.print(f"\n{definition.title}: {definition.form_id}, version {definition.version or '(none)'}")
    needed = media.media_named(compiled.xform) - set(compiled.media) - from_records(definition)
    _notes([*compiled.warnings, *([f"It needs on the phone: {', '.join(sorted(needed))}."] if needed else [])])


@form_commands.command("add")
def add_form(
    operation: Operation,
    workbook: Workbook,
    encrypted: Annotated[
        bool, typer.Option("--encrypted", help="Phones encrypt what they finalise, with the operation's public key.")
    ] = False,
    files: Annotated[
        list[Path] | None,
        typer.Option(
            "--media", help="A file that the form refers to, or the folder that holds them; may be repeated.", exists=True
        ),
    ] = None,
    encoding: Encoding = "",
) -> None:
    """Publish a workbook's form to the phones of an operation, with the files that it refers to."""
    compiled = forms.compile_workbook(workbook.read_bytes(), workbook.name, java=Settings.read().java, encoding=encoding)
    files_given, notes = media.read_media_files(files or [], media.media_named(compiled.xform), encoding)
    given = FormToPublish(compiled.xform, compiled.definition, compiled.media, files_given, encrypted)
    with open_program(Settings.read()) as program:
        with program.database.transaction(Zone.COLLECTION, operation=operation, actor=ADMINISTRATOR) as session:
            find_operation(session, operation)
        published = publish_workbook(program, Access.of_system(ADMINISTRATOR, operation), given)
        with program.database.transaction(Zone.COLLECTION, operation=operation, actor=ADMINISTRATOR) as session:
            form = classes.form_to_classify(session, operation, published.form_id, published.version)
    how = ", encrypted on the phone" if encrypted else ""
    console.print(f"Published {published.form_id}, version {published.version or '(none)'}, to {operation}{how}.")
    _notes([*compiled.warnings, *notes, *_unset(operation, form)])


def _notes(notes: list[str]) -> None:
    for note in notes:
        console.print("[yellow]note[/]", end=" ")
        console.print(note, markup=False)


def _unset(operation: str, form: classes.FormToClassify) -> list[str]:
    if not form.unset:
        return []
    said = (
        f"{len(form.unset)} of {len(form.declared.questions)} questions have no privacy class, and count as direct identifiers."
    )
    return [f"{said} Set them with `bin/waystation forms classes {operation} {form.declared.form_id}`."]


@form_commands.command("list")
def list_forms(operation: Operation) -> None:
    """List the forms that phones of an operation see, with how many of their questions nobody classified."""
    with looking(operation) as session:
        published = classes.list_form_versions(session, operation)
    newest = {form.form_id: form for form in reversed(published)}
    rows = [
        (it.form_id, it.version, it.title, it.questions, it.unset) for it in sorted(newest.values(), key=lambda it: it.form_id)
    ]
    heads = ("form", "version", "title", "questions", "without a class")
    show_table(heads, rows, f"{operation} has no form yet: `bin/waystation forms add {operation} FILE`.")


@form_commands.command("diff")
def diff_forms(
    operation: Operation,
    before: Annotated[str, typer.Argument(help="The former version: FORM@VERSION, FORM for the newest, or a workbook.")],
    after: Annotated[str, typer.Argument(help="The newer version, likewise.")],
    encoding: Encoding = "",
) -> None:
    """Say what changed between two versions of a form, and what that does to stored answers and statistics."""
    with looking(operation) as session:
        compared = [_version(session, operation, named, encoding) for named in (before, after)]
    changes = versions.compare_versions(*compared)
    rows = [(it.where, it.what, it.before, it.after, it.answers, it.statistics) for it in changes]
    heads = ("where", "what", "before", "after", "stored answers", "statistics")
    show_table(heads, rows, "Nothing is other.")


def _version(session: Session, operation: str, named: str, encoding: str) -> versions.VersionCompared:
    if Path(named).is_file():
        compiled = forms.compile_workbook(Path(named).read_bytes(), Path(named).name, encoding=encoding)
        return versions.VersionCompared.of(compiled.xform)
    form_id, _, version = named.rpartition("@") if "@" in named else (named, "", None)
    form = forms.find_form(session, operation, form_id, version)
    if form is None:
        raise classes.FormNotPublished(operation=operation, form_id=form_id)
    definition = forms.find_definition(session, operation, form_id, form.version)
    return versions.VersionCompared.of(form.xform, definition, {it.file_name: it.md5 for it in form.media})


@form_commands.command("classes")
def show_classes(
    operation: Operation,
    form: Form,
    version: Version = None,
    write: Annotated[Path | None, typer.Option(help="Write them to this CSV file, to be decided in a spreadsheet.")] = None,
) -> None:
    """Show how each answer of a form is kept, and what is suggested where nobody said. Nothing is set by it."""
    with looking(operation) as session:
        found = classes.form_to_classify(session, operation, form, version)
        suggested = classes.suggest_classes(found, classes.earlier_version(session, operation, found))
    if write:
        write.write_bytes(classes.write_sheet(found, suggested))
        console.print(f"written: {write}. Fill in its second to fourth column, then: `bin/waystation forms classify`.")
        return
    unset = {question.path for question in found.unset}
    rows = []
    for asked in found.kept.questions:
        it = suggested.get(asked.path)
        hint = f"{' '.join(filter(None, (it.given.privacy, it.given.part, it.given.statistic)))} ({it.said})" if it else ""
        by = "workbook" if asked.declared else "nobody" if asked.path in unset else "set"
        rows.append((asked.path, asked.privacy, asked.part, asked.statistic or "", by, hint))
    show_table(("question", "privacy class", "part", "statistic", "said by", "suggested"), rows, "The form asks nothing.")
    console.print(f"\n{form}, version {found.declared.version or '(none)'}, records {found.kept.record_kind}.")
    for made in found.history:
        console.print(f"edition {made.edition}: {made.questions} questions, {made.set_at:%Y-%m-%d %H:%M} UTC by {made.set_by}")


@form_commands.command("classify")
def classify_form(
    operation: Operation,
    form: Form,
    sheet: Annotated[Path, typer.Argument(help="A CSV file as `forms classes --write` makes it.", exists=True, dir_okay=False)],
    version: Version = None,
    records: Annotated[
        forms.RecordKind | None, typer.Option(help="What the form records, where its workbook does not say.")
    ] = None,
) -> None:
    """Set privacy classes and statistic variables for a form whose workbook declares none.

    Asks who runs it: a data protection officer. Answers already admitted stay where they were put.
    """
    decided = classes.read_sheet(sheet.read_bytes(), form)
    with open_program(Settings.read()) as program:
        access = sign_in_once_accounts_exist(program, operation)
        with program.database.transaction(Zone.COLLECTION, access=access) as session:
            found = classes.form_to_classify(session, operation, form, version)
            kept = classes.set_classes(session, operation, form, found.declared.version, decided, records=records)
    if kept.edition == found.classes.edition:
        console.print("Nothing is other than it was.")
        return
    unset = len(replace(found, classes=kept).unset)
    console.print(f"Edition {kept.edition}: {len(kept.questions)} have a class; {unset} others are direct identifiers.")
