"""Commands for the personal-data store as a whole."""

from typing import Annotated

import typer

from app.cli.screen import console
from app.cli.signed_in import sign_in_on_screen, sign_in_once_accounts_exist
from app.cli.work import ADMINISTRATOR
from app.program import open_program
from app.seal_store import seal_store
from app.verify_store import verify_store
from core.errors import Problem
from core.settings import Settings

__all__ = ["StoreDamaged", "add_commands"]

store = typer.Typer(help="The personal-data store as a whole.", no_args_is_help=True)
SHOWN = 200


class StoreDamaged(Problem):
    code = "APP-135"
    says = "The store of {operation} is not as it was written: {faults} records, listed above."
    remedy = "Treat it as tampering: keep the database as it is, run `bin/waystation audit verify`, and compare with a backup."


@store.command("verify")
def verify(operation: Annotated[str, typer.Argument(help="Code of the operation.")]) -> None:
    """Open every record, with its files, consents, holds and history, what was received, registers, proofs and accounts, and
    find what was changed, exchanged or put back as it once was. Exit status 1 if anything was.

    Rests on the audit log: run `audit verify` beside it. Says how many records have no key: erased, or robbed of it.
    """
    with open_program(Settings.read()) as program, console.status("Opening records ...") as shown:
        done: list[int] = []

        def told(records: int) -> None:
            done.append(records)
            shown.update(f"{sum(done)} records opened ...")

        checked = verify_store(program, operation, told)
    for fault in checked.faults[:SHOWN]:
        console.print(f"[bold red]{fault.code}[/]  {fault.what}")
    for record in checked.keyless[:SHOWN]:
        console.print(f"Record {record} has no key: it was erased, or somebody took its key.")
    console.print(
        f"{checked.sound} records and rows beside them open and are the newest; {len(checked.keyless)} records have no key."
    )
    if checked.faults:
        raise StoreDamaged(operation=operation, faults=len(checked.faults))


@store.command("seal")
def seal(
    operation: Annotated[str, typer.Argument(help="Code of the operation.")],
    restored: Annotated[
        bool, typer.Option("--restored", help="After a restore with keys newer than the data: seal every record as it stands.")
    ] = False,
) -> None:
    """Seal what stands in clear: about persons and reports, with the keys that do not list all of it yet; and the accounts,
    roles, proposals, policies, collectors and others that decide what is done with them. Once after an upgrade; until then
    nobody signs in. What was not listed is believed as it stands from then on, so run it before anybody else can have changed
    anything.

    Once there are accounts, two people sign in, one after the other: who keeps the keys, and who approves what is done with
    them. Run `store verify` afterwards.
    """
    with open_program(Settings.read()) as program:
        who, second = sign_in_once_accounts_exist(program, operation, ADMINISTRATOR, proven=False), None
        if not who.system:
            typer.echo("And the second person, who agrees that what stands is believed:", err=True)
            second = sign_in_on_screen(program, operation, proven=False)
        with console.status("Sealing ..."):
            count = seal_store(program, who, second, restored=restored)
    console.print(f"{count} keys and rows were listed as they stand.")


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(store, name="store")
