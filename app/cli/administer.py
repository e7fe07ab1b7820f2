"""Commands for the administrator: operations and their places."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select

from app.cli.screen import console, show_table
from app.cli.work import ADMINISTRATOR, at_work
from app.extend_gazetteer import extend_gazetteer
from app.operations import add_operation, find_operation
from app.program import open_database, open_program
from core.access import Access
from core.database import Zone
from core.models import Operation
from core.places import read_gazetteer
from core.settings import Settings

__all__ = ["add_commands"]

operations = typer.Typer(help="Humanitarian operations, each walled off from the others.", no_args_is_help=True)


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(operations, name="operations")


@operations.command("add")
def add_new_operation(
    code: Annotated[str, typer.Argument(help="Short code, for example SOM-2026.")],
    gazetteer: Annotated[Path, typer.Argument(help="GeoJSON of countries, regions and districts with code, parent, names.")],
    name: Annotated[str, typer.Option(help="Name in English.")],
    name_fr: Annotated[str, typer.Option(help="Name in French.")] = "",
    name_ar: Annotated[str, typer.Option(help="Name in Arabic.")] = "",
) -> None:
    """Add an operation with its gazetteer."""
    places = read_gazetteer(gazetteer)
    names = {language: text for language, text in (("en", name), ("fr", name_fr), ("ar", name_ar)) if text}
    with at_work(code, known=False) as (_, session):
        add_operation(session, code, names, places)
    console.print(f"Operation {code} added with {len(places)} places.")


@operations.command("add-places")
def add_more_places(
    code: Annotated[str, typer.Argument(help="Code of the operation.")],
    gazetteer: Annotated[Path, typer.Argument(help="GeoJSON of the whole gazetteer; places that are known stay as they are.")],
) -> None:
    """Add the places of a gazetteer that an operation does not have yet."""
    places = read_gazetteer(gazetteer)
    with open_program(Settings.read()) as program:
        access = Access.of_system(ADMINISTRATOR, code)
        with program.database.transaction(Zone.COLLECTION, access=access) as session:
            find_operation(session, code)
        found = extend_gazetteer(program, access, places, gazetteer)
    if found.otherwise:
        console.print(f"{len(found.otherwise)} are otherwise in the file, and stay as they are here.")
    said = f"{len(found.added)} places added. Try what waited for them: `bin/waystation submissions admit {code} --again`."
    console.print(said)


@operations.command("list")
def list_operations() -> None:
    """List the operations of this installation."""
    with open_database(Settings.read()) as database, database.transaction(Zone.COLLECTION) as session:
        rows = [(row.code, row.names.get("en", "")) for row in session.scalars(select(Operation).order_by(Operation.code))]
    show_table(("code", "name"), rows, "No operation yet: add one with `bin/waystation operations add`.")
