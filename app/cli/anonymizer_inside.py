"""What an officer asks before a release: why a cell is hidden, and what other rules or coarser codes would lose.

What these commands print tells which cells are unsafe: it is for inside only, and they say so.
"""

from collections.abc import Sequence
from typing import Annotated

import typer

from anonymizer import default_policy
from anonymizer.inside import Outcome, explain_file, read_dropped, read_merged
from anonymizer.inside import what_if as try_out
from anonymizer.tool import Loss, read_choices
from app.cli.anonymizer_options import (
    ChosenTables,
    ContributorColumn,
    ContributorsColumn,
    CountColumn,
    HierarchyFiles,
    PolicyFile,
    Seed,
    TableFile,
    exit_status,
    hierarchies_of,
    interval_text,
    policy_of,
    say,
    show_losses,
    steps,
)
from app.cli.screen import console, show_table

__all__ = ["explain", "what_if"]

INSIDE = "For inside only: this tells which cells are unsafe. Nothing was written."


def explain(
    table: TableFile,
    *,
    cell: Annotated[
        list[str] | None,
        typer.Option(help="A cell: origin=XM01,destination=_T. May be repeated; without it, all hidden cells.", metavar="CELL"),
    ] = None,
    each: Annotated[bool, typer.Option("--each", help="Say of each hidden cell what publishing it would give away.")] = False,
    policy: PolicyFile = None,
    hierarchy: HierarchyFiles = None,
    tables: ChosenTables = None,
    count: CountColumn = None,
    contributors: ContributorsColumn = None,
    contributor: ContributorColumn = None,
    seed: Seed = 0,
) -> None:
    """Say why the cells of TABLE.csv are hidden, as `protect` hides them with the same options. For inside only."""
    with exit_status(), steps() as step:
        found = explain_file(
            table,
            policy_of(policy) or default_policy(),
            hierarchies=hierarchies_of(hierarchy),
            cells=cell or [],
            each=each,
            count=count,
            contributors=contributors,
            contributor=contributor,
            tables=read_choices(tables or []),
            seed=seed,
            step=step,
        )
    if cell or each:
        for one in found:
            console.print(f"{one.cell}: {one.reason}", markup=False, soft_wrap=True)
            console.print(f"    left open by the release: {interval_text(one.interval)}", markup=False, soft_wrap=True)
            rests = (f"what is left of {total} without {own}" for own, total in one.rests)
            told = ", ".join([*one.betrayed, *rests]) or "no other cell by itself"
            console.print(f"    published, it would give away: {told}", markup=False, soft_wrap=True)
    else:
        show_table(("cell", "hidden because"), [(one.cell, one.reason) for one in found], "No cell is hidden.")
    say(INSIDE)


def what_if(
    table: TableFile,
    *,
    threshold: Annotated[str, typer.Option(help="Thresholds to try: 3,5,11.", metavar="K,K,...")] = "",
    least_contributors: Annotated[str, typer.Option(help="Numbers of contributors to ask for: 1,2,3.", metavar="M,M,...")] = "",
    drop_level: Annotated[
        list[str] | None, typer.Option(help="Leave out a level of a dimension and what is below it.", metavar="NAME=LEVEL")
    ] = None,
    merge: Annotated[
        list[str] | None, typer.Option(help="Merge sibling codes: reason=flood+drought:natural.", metavar="NAME=CODE+CODE:NEW")
    ] = None,
    levels: Annotated[bool, typer.Option("--levels", help="Show every level of each choice.")] = False,
    policy: PolicyFile = None,
    hierarchy: HierarchyFiles = None,
    tables: ChosenTables = None,
    count: CountColumn = None,
    contributors: ContributorsColumn = None,
    contributor: ContributorColumn = None,
    seed: Seed = 0,
) -> None:
    """Say what TABLE.csv would lose under other rules or with coarser codes. For inside only; nothing is proven or written.

    Persons are those of innermost cells. Each coarsening is tried by itself, and then all of them together; each with every
    threshold and number of contributors.
    """
    if least_contributors and contributors is None and contributor is None:
        raise typer.BadParameter("no column says from how many the counts come", param_hint="--least-contributors")
    with exit_status(), steps() as step:
        outcomes = list(
            try_out(
                table,
                policy_of(policy) or default_policy(),
                hierarchies=hierarchies_of(hierarchy),
                count=count,
                contributors=contributors,
                contributor=contributor,
                tables=read_choices(tables or []),
                seed=seed,
                thresholds=_numbers(threshold, "--threshold"),
                least_contributors=_numbers(least_contributors, "--least-contributors"),
                coarser=[*read_dropped(drop_level or []), *read_merged(merge or [])],
                step=step,
            )
        )
    columns = ("threshold", "contributors", "codes", "cells", "hidden", "unsafe", "persons hidden")
    show_table(columns, [_row(outcome) for outcome in outcomes], "Nothing was tried.")
    for outcome in outcomes:
        if levels and outcome.losses:
            console.print(f"\n{_choice(outcome)}", markup=False)
            show_losses(outcome.losses)
        if outcome.refused:
            say(f"{_choice(outcome)}: {outcome.refused}")
    say(INSIDE)


def _row(outcome: Outcome) -> tuple[object, ...]:
    found, codes = outcome.losses, _codes(outcome)
    if outcome.refused:
        return outcome.threshold, outcome.contributors, codes, "cannot be met", "", "", ""
    unsafe = sum(each.unsafe for each in found)
    hidden = unsafe + sum(each.beside + each.zeros for each in found)
    cells = sum(each.every for each in found)
    return outcome.threshold, outcome.contributors, codes, cells, hidden, unsafe, _innermost(found)


def _innermost(found: Sequence[Loss]) -> str:
    """The share of persons hidden at the innermost level of each table."""
    last = {each.table: each for each in found}
    return ", ".join(f"{each.share:.1%}" for each in last.values())


def _choice(outcome: Outcome) -> str:
    return f"threshold {outcome.threshold}, contributors {outcome.contributors}, {_codes(outcome)}"


def _codes(outcome: Outcome) -> str:
    return ", ".join(map(str, outcome.coarser)) or "as they are"


def _numbers(text: str, option: str) -> list[int]:
    parts = text.split(",") if text else []
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise typer.BadParameter(f"'{text}' is not a list of whole numbers like 3,5,11", param_hint=option)
    return [int(part) for part in parts]
