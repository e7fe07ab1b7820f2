"""Releases of records on the command line: true ones made coarse, and synthetic ones drawn from a release."""

from typing import Annotated

import typer

from anonymizer import default_policy
from anonymizer.alternatives import anonymise_file, synthesise_file
from app.cli.anonymizer_options import (
    ENDS,
    HierarchyFiles,
    PolicyFile,
    ReleaseFolder,
    exit_status,
    hierarchies_of,
    policy_of,
    say,
    steps,
)
from app.cli.release_noise import DataSet, OutFolder, RecordTable, RegisterFile
from app.cli.screen import console

__all__ = ["add_commands"]

microdata = typer.Typer(help="Records instead of tables: coarse ones, or synthetic ones.", no_args_is_help=True)


def add_commands(tool: typer.Typer) -> None:
    microdata.command("release", epilog=ENDS)(release)
    microdata.command("synthetic", epilog=ENDS)(synthetic)
    tool.add_typer(microdata, name="microdata")


def release(
    table: RecordTable,
    *,
    out: OutFolder,
    person: Annotated[str, typer.Option(help="Column that says whose record it is. It is not released.")],
    register: RegisterFile,
    data_set: DataSet,
    policy: PolicyFile = None,
    hierarchy: HierarchyFiles = None,
    sensitive: Annotated[list[str] | None, typer.Option(help="A column that must stay diverse. May be repeated.")] = None,
    diversity: Annotated[int, typer.Option(help="How many different codes it holds in every class.", min=1)] = 2,
    most_hidden: Annotated[float, typer.Option(help="Share of records that may be left over.", min=0, max=1)] = 0.05,
    without: Annotated[list[str] | None, typer.Option(help="A column to leave out. May be repeated.")] = None,
    time: Annotated[str | None, typer.Option(help="The dimension of periods, if there is one.")] = None,
) -> None:
    """Release records so coarse that at least as many persons as the policy's threshold always look alike.

    Every column is a quasi-identifier but the person, the sensitive ones and those left out.
    """
    with exit_status(), steps() as step:
        written = anonymise_file(
            table,
            out,
            policy_of(policy) or default_policy(),
            person=person,
            register=register,
            data_set=data_set,
            hierarchies=hierarchies_of(hierarchy),
            sensitive=sensitive or [],
            diversity=diversity,
            most_hidden=most_hidden,
            without=without or [],
            time=time,
            step=step,
        )
    found = written.found
    console.print(f"Released: {written.folder}", markup=False, soft_wrap=True)
    depths = ", ".join(f"{name} {depth}" for name, depth in found.depths.items())
    console.print(f"{len(found.rows):,} records; depths: {depths}; line {written.line.number} of the register.", soft_wrap=True)
    say(
        f"For inside only: {found.loss:.0%} of the detail is given up; {found.hidden:,} records show totals only, and "
        f"{found.left_out:,} persons are left out."
    )


def synthetic(
    source: ReleaseFolder,
    *,
    out: OutFolder,
    seed: Annotated[int, typer.Option(help="Of the draw; it is told in the release.", min=0)] = 0,
) -> None:
    """Draw records from a release of counts. Nothing but its numbers goes in, so they tell nothing beside it."""
    with exit_status():
        written = synthesise_file(source, out, seed=seed)
    console.print(f"Released: {written.folder}", markup=False, soft_wrap=True)
    console.print(f"{written.rows:,} synthetic records.")
