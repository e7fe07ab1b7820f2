"""Commands for other servers whose forms are pulled: add and list them, and pull."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape

from app.arriving.deploy_form import GivenWorkbook, deploy_form
from app.arriving.sync import sync_source
from app.cli.screen import console, progress, show_table
from app.cli.work import ADMINISTRATOR, at_work
from app.operations import find_operation
from app.program import Program, open_program
from core.access import Custody
from core.database import Zone
from core.identity.units import find_units
from core.settings import Settings
from ingest import sources

__all__ = ["add_commands"]

source_commands = typer.Typer(help="Forms on other servers, whose records are pulled.", no_args_is_help=True)
Operation = Annotated[str, typer.Argument(help="Code of the operation.")]
Which = Annotated[UUID, typer.Argument(help="The source's id, as `sources list` shows it.")]


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(source_commands, name="sources")
    commands.command("sync")(sync)


@source_commands.command("add")
def add_source(
    operation: Operation,
    address: Annotated[str, typer.Argument(help="The server, as https://kf.example.org or https://central.example.org.")],
    asset: Annotated[
        str,
        typer.Argument(
            help="The form there. KoboToolbox: the part of its address that begins with `a`. "
            "ODK Central: its project's number and its id, as 7/arrival."
        ),
    ],
    *,
    form: Annotated[str, typer.Option(help="The form of this operation that its records answer.")],
    kind: Annotated[sources.Kind, typer.Option(help="What kind of server it is.")] = sources.Kind.KOBO,
    account: Annotated[str, typer.Option(help="ODK Central: e-mail of a web user who may view the project's data.")] = "",
    token_file: Annotated[
        Path | None,
        typer.Option(
            help="File that holds the API token, or the account's password for ODK Central. Without it, it is asked for.",
            dir_okay=False,
        ),
    ] = None,
    organisation: Annotated[str, typer.Option(help="Name of the organisation whose records these become.")] = "",
    area: Annotated[str, typer.Option(help="Name of the area.")] = "",
    team: Annotated[str, typer.Option(help="Name of the team.")] = "",
) -> None:
    """Pull a form of a KoboToolbox or ODK Central server from now on. The token or account needs no more than to view the
    form's records; it is kept sealed."""
    token = _credentials(kind, account, token_file)
    with open_program(Settings.read()) as program:
        custody = _custody(program, organisation, area, team)
        with program.database.transaction(Zone.COLLECTION, operation=operation, actor=ADMINISTRATOR) as session:
            find_operation(session, operation)
            source = sources.add_source(
                session,
                program.ring,
                operation,
                address=address,
                asset=asset,
                form_id=form,
                token=token,
                kind=kind,
                custody=custody,
            )
    console.print(f"Source {source.id} added. Pull it: `bin/waystation sync {escape(operation)}`.")


def _custody(program: Program, organisation: str, area: str, team: str) -> Custody:
    with program.database.transaction(Zone.IDENTITY, actor=ADMINISTRATOR) as session:
        return find_units(session, organisation=organisation, area=area, team=team).custody


def _credentials(kind: sources.Kind, account: str, file: Path | None) -> str:
    """What the server asks for, as `ingest.sources.add_source` takes it."""
    central = kind is sources.Kind.CENTRAL
    if central and not account:
        account = typer.prompt("E-mail of the account")
    asked = "Password of the account" if central else "API token"
    secret = (file.read_text(encoding="utf-8") if file else typer.prompt(asked, hide_input=True)).strip()
    return f"{account.strip()}\n{secret}" if central else secret


@source_commands.command("change")
def change_source(
    operation: Operation,
    source: Which,
    *,
    address: Annotated[str, typer.Option(help="The server has moved here. Its token is asked for again.")] = "",
    form: Annotated[str, typer.Option(help="The form of this operation that its records answer from now on.")] = "",
    new_token: Annotated[bool, typer.Option("--new-token", help="Ask for another token or account.")] = False,
    account: Annotated[str, typer.Option(help="ODK Central: e-mail of the account.")] = "",
    token_file: Annotated[Path | None, typer.Option(help="File that holds the token or password.", dir_okay=False)] = None,
    organisation: Annotated[str, typer.Option(help="Name of the organisation whose records these become.")] = "",
    area: Annotated[str, typer.Option(help="Name of the area.")] = "",
    team: Annotated[str, typer.Option(help="Name of the team.")] = "",
) -> None:
    """Change what is given, for what is pulled from now on. What was taken in before stays as it is, and where it lies."""
    with open_program(Settings.read()) as program:
        custody = _custody(program, organisation, area, team) if organisation or area or team else None
        with program.database.transaction(Zone.COLLECTION, operation=operation, actor=ADMINISTRATOR) as session:
            kind = sources.find_source(session, source).kind
        asked = new_token or address or account or token_file
        token = _credentials(kind, account, token_file) if asked else None
        with program.database.transaction(Zone.COLLECTION, operation=operation, actor=ADMINISTRATOR) as session:
            sources.change_source(
                session,
                program.ring,
                source,
                address=address or None,
                token=token,
                form_id=form or None,
                custody=custody,
            )
    console.print("Changed, for what is pulled from now on.")


@source_commands.command("remove")
def remove_source(operation: Operation, source: Which) -> None:
    """Pull a source no more, and forget its token. What was taken in stays, with its files; which record is which stays known,
    so that a source that is added again begins where this one stood."""
    with at_work(operation) as (program, session):
        sources.remove_source(session, program.ring, source)
    console.print("It is not pulled any more. What was taken in stays.")


@source_commands.command("deploy")
def deploy(
    operation: Operation,
    source: Which,
    workbook: Annotated[
        Path | None,
        typer.Argument(help="KoboToolbox: the workbook that the form was published from.", exists=True, dir_okay=False),
    ] = None,
    *,
    version: Annotated[str | None, typer.Option(help="Which published version; by default the one published last.")] = None,
    encoding: Annotated[str, typer.Option(help="Code page of a text workbook that is not in UTF-8.")] = "",
) -> None:
    """Deploy the source's form on its server, or a newer version of it, with its files, for the phones that collect there.

    Its privacy classes stay here. The token or account needs the right to change and deploy the form.
    """
    given = GivenWorkbook(workbook.read_bytes(), workbook.name, encoding) if workbook else None
    with open_program(Settings.read()) as program:
        form = deploy_form(program, operation, source, version=version, workbook=given, actor=ADMINISTRATOR)
    console.print(f"Deployed {escape(form.form_id)}, version {escape(form.version or '(none)')}.")


@source_commands.command("webhook")
def show_webhook(
    operation: Operation,
    source: Which,
    server: Annotated[str, typer.Argument(help="This server, as https://collect.example.org.")],
) -> None:
    """Show the address to enter as a REST service of the form on KoboToolbox. Whatever that sends is left unread: the source is
    pulled."""
    with at_work(operation) as (program, session):
        sources.find_source(session, source)
        console.print(sources.hint_address(program.ring, server, operation, source), soft_wrap=True)


@source_commands.command("list")
def list_sources(operation: Operation) -> None:
    """List the sources of an operation: how far each has come, what lies in quarantine, what is gone from its server."""
    with at_work(operation) as (_, session):
        rows = [
            (one.source.id, one.source.address, one.source.asset, one.source.form_id, *_counts(one))
            for one in sources.source_states(session, operation)
        ]
    headings = ("source", "server", "its form", "our form", "records", "in quarantine", "deleted there")
    show_table(headings, rows, "There is no source yet: add one with `bin/waystation sources add`.")


def sync(
    operation: Operation,
    source: Annotated[UUID | None, typer.Argument(help="One source; without it, all of the operation.")] = None,
    new_only: Annotated[bool, typer.Option("--new-only", help="Leave out the sweep for edits, deletions and files.")] = False,
) -> None:
    """Pull what is new from other servers, and what was edited, deleted or validated there."""
    with open_program(Settings.read()) as program:
        with program.database.transaction(Zone.COLLECTION, operation=operation, actor=ADMINISTRATOR) as session:
            find_operation(session, operation)
            chosen = [sources.find_source(session, source)] if source else sources.list_sources(session, operation)
        for one in chosen:
            console.print(f"{escape(one.asset)} at {escape(one.address)}: {_told(_sync(program, one, sweep=not new_only))}")
    if not chosen:
        console.print("There is no source yet: add one with `bin/waystation sources add`.")


def _sync(program: Program, source: sources.Source, *, sweep: bool) -> Counter[str]:
    counts: Counter[str] = Counter()
    with progress(transient=True) as bar:
        task = bar.add_task(f"pulling {source.asset}", total=None)
        for page in sync_source(program, source.operation, source.id, sweep=sweep, actor=ADMINISTRATOR):
            counts.update(asdict(page))
            bar.update(task, completed=counts["new"] + counts["listed"])
    return counts


def _told(counts: Counter[str]) -> str:
    said = (
        ("new", "new"),
        ("edited", "edited"),
        ("deleted", "deleted there"),
        ("validated", "with another validation"),
        ("refused", "in quarantine"),
        ("erased", "refused because they were erased"),
        ("waiting", "waiting for files"),
    )
    return ", ".join(f"{counts[name]} {words}" for name, words in said if counts[name]) or "nothing has changed"


def _counts(state: sources.SourceState) -> tuple[int, int, int]:
    return state.records, state.refused, state.deleted
