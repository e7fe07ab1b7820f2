"""Commands for the free search by name."""

import sys
from typing import Annotated

import typer

from app.cli.screen import console
from app.operations import find_operation
from app.program import open_program
from app.search.search_worker import serve_names
from core.database import Zone
from core.processes.shut_in import shut_in
from core.settings import Settings

__all__ = ["add_commands"]

search = typer.Typer(help="The free search by name: a worker that holds names in memory only.", no_args_is_help=True)


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(search, name="search")


@search.command("serve")
def serve(
    operation: Annotated[str, typer.Argument(help="Code of the operation.")],
    until_input_ends: Annotated[
        bool, typer.Option("--until-input-ends", help="Stop when standard input is closed: for a program that starts it.")
    ] = False,
) -> None:
    """Hold an operation's names in memory and answer free searches; `serve` does it by itself with the embedded database."""
    locked = shut_in()
    with open_program(Settings.read()) as program:
        with program.database.transaction(Zone.COLLECTION, operation=operation) as session:
            find_operation(session, operation)
        if not locked:
            console.print(
                "The system does not let this process lock its memory: encrypt the swap space, or allow it (LimitMEMLOCK)."
            )
        end = [sys.stdin.fileno()] if until_input_ends else []
        serve_names(program, operation, lambda names: console.print(f"Listening; {names} names are held in memory."), end)
