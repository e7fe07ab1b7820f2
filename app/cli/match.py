"""Commands for the data protection officer: compare our persons with a partner's, without either side showing names."""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.cli.screen import console
from app.cli.signed_in import sign_in
from app.program import open_program
from casework import duplicates as match_partner
from core.audit import Purpose
from core.database import Zone
from core.sealing.shared_tokens import create_salt, read_salt
from core.settings import Settings

__all__ = ["add_commands"]

match_commands = typer.Typer(help="Compare lists with a partner by keyed tokens, without names.", no_args_is_help=True)
OPERATION = typer.Argument(help="Code of the operation.")
SALT = typer.Option("--salt-file", help="File of the salt agreed with the partner for this one exchange.")
PURPOSE = typer.Option(help="Why the lists are compared.")


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(match_commands, name="match")


@match_commands.command("salt")
def make_salt(out: Annotated[Path, typer.Argument(help="File to write it to; an existing one is never overwritten.")]) -> None:
    """Make the salt of one exchange. Give it to the partner by a safe way of its own, never beside the tokens."""
    create_salt(out)
    console.print(f"Salt written to {out}. Who holds it can try out names: keep it between you two, and delete it after.")


@match_commands.command("export")
def export(
    operation: Annotated[str, OPERATION],
    partner: Annotated[str, typer.Option("--with", help="Code of the organisation that the list is for.")],
    salt_file: Annotated[Path, SALT],
    purpose: Annotated[Purpose, PURPOSE],
    out: Annotated[Path, typer.Option(help="File to write our list to; an existing one is never overwritten.")],
) -> None:
    """Write our list: those who agreed that this partner learns of them, as tokens under random numbers."""
    salt = read_salt(salt_file)
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            content = match_partner.export_list(session, program.ring, salt, partner=partner, purpose=purpose)
            _write(out, content)
    console.print(f"Our list for {partner} is at {out}. Send it encrypted, and delete it when the lists have been compared.")


@match_commands.command("compare")
def compare(
    operation: Annotated[str, OPERATION],
    theirs: Annotated[Path, typer.Argument(help="The partner's list.")],
    salt_file: Annotated[Path, SALT],
    purpose: Annotated[Purpose, PURPOSE],
    out: Annotated[Path, typer.Option(help="File for the rows that agree and what each rests on; no names.")],
) -> None:
    """Compare the partner's list with ours. Afterwards the numbers of our list stand for nobody any more."""
    salt = read_salt(salt_file)
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            matches = match_partner.compare_lists(session, program.ring, salt, theirs.read_bytes(), purpose=purpose)
            _write(out, json.dumps([asdict(match) for match in matches], default=str, indent=1).encode())
    console.print(
        f"{match_partner.at_least(len(matches)).capitalize()} rows agree; which, and what each rests on, is in {out}."
    )
    console.print("Delete both lists and the salt now, and ask the partner to do the same.")


def _write(path: Path, content: bytes) -> None:
    """To a new file that its owner alone can read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
