"""Commands for the administrator: operations and collectors."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from sqlalchemy import select

from app.cli.screen import console, show_table
from app.cli.work import ADMINISTRATOR, at_work
from app.operations import add_operation, find_operation
from app.program import open_database, open_program
from core.database import Zone
from core.identity.units import find_units
from core.models import Operation
from core.places import add_places, load_places, read_gazetteer
from core.settings import Settings
from ingest import collectors

__all__ = ["add_commands"]

operations = typer.Typer(help="Humanitarian operations, each walled off from the others.", no_args_is_help=True)
collector_commands = typer.Typer(help="Enumerators' phones: each has an address of its own.", no_args_is_help=True)


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(operations, name="operations")
    commands.add_typer(collector_commands, name="collectors")


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
    with at_work(code) as (_, session):
        known = {place.code for place in load_places(session, code)}
        added = [place for place in read_gazetteer(gazetteer) if place.code not in known]
        add_places(session, code, added)
    console.print(f"{len(added)} places added. Try what waited for them: `bin/waystation submissions admit {code} --again`.")


@operations.command("list")
def list_operations() -> None:
    """List the operations of this installation."""
    with open_database(Settings.read()) as database, database.transaction(Zone.COLLECTION) as session:
        rows = [(row.code, row.names.get("en", "")) for row in session.scalars(select(Operation).order_by(Operation.code))]
    show_table(("code", "name"), rows, "No operation yet: add one with `bin/waystation operations add`.")


@collector_commands.command("add")
def add_collector(
    operation: Annotated[str, typer.Argument(help="Code of the operation.")],
    name: Annotated[str, typer.Argument(help="A name for this phone or team; not the enumerator's own.")],
    organisation: Annotated[str, typer.Option(help="Name of the organisation whose records its answers become.")] = "",
    area: Annotated[str, typer.Option(help="Name of the area.")] = "",
    team: Annotated[str, typer.Option(help="Name of the team.")] = "",
) -> None:
    """Give an enumerator's phone its address. It is shown once and cannot be shown again.

    Name a team, and what the phone sends lies with that team. Name nothing, and only who works in the whole operation sees it.
    """
    with open_program(Settings.read()) as program:
        with program.database.transaction(Zone.IDENTITY, actor=ADMINISTRATOR) as session:
            custody = find_units(session, organisation=organisation, area=area, team=team).custody
        with program.database.transaction(Zone.COLLECTION, operation=operation, actor=ADMINISTRATOR) as session:
            find_operation(session, operation)
            token = collectors.add_collector(session, operation, name, custody=custody)
    lies_with = team or area or organisation or "nobody yet: those who work in the whole operation see it"
    console.print(
        f"Server address for ODK Collect, after the name of this server:\n\n    /key/{token}\n\nIt is not shown again. "
        f"What it sends lies with {escape(lies_with)}."
    )
