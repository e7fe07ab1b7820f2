"""Commands for the rights of a person: what they asked for, by when it is due, and the access pack."""

import os
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from app.cli.screen import console, show_table
from app.cli.signed_in import sign_in
from app.program import open_program
from app.records.access_pack import make_access_pack
from casework import rights as rights_requests
from core.database import Zone
from core.languages import LANGUAGES
from core.sealing.sealed_file import seal_for_passphrase, seal_for_recipient
from core.settings import Settings

__all__ = ["add_commands"]

rights = typer.Typer(help="Rights of the person: requests with their clock, and the access pack.", no_args_is_help=True)

Operation = Annotated[str, typer.Argument(help="Code of the operation.")]
Person = Annotated[UUID, typer.Argument(help="Id of the person.")]
Request = Annotated[UUID, typer.Argument(help="Id of the request, as `rights list` shows it.")]


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(rights, name="rights")


@rights.command("list")
def show_requests(operation: Operation) -> None:
    """List the requests that wait for an answer, the overdue first."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            waiting = rights_requests.open_requests(session)
    rows = [
        (
            one.id,
            one.person,
            one.kind,
            f"{one.received_at:%Y-%m-%d}",
            f"{one.due_at:%Y-%m-%d}",
            "OVERDUE" if one.overdue else "",
        )
        for one in waiting
    ]
    show_table(("request", "person", "asked for", "received", "due", ""), rows, "No request waits for an answer.")


@rights.command("receive")
def receive(
    operation: Operation,
    person: Person,
    kind: Annotated[rights_requests.RequestKind, typer.Argument(help="What the person asks for.")],
) -> None:
    """Note that a person asked for something by right: the thirty days begin."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            request = rights_requests.receive_request(session, program.ring, person, kind)
    console.print(f"Received: {request}, due within 30 days.")


@rights.command("answer")
def answer(
    operation: Operation,
    request: Request,
    outcome: Annotated[rights_requests.RequestOutcome, typer.Argument(help="How it was answered.")],
) -> None:
    """Note that a request was answered."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            rights_requests.answer_request(session, program.ring, request, outcome)
    console.print("Answered.")


@rights.command("access")
def give_access(
    operation: Operation,
    person: Person,
    out: Annotated[Path, typer.Option(help="File to write, sealed (age). It must not be there yet.")],
    recipient: Annotated[
        str, typer.Option(help="Public key of the helper (age1...); without it a passphrase is asked for.")
    ] = "",
    language: Annotated[
        str, typer.Option(help=f"One of {', '.join(LANGUAGES)}; without it the one in which consent was asked.")
    ] = "",
) -> None:
    """Write the access pack of a person, sealed for whoever helps them: a page to read, and the same as data."""
    if language and language not in LANGUAGES:
        raise typer.BadParameter(f"one of {', '.join(LANGUAGES)}", param_hint="--language")
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        secret = "" if recipient else typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True)
        pack = make_access_pack(program, access, person, language)
        sealed = seal_for_recipient(pack, recipient) if recipient else seal_for_passphrase(pack, secret)
    _write_new(out, sealed)
    console.print(f"Sealed pack written to {out}. Tell its passphrase by another way than the one the file takes.")


def _write_new(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
