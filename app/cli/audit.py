"""Commands for the auditor: show and search the audit log, seal it, export its heads, verify it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer

from app.audit_log import export_audit_heads, seal_and_export
from app.cli.screen import console, show_table
from app.program import open_database, open_program
from core.audit import Action, AuditEntry, Purpose
from core.audit_chain import PURPOSE, Head, read_heads
from core.audit_verify import Finding, Verified, verify_log
from core.clock import now
from core.database import Database, Zone
from core.errors import Problem
from core.sealing.signatures import verification_key
from core.search_audit import AuditSearch, reads_per_account, search_audit
from core.settings import Settings

__all__ = ["add_commands"]

ACTOR: Final = "auditor"
SHOWN_FAULTS: Final = 200

audit = typer.Typer(help="The audit log: who did what, to what and why. It is only ever added to.")


class AuditLogDamaged(Problem):
    code = "CORE-132"
    says = "The audit log is not as it was sealed: {faults} faults, listed above."
    remedy = "Treat it as tampering: keep the database as it is; compare it with a backup and the auditor's copy of the heads."


class ExportedHeadsMissing(Problem):
    code = "CORE-133"
    says = "The log has signed heads, but none are exported at {path}."
    remedy = "Name the auditor's copy with --heads. Without one a cut-off end cannot be found. The chain itself was verified."


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(audit, name="audit")


@audit.callback(invoke_without_command=True)
def show_newest(
    context: typer.Context,
    action: Annotated[Action | None, typer.Option(help="Only lines of this action.")] = None,
    newest: Annotated[int, typer.Option(help="How many lines.")] = 30,
) -> None:
    """Show the newest lines of the audit log, or do what the command says."""
    if context.invoked_subcommand is None:
        _show(AuditSearch(action=action), newest, None)


@audit.command("show")
def show(  # noqa: PLR0917  (typer takes an option for each)
    actor: Annotated[str, typer.Option(help="Only of this account.")] = "",
    action: Annotated[Action | None, typer.Option(help="Only this action.")] = None,
    subject: Annotated[str, typer.Option(help="Only this record, as casework.person:<id>, or all of a kind.")] = "",
    operation: Annotated[str, typer.Option(help="Only of this operation.")] = "",
    purpose: Annotated[Purpose | None, typer.Option(help="Only for this purpose.")] = None,
    since: Annotated[datetime | None, typer.Option(help="From this moment on (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option(help="Before this moment (UTC).")] = None,
    newest: Annotated[int, typer.Option(help="How many lines.")] = 30,
    before: Annotated[int | None, typer.Option(help="Only lines with a number under this: the next page.")] = None,
) -> None:
    """Search the audit log, the newest lines first."""
    _show(AuditSearch(actor, action, subject, operation, purpose, _utc(since), _utc(until)), newest, before)


@audit.command("readers")
def show_readers(days: Annotated[int, typer.Option(min=1, help="How many days to look back.")] = 30) -> None:
    """Who read how much on which day; who read unusually much comes first."""
    with open_database(Settings.read()) as database, database.transaction(Zone.AUDIT, actor=ACTOR) as session:
        found = reads_per_account(session, now() - timedelta(days=days), now())
    rows = [(it.day, it.actor, it.zone, it.lines, it.records, "unusually many" if it.unusual else "") for it in found]
    show_table(("day", "who", "zone", "lines", "records", ""), rows, "Nobody read anything.")


@audit.command("seal")
def seal() -> None:
    """Link the lines that are not yet sealed, sign the head and export it. Done every minute by a worker with --beat."""
    with open_program(Settings.read()) as program:
        sealed = seal_and_export(program.database, program.ring, program.settings)
        console.print(f"{sealed} lines sealed; heads are in {program.settings.audit_heads_path}.")


@audit.command("export-head")
def export_head() -> None:
    """Append the signed heads that the file outside the database does not have yet."""
    with open_program(Settings.read()) as program:
        exported = export_audit_heads(program.database, program.ring, program.settings)
        console.print(f"{exported} heads appended to {program.settings.audit_heads_path}.")
        console.print(f"They verify with the key {verification_key(program.ring, PURPOSE)}")


@audit.command("verify")
def verify(
    heads: Annotated[Path | None, typer.Option(help="The exported heads, best the auditor's own copy.")] = None,
    key: Annotated[str, typer.Option(help="The public key that heads verify with. Empty: from the key ring.")] = "",
) -> None:
    """Find every line that was changed, removed, slipped in or moved, a cut-off end and forged heads. Exit status 1 if any."""
    settings = Settings.read()
    path = heads or settings.audit_heads_path
    if key:
        with open_database(settings) as database:
            done = _verify(database, key, read_heads(path))
    else:
        with open_program(settings) as program:
            done = _verify(program.database, verification_key(program.ring, PURPOSE), read_heads(path))
    console.print(
        f"{done.sealed} sealed lines, {done.heads} heads and {done.exported} exported heads verified; "
        f"{done.unsealed} lines not sealed yet."
    )
    if done.faults:
        raise AuditLogDamaged(faults=done.faults)
    if done.heads and not path.exists():
        raise ExportedHeadsMissing(path=path)
    console.print("The audit log is as it was sealed.")


def _verify(database: Database, key: str, exported: Iterable[Head]) -> Verified:
    shown: list[None] = []

    def tell(finding: Finding) -> None:
        if len(shown) < SHOWN_FAULTS:
            shown.append(None)
            console.print(f"[bold red]{finding.fault.value}[/]  {finding.where}: {finding.says}")

    with database.transaction(Zone.AUDIT, actor=ACTOR) as session:
        done = verify_log(session, key, exported, tell)
    if done.faults > SHOWN_FAULTS:
        console.print(f"... and {done.faults - SHOWN_FAULTS} more.")
    return done


def _show(search: AuditSearch, newest: int, before: int | None) -> None:
    with open_database(Settings.read()) as database, database.transaction(Zone.AUDIT, actor=ACTOR) as session:
        rows = [_row(line) for line in search_audit(session, search, below=before, limit=newest)]
    show_table(("line", "at (UTC)", "who", "did", "what", "how many", "why"), rows, "The audit log holds no such line.")


def _row(line: AuditEntry) -> tuple[object, ...]:
    moment = f"{line.at:%Y-%m-%d %H:%M:%S}"
    return line.number, moment, line.actor, line.action, line.subject, line.count, line.purpose


def _utc(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(tzinfo=now().tzinfo)
