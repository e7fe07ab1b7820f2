"""Coarser codes on the command line: proposed with what each would lose, and saved for `protect` to use week after week."""

from pathlib import Path
from typing import Annotated, Final

import typer

from anonymizer import default_policy
from anonymizer.inside import Limit, Proposal, Source, code_maps, propose, write_code_maps
from anonymizer.tool import read_choices
from app.cli.anonymizer_inside import INSIDE
from app.cli.anonymizer_options import (
    ChosenTables,
    ContributorColumn,
    ContributorsColumn,
    CountColumn,
    HierarchyFiles,
    PolicyFile,
    TableFile,
    exit_status,
    hierarchies_of,
    policy_of,
    say,
    steps,
)
from app.cli.screen import console, show_table

__all__ = ["coarsen"]

COLUMNS: Final = ("number", "codes", "cells", "of persons hidden", "of cells hidden", "within the limit")


def coarsen(
    table: TableFile,
    *,
    most_persons: Annotated[float, typer.Option(help="Per cent of the persons of a level that may be hidden.")] = 20.0,
    most_cells: Annotated[
        float, typer.Option(help="Per cent of the cells with persons of a level that may be hidden.")
    ] = 100.0,
    ordered: Annotated[
        list[str] | None,
        typer.Option(help="A dimension whose codes have an order, as ages do: to be top-coded.", metavar="NAME"),
    ] = None,
    choose: Annotated[int | None, typer.Option(help="The number of a proposal, with --save.", min=1)] = None,
    save: Annotated[Path | None, typer.Option(help="File for what codes become, for `protect --coarser`.")] = None,
    policy: PolicyFile = None,
    hierarchy: HierarchyFiles = None,
    tables: ChosenTables = None,
    count: CountColumn = None,
    contributors: ContributorsColumn = None,
    contributor: ContributorColumn = None,
) -> None:
    """Propose coarser codes where too much of TABLE.csv would be lost, each with its loss. For inside only; nothing is proven.

    With --choose and --save what the codes of a proposal become is written to a file; else nothing is written.
    """
    if (choose is None) != (save is None):
        raise typer.BadParameter("--choose and --save go together", param_hint="--choose")
    limit = Limit(most_persons / 100, most_cells / 100)
    source = Source(
        table,
        hierarchies_of(hierarchy),
        count=count,
        contributors=contributors,
        contributor=contributor,
        tables=read_choices(tables or []),
    )
    with exit_status(), steps() as step:
        found = list(propose(source, policy_of(policy) or default_policy(), limit, ordered=ordered or (), step=step))
    show_table(COLUMNS, [_row(number, each, limit) for number, each in enumerate(found)], "Nothing was tried.")
    if found[0].within(limit):
        console.print("Nothing has to be coarser: as the codes are, no level loses more than the limit.")
    for number, each in enumerate(found):
        if each.refused:
            say(f"{number}: {each.refused}")
    if choose is None or save is None:
        say(INSIDE)
        return
    if choose >= len(found):
        raise typer.BadParameter(f"there is no proposal {choose}", param_hint="--choose")
    with exit_status():
        write_code_maps(code_maps(source, found[choose]), save)
    say(f"For inside only: this tells which cells are unsafe. Written: {save}, which holds codes alone.")


def _row(number: int, proposal: Proposal, limit: Limit) -> tuple[object, ...]:
    codes = ", ".join(map(str, proposal.steps)) or "as they are"
    if proposal.refused:
        return number, codes, "", "cannot be met", "", ""
    hidden = f"{proposal.persons_hidden:.1%}", f"{proposal.cells_hidden:.1%}"
    return number, codes, proposal.cells, *hidden, "yes" if proposal.within(limit) else "no"
