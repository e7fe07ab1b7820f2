"""Commands for the set-up of an operation as one file."""

import os
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from app import set_up
from app.cli.screen import console, show_table
from app.cli.signed_in import sign_in_once_accounts_exist
from app.operations import find_operation
from app.program import Program, open_program
from app.set_up.errors import SetUpUnused
from core.access import Access
from core.database import Zone
from core.settings import Settings

__all__ = ["add_commands"]

setup = typer.Typer(
    help="Forms, places, units, programme, policies and plans of an operation as one file, without anybody in it.",
    no_args_is_help=True,
)
Operation = Annotated[str, typer.Argument(help="Code of the operation.")]
WORDS = {
    set_up.State.ADDED: "added",
    set_up.State.CHANGED: "changed",
    set_up.State.PROPOSED: "proposed to a second person",
    set_up.State.SAME: "left: the same is here",
    set_up.State.WAITS: "left: proposed before, and not decided",
    set_up.State.OLDER: "left: a newer version is used here",
    set_up.State.LACKS: "left: something is missing",
    set_up.State.NOT_YOURS: "left: for a colleague with the right",
    set_up.State.CONFLICT: "CONFLICT",
    set_up.State.REFUSED: "REFUSED",
}


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(setup, name="setup")


@setup.command("export")
def export(
    operation: Operation,
    file: Annotated[Path, typer.Argument(help="New file to write (.zip).")],
    lists: Annotated[
        list[str] | None,
        typer.Option("--list", help="A list of the forms that goes along, as towns.csv: you say that it names nobody."),
    ] = None,
) -> None:
    """Write the set-up that holds. Lists of forms stay behind unless they are named, for they may name people."""
    with open_program(Settings.read()) as program:
        access = _access(program, operation)
        behind = [f"{form}: {name}" for form, name in set_up.lists_of_forms(program, access) if name not in (lists or [])]
        content = set_up.write_set_up(program, access, lists or [])
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(content)
    except OSError:
        raise SetUpUnused from None
    console.print(f"written: {file}, {len(content):,} bytes. SHA-256 {sha256(content).hexdigest()}", soft_wrap=True)
    for name in behind:
        console.print(f"[yellow]left behind[/] {name}")


@setup.command("import")
def bring_in(
    operation: Operation,
    file: Annotated[Path, typer.Argument(help="File that `setup export` wrote.", exists=True, dir_okay=False)],
    lists: Annotated[
        list[Path] | None,
        typer.Option("--list", help="A list that stayed behind and that a form needs, for example towns.csv.", exists=True),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would become of each part.")] = False,
) -> None:
    """Bring a set-up in. Nothing is in force by it that two people decide: that is proposed."""
    content, given = _read(file), {path.name: _read(path) for path in lists or []}
    with open_program(Settings.read()) as program:
        access = _access(program, operation)
        done = (set_up.look_at if dry_run else set_up.bring_in)(program, access, content, given)
    rows = [(one.part, one.name, WORDS[one.state], one.why.value.replace("_", " "), one.detail) for one in done]
    show_table(("part", "name", "would be" if dry_run else "was", "why", ""), rows, "The file is empty.")
    console.print(f"SHA-256 of the file: {sha256(content).hexdigest()}. Compare it with whoever wrote it.", soft_wrap=True)


def _access(program: Program, operation: str) -> Access:
    access = sign_in_once_accounts_exist(program, operation, "administrator")
    with program.database.transaction(Zone.COLLECTION, access=access) as session:
        find_operation(session, operation)
    return access


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise SetUpUnused from None
