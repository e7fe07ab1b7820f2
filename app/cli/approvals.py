"""Commands for the second person: what waits for an approval, to approve it, or to refuse it. Everybody signs in."""

from typing import Annotated
from uuid import UUID

import typer

from app.cli.screen import console, show_table
from app.cli.signed_in import sign_in
from app.program import open_program
from core.database import Zone
from core.identity.accounts import sign_in_names
from core.proposals_in_reach import ended_in_reach, may_approve, open_in_reach, stands_at
from core.second_person import Proposal, approve, reject
from core.settings import Settings

__all__ = ["add_commands"]

approvals = typer.Typer(help="The second person: acts that one proposes and another approves.", no_args_is_help=True)

Operation = Annotated[str, typer.Argument(help="Code of the operation.")]
ProposalId = Annotated[UUID, typer.Argument(help="Id of the proposal, as `approvals list` shows it.")]


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(approvals, name="approvals")


@approvals.command("list")
def show_proposals(
    operation: Operation,
    after: Annotated[UUID | None, typer.Option(help="Go on after this one of those that have ended.")] = None,
) -> None:
    """List what was proposed in your reach, the newest first: waiting, approved, and what became of the others."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.IDENTITY, access=access) as session:
            ended = ended_in_reach(session, after=after)
            proposals = [*([] if after else open_in_reach(session)), *ended.rows]
        with program.database.transaction(Zone.IDENTITY, operation=operation, actor=access.actor) as session:
            names = sign_in_names(session, {one.proposed_by for one in proposals})
    rows = [
        (
            one.id,
            one.act,
            one.subject,
            f"{stands_at(one)}{', for you to decide' if may_approve(access, one) else ''}",
            names.get(one.proposed_by, one.proposed_by),
            f"{one.until:%Y-%m-%d %H:%M}",
            _told(one),
        )
        for one in proposals
    ]
    headings = ("proposal", "act", "what", "state", "proposed by", "until (UTC)", "detail")
    show_table(headings, rows, "Nothing was proposed in your reach.")
    if ended.following:
        console.print(f"There are more: `bin/waystation approvals list {operation} --after {ended.following}`")


@approvals.command("approve")
def approve_proposal(operation: Operation, proposal: ProposalId) -> None:
    """Approve what somebody else proposed; it must be carried out within 24 hours."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.IDENTITY, access=access) as session:
            done = approve(session, proposal)
    console.print(f"Approved: {done.act} of {done.subject}, to be carried out until {done.until:%Y-%m-%d %H:%M} UTC.")


@approvals.command("reject")
def reject_proposal(operation: Operation, proposal: ProposalId) -> None:
    """Refuse a proposal, or withdraw your own."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.IDENTITY, access=access) as session:
            done = reject(session, proposal)
    console.print(f"Rejected: {done.act} of {done.subject}. Nothing was done.")


def _told(proposal: Proposal) -> str:
    """Ids and counts, as the proposer's code put them."""
    return ", ".join(f"{name} {value}" for name, value in proposal.detail.items())
