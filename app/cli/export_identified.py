"""Commands for identified exports and for reading in bulk: each needs two people."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from app.cli.screen import console, show_table
from app.cli.signed_in import sign_in
from app.program import open_program
from app.records.export_file import export_to_file
from casework import exporting, left_to_fetch
from casework.consent import LegalBasis
from casework.left_to_fetch import LeftState
from casework.store import open_bulk_window, propose_bulk_read
from core.audit import Purpose
from core.database import Zone
from core.second_person import approve, reject
from core.settings import Settings

__all__ = ["add_commands"]

exports = typer.Typer(help="Identified exports: encrypted for one recipient, by two people.", no_args_is_help=True)
bulk = typer.Typer(help="Reading more persons a day than one account may alone.", no_args_is_help=True)

Operation = Annotated[str, typer.Argument(help="Code of the operation.")]
Export = Annotated[UUID, typer.Argument(help="Id of the export, as `exports list` shows it.")]
RecipientId = Annotated[UUID, typer.Argument(help="Id of the recipient, as `exports recipients` shows it.")]
Asked = Annotated[UUID, typer.Argument(help="Id of the proposal.")]
Why = Annotated[Purpose, typer.Option(help="What the recipient needs it for.")]


def add_commands(commands: typer.Typer) -> None:
    exports.add_typer(bulk, name="bulk")
    commands.add_typer(exports, name="exports")


@exports.command("recipients")
def show_recipients(operation: Operation) -> None:
    """List the recipients, with the fingerprints of their keys."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            found = exporting.list_recipients(session)
    rows = [
        (
            one.id,
            one.code,
            one.name,
            one.organisation,
            one.fingerprint,
            "withdrawn" if one.withdrawn else "confirmed" if one.usable else "to be confirmed",
            "yes" if one.fetches else "no",
        )
        for one in found
    ]
    show_table(("recipient", "code", "name", "organisation", "fingerprint", "", "fetches"), rows, "No recipients.")


@exports.command("add-recipient")
def add_recipient(
    operation: Operation,
    code: Annotated[str, typer.Option(help="The organisation or account as consents name it.")],
    name: Annotated[str, typer.Option(help="Name of the person who receives.")],
    organisation: Annotated[str, typer.Option(help="Name of their organisation.")],
    *,
    key: Annotated[str, typer.Option(help="Their public key: the line age1... of age-keygen.")],
    fetches: Annotated[bool, typer.Option(help="Accounts of the provider of this code may fetch what is left here.")] = False,
) -> None:
    """Add a recipient, to be confirmed by a second person."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            added = exporting.add_recipient(
                session, code=code, name=name, organisation=organisation, public_key=key, fetches=fetches
            )
    console.print(f"Added: {added}. A second person compares the fingerprint with the recipient by another way, and confirms.")


@exports.command("confirm-recipient")
def confirm_recipient(operation: Operation, recipient: RecipientId) -> None:
    """Confirm a recipient whom somebody else added, once their fingerprint was compared by voice."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            confirmed = exporting.confirm_recipient(session, recipient)
    console.print(f"Confirmed: {confirmed.fingerprint}")


@exports.command("withdraw-recipient")
def withdraw_recipient(operation: Operation, recipient: RecipientId) -> None:
    """Send a recipient nothing more."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            exporting.withdraw_recipient(session, recipient)
    console.print("Withdrawn.")


@exports.command("propose")
def propose_export(
    operation: Operation,
    *,
    recipient: Annotated[UUID, typer.Option(help="Id of the recipient.")],
    field: Annotated[list[str], typer.Option(help="Part and question, as identity/prs_First_Name; again for each field.")],
    purpose: Why,
    basis: Annotated[LegalBasis, typer.Option(help="Legal basis; with `consent` only those who agreed go along.")],
    state: Annotated[list[str], typer.Option(help="State of the case; again for each. None: all.")] = [],  # noqa: B006
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Cases opened on or after this day.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Cases opened before this day.")] = None,
    person: Annotated[list[UUID], typer.Option(help="Id of a person; again for each, instead of the above.")] = [],  # noqa: B006
) -> None:
    """Propose an export of the cases in reach, or of persons by their ids."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            persons = exporting.choose_persons(session, states=state, since=_day(since), until=_day(until), ids=person)
            wanted = exporting.Specification(recipient, tuple(field), persons, purpose, basis)
            plan = exporting.find_export(session, exporting.propose_export(session, wanted))
    console.print(f"Proposed: {plan.id}. {plan.records} records would leave; left out: {_left_out(plan.left_out)}.")


@exports.command("list")
def list_exports(
    operation: Operation, after: Annotated[UUID | None, typer.Option(help="Go on after this one of those that left.")] = None
) -> None:
    """List what waits to leave, and what left."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            waiting, left = exporting.waiting_exports(session), exporting.export_log(session, after=after)
            lying = left_to_fetch.left_of(session, [one.id for one in left.rows])
    rows = [
        (
            one.id,
            one.state,
            one.recipient,
            one.fingerprint,
            one.records,
            _left_out(one.left_out),
            " ".join(one.fields),
            one.basis,
        )
        for one in waiting
    ]
    heads = ("export", "state", "recipient", "fingerprint", "records", "left out", "fields", "basis")
    show_table(heads, rows, "Nothing waits to leave.")
    logged = [
        (
            one.id,
            f"{one.carried_out_at:%Y-%m-%d %H:%M}",
            one.recipient,
            one.records,
            " ".join(one.fields),
            one.basis,
            one.sha256,
            _lies(lying.get(one.id)),
        )
        for one in left.rows
    ]
    heads = ("export", "left", "recipient", "records", "fields", "basis", "sha-256", "to be fetched")
    show_table(heads, logged, "Nothing has left.")
    if left.following:
        console.print(f"There are more: `bin/waystation exports list {operation} --after {left.following}`")


@exports.command("approve")
def approve_export(operation: Operation, export: Export) -> None:
    """Approve an export that somebody else proposed."""
    _decide(operation, export, agreed=True)


@exports.command("reject")
def reject_export(operation: Operation, export: Export) -> None:
    """Refuse an export, or withdraw one's own proposal."""
    _decide(operation, export, agreed=False)


@exports.command("carry-out")
def carry_out(
    operation: Operation,
    export: Export,
    out: Annotated[Path, typer.Option(help="File to write, encrypted (age). It must not be there yet.")],
) -> None:
    """Write an approved export, encrypted to its recipient. It can be done once."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        done = export_to_file(program.database, program.ring, access, export, out)
    console.print(f"{done.records} records left; left out: {_left_out(done.left_out)}. SHA-256 {done.sha256}")


@exports.command("leave")
def leave(operation: Operation, export: Export) -> None:
    """Carry an approved export out and leave it here, encrypted, for its recipient to fetch. It can be done once."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            done = left_to_fetch.leave_export(session, program.ring, export)
    days = left_to_fetch.LEFT_DAYS
    console.print(f"{done.records} records lie here for {days} days; left out: {_left_out(done.left_out)}.")


@exports.command("take-back")
def take_back(operation: Operation, export: Export) -> None:
    """Destroy what lies for its recipient to fetch. What was fetched before nobody takes back."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            left_to_fetch.take_back_left(session, export)
    console.print("Destroyed.")


@exports.command("trace")
def trace(
    operation: Operation, file: Annotated[Path, typer.Argument(help="The copy, or piece of one, that was found.")]
) -> None:
    """Say which export a leaked copy comes from. Its marks are three; without all of them nothing is found."""
    copy = file.read_text(encoding="utf-8", errors="replace")
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            found = exporting.trace_export(session, program.ring, copy)
    rows = [
        (
            one.export,
            one.recipient,
            one.numbers,
            one.rows_in_order,
            "yes" if one.named_in_the_open else "no",
            f"{one.odds:.1e}",
        )
        for one in found
    ]
    heads = ("export", "recipient", "record numbers", "rows in order", "named in it", "odds by chance")
    show_table(heads, rows, "No mark of an export of this operation was found. That proves nothing: marks can be taken out.")


@bulk.command("propose")
def propose_bulk(
    operation: Operation,
    purpose: Why,
    persons: Annotated[int, typer.Option(min=1, max=100_000, help="How many persons a day.")],
) -> None:
    """Ask to read more persons a day than the limit."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            asked = propose_bulk_read(session, persons, purpose=purpose)
    console.print(f"Proposed: {asked}")


@bulk.command("approve")
def approve_bulk(operation: Operation, proposal: Asked) -> None:
    """Approve that somebody else reads in bulk."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            approve(session, proposal)
    console.print("Approved.")


@bulk.command("open")
def open_bulk(operation: Operation, proposal: Asked) -> None:
    """Begin what was approved, for 24 hours."""
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            window = open_bulk_window(session, proposal)
    console.print(f"Up to {window.persons} persons a day until {window.until:%Y-%m-%d %H:%M} UTC.")


def _decide(operation: str, export: UUID, *, agreed: bool) -> None:
    with open_program(Settings.read()) as program:
        access = sign_in(program, operation)
        with program.database.transaction(Zone.CASEWORK, access=access) as session:
            (approve if agreed else reject)(session, exporting.find_export(session, export).proposal)
    console.print("Approved; it must be carried out within 24 hours." if agreed else "Rejected.")


def _left_out(reasons: object) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in sorted(dict(reasons).items())) or "nobody"  # type: ignore[call-overload]


def _lies(state: LeftState | None) -> str:
    if state is None:
        return "downloaded"
    fetched = f"fetched {state.fetches} times, " if state.fetches else ""
    return fetched + (f"lies until {state.until:%Y-%m-%d}" if state.lies else f"destroyed: {state.ended_why}")


def _day(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=UTC) if day else None
