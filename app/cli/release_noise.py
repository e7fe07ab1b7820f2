"""Releases with noise on the command line: by cell keys, and under a privacy budget."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from anonymizer.alternatives import Asked, measure_file, perturb_file, preview_file
from anonymizer.cell_keys import Noise, begin_secret, read_secret
from anonymizer.differential_privacy import (
    DELTA,
    Plan,
    Question,
    epsilon_of,
    expected_error,
    largest_error,
    rho_of,
    state_budget,
)
from anonymizer.register import Register
from app.cli.anonymizer_options import ENDS, HierarchyFiles, exit_status, hierarchies_of, say, steps
from app.cli.screen import console, show_table

__all__ = ["DataSet", "OutFolder", "RecordTable", "RegisterFile", "add_commands"]

RegisterFile = Annotated[Path, typer.Option("--register", help="The register of these people's releases.")]
SecretFile = Annotated[Path, typer.Option("--secret", help="The secret file of these people, made by `anonymizer secret`.")]
DataSet = Annotated[str, typer.Option("--data-set", help="What the register calls these people, for example arrivals-2026.")]
OutFolder = Annotated[Path, typer.Option("--out", help="Folder for the release; must not be there yet, or be empty.")]
RecordTable = Annotated[Path, typer.Argument(help="CSV: a row for each record.", metavar="TABLE.csv")]

private = typer.Typer(help="Counts under a privacy budget: differential privacy, with a ledger.", no_args_is_help=True)


def add_commands(tool: typer.Typer) -> None:
    tool.command("secret", epilog=ENDS)(make_secret)
    tool.command("perturb", epilog=ENDS)(perturb)
    private.command("budget", epilog=ENDS)(budget)
    private.command("release", epilog=ENDS)(release)
    tool.add_typer(private, name="dp")


def make_secret(
    secret: Annotated[Path, typer.Argument(help="The file to make; keep it, and keep it secret.", metavar="SECRET")],
    *,
    least: Annotated[int, typer.Option(help="The smallest number above zero that may be shown.")] = 5,
    variance: Annotated[float, typer.Option(help="Of the noise; above least squared by 4.")] = 8.0,
    greatest: Annotated[int, typer.Option(help="Change of any number; above the variance.")] = 12,
) -> None:
    """Draw the secret that noise by cell keys comes from, once for the same people. Only least may be told."""
    with exit_status():
        begin_secret(secret, Noise(greatest, variance, least))
    console.print(f"Written: {secret}. Whoever has it takes the noise out of every number.", markup=False, soft_wrap=True)


def perturb(
    table: RecordTable,
    *,
    out: OutFolder,
    record: Annotated[str, typer.Option(help="Column of the records' ids, one row each. It is not released.")],
    secret: SecretFile,
    register: RegisterFile,
    data_set: DataSet,
    hierarchy: HierarchyFiles = None,
    time: Annotated[str | None, typer.Option(help="The dimension of periods, if there is one.")] = None,
) -> None:
    """Add noise by cell keys: the same records always get the same, in every table. The numbers do not add up.

    For single tables on demand. Few may leave of the same people; the register counts them.
    """
    with exit_status(), steps() as step:
        written = perturb_file(
            table,
            out,
            record=record,
            secret=secret,
            register=register,
            data_set=data_set,
            hierarchies=hierarchies_of(hierarchy),
            time=time,
            step=step,
        )
    console.print(f"Released: {written.folder}", markup=False, soft_wrap=True)
    console.print(f"{written.cells:,} cells, all with noise; line {written.line.number} of the register.")


def budget(
    register: Annotated[Path, typer.Argument(help="The register of these people's releases.", metavar="REGISTER")],
    *,
    data_set: DataSet,
    epsilon: Annotated[float | None, typer.Option(help="The budget as epsilon, at --delta.")] = None,
    rho: Annotated[float | None, typer.Option(help="The budget as rho, instead of epsilon.")] = None,
    delta: Annotated[float, typer.Option(help="For --epsilon.")] = DELTA,
    most_records: Annotated[int, typer.Option(help="How many records of a person count in all periods.")] = 1,
) -> None:
    """State the privacy budget of a data set (the records of one year), once, before anything is spent."""
    if (epsilon is None) == (rho is None):
        raise typer.BadParameter("give one of --epsilon and --rho", param_hint="--epsilon")
    with exit_status():
        whole = rho if rho is not None else rho_of(epsilon or 0.0, delta)
        line = state_budget(Register(register), data_set, whole, most_records)
    console.print(f"Line {line.number}: {_loss(whole)} for {data_set}.", markup=False, soft_wrap=True)


def release(
    table: RecordTable,
    *,
    out: OutFolder,
    person: Annotated[str, typer.Option(help="Column that says whose record it is. It is not released.")],
    time: Annotated[str, typer.Option(help="The dimension of periods.")],
    over: Annotated[list[str], typer.Option(help="An innermost code of --time to release. May be repeated.")],
    rho: Annotated[float, typer.Option(help="What one record of a person may cost.")],
    secret: SecretFile,
    register: RegisterFile,
    data_set: DataSet,
    hierarchy: HierarchyFiles = None,
    level: Annotated[
        list[str] | None,
        typer.Option(help="What is told apart: origin:1,reason. May be repeated; innermost cells if left out."),
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Say cost and error; read no record, spend nothing.")] = False,
) -> None:
    """Release noisy counts of persons, and write down what that spends. What was asked before is answered as before."""
    asked = Asked(data_set, person, time, over, level or [], rho)
    with exit_status(), steps() as step:
        if preview:
            planned = preview_file(register, asked, hierarchies_of(hierarchy))
        else:
            key = read_secret(secret).for_clipping
            files = hierarchies_of(hierarchy)
            written = measure_file(table, out, asked=asked, register=register, secret=key, hierarchies=files, step=step)
    if preview:
        _show_plan(*planned)
        return
    console.print(f"Released: {written.folder}", markup=False, soft_wrap=True)
    if written.again:
        say("This was asked before: the numbers are the same, and nothing was spent.")
    console.print(f"Line {written.line.number}; spent: {_loss(float(written.account.spent))}.", markup=False, soft_wrap=True)


def _show_plan(question: Question, planned: Plan) -> None:
    rows = [_error(str(level), level.size, planned.scale) for level in question.parts]
    columns: Sequence[str] = ("level", "cells", "off by, on average", "in 19 of 20 cases by less than")
    show_table(columns, rows, "No level.")
    before, after = float(planned.before.spent), float(planned.after.spent)
    console.print(f"Budget:       {_loss(planned.before.rho)}")
    console.print(f"Spent so far: {_loss(before)}")
    console.print(f"Spent after:  {_loss(after)}")
    console.print("It goes beyond the budget." if after > planned.before.rho else "It stays within the budget.")


def _error(level: str, cells: int, scale: float) -> tuple[object, ...]:
    return level, f"{cells:,}", f"{expected_error(scale):.1f}", f"{largest_error(scale):.1f}"


def _loss(rho: float) -> str:
    return f"rho = {rho:.6g} (epsilon = {epsilon_of(rho):.4g} at delta = {DELTA:g})"
