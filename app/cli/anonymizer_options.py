"""What the commands of the anonymizer's tool have in common: options, how far they are, how they end, how they print losses."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from anonymizer import Policy, read_policy
from anonymizer.rounding import Change
from anonymizer.tool import Interval, Loss, NotProven, ProtectionImpossible, SolverGaveUp, Step
from app.cli.refusals import show
from app.cli.screen import progress, show_table
from core.errors import Problem

__all__ = [
    "BROKEN",
    "ENDS",
    "ChosenTables",
    "ContributorColumn",
    "ContributorsColumn",
    "CountColumn",
    "HierarchyFiles",
    "PolicyFile",
    "ReleaseFolder",
    "Seed",
    "TableFile",
    "depths",
    "exit_status",
    "hierarchies_of",
    "interval_text",
    "policy_of",
    "say",
    "show_losses",
    "steps",
    "worst_of",
]

BROKEN, BAD_INPUT = 1, 2
ENDS: Final = (
    "Exit status: 0 all is well; 1 the policy is broken, or something could not be proven or verified; "
    "2 the command or a file cannot be used, or a rule forbids the release. More: docs/anonymizer.md."
)

ReleaseFolder = Annotated[Path, typer.Argument(help="A release folder.", metavar="RELEASE_DIR")]
TableFile = Annotated[Path, typer.Argument(help="CSV: a row for each innermost cell or record.", metavar="TABLE.csv")]
PolicyFile = Annotated[Path | None, typer.Option("--policy", help="Rules, as in anonymizer/default_policy.toml (the default).")]
HierarchyFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--hierarchy",
        help="DIMENSION=FILE.csv with columns code and parent; may be given for each dimension.",
        metavar="NAME=FILE",
    ),
]
ChosenTables = Annotated[
    list[str] | None,
    typer.Option(
        "--table",
        help="A table of some columns: places=origin,destination:1 (down to level 1). May be repeated.",
        metavar="NAME=COLUMNS",
    ),
]
CountColumn = Annotated[str | None, typer.Option("--count", help="Column that says how many; without it each row is one.")]
ContributorsColumn = Annotated[
    str | None, typer.Option("--contributors", help="Column that says from how many reports or households.")
]
ContributorColumn = Annotated[
    str | None, typer.Option("--contributor", help="Column that says who contributed a row; counted, and never written.")
]
Seed = Annotated[int, typer.Option("--seed", help="Breaks ties between cells that are equally good to hide.", min=0)]


def policy_of(path: Path | None) -> Policy | None:
    """The policy of a file, if one is given."""
    return None if path is None else read_policy(path)


def hierarchies_of(given: Sequence[str] | None) -> dict[str, Path]:
    """The files of hierarchies by dimension."""
    named: dict[str, Path] = {}
    for text in given or ():
        name, equals, path = text.partition("=")
        if not (name and equals and path) or name in named:
            raise typer.BadParameter(f"'{text}' is not NAME=FILE, or the name was given before", param_hint="--hierarchy")
        named[name] = Path(path)
    return named


@contextmanager
def exit_status() -> Iterator[None]:
    """Show a refusal, and end with the status that says whose fault it is."""
    try:
        yield
    except Problem as problem:
        show(problem)
        if isinstance(problem, ProtectionImpossible):
            for cell, reason in problem.unprotected:
                say(f"  {','.join(f'{name}={code}' for name, code in cell) or 'the grand total'}: {reason}")
        raise typer.Exit(BROKEN if isinstance(problem, NotProven | SolverGaveUp) else BAD_INPUT) from None


@contextmanager
def steps() -> Iterator[Step]:
    """What is being done, on the error output; it disappears when it is done."""
    with progress(Console(stderr=True, highlight=False), transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def step(what: str, done: int, of: int) -> None:
            bar.update(task, description=what, completed=done, total=of or None)

        yield step


def show_losses(found: Sequence[Loss]) -> None:
    """What a release costs, level by level: for whoever protects, not for readers."""
    several = len({each.table for each in found}) > 1
    rows = [
        (f"{each.table}: " * several + depths(each), each.cells, each.unsafe, each.beside, each.zeros, f"{each.share:.1%}")
        for each in found
    ]
    columns = ("level", "cells with persons", "unsafe", "hidden beside", "zeros hidden", "persons hidden")
    show_table(columns, rows, "The loss of a release over time is not told.")


def depths(of: Loss | Change) -> str:
    """A level by name: each dimension with its depth."""
    named = iter(of.names)
    return " x ".join(f"{next(named)} {depth}" for depth in of.level if depth) or "total"


def interval_text(interval: Interval | None) -> str:
    """An interval in words; nothing where there is none."""
    if interval is None:
        return ""
    low, high = interval
    return f"{low} or more" if high is None else f"{low} to {high}"


def say(text: str) -> None:
    """A sentence on the error output."""
    Console(stderr=True, highlight=False).print(text, markup=False, soft_wrap=True)


def worst_of(worst: Interval | None) -> str:
    """What a certificate states under 'worst', in words."""
    return f"The least that is left open of one that may be small is {interval_text(worst)}." if worst else ""
