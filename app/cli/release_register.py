"""The register of releases on the command line: begin one, and read what left and what is spent."""

from pathlib import Path
from typing import Annotated

import typer

from anonymizer.differential_privacy import DELTA, accounts, epsilon_of
from anonymizer.register import Register, begin_register, departures
from app.cli.anonymizer_options import ENDS, exit_status
from app.cli.screen import console, show_table

__all__ = ["add_commands"]


def add_commands(tool: typer.Typer) -> None:
    tool.command("register", epilog=ENDS)(show_register)


def show_register(
    register: Annotated[Path, typer.Argument(help="The register of these people's releases.", metavar="REGISTER")],
    *,
    new: Annotated[bool, typer.Option("--new", help="Begin it. One register holds all releases of the same people.")] = False,
) -> None:
    """Check the register, and show what left by which method and what of each privacy budget is spent."""
    with exit_status():
        if new:
            begin_register(register)
        lines = Register(register).lines()
    left = [
        (line.number, line.at, each.data_set, each.method, ", ".join(sorted(each.variables)), ", ".join(sorted(each.periods)))
        for line, each in departures(lines)
    ]
    show_table(("line", "written", "data set", "method", "variables", "periods"), left, "Nothing has left yet.")
    for account in accounts(lines):
        spent = float(account.spent)
        console.print(
            f"{account.data_set}: of rho = {account.rho:.4g} (epsilon {epsilon_of(account.rho):.3g} at delta {DELTA:g}) "
            f"{spent:.4g} is spent (epsilon {epsilon_of(spent):.3g}); {account.most} records a person count.",
            markup=False,
            soft_wrap=True,
        )
