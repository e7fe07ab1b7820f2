"""Commands for the data protection officer: the registers of impact assessments and of breaches.

Free text is asked for, never taken from the command line: a shell keeps its history in clear.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final
from uuid import UUID

import typer

from app.cli.screen import console, show_table
from app.cli.work import at_work
from core.clock import now
from core.database import Zone
from core.registers import Assessment, Breach, Risk, add_entry, entry_history, list_entries

__all__ = ["add_commands"]

Operation = Annotated[str, typer.Argument(help="Code of the operation.")]
Entry = Annotated[UUID, typer.Argument(help="The entry's id, as the list shows it.")]
After = Annotated[UUID | None, typer.Option(help="The id of the entry of which this is the next version.")]

registers = typer.Typer(help="Impact assessments and breaches: what GDPR articles 33 and 35 ask to keep.", no_args_is_help=True)
impact = typer.Typer(help="What a processing risks, and what is done about it.", no_args_is_help=True)
breach = typer.Typer(help="Data that got where it must not, or was lost; with the 72-hour clock.", no_args_is_help=True)
registers.add_typer(impact, name="impact")
registers.add_typer(breach, name="breach")

UNDATED: Final = "-"


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(registers, name="registers")


@impact.command("add")
def add_assessment(
    operation: Operation,
    purpose: Annotated[list[str], typer.Option(help="What data is used for; may be given more than once.")],
    residual_risk: Annotated[Risk, typer.Option(help="What remains when the measures are taken.")],
    review_on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="When it is looked at again.")],
    after: After = None,
) -> None:
    """Enter an impact assessment, or the next version of one."""
    asked = [typer.prompt(text) for text in ("Title", "Legal basis", "Risks", "Measures", "Decided by")]
    title, basis, risks, measures, decided_by = asked
    assessment = Assessment(title, purpose, basis, risks, measures, residual_risk, decided_by, review_on.date())
    with at_work(operation, Zone.AUDIT) as (program, session):
        earlier = entry_history(session, program.ring, Assessment, after)[0] if after else None
        kept = add_entry(session, program.ring, assessment, after=earlier)
    console.print(f"Entered as {kept.id}, version {kept.version}; to be reviewed on {assessment.review_on}.")
    if residual_risk is Risk.HIGH:
        console.print("The remaining risk is high: GDPR article 36 asks to consult the supervisory authority before starting.")


@impact.command("list")
def list_assessments(operation: Operation) -> None:
    """The newest version of every assessment, those due for review first."""
    with at_work(operation, Zone.AUDIT) as (program, session):
        kept = list_entries(session, program.ring, Assessment)
    rows = [
        (it.id, it.version, it.content.title, it.content.residual_risk, it.content.review_on, "overdue" if it.overdue else "")
        for it in kept
    ]
    show_table(("entry", "version", "title", "remaining risk", "review on", ""), rows, "No impact assessment yet.")


@impact.command("show")
def show_assessment(operation: Operation, entry: Entry) -> None:
    """Every version of an assessment, the newest first."""
    with at_work(operation, Zone.AUDIT) as (program, session):
        for it in entry_history(session, program.ring, Assessment, entry):
            said = it.content
            told = [("title", said.title), ("purposes", ", ".join(said.purposes)), ("legal basis", said.legal_basis)]
            told += [("risks", said.risks), ("measures", said.measures), ("remaining risk", said.residual_risk)]
            told += [("decided by", said.decided_by), ("review on", str(said.review_on))]
            show_table((f"version {it.version}", f"{it.recorded_at:%Y-%m-%d %H:%M} by {it.recorded_by}"), told, "")


@breach.command("add")
def add_breach(  # noqa: PLR0917  (typer takes an option for each)
    operation: Operation,
    records: Annotated[int, typer.Option(min=0, help="How many records are concerned, as far as known.")],
    noticed: Annotated[datetime, typer.Option(help="When somebody became aware of it (UTC): the 72 hours start here.")],
    authority_told: Annotated[datetime | None, typer.Option(help="When the supervisory authority was told (UTC).")] = None,
    persons_told: Annotated[datetime | None, typer.Option(help="When the persons concerned were told (UTC).")] = None,
    after: After = None,
) -> None:
    """Enter a breach, or the next version of one: who was told since, what was done."""
    asked = [typer.prompt(text) for text in ("Title", "What happened", "When it happened, as far as known")]
    measures, told = (typer.prompt(text, default="") for text in ("Measures", "Who was told, and by whom"))
    moments = {"authority_told_at": _utc(authority_told), "persons_told_at": _utc(persons_told)}
    entered = Breach(*asked, noticed.replace(tzinfo=UTC), records, measures, told=told, **moments)
    with at_work(operation, Zone.AUDIT) as (program, session):
        earlier = entry_history(session, program.ring, Breach, after)[0] if after else None
        kept = add_entry(session, program.ring, entered, after=earlier)
    console.print(f"Entered as {kept.id}, version {kept.version}. {_clock(entered)}")


@breach.command("list")
def list_breaches(operation: Operation) -> None:
    """The newest version of every breach, running clocks first."""
    with at_work(operation, Zone.AUDIT) as (program, session):
        kept = list_entries(session, program.ring, Breach)
    rows = [
        (it.id, it.version, it.content.title, it.content.records, f"{it.content.noticed_at:%Y-%m-%d %H:%M}", _clock(it.content))
        for it in kept
    ]
    show_table(("entry", "version", "title", "records", "noticed (UTC)", "72 hours"), rows, "No breach is recorded.")


@breach.command("show")
def show_breach(operation: Operation, entry: Entry) -> None:
    """Every version of a breach, the newest first."""
    with at_work(operation, Zone.AUDIT) as (program, session):
        for it in entry_history(session, program.ring, Breach, entry):
            said = it.content
            told = [
                ("title", said.title),
                ("what happened", said.what),
                ("when", said.happened),
                ("records", str(said.records)),
            ]
            told += [("noticed", _shown(said.noticed_at)), ("authority told", _shown(said.authority_told_at))]
            told += [("persons told", _shown(said.persons_told_at)), ("who was told", said.told), ("measures", said.measures)]
            told += [("closed", _shown(said.closed_at)), ("72 hours", _clock(said))]
            show_table((f"version {it.version}", f"{it.recorded_at:%Y-%m-%d %H:%M} by {it.recorded_by}"), told, "")


@breach.command("close")
def close_breach(operation: Operation, entry: Entry) -> None:
    """Close a breach: its next version says so, and everything before stays."""
    with at_work(operation, Zone.AUDIT) as (program, session):
        newest = entry_history(session, program.ring, Breach, entry)[0]
        kept = add_entry(session, program.ring, replace(newest.content, closed_at=now()), after=newest)
    console.print(f"Breach {kept.id} is closed with version {kept.version}.")


def _clock(breach: Breach) -> str:
    """What the 72 hours say."""
    if breach.authority_told_at:
        hours = (breach.authority_told_at - breach.noticed_at) / timedelta(hours=1)
        return f"authority told after {hours:.0f} hours"
    if breach.due is None:
        return "closed; authority not told"
    hours = (breach.due - now()) / timedelta(hours=1)
    return f"{hours:.0f} hours left to tell the authority" if hours > 0 else f"{-hours:.0f} hours late"


def _shown(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else UNDATED


def _utc(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(tzinfo=UTC)
