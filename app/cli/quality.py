"""Commands for the quality of what arrived: the queue, one submission, deciding, figures, and what is looked for."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from app.arriving.compare_submissions import compare_of_form
from app.arriving.quality_figures import figures_of
from app.cli.screen import console, show_table
from app.cli.signed_in import sign_in, sign_in_once_accounts_exist
from app.program import open_program
from casework.reviewing import decide, view_submission
from core.access import UNASSIGNED, require
from core.audit import Purpose
from core.database import Zone
from core.permissions import Right
from core.settings import Settings
from forms import find_definition, list_forms
from ingest.quality import not_checked, set_plan
from ingest.reviews import InQueue, ReviewState, page_queue

__all__ = ["add_commands"]

quality = typer.Typer(help="What checks found in what arrived, and what is decided about it.", no_args_is_help=True)
Operation = Annotated[str, typer.Argument(help="Code of the operation.")]
Form = Annotated[str, typer.Argument(help="The form's id.")]
Which = Annotated[UUID, typer.Argument(help="Id of the submission, as `quality queue` shows it.")]


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(quality, name="quality")


@quality.command("queue")
def show_queue(
    operation: Operation,
    *,
    state: Annotated[ReviewState, typer.Option(help="Where it stands.")] = ReviewState.RECEIVED,
    found: Annotated[bool, typer.Option("--found", help="Only those in which something was found.")] = False,
    after: Annotated[UUID | None, typer.Option(help="Go on after this one.")] = None,
) -> None:
    """List what arrived within your reach, the newest first."""
    with open_program(Settings.read()) as program:
        access = sign_in_once_accounts_exist(program, operation, "supervisor")
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            page = page_queue(session, state=state, found=found, after=after)
    rows = [
        (
            row.id,
            f"{row.received_at:%Y-%m-%d %H:%M}",
            row.form_id,
            row.collector,
            row.findings,
            _remark(row),
        )
        for row in page.rows
    ]
    headings = ("submission", "received (UTC)", "form", "sent by", "findings", "remark")
    show_table(headings, rows, "Nothing stands so within your reach.")
    if page.following:
        console.print(f"There are more: add --after {page.following}")


@quality.command("show")
def show_submission(operation: Operation, submission: Which) -> None:
    """Show what was found in one submission, and what was decided about it."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            view = view_submission(session, program.ring, submission, purpose=Purpose.VERIFICATION)
    console.print(f"{view.form_id} {view.form_version}, received {view.received_at:%Y-%m-%d %H:%M} UTC: {view.state.value}")
    found = [(one.check, one.question, ", ".join(f"{n} {v}" for n, v in one.told.items() if v)) for one in view.findings]
    show_table(("check", "question", "detail"), found, "The checks found nothing.")
    decided = [(one.state.value, f"{one.decided_at:%Y-%m-%d %H:%M}", one.decided_by, one.comment) for one in view.reviews]
    show_table(("decided", "when (UTC)", "by", "comment"), decided, "Nothing was decided yet.")


@quality.command("decide")
def decide_on(operation: Operation, submission: Which, state: ReviewState) -> None:
    """Decide about a submission. The comment to whoever sent it is asked for, so that it stands in no shell's history."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        comment = typer.prompt("Comment (name nobody)", default="", show_default=False, err=True)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            decide(session, program.ring, submission, state, comment)
    console.print(f"Decided: {state.value}.")


@quality.command("figures")
def show_figures(operation: Operation) -> None:
    """Show submissions by day, and by area who was expected to report and who did not."""
    with open_program(Settings.read()) as program:
        access = sign_in_once_accounts_exist(program, operation, "supervisor")
        figures = figures_of(program.database, access)
    days = [
        (one.day, one.form_id, one.received, one.undecided, one.on_hold, one.approved, one.rejected, one.aside)
        for one in figures.days
    ]
    headings = ("day (UTC)", "form", "came", "undecided", "on hold", "approved", "rejected", "set aside")
    show_table(headings, days, "Nothing came in the last two weeks.")
    for form in figures.forms:
        console.print(f"{form.form_id}, the last {form.every} that is over")
        areas = [
            (
                f"{figures.units.get(one.organisation, one.organisation)} · {figures.units.get(one.area, one.area)}",
                one.expected,
                one.reported,
                "" if one.complete is None else f"{one.complete:.0%}",
                ", ".join(one.silent),
            )
            for one in form.over
        ]
        show_table(("area", "expected", "reported", "complete", "nothing came from"), areas, "Nobody was expected to report.")


@quality.command("plan")
def plan_checks(
    operation: Operation,
    form_id: Form,
    file: Annotated[Path, typer.Argument(help="The plan (TOML), see docs/quality.md.", exists=True, dir_okay=False)],
) -> None:
    """Set what is looked for in the answers to a form, from now on."""
    with open_program(Settings.read()) as program:
        access = sign_in_once_accounts_exist(program, operation, "supervisor")
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            require(session, Right.REVIEW_SUBMISSION, UNASSIGNED, subject="ingest.quality_plan")
            edition = set_plan(session, operation, form_id, file.read_text(encoding="utf-8"))
    console.print(
        f"Edition {edition} holds. `bin/waystation quality compare {operation} {form_id}` looks again at what is here."
    )


@quality.command("compare")
def compare_submissions(operation: Operation, form_id: Form) -> None:
    """Look again at the newest submissions of a form: each by itself, and all beside each other."""
    with open_program(Settings.read()) as program:
        access = sign_in_once_accounts_exist(program, operation, "supervisor")
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            require(session, Right.REVIEW_SUBMISSION, UNASSIGNED, subject="ingest.submission")
        found = compare_of_form(program, operation, form_id, actor=access.actor)
    console.print(f"{found} findings. See `bin/waystation quality queue {operation} --found`.")


@quality.command("unchecked")
def show_unchecked(operation: Operation, form_id: Form) -> None:
    """List the rules of a form's newest version that only phones evaluate, and why."""
    with (
        open_program(Settings.read()) as program,
        program.database.transaction(Zone.COLLECTION, operation=operation, actor="supervisor") as session,
    ):
        newest = [form for form in list_forms(session, operation) if form.form_id == form_id]
        definition = find_definition(session, operation, form_id, newest[-1].version) if newest else None
    rows = [(one.path, one.rule, one.expression, one.reason) for one in not_checked(definition)] if definition else []
    show_table(("where", "rule", "expression", "why it is not evaluated here"), rows, "Every rule is evaluated here, too.")


def _remark(row: InQueue) -> str:
    remarks = ("edited since it was decided on", row.edited), ("set aside", row.aside)
    return ", ".join(remark for remark, holds in remarks if holds)
