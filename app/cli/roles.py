"""Commands for roles of an operation's own, on the server itself."""

from typing import Annotated
from uuid import UUID

import typer

from app.cli.screen import console, show_table
from app.cli.work import ADMINISTRATOR
from app.operations import find_operation
from app.program import open_program
from core.database import Zone
from core.identity.own_roles import add_own_role, list_own_roles, retire_own_role
from core.permissions import Right, Role
from core.settings import Settings

__all__ = ["add_commands"]

roles = typer.Typer(help="Roles of an operation's own: a role of the program that may do less.", no_args_is_help=True)
Operation = Annotated[str, typer.Argument(help="Code of the operation.")]


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(roles, name="roles")


@roles.command("list")
def list_all(operation: Operation) -> None:
    """List them, with what each may do."""
    with (
        open_program(Settings.read()) as program,
        program.database.transaction(Zone.IDENTITY, operation=operation, actor=ADMINISTRATOR) as session,
    ):
        find_operation(session, operation)
        rows = [
            (one.name, one.role, ", ".join(one.rights), f"{one.retired_at:%Y-%m-%d}" if one.retired_at else "", one.id)
            for one in list_own_roles(session)
        ]
    show_table(("name", "made of", "may", "retired", "id"), rows, "None yet: the program's roles are given as they are.")


@roles.command("add")
def add(
    operation: Operation,
    name: Annotated[str, typer.Argument(help="As colleagues call the work.")],
    of: Annotated[Role, typer.Argument(help="The role of the program that it is made of.")],
    may: Annotated[list[Right], typer.Option(help="What it may do; give it several times.")],
) -> None:
    """Make one. What it may do never changes afterwards."""
    with (
        open_program(Settings.read()) as program,
        program.database.transaction(Zone.IDENTITY, operation=operation, actor=ADMINISTRATOR) as session,
    ):
        find_operation(session, operation)
        made = add_own_role(session, name, of, may)
    console.print(f"Made; its id is {made}. Give it with `accounts grant NAME {of} {operation} --own-role {made}`.")


@roles.command("retire")
def retire(operation: Operation, own_role: Annotated[UUID, typer.Argument(help="Its id, from `roles list`.")]) -> None:
    """Give it to nobody from now on; who holds it goes on until it is taken back."""
    with (
        open_program(Settings.read()) as program,
        program.database.transaction(Zone.IDENTITY, operation=operation, actor=ADMINISTRATOR) as session,
    ):
        retire_own_role(session, own_role)
    console.print("Retired.")
