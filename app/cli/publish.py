"""Commands for the protection officer: protect a week, month or year, release it, list what is released and asked for."""

from pathlib import Path
from typing import Annotated

import typer

import exports
from app.cli import release_inside, release_methods
from app.cli.screen import console, progress, show_table
from app.cli.signed_in import sign_in_once_accounts_exist
from app.program import open_database, open_program
from app.releases.kept_aside import asides_as, require_whole
from app.releases.protect_asked import ask_as, asked_as
from app.releases.release_period import protect_as, release_as
from app.worker.pipeline import after_asking
from app.worker.tasks import build_worker
from core.database import Zone
from core.periods.month import Month
from core.periods.period import Period, parse_period, parts_of, weeks_of
from core.periods.week import Week
from core.periods.year import Year
from core.settings import Settings

__all__ = ["add_commands"]

release_commands = typer.Typer(
    help="Movement reports by week, month and year: protect, explain, release.", no_args_is_help=True
)


def add_commands(commands: typer.Typer) -> None:
    release_inside.add_commands(release_commands)
    release_methods.add_commands(release_commands)
    commands.add_typer(release_commands, name="release")


Operation = Annotated[str, typer.Argument(help="Code of the operation.")]
Folder = Annotated[Path | None, typer.Option(help="Folder to put the release in; by default under var/releases.")]
LeaveOut = Annotated[
    bool,
    typer.Option("--leave-out", help="Release also without screenings or casework that were refused: for good."),
]


@release_commands.command("week")
def release_week(
    operation: Operation,
    week: Annotated[str, typer.Argument(help="The week, for example 2026-W07.")],
    out: Folder = None,
    *,
    leave_out: LeaveOut = False,
) -> None:
    """Protect one week's tables, prove them, and write the report. A week once released stays as it is.

    Asks who runs it: a protection officer. Where nobody has an account yet, the program itself does it and says so.
    """
    _release(operation, Week.parse(week), out, leave_out=leave_out)


@release_commands.command("month")
def release_month(
    operation: Operation,
    month: Annotated[str, typer.Argument(help="The month, for example 2026-M02: the weeks whose Thursday lies in it.")],
    out: Folder = None,
    *,
    leave_out: LeaveOut = False,
) -> None:
    """Protect the sum of a month's weeks together with them, prove it, and write the report. It stays as it is.

    Weeks that are not protected yet are protected first. Asks who runs it, as for a week.
    """
    _release(operation, Month.parse(month), out, leave_out=leave_out)


@release_commands.command("year")
def release_year(
    operation: Operation,
    year: Annotated[str, typer.Argument(help="The year, for example 2026-A1: its months and their weeks.")],
    out: Folder = None,
    *,
    leave_out: LeaveOut = False,
) -> None:
    """Protect the sum of a year's months together with them and their weeks, prove it, and write the report. It stays as it is.

    Months and weeks that are not protected yet are protected first. Asks who runs it, as for a week.
    """
    _release(operation, Year.parse(year), out, leave_out=leave_out)


def _release(operation: str, wanted: Period, out: Path | None, *, leave_out: bool) -> None:
    settings = Settings.read()
    folder = (out or settings.releases / operation) / str(wanted)
    with open_program(settings) as program:
        access = sign_in_once_accounts_exist(program, operation)
        with progress() as bar:
            task = bar.add_task("protecting and proving", total=2)
            # One after the other: what a sum is made of makes it lack for good what it lacks itself.
            for together in (weeks_of(wanted), parts_of(wanted), [wanted]):
                for each in together:
                    protect_as(program, access, each)
                if not leave_out:
                    require_whole(program, access, wanted)
            bar.update(task, advance=1, description="writing the report")
            made = release_as(program, access, wanted, folder)
            bar.advance(task)
    console.print(f"Released. Open {made.folder / 'index.html'}")


@release_commands.command("ask")
def ask_for_period(
    operation: Operation,
    period: Annotated[str, typer.Argument(help="The period, for example 2026-W07, 2026-M02 or 2026-A1.")],
) -> None:
    """Have a period protected by a worker, without waiting; `release week`, `month` or `year` then writes the report.

    Without a broker it is protected here and now; one that was ended goes on from where it was. Asks who runs it.
    """
    with open_program(Settings.read()) as program:
        wanted = parse_period(period)
        ask_as(program, sign_in_once_accounts_exist(program, operation), wanted)
        after_asking(build_worker(program), operation, wanted)
    console.print(f"Asked for. See how far it is with `bin/waystation release status {operation}`")


@release_commands.command("status")
def show_asked(operation: Operation) -> None:
    """Show which periods are being protected, and how far each is. Asks who runs it, as for a week."""
    with open_program(Settings.read()) as program:
        access = sign_in_once_accounts_exist(program, operation)
        asked, aside = asked_as(program, access), asides_as(program, access)
    rows = [
        (
            each.period,
            each.asked_by,
            f"{each.asked_at:%Y-%m-%d %H:%M}",
            each.failed or f"{each.met:,} of {each.goals:,} goals met",
        )
        for each in asked
    ]
    show_table(("period", "asked by", "at (UTC)", "how far"), rows, "Nothing waits to be protected.")
    if aside:
        rows_aside = [(it.period, it.population, it.code or "not tried yet") for it in aside]
        show_table(("period", "kept aside", "why"), rows_aside, "")


@release_commands.command("list")
def list_releases() -> None:
    """List everything released."""
    with open_database(Settings.read()) as database, database.transaction(Zone.STATISTICS) as session:
        rows = [(row.operation, row.period, f"{row.made_at:%Y-%m-%d %H:%M}") for row in exports.list_releases(session)]
    show_table(("operation", "period", "released (UTC)"), rows, "Nothing is released yet.")
