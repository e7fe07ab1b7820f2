"""Commands for ending a record: erasures with their second person, legal holds, retention periods, certificates."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from app.backups.backup import owner_address
from app.cli.screen import console, show_table
from app.cli.signed_in import sign_in
from app.program import open_program
from app.records.destroy_remains import destroy_remains, destroy_what_is_left
from app.records.erase_person import carry_out_proposal, propose_what_is_overdue, waiting_erasures
from app.worker.pipeline import after_erasure
from app.worker.tasks import build_worker
from casework import erasure, rights
from core.audit import Purpose
from core.database import Zone
from core.erasure import when_erased
from core.second_person import approve, reject
from core.settings import Settings

__all__ = ["add_commands"]

erase = typer.Typer(
    help="Erase a record: one officer proposes, another approves, then it is carried out.", no_args_is_help=True
)
holds = typer.Typer(help="Legal holds: what is held is not erased.", no_args_is_help=True)
retention = typer.Typer(help="Retention periods: what is overdue, and what was proposed.", no_args_is_help=True)

Operation = Annotated[str, typer.Argument(help="Code of the operation.")]
ProposalId = Annotated[UUID, typer.Argument(help="Id of the proposal, as `erase list` shows it.")]
RECORD_HELP = "Id of a person, or a kind and an id, for example casework.movement_event:ID."


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(erase, name="erase")
    commands.add_typer(holds, name="holds")
    commands.add_typer(retention, name="retention")


@erase.command("propose")
def propose(
    operation: Operation,
    record: Annotated[str, typer.Argument(help=RECORD_HELP)],
    reason: Annotated[erasure.ErasureReason, typer.Option(help="Why.")],
) -> None:
    """Propose to erase a record. Nothing happens until a second person approves."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            proposal = erasure.propose_erasure(session, record, reason=reason)
    console.print(f"Proposed: {proposal}\nA second person approves it: `bin/waystation erase approve {operation} {proposal}`.")


@erase.command("list")
def show_waiting(operation: Operation) -> None:
    """List the erasures that wait for an approval or to be carried out."""
    with open_program(Settings.read()) as program:
        waiting = waiting_erasures(program, sign_in(program, operation))
    rows = [
        (
            each.id,
            each.subject,
            each.state,
            each.proposed_by,
            f"{each.until:%Y-%m-%d %H:%M}",
            each.detail.get("reason", ""),
            each.detail.get("others", ""),
        )
        for each in waiting
    ]
    headings = ("proposal", "record", "state", "proposed by", "until (UTC)", "why", "others in its interview")
    show_table(headings, rows, "No erasure waits.")


@erase.command("approve")
def approve_erasure(operation: Operation, proposal: ProposalId) -> None:
    """Approve an erasure that somebody else proposed."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            approve(session, proposal)
    console.print(f"Approved. Within 24 hours: `bin/waystation erase carry-out {operation} {proposal}`.")


@erase.command("reject")
def reject_erasure(operation: Operation, proposal: ProposalId) -> None:
    """Refuse an erasure, or withdraw your own proposal."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            reject(session, proposal)
    console.print("Rejected; nothing was erased.")


@erase.command("carry-out")
def carry_out(operation: Operation, proposal: ProposalId) -> None:
    """Erase what was approved, for good, and make its certificate."""
    with open_program(Settings.read()) as program:
        when_erased(after_erasure(build_worker(program)))
        certificate = carry_out_proposal(program, sign_in(program, operation), proposal)
        console.print(certificate.as_text(), markup=False)
        destroy_what_is_left(program)
    console.print("The key tables were written anew without the destroyed keys. Now back up the keys: `bin/waystation backup`.")


@erase.command("remains")
def remains() -> None:
    """Destroy what deleted keys leave in the database's files. Nobody can read a record for some seconds."""
    with owner_address(Settings.read()) as owner:
        destroy_remains(owner)
    console.print("The key tables were written anew, and the write-ahead log moved on.")


@erase.command("certificate")
def certificate(
    operation: Operation,
    proposal: ProposalId,
    out: Annotated[Path, typer.Option(help="File to write; a .txt is put beside it.")],
) -> None:
    """Write the certificate of an erasure: a signed JSON file, and the same for a reader."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            found = erasure.find_certificate(session, program.ring, proposal)
    out.write_text(found.as_json(), encoding="utf-8")
    out.with_suffix(".txt").write_text(found.as_text(), encoding="utf-8")
    console.print(f"written: {out}, {out.with_suffix('.txt')}")


@erase.command("verify-certificate")
def verify_certificate(
    file: Annotated[Path, typer.Argument(help="The JSON file of a certificate.", exists=True, dir_okay=False)],
    key: Annotated[str, typer.Option(help="The public key that the operation has published (base64).")] = "",
) -> None:
    """Check a certificate. Needs no database and no key ring."""
    console.print(erasure.read_certificate(file.read_text(encoding="utf-8"), key).as_text(), markup=False)
    console.print("The signature fits." if key else "The signature fits the key named above; compare that key yourself.")


@holds.command("set")
def set_hold(
    operation: Operation,
    person: Annotated[UUID, typer.Argument(help="Id of the person.")],
    until: Annotated[datetime | None, typer.Option(help="Until when (UTC); without it until lifted.")] = None,
) -> None:
    """Hold a person's record: nothing of it is erased while the hold stands. The reason is asked for, and sealed."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        reason = typer.prompt("Reason")
        moment = until.replace(tzinfo=UTC) if until else None
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            hold = rights.hold_record(session, program.ring, person, reason=reason, until=moment)
    console.print(f"Held: {hold}")


@holds.command("lift")
def lift(operation: Operation, hold: Annotated[UUID, typer.Argument(help="Id of the hold.")]) -> None:
    """Lift a hold before its time."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            rights.lift_hold(session, program.ring, hold)
    console.print("Lifted.")


@holds.command("list")
def show_holds(operation: Operation) -> None:
    """List the holds that stand, with their reasons. The reading is audited."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            found = rights.list_holds(session, program.ring, operation, purpose=Purpose.LEGAL)
    rows = [
        (each.id, each.person, each.set_by, f"{each.set_at:%Y-%m-%d}", each.until or "lifted", each.reason) for each in found
    ]
    show_table(("hold", "person", "set by", "since", "until", "reason"), rows, "Nothing is held.")


@retention.command("list")
def show_overdue(operation: Operation) -> None:
    """List what has outlived its retention period: due, proposed or held."""
    settings = Settings.read()
    with open_program(settings) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            overdue = erasure.find_overdue(session, operation, settings.retention_path)
    rows = [(each.subject, each.rule, "held" if each.held else each.proposal or "due") for each in overdue]
    show_table(("record", "period", "stands at"), rows, "Nothing is overdue.")


@retention.command("propose")
def propose_overdue(operation: Operation) -> None:
    """Propose the erasure of what is overdue, as the daily task does."""
    with open_program(Settings.read()) as program:
        made = propose_what_is_overdue(program, operation)
    console.print(f"{len(made)} erasures proposed. See `bin/waystation erase list {operation}`.")
