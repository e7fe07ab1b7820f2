"""Commands for policies that two people decide: retention periods, and the rules of protection."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from anonymizer import weeks
from app.cli.screen import console, show_table
from app.cli.signed_in import sign_in
from app.program import open_program
from casework.erasure import parse_rules
from casework.programme import parse_programme
from core.database import Zone
from core.policies import PolicyKind, activate_policy, approve_policy, list_policies, propose_policy
from core.settings import Settings

__all__ = ["add_commands"]

policies = typer.Typer(help="Retention periods and rules of protection, decided by two people.", no_args_is_help=True)

Operation = Annotated[str, typer.Argument(help="Code of the operation.")]
Policy = Annotated[UUID, typer.Argument(help="Id of the version, as `policies list` shows it.")]


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(policies, name="policies")


@policies.command("list")
def show_policies(operation: Operation) -> None:
    """List every version; where none is active, the file or the built-in default holds."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            found = list_policies(session)
    rows = [
        (one.id, one.kind, one.version, "ACTIVE" if one.active else "", one.proposed_by, one.approved_by or "", one.sha256)
        for one in found
    ]
    heads = ("policy", "kind", "version", "", "proposed by", "approved by", "sha-256")
    show_table(heads, rows, "None: the file or the default holds.")


@policies.command("show")
def show_policy(operation: Operation, policy: Policy) -> None:
    """Print one version's text."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            texts = [one.content for one in list_policies(session) if one.id == policy]
    console.print(texts[0] if texts else "There is no such version.", markup=False)


@policies.command("propose")
def propose(
    operation: Operation,
    kind: Annotated[PolicyKind, typer.Argument(help="Which policy.")],
    file: Annotated[Path, typer.Argument(help="The whole policy, as retention.toml or default_policy.toml.")],
) -> None:
    """Propose a policy. It is read first: what the program could not use is not proposed."""
    content = file.read_text(encoding="utf-8")
    if kind is PolicyKind.RETENTION:
        parse_rules(content, file)
    elif kind is PolicyKind.PROGRAMME:
        parse_programme(content)
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            if kind is PolicyKind.PROTECTION:
                weeks.read_weekly_policy(session, operation, content, file)
            proposed = propose_policy(session, kind, content)
    console.print(f"Proposed: {proposed}")


@policies.command("approve")
def approve(operation: Operation, policy: Policy) -> None:
    """Approve a policy that somebody else proposed."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            approve_policy(session, policy)
    console.print("Approved; it must be activated within 24 hours.")


@policies.command("activate")
def activate(operation: Operation, policy: Policy) -> None:
    """Use an approved policy from now on."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            activate_policy(session, policy)
    console.print("Active.")
