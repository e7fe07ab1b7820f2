"""Commands for the registry of totals that others publish: two people decide what is known."""

from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from anonymizer import elsewhere
from app.cli.screen import console, show_table
from app.cli.signed_in import sign_in
from app.program import open_program
from core.audit import Purpose
from core.database import Zone
from core.periods.period import parse_period
from core.settings import Settings

__all__ = ["add_commands"]

registry = typer.Typer(help="Totals that others publish of the same people, entered by two people.", no_args_is_help=True)

Operation = Annotated[str, typer.Argument(help="Code of the operation.")]
Publication = Annotated[UUID, typer.Argument(help="Id of the version, as `elsewhere list` shows it.")]


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(registry, name="elsewhere")


@registry.command("list")
def show_publications(operation: Operation) -> None:
    """List every version of what others published, and which are in force."""
    rows = [
        (
            it.id,
            it.publication.period,
            it.publication.publisher,
            it.publication.title,
            it.publication.published_on,
            it.version,
            "IN FORCE" if it.active else it.state,
        )
        for it in _listed(operation)
    ]
    heads = ("publication", "period", "publisher", "title", "published on", "version", "")
    show_table(heads, rows, "Nothing is entered yet.")


@registry.command("show")
def show_publication(operation: Operation, publication: Publication) -> None:
    """Print the totals of one version."""
    texts = [it.publication.content for it in _listed(operation) if it.id == publication]
    console.print(texts[0] if texts else "There is no such version.", markup=False)


@registry.command("propose")
def propose(
    operation: Operation,
    period: Annotated[str, typer.Argument(help="The week, month or year, for example 2026-W07.")],
    file: Annotated[Path, typer.Argument(help="CSV: dimensions, total, and if wished counted (as `protect --outside`).")],
    *,
    publisher: Annotated[str, typer.Option(help="Who published it.")],
    title: Annotated[str, typer.Option(help="Under which title, or where it stands.")],
    published_on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day of publication.")],
) -> None:
    """Propose totals. They are read first: what could be no total of the operation's tables is not proposed."""
    content = file.read_text(encoding="utf-8")
    given = elsewhere.Publication(parse_period(period), publisher, title, published_on.date(), content)
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.ANONYMIZER, access=access) as session:
            proposed = elsewhere.propose_publication(session, program.ring, given)
    console.print(f"Proposed: {proposed}")


@registry.command("approve")
def approve(operation: Operation, publication: Publication) -> None:
    """Approve totals that somebody else proposed."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.ANONYMIZER, access=access) as session:
            elsewhere.approve_publication(session, publication)
    console.print("Approved; it must be activated within 24 hours.")


@registry.command("activate")
def activate(operation: Operation, publication: Publication) -> None:
    """Take approved totals for known from now on. Periods that are protected already stay as they are."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.ANONYMIZER, access=access) as session:
            elsewhere.activate_publication(session, publication)
    console.print("In force.")


def _listed(operation: str) -> list[elsewhere.PublicationVersion]:
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.ANONYMIZER, access=access) as session:
            return elsewhere.list_publications(session, purpose=Purpose.STATISTICS)
