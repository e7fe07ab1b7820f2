"""Commands for enumerators' phones: add, list, offer forms, let carry cases, retire."""

import os
import sys
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Annotated
from uuid import UUID

import segno
import typer
from rich.markup import escape

from app.cli.screen import console, show_table
from app.cli.signed_in import sign_in_once_accounts_exist
from app.cli.work import ADMINISTRATOR, at_work
from app.operations import find_operation
from app.program import open_program
from core.database import Zone
from core.identity.accounts import find_account
from core.identity.units import find_units
from core.settings import Settings
from forms import RecordPart
from ingest import collectors
from ingest.collectors import PhoneSignIn

__all__ = ["add_commands"]

phones = typer.Typer(help="Enumerators' phones: each has an address of its own.", no_args_is_help=True)
Operation = Annotated[str, typer.Argument(help="Code of the operation.")]
Which = Annotated[UUID, typer.Argument(help="The collector's id, as `collectors list` shows it.")]


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(phones, name="collectors")


@phones.command("add")
def add_collector(
    operation: Operation,
    name: Annotated[str, typer.Argument(help="A name for this phone or team; not the enumerator's own.")],
    *,
    organisation: Annotated[str, typer.Option(help="Name of the organisation whose records its answers become.")] = "",
    area: Annotated[str, typer.Option(help="Name of the area.")] = "",
    team: Annotated[str, typer.Option(help="Name of the team.")] = "",
    worker: Annotated[str, typer.Option(help="Sign-in name of the one worker whose records they become, within that.")] = "",
    form: Annotated[list[str] | None, typer.Option(help="A form that it is offered; repeat it for more. None: all.")] = None,
    server: Annotated[str, typer.Option(help="This server, as https://collect.example.org: shows a QR code to scan.")] = "",
    qr: Annotated[Path | None, typer.Option(help="Write the QR code here, .svg or .png, instead.", dir_okay=False)] = None,
) -> None:
    """Give an enumerator's phone its address, as a QR code for ODK Collect too. It is shown once and cannot be shown again.

    Name a team, and what the phone sends lies with that team. Name nothing, and only who works in the whole operation sees it.
    """
    _refuse_early(server, qr)
    with open_program(Settings.read()) as program:
        with program.database.transaction(Zone.IDENTITY, actor=ADMINISTRATOR) as session:
            custody = find_units(session, organisation=organisation, area=area, team=team).custody
            if worker:
                custody = replace(custody, worker=str(find_account(session, worker).id))
        with program.database.transaction(Zone.COLLECTION, operation=operation, actor=ADMINISTRATOR) as session:
            find_operation(session, operation)
            sign_in = collectors.new_sign_in(program.ring)
            collectors.add_collector(session, operation, name, custody=custody, forms=form, token=sign_in.token)
    lies_with = worker or team or area or organisation or "nobody yet: those who work in the whole operation see it"
    _show_address(operation, server, sign_in, qr)
    console.print(f"It is not shown again. What it sends lies with {escape(lies_with)}.")


def _refuse_early(server: str, qr: Path | None) -> None:
    """Before anything is registered: an address that is not shown would be lost."""
    if server:
        collectors.door_address(server, "")
    if qr and (qr.exists() or not server):
        raise typer.BadParameter(f"{qr} is there already." if server else "It needs --server.", param_hint="--qr")


def _show_address(operation: str, server: str, sign_in: PhoneSignIn, qr: Path | None) -> None:
    by_token = collectors.door_address(server, sign_in.token) if server else f"/key/{sign_in.token}"
    by_name = collectors.sign_in_address(server) if server else "/collect"
    where = "" if server else ", after the name of this server"
    console.print(f"Server address for ODK Collect{where}:\n\n    {by_token}\n", soft_wrap=True)
    console.print(f"Or {by_name} with user name {sign_in.name} and password {sign_in.password}\n", soft_wrap=True)
    if not server:
        return
    code = segno.make(collectors.phone_settings(server, sign_in.token, operation), error="l", micro=False)
    if qr is None:
        code.terminal(sys.stdout, compact=True)
        console.print("Scan it where ODK Collect asks for a project.")
        return
    with os.fdopen(os.open(qr, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        code.save(file, kind=qr.suffix.removeprefix(".").lower() or "svg", scale=5)
    console.print(f"written: {escape(str(qr))}. Whoever has it can send in this phone's name: remove it once it was scanned.")


@phones.command("list")
def list_collectors(operation: Operation) -> None:
    """List the phones that may send: where what they send lies, the forms that they are offered, what they carry of cases."""
    with at_work(operation) as (_, session):
        rows = [
            (one.id, one.name, one.custody, "all" if one.forms is None else ", ".join(sorted(one.forms)), _carried(one.carries))
            for one in collectors.list_collectors(session, operation)
        ]
    show_table(
        ("collector", "name", "custody", "forms", "carries"), rows, "No phone may send yet: `bin/waystation collectors add`."
    )


@phones.command("offer")
def offer_forms(
    operation: Operation,
    collector: Which,
    form: Annotated[list[str] | None, typer.Option(help="A form that it is offered; repeat it for more. None: all.")] = None,
) -> None:
    """Say which forms a phone is offered from now on. Answers to a form that it has from before are still taken in."""
    with at_work(operation) as (_, session):
        collectors.offer_forms(session, collector, form or None)
    console.print(f"It is offered {escape(', '.join(form)) if form else 'every form'} from now on.")


@phones.command("carry")
def carry_cases(
    operation: Operation,
    collector: Which,
    *,
    part: Annotated[
        list[RecordPart] | None,
        typer.Option(help="Of which forms' saved answers travel too: identity, contact or facts; repeat it for more."),
    ] = None,
    nothing: Annotated[bool, typer.Option("--nothing", help="It carries no cases any more.")] = False,
) -> None:
    """Let a phone hold the open cases of its custody, by their references, for follow-up interviews without a network.

    Asks who runs it: a data protection officer. Whoever holds the phone reads what it carries. Of a part only what a form's
    workbook saves with the case travels, and never what harms a person where it becomes known.
    """
    if nothing and part:
        raise typer.BadParameter("it carries nothing, or these parts", param_hint="--nothing")
    carries = None if nothing else frozenset(part or ())
    with open_program(Settings.read()) as program:
        access = sign_in_once_accounts_exist(program, operation)
        with program.database.transaction(Zone.COLLECTION, access=access) as session:
            collectors.carry_cases(session, collector, carries)
    told = "It carries no cases any more: what it holds goes when it next fetches its forms."
    console.print(told if nothing else f"It carries the cases of its custody: {_carried(carries)}.")


def _carried(parts: Collection[RecordPart] | None) -> str:
    return "no cases" if parts is None else ", ".join(["references", *sorted(part.value for part in parts)])


@phones.command("retire")
def retire_collector(operation: Operation, collector: Which) -> None:
    """Take nothing from a phone any more: it was lost, or has done its work. What it sent stays."""
    with at_work(operation) as (_, session):
        collectors.retire_collector(session, collector)
    console.print("Its address is closed. An answer that is still on the phone can be sent by another address only.")
