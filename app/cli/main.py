"""The commands of `bin/waystation`, put together; every refusal is shown with what to do about it."""

import sys
import traceback

import typer
from rich.console import Console
from rich.markup import escape

from app.cli import (
    accounts,
    administer,
    approvals,
    audit,
    collect,
    erase,
    export_identified,
    keep_backups,
    keys,
    match,
    policies,
    publish,
    reference,
    registers,
    rights,
    run,
    search,
    store,
)
from core.errors import Problem
from core.shut_in import forbid_core_dumps

__all__ = ["main"]


class UnforeseenError(Problem):
    code = "APP-099"
    says = "Something happened that Waystation does not know ({kind}); where, is printed above."
    remedy = "Nothing was half-written. Please report it with the lines above, which hold no data."


commands = typer.Typer(
    name="waystation",
    help="From a phone's answer to a weekly movement report that harms nobody.",
    epilog="Settings come from the environment (docs/settings.md). Without any, the embedded database under var/ is used.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a traceback with local values could show an answer
    rich_markup_mode="rich",
    add_completion=False,
)
for group in (
    run,
    administer,
    accounts,
    collect,
    publish,
    registers,
    audit,
    search,
    rights,
    match,
    approvals,
    keys,
    erase,
    export_identified,
    policies,
    keep_backups,
    store,
    reference,
):
    group.add_commands(commands)


def main() -> None:
    """Run a command; exit status 1 and a remedy where it was refused."""
    forbid_core_dumps()
    try:
        commands(prog_name="bin/waystation")
    except Problem as problem:
        show(problem)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001  (the last line of defence: an error's own words might quote an answer)
        traceback.print_tb(error.__traceback__)
        show(UnforeseenError(kind=type(error).__name__))
        sys.exit(1)


def show(problem: Problem) -> None:
    """Tell a person what happened and what to do."""
    console = Console(stderr=True, highlight=False)
    console.print(f"[bold red]{problem.code}[/]  {escape(problem.what)}")
    console.print(f"[bold]What to do:[/] {escape(problem.what_to_do)}")
