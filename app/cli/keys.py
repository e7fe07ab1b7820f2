"""Commands for whoever keeps the keys: the ring, its rotation, and the shares of its passphrase."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.progress import Progress

import forms
from app.cli.screen import console, progress, show_table
from app.cli.signed_in import sign_in, sign_in_once_accounts_exist
from app.cli.work import ADMINISTRATOR
from app.keys.key_operations import (
    ROTATE,
    KeyVersionStatus,
    failing_keys,
    key_status,
    reseal,
    reseal_subject,
    retire,
    retire_subject,
    rotate,
)
from app.keys.key_shares import join_shares, share_passphrase, split_subject, telling_failure
from app.keys.rewrap_keys import Rewrapped, waiting
from app.keys.second_person import approval, has_accounts
from app.operations import find_operation
from app.program import Program, open_program
from core.access import Access
from core.audit import Purpose
from core.database import Zone
from core.errors import Problem
from core.keys.key_ring_file import KeyRingExists
from core.keys.key_shares import read_share
from core.second_person import Act
from core.second_person import propose as ask_second_person
from core.settings import Settings

__all__ = ["KeysFailing", "add_commands"]

WHO = Access.of_system(ADMINISTRATOR, "")
PROPOSAL = Annotated[UUID | None, typer.Option(help="The approved proposal; needed once the installation has accounts.")]
OPERATION = Annotated[str, typer.Option(help="The operation in which you hold your role, and the proposal is made.")]
PROPOSE = Annotated[bool, typer.Option("--propose", help="Sign in and propose it to a second person; nothing else is done.")]

keys = typer.Typer(help="The key ring, without which nothing can be read.", no_args_is_help=True)


class KeysFailing(Problem):
    code = "APP-015"
    says = "{count} wrapped keys do not open or do not fit their commitment; they are listed above."
    remedy = (
        "Treat it as tampering: keep the database as it is, compare with a backup and read the audit log for these records."
    )


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(keys, name="keys")


@contextmanager
def opened() -> Iterator[Program]:
    with open_program(Settings.read()) as program:
        yield program


@keys.command("create")
def create_keys() -> None:
    """Make the key ring of a new installation. An existing one is never overwritten, and a lost one not replaced."""
    settings = Settings.read()
    if settings.keyring_path.exists():
        raise KeyRingExists(path=settings.keyring_path)
    with open_program(settings):
        console.print(
            f"Key ring written to {settings.keyring_path}. Back it up, apart from the database and from its passphrase."
        )


@keys.command("status")
def show_keys() -> None:
    """Show the versions of the key ring, what is wrapped under each, and whether a rotation is unfinished."""
    with opened() as program:
        found = key_status(program, WHO)
        left = waiting(program.database, program.ring, WHO)
    tables = list(found[0].wrapped) if found else []
    show_table(("version", "added", "state", *tables), [_row(status, program.ring.current) for status in found], "No key yet.")
    if left:
        console.print(f"Unfinished: {left} record keys wait to be re-wrapped. Run `bin/waystation keys rotate`.")
    else:
        console.print(f"Every record key is wrapped under version {program.ring.current}.")


@keys.command("rotate")
def rotate_keys(
    proposal: PROPOSAL = None,
    operation: OPERATION = "",
    propose: PROPOSE = False,
    anew: Annotated[bool, typer.Option(help="Add a key even where an earlier rotation is not finished.")] = False,
) -> None:
    """Add a new key and re-wrap every record key under it, while the program runs; or finish what was broken off."""
    if propose:
        _propose(operation, ROTATE)
        return
    with opened() as program:
        who = _keeper(program, operation)
        with progress() as shown:
            done = _rotated(program, who, proposal, shown, anew=anew)
        current = program.ring.current
    console.print(
        f"Key version {current} is current; {done.count} record keys were re-wrapped. Back up the key ring's file again."
    )
    _report(done.refused)


@keys.command("retire")
def retire_key(
    version: Annotated[int, typer.Argument(help="The version, as `keys status` shows it.")],
    proposal: PROPOSAL = None,
    operation: OPERATION = "",
    propose: PROPOSE = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask about backups.")] = False,
) -> None:
    """Take an old key out of the ring, once nothing is wrapped under it."""
    if propose:
        _propose(operation, retire_subject(version))
        return
    if not yes:
        typer.confirm(
            f"Backups of the key tables from when version {version} was in use cannot be read afterwards. Go on?", abort=True
        )
    with opened() as program:
        retire(program, _keeper(program, operation), version, approval(program.database, proposal))
    console.print(f"Key version {version} is retired. Back up the key ring's file and the key tables again.")


@keys.command("verify")
def verify_keys() -> None:
    """Open every wrapped key and check its commitment, without opening any data."""
    with opened() as program, progress() as shown:
        task = shown.add_task("Checking wrapped keys", total=_all_keys(program))
        failed = list(failing_keys(program, WHO, lambda count: shown.advance(task, count)))
    _report(failed)
    console.print("Every wrapped key opens and fits its commitment.")


@keys.command("reseal")
def reseal_keys(
    to: Annotated[str, typer.Option(help="passphrase, vault or aws-kms.")],
    proposal: PROPOSAL = None,
    operation: OPERATION = "",
    propose: PROPOSE = False,
) -> None:
    """Seal the key ring's file by another provider, set up beside the present one."""
    if propose:
        _propose(operation, reseal_subject(to))
        return
    with opened() as program:
        reseal(program, _keeper(program, operation), to, approval(program.database, proposal))
    console.print(f"The key ring is now sealed by {to}. Set WAYSTATION_KEY_PROVIDER={to}, or nothing starts again.")


@keys.command("form-key")
def add_form_key(operation: Annotated[str, typer.Argument(help="Code of the operation.")]) -> None:
    """Make a key pair for which an operation's phones encrypt what they finalise. Older ones still open what was sent."""
    with opened() as program:
        who = sign_in_once_accounts_exist(program, operation, ADMINISTRATOR)
        with program.database.transaction(Zone.COLLECTION, access=who) as session:
            find_operation(session, operation)
            made = forms.add_form_key(session, program.ring, operation)
    console.print(
        f"Form key {made} made. Publish forms with it from now on, under a new version: "
        f"`bin/waystation forms add {operation} FILE --encrypted`. "
        "Back up the key tables: without this key nobody opens what phones encrypt."
    )


@keys.command("split")
def split_keys(
    threshold: Annotated[int, typer.Option(help="How many shares give the passphrase again.")],
    shares: Annotated[int, typer.Option(help="How many officers get one.")],
    proposal: PROPOSAL = None,
    operation: OPERATION = "",
    propose: PROPOSE = False,
) -> None:
    """Divide the passphrase among officers. Each share is shown once, to one officer at a time."""
    if propose:
        _propose(operation, split_subject(threshold, shares))
        return
    with opened() as program:
        who = _keeper(program, operation)
        lines = share_passphrase(program, who, threshold, shares, approval(program.database, proposal))
    for number, line in enumerate(lines, start=1):
        typer.prompt(f"Officer {number} of {shares}, alone at the screen: press Enter", default="", show_default=False)
        with console.screen():
            console.print(f"Share {number} of {shares}; {threshold} give the passphrase again. Write it down, in this order:\n")
            console.print("\n".join(_numbered(line)))
            typer.prompt("\nWritten down and compared: press Enter", default="", show_default=False)
    console.print(f"Divided: any {threshold} of {shares} shares give the passphrase. `keys combine` takes them.")


@keys.command("combine")
def combine_keys(
    out: Annotated[
        Path | None, typer.Option(help="File for the passphrase; by default where the program looks for it.")
    ] = None,
) -> None:
    """Put the passphrase together again from the officers' shares, and write it where the program looks for it."""
    settings = Settings.read()
    lines: list[str] = []
    needed = 1
    while len(lines) < needed:
        lines.append(typer.prompt(f"Share {len(lines) + 1}", hide_input=True))
        with telling_failure(settings, WHO):
            needed = read_share(lines[-1], len(lines)).member_threshold
    written = join_shares(settings, WHO, lines, out or settings.passphrase_path)
    console.print(f"The passphrase opens the key ring; it is in {written}, readable by its owner only.")


def _propose(operation: str, subject: str) -> None:
    with opened() as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.KEYS, access=access) as session:
            proposal = ask_second_person(session, Act.KEY_OPERATION, subject, purpose=Purpose.SECURITY)
    console.print(
        f"Proposed: {proposal}\nA second person approves it: `bin/waystation approvals approve {operation} {proposal}`. "
        f"Then run this command again with `--proposal {proposal} --operation {operation}`."
    )


def _keeper(program: Program, operation: str) -> Access:
    """Who does this: signed in, once anybody could be."""
    if not operation and has_accounts(program.database):
        raise typer.BadParameter("name the operation in which you hold your role", param_hint="--operation")
    return sign_in_once_accounts_exist(program, operation, ADMINISTRATOR)


def _rotated(program: Program, who: Access, proposal: UUID | None, shown: Progress, *, anew: bool) -> Rewrapped:
    task = shown.add_task("Re-wrapping record keys", total=None)
    shown.update(task, total=waiting(program.database, program.ring, who) or _all_keys(program))
    return rotate(program, who, approval(program.database, proposal), lambda count: shown.advance(task, count), anew=anew)


def _numbered(line: str) -> list[str]:
    words = line.split()
    return [
        "   ".join(f"{at + 1:>2} {words[at]:<10}" for at in range(start, min(start + 4, len(words))))
        for start in range(0, len(words), 4)
    ]


def _row(status: KeyVersionStatus, current: int) -> tuple[object, ...]:
    if status.version == current:
        state = "current"
    elif status.retired_at:
        state = f"retired {status.retired_at:%Y-%m-%d}" + (", still in the file: retire it again" if status.held else "")
    else:
        state = "opens older records"
    return (status.version, f"{status.added_at:%Y-%m-%d}", state, *status.wrapped.values())


def _all_keys(program: Program) -> int:
    return sum(sum(status.wrapped.values()) for status in key_status(program, WHO))


def _report(failed: list[tuple[str, UUID]]) -> None:
    if failed:
        show_table(("table", "record"), failed, "")
        raise KeysFailing(count=len(failed))
