"""Commands for the administrator: key ring, operations, collectors."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select

import ingest
from app.cli.screen import console, show_table
from app.cli.work import at_work
from app.operations import add_operation
from app.program import open_database, passphrase
from core.database import Zone
from core.keyring import add_key, create_key_ring, open_key_ring
from core.models import Operation
from core.places import add_places, load_places, read_gazetteer
from core.settings import Settings

__all__ = ["add_commands"]

keys = typer.Typer(help="The key ring, without which nothing can be read.", no_args_is_help=True)
operations = typer.Typer(help="Humanitarian operations, each walled off from the others.", no_args_is_help=True)
collectors = typer.Typer(help="Enumerators' phones: each has an address of its own to collect under.", no_args_is_help=True)


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(keys, name="keys")
    commands.add_typer(operations, name="operations")
    commands.add_typer(collectors, name="collectors")


@keys.command("create")
def create_keys() -> None:
    """Make the key ring of a new installation. An existing one is never overwritten."""
    settings = Settings.read()
    create_key_ring(settings.keyring_path, passphrase(settings))
    console.print(f"Key ring written to {settings.keyring_path}. Back it up, apart from the database and from its passphrase.")


@keys.command("add")
def add_keys() -> None:
    """Add a new key: from now on it locks new records, while the older keys still open theirs."""
    settings = Settings.read()
    ring = add_key(settings.keyring_path, passphrase(settings))
    console.print(f"Key version {ring.current} is now current. Back up {settings.keyring_path} again.")


@keys.command("status")
def show_keys() -> None:
    """Say whether the key ring opens, and which versions it holds."""
    settings = Settings.read()
    ring = open_key_ring(settings.keyring_path, passphrase(settings))
    console.print(
        f"{settings.keyring_path} opens. Versions: {', '.join(map(str, sorted(ring.keys)))}; current: {ring.current}."
    )


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


@collectors.command("add")
def add_collector(
    operation: Annotated[str, typer.Argument(help="Code of the operation.")],
    name: Annotated[str, typer.Argument(help="A name for this phone or team; not the enumerator's own.")],
) -> None:
    """Give an enumerator's phone its address. It is shown once and cannot be shown again."""
    with at_work(operation) as (_, session):
        token = ingest.add_collector(session, operation, name)
    console.print(
        f"Server address for ODK Collect, after the name of this server:\n\n    /key/{token}\n\nIt is not shown again."
    )
