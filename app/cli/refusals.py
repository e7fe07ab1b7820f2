"""How a command ends: every refusal is shown with what to do about it, and an error never quotes an answer."""

import sys
import traceback

import typer
from rich.console import Console
from rich.markup import escape

from core.errors import Problem
from core.processes.shut_in import forbid_core_dumps

__all__ = ["run", "show"]


class UnforeseenError(Problem):
    code = "APP-099"
    says = "Something happened that Waystation does not know ({kind}); where, is printed above."
    remedy = "Nothing was half-written. Please report it with the lines above, which hold no data."


def run(commands: typer.Typer) -> None:
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
