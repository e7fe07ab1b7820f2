"""Commands for the protection officer: protect a week, release it, list what is released."""

from pathlib import Path
from typing import Annotated

import typer

import exports
from app.cli.screen import console, progress, show_table
from app.cli.signed_in import sign_in_once_accounts_exist
from app.program import open_database, open_program
from app.weekly_release import protect_as, release_as
from core.database import Zone
from core.settings import Settings
from core.week import Week

__all__ = ["add_commands"]

release_commands = typer.Typer(help="Weekly movement reports: protect, release, list.", no_args_is_help=True)


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(release_commands, name="release")


@release_commands.command("week")
def release(
    operation: Annotated[str, typer.Argument(help="Code of the operation.")],
    week: Annotated[str, typer.Argument(help="The week, for example 2026-W07.")],
    out: Annotated[Path | None, typer.Option(help="Folder to put the release in; by default under var/releases.")] = None,
) -> None:
    """Protect one week's tables, prove them, and write the report. A week once released stays as it is.

    Asks who runs it: a protection officer. Where nobody has an account yet, the program itself does it and says so.
    """
    settings, wanted = Settings.read(), Week.parse(week)
    folder = (out or settings.releases / operation) / week
    with open_program(settings) as program:
        access = sign_in_once_accounts_exist(program, operation)
        with progress() as bar:
            task = bar.add_task("protecting and proving", total=2)
            protect_as(program, access, wanted)
            bar.update(task, advance=1, description="writing the report")
            made = release_as(program, access, wanted, folder)
            bar.advance(task)
    console.print(f"Released. Open {made.folder / 'index.html'}")


@release_commands.command("list")
def list_releases() -> None:
    """List every released week."""
    with open_database(Settings.read()) as database, database.transaction(Zone.STATISTICS) as session:
        rows = [(row.operation, row.week, f"{row.made_at:%Y-%m-%d %H:%M}") for row in exports.list_releases(session)]
    show_table(("operation", "week", "released (UTC)"), rows, "Nothing is released yet.")
