"""What a protection officer asks of an operation's periods: what was lost, why a cell is hidden, what other rules would hide.

What these commands print tells which cells are unsafe: it is for inside only, and they say so.
"""

from collections.abc import Sequence
from typing import Annotated, Final

import typer

from anonymizer import Population, officer, trials
from app.cli.screen import console, progress, show_table
from app.cli.signed_in import sign_in_once_accounts_exist
from app.program import open_program
from app.releases.try_out import try_out
from core.audit import Purpose
from core.database import Zone
from core.periods.period import parse_period
from core.settings import Settings

__all__ = ["add_commands"]

INSIDE: Final = "For inside only: this tells which cells are unsafe."
WHY: Final = Purpose.STATISTICS
LEVELS: Final = ("table", "level", "cells", "shown", "unsafe", "beside", "zeros", "persons hidden")

Operation = Annotated[str, typer.Argument(help="Code of the operation.")]


def add_commands(release: typer.Typer) -> None:
    release.command("explain")(explain)
    release.command("what-if")(what_if)


def explain(
    operation: Operation,
    period: Annotated[str, typer.Argument(help="A protected week, month or year, for example 2026-W07.")],
    cell: Annotated[str, typer.Argument(help="A cell: origin=XM01,reason=flood. Without one, what was lost.")] = "",
    of: Annotated[Population, typer.Option(help="Of whom the tables are.")] = Population.MOVEMENTS,
) -> None:
    """Say what protecting a period cost; or why a cell of it is hidden, and what publishing it would give away.

    Asks who runs it: a protection officer. What a hidden cell holds is not told.
    """
    asked = parse_period(period)
    with open_program(Settings.read()) as program:
        access = sign_in_once_accounts_exist(program, operation)
        with program.database.transaction(Zone.ANONYMIZER, access=access) as session:
            if cell:
                _show_cell(officer.explain_cell(session, program.ring, asked, cell, of, purpose=WHY))
            else:
                _show_levels(officer.read_losses(session, program.ring, asked, of, purpose=WHY).levels)
    console.print(INSIDE)


def what_if(
    operation: Operation,
    period: Annotated[str, typer.Argument(help="A week, month or year, protected or not, for example 2026-W07.")],
    *,
    of: Annotated[Population, typer.Option(help="Of whom the tables are.")] = Population.MOVEMENTS,
    threshold: Annotated[str, typer.Option(help="Thresholds to try: 3,5,11.", metavar="K,K,...")] = "",
    least_contributors: Annotated[str, typer.Option(help="Numbers of reports to ask for: 1,2,3.", metavar="M,M,...")] = "",
    drop_level: Annotated[
        list[str] | None, typer.Option(help="Leave out a level of a dimension and what is below it.", metavar="NAME=LEVEL")
    ] = None,
    merge: Annotated[
        list[str] | None, typer.Option(help="Merge sibling codes: reason=flood+drought:natural.", metavar="NAME=CODE+CODE:NEW")
    ] = None,
    levels: Annotated[bool, typer.Option("--levels", help="Show every level of each choice.")] = False,
) -> None:
    """Say what a period would lose under other rules or with coarser codes. Nothing is proven or published.

    A month or year is tried beside its parts: those that are protected stand as they are, the others are tried with it.
    """
    with open_program(Settings.read()) as program:
        access = sign_in_once_accounts_exist(program, operation)
        with program.database.transaction(Zone.ANONYMIZER, access=access) as session:
            trial = trials.ask_trial(
                session,
                program.ring,
                parse_period(period),
                of,
                thresholds=_numbers(threshold, "--threshold"),
                contributors=_numbers(least_contributors, "--least-contributors"),
                coarser=[*(drop_level or []), *(merge or [])],
                purpose=WHY,
            )
        with progress() as bar:
            task = bar.add_task("trying", total=100 * len(trial.choices))

            def show(hundredths: int) -> None:
                bar.update(task, completed=100 * len(trial.tried) + hundredths)

            for after in try_out(program, access, trial.id, show):
                trial = after
                show(0)
    rows = [row for tried in trial.tried for row in _rows(tried)]
    show_table(("threshold", "reports", "codes", "table", "cells", "hidden", "persons hidden"), rows, "Nothing was tried.")
    for tried in trial.tried if levels else ():
        console.print(f"\n{_told(tried.choice)}", markup=False)
        _show_levels(tried.levels)
    for tried in trial.tried:
        if tried.refused:
            console.print(f"{_told(tried.choice)}: {tried.refused}", markup=False, soft_wrap=True)
    console.print(INSIDE)


def _show_cell(told: officer.CellExplained) -> None:
    high = "any number" if told.interval.high is None else told.interval.high
    rests = (f"what is left of {_cell(total)} without {_cell(one)}" for one, total in told.rests)
    betrayed = ", ".join([*map(_cell, told.betrayed), *rests]) or "no other cell by itself"
    for line in (
        f"{told.cell}: {told.reason}",
        f"    left open by the releases: {told.interval.low} to {high}",
        f"    published, it would give away: {betrayed}",
    ):
        console.print(line, markup=False, soft_wrap=True)


def _cell(told: officer.CellTold) -> str:
    return f"{told.period}:{told.cell}"


def _show_levels(found: Sequence[officer.LevelTold]) -> None:
    rows = [
        (it.table, " x ".join(it.names) or "total", it.cells, it.shown, it.unsafe, it.beside, it.zeros, _percent(it))
        for it in found
    ]
    show_table(LEVELS, rows, "There is no table.")


def _percent(level: officer.LevelTold) -> str:
    return "too few cells to say" if level.percent is None else f"{level.percent} %"


def _rows(tried: trials.Tried) -> list[tuple[object, ...]]:
    choice = (tried.choice.threshold, tried.choice.contributors, ", ".join(tried.choice.coarser) or "as they are")
    tables = {level.table: [each for each in tried.levels if each.table == level.table] for level in tried.levels}
    if tried.refused:
        return [(*choice, "", "", "cannot be met", "")]
    return [
        (*choice, name, sum(it.cells for it in found), sum(it.hidden for it in found), _percent(found[-1]))
        for name, found in tables.items()
    ]


def _told(choice: trials.Choice) -> str:
    codes = ", ".join(choice.coarser) or "codes as they are"
    return f"threshold {choice.threshold}, reports {choice.contributors}, {codes}"


def _numbers(text: str, option: str) -> list[int]:
    parts = text.split(",") if text else []
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise typer.BadParameter(f"'{text}' is not a list of whole numbers like 3,5,11", param_hint=option)
    return [int(part) for part in parts]
