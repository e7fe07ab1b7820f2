"""Other methods than the weekly report's on an operation's people, beside its register and privacy ledger in the database."""

from typing import Annotated

import typer

from anonymizer import ledger
from anonymizer.alternatives import Asked, measure_file, perturb_file
from anonymizer.cell_keys import read_secret
from anonymizer.differential_privacy import DELTA, accounts, epsilon_of, rho_of, state_budget
from anonymizer.register import departures
from app.cli.anonymizer_options import HierarchyFiles, hierarchies_of, steps
from app.cli.release_noise import OutFolder, RecordTable, SecretFile
from app.cli.screen import console, show_table
from app.cli.signed_in import sign_in_once_accounts_exist
from app.program import open_program
from app.releases.operation_ledger import register_of
from core.settings import Settings

__all__ = ["add_commands"]

Operation = Annotated[str, typer.Argument(help="Code of the operation.")]


def add_commands(release: typer.Typer) -> None:
    release.command("register")(show_register)
    release.command("budget")(budget)
    release.command("dp")(private_counts)
    release.command("perturb")(perturb)


def show_register(operation: Operation) -> None:
    """Check the operation's register, and show what left by which method and what of its privacy budget is spent."""
    with open_program(Settings.read()) as program:
        lines = register_of(program, sign_in_once_accounts_exist(program, operation)).lines()
    left = [
        (line.number, line.at, each.method, ", ".join(sorted(each.variables)), ", ".join(sorted(each.periods)))
        for line, each in departures(lines)
    ]
    show_table(("line", "written", "method", "variables", "periods"), left, "Nothing has left yet.")
    for account in accounts(lines):
        spent = float(account.spent)
        console.print(
            f"Of rho = {account.rho:.4g} (epsilon {epsilon_of(account.rho):.3g} at delta {DELTA:g}) {spent:.4g} is spent "
            f"(epsilon {epsilon_of(spent):.3g}); {account.most} records a person count.",
            markup=False,
            soft_wrap=True,
        )


def budget(
    operation: Operation,
    *,
    most_records: Annotated[int, typer.Option(help="How many records of a person count at most, in all periods together.")],
    epsilon: Annotated[float, typer.Option(help="The whole budget, as epsilon.")],
    delta: Annotated[float, typer.Option(help="The delta that --epsilon is for.")] = DELTA,
) -> None:
    """State the privacy budget of the operation's people, once, before anything of it is spent."""
    with open_program(Settings.read()) as program:
        register = register_of(program, sign_in_once_accounts_exist(program, operation))
        line = state_budget(register, ledger.data_set_of(operation), rho_of(epsilon, delta), most_records)
    console.print(f"Line {line.number}: epsilon {epsilon:g} at delta {delta:g} for the people of {operation}.")


def private_counts(
    operation: Operation,
    table: RecordTable,
    *,
    out: OutFolder,
    person: Annotated[str, typer.Option(help="Column that says whose record it is. It is not released.")],
    time: Annotated[str, typer.Option(help="The dimension of periods: its innermost codes are weeks as 2026-W07.")],
    over: Annotated[list[str], typer.Option(help="A week to release. May be repeated.")],
    rho: Annotated[float, typer.Option(help="What one record of a person may cost.")],
    secret: SecretFile,
    hierarchy: HierarchyFiles = None,
    level: Annotated[list[str] | None, typer.Option(help="What is told apart: origin:1,reason. May be repeated.")] = None,
) -> None:
    """Release noisy counts of persons, and write down what that spends. Refused where the weekly report told of the same."""
    asked = Asked(ledger.data_set_of(operation), person, time, over, level or [], rho)
    key, files = read_secret(secret).for_clipping, hierarchies_of(hierarchy)
    with open_program(Settings.read()) as program:
        register = register_of(program, sign_in_once_accounts_exist(program, operation))
        with steps() as step:
            written = measure_file(table, out, asked=asked, register=register, secret=key, hierarchies=files, step=step)
    console.print(f"Released: {written.folder} (line {written.line.number})", markup=False, soft_wrap=True)


def perturb(
    operation: Operation,
    table: RecordTable,
    *,
    out: OutFolder,
    record: Annotated[str, typer.Option(help="Column that names the record. It is not released.")],
    secret: SecretFile,
    time: Annotated[str, typer.Option(help="The dimension of periods: its innermost codes are weeks as 2026-W07.")],
    hierarchy: HierarchyFiles = None,
) -> None:
    """Release a table with noise by cell keys. Refused where the weekly report told of the same variables and weeks."""
    with open_program(Settings.read()) as program:
        register = register_of(program, sign_in_once_accounts_exist(program, operation))
        with steps() as step:
            written = perturb_file(
                table,
                out,
                record=record,
                secret=secret,
                register=register,
                data_set=ledger.data_set_of(operation),
                hierarchies=hierarchies_of(hierarchy),
                time=time,
                step=step,
            )
    console.print(f"Released: {out} (line {written.line.number})", markup=False, soft_wrap=True)
