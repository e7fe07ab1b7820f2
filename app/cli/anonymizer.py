"""The anonymizer as a tool of its own: protect any CSV file, attack and verify any release. No database, no keys."""

import csv
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from anonymizer import Policy, default_policy, read_policy, stated
from anonymizer.tool import (
    Exposure,
    Identity,
    Interval,
    Loss,
    NotProven,
    Outside,
    Periods,
    PublishedTable,
    SolverGaveUp,
    Step,
    Verdict,
    ZerosAreHidden,
    expose,
    narrowest,
    protect_file,
    read_choices,
    read_known,
    read_outside,
    read_release,
    verify_release,
)
from app.cli.refusals import run, show
from app.cli.screen import console, progress, show_table
from core.errors import Problem

__all__ = ["add_commands", "main"]

BROKEN, BAD_INPUT = 1, 2
SHOWN: Final = 20
BROKEN_WAYS: Final = (Verdict.TOO_NARROW, Verdict.RECOVERED)
ENDS: Final = (
    "Exit status: 0 all is well; 1 the policy is broken, or something could not be proven or verified; "
    "2 the command or a file cannot be used. More: docs/anonymizer.md."
)

tool = typer.Typer(help="Protect any table, attack and verify any release: on files alone.", no_args_is_help=True)

PolicyFile = Annotated[Path | None, typer.Option("--policy", help="Rules, as in anonymizer/default_policy.toml (the default).")]
OutsideFile = Annotated[
    Path | None,
    typer.Option("--outside", help="CSV of totals that others publish: dimensions, total, and if wished source and counted."),
]
ReleaseFolder = Annotated[Path, typer.Argument(help="A release folder.", metavar="RELEASE_DIR")]


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(tool, name="anonymizer")


def main() -> None:
    """Run without the rest of the program."""
    commands = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode="rich", add_completion=False)
    commands.callback()(lambda: None)
    add_commands(commands)
    run(commands)


@tool.command("protect", epilog=ENDS)
def protect(
    table: Annotated[Path, typer.Argument(help="CSV: a row for each innermost cell or record.", metavar="TABLE.csv")],
    *,
    out: Annotated[Path, typer.Option(help="Folder for the release; must not be there yet, or be empty.")],
    policy: PolicyFile = None,
    hierarchy: Annotated[
        list[str] | None,
        typer.Option(
            help="DIMENSION=FILE.csv with columns code and parent; may be given for each dimension.", metavar="NAME=FILE"
        ),
    ] = None,
    tables: Annotated[
        list[str] | None,
        typer.Option(
            "--table",
            help="A table of some columns: places=origin,destination:1 (down to level 1). May be repeated.",
            metavar="NAME=COLUMNS",
        ),
    ] = None,
    count: Annotated[str | None, typer.Option(help="Column that says how many; without it each row is one.")] = None,
    contributors: Annotated[str | None, typer.Option(help="Column that says from how many reports or households.")] = None,
    outside: OutsideFile = None,
    time: Annotated[str | None, typer.Option(help="The dimension of time: what is over is published, and stands.")] = None,
    over: Annotated[list[str] | None, typer.Option(help="An innermost code of --time that is over. May be repeated.")] = None,
    history: Annotated[Path | None, typer.Option(help="Folder of the release before, with --time.")] = None,
    seed: Annotated[int, typer.Option(help="Breaks ties between cells that are equally good to hide.", min=0)] = 0,
    loss: Annotated[bool, typer.Option("--loss", help="Say what was lost at each level (for inside only).")] = False,
) -> None:
    """Protect TABLE.csv, prove it, and write a release folder, whole or not at all.

    Every column is a dimension but the count and the contributors. Several tables are protected as one system.
    """
    with _exit_status(), _steps() as step:
        written = protect_file(
            table,
            out,
            _policy(policy) or default_policy(),
            hierarchies=_hierarchies(hierarchy or []),
            count=count,
            contributors=contributors,
            tables=read_choices(tables or []),
            outside=outside,
            periods=_periods(time, over or [], history),
            seed=seed,
            step=step,
        )
    if contributors is None:
        _say("The rule of contributors was not applied: no column says from how many the counts come (--contributors).")
    console.print(f"Released: {written.folder}", markup=False, soft_wrap=True)
    cells = f"{written.published + written.suppressed:,} cells, {written.suppressed:,} of them suppressed."
    console.print(cells, _worst(written.worst), soft_wrap=True)
    if loss:
        _show_losses(written.losses)


@tool.command("attack", epilog=ENDS)
def attack(
    release: ReleaseFolder,
    *,
    policy: PolicyFile = None,
    zeros_visible: Annotated[
        bool, typer.Option("--assume-zeros-visible", help="The attacker believes that no suppressed cell is zero.")
    ] = False,
    know: Annotated[
        list[str] | None,
        typer.Option(
            help="A count that the attacker knows: origin=XM01,destination=_T=12. May be repeated.", metavar="CELL=VALUE"
        ),
    ] = None,
    outside: OutsideFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print every suppressed cell as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print every suppressed cell as CSV.")] = False,
) -> None:
    """Work out the tightest interval of every suppressed cell, as anybody could who reads the release."""
    with _exit_status(), _steps() as step:
        step("reading the release", 0, 0)
        found = read_release(release)
        rules = _policy(policy) or found.policy
        if rules is None:
            raise typer.BadParameter("the release states no policy", param_hint="--policy")
        known = read_known(know or [], found.tables)
        totals = tuple(read_outside(outside, found.tables).values()) if outside else ()
        step("looking for the tightest intervals", 0, 0)
        exposures, contradiction = _expose(found.tables, rules, zeros_visible=zeros_visible, known=known, outside=totals)
    if as_json:
        assumed = {"policy": stated(rules), "zeros_visible": zeros_visible, "known": know or []}
        result = {"contradiction": contradiction, "cells": [_row(one) for one in exposures]}
        typer.echo(json.dumps(assumed | result, ensure_ascii=False, indent=1))
    elif as_csv:
        writer = csv.DictWriter(sys.stdout, ["table", "cell", "least", "greatest", "verdict"])
        writer.writeheader()
        writer.writerows(_row(one) for one in exposures)
    elif not contradiction:
        _summarise(exposures, rules)
    if contradiction:
        _say("The assumption is false: some suppressed cells are zeros. The numbers contradict whoever believes that none is.")
    if any(one.verdict.broken for one in exposures):
        raise typer.Exit(BROKEN)


@tool.command("verify", epilog=ENDS)
def verify(release: ReleaseFolder) -> None:
    """Check a release from its folder alone: files, cells, sums, certificate, and that nothing can be recovered."""
    with _exit_status(), _steps() as step:
        checks = verify_release(release, lambda what: step(what, 0, 0))
    for check in checks:
        console.print(f"{'yes' if check.holds else 'NO ':3}  {check.looked_at}", markup=False, soft_wrap=True)
        if not check.holds:
            console.print(f"     {check.fault}", markup=False, soft_wrap=True)
    if not all(check.holds for check in checks):
        console.print("Not verified.")
        raise typer.Exit(BROKEN)
    console.print("Verified. Who made the release is not told by it: see docs/anonymizer.md.")


@contextmanager
def _exit_status() -> Iterator[None]:
    """Show a refusal, and end with the status that says whose fault it is."""
    try:
        yield
    except Problem as problem:
        show(problem)
        raise typer.Exit(BROKEN if isinstance(problem, NotProven | SolverGaveUp) else BAD_INPUT) from None


@contextmanager
def _steps() -> Iterator[Step]:
    """What is being done, on the error output; it disappears when it is done."""
    with progress(Console(stderr=True, highlight=False), transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def step(what: str, done: int, of: int) -> None:
            bar.update(task, description=what, completed=done, total=of or None)

        yield step


def _expose(
    tables: Sequence[PublishedTable],
    policy: Policy,
    *,
    zeros_visible: bool,
    known: Mapping[Identity, int],
    outside: Outside,
) -> tuple[list[Exposure], bool]:
    """What the attacker learns, and whether the assumption of visible zeros contradicts the numbers."""
    try:
        return expose(tables, policy, zeros_visible=zeros_visible, known=known, outside=outside), False
    except ZerosAreHidden:
        return [], True


def _policy(path: Path | None) -> Policy | None:
    return None if path is None else read_policy(path)


def _periods(time: str | None, over: Sequence[str], history: Path | None) -> Periods | None:
    if time is None and (over or history):
        raise typer.BadParameter("needed beside --over and --history", param_hint="--time")
    if time is not None and not over:
        raise typer.BadParameter("with --time, say what is over", param_hint="--over")
    return None if time is None else Periods(time, over, history)


def _hierarchies(given: Sequence[str]) -> dict[str, Path]:
    named: dict[str, Path] = {}
    for text in given:
        name, equals, path = text.partition("=")
        if not (name and equals and path) or name in named:
            raise typer.BadParameter(f"'{text}' is not NAME=FILE, or the name was given before", param_hint="--hierarchy")
        named[name] = Path(path)
    return named


def _summarise(exposures: Sequence[Exposure], policy: Policy) -> None:
    rows = []
    for (table, level), group in groupby(sorted(exposures, key=_level), key=_level):
        cells = list(group)
        verdicts = [sum(one.verdict is verdict for one in cells) for verdict in BROKEN_WAYS]
        least = narrowest(cells, policy)
        rows.append((table, level, len(cells), *verdicts, _interval(least.interval if least else None)))
    show_table(("table", "level", "suppressed", *BROKEN_WAYS, "narrowest"), rows, "No cell is suppressed.")
    broken = [one for one in exposures if one.verdict.broken]
    for one in broken[:SHOWN]:
        console.print(f"{one.verdict}: {one.cell} is {_interval(one.interval)}", markup=False, soft_wrap=True)
    if len(broken) > SHOWN:
        console.print(f"... and {len(broken) - SHOWN} more (--csv or --json lists all)")
    console.print("The policy is BROKEN." if broken else "Nothing here breaks the policy.")


def _show_losses(found: Sequence[Loss]) -> None:
    """What the release costs, level by level: for whoever protects, not for readers."""
    several = len({each.table for each in found}) > 1
    rows = [
        (f"{each.table}: " * several + _depths(each), each.cells, each.unsafe, each.beside, each.zeros, f"{each.share:.1%}")
        for each in found
    ]
    columns = ("level", "cells with persons", "unsafe", "hidden beside", "zeros hidden", "persons hidden")
    show_table(columns, rows, "The loss of a release over time is not told.")


def _depths(loss: Loss) -> str:
    named = iter(loss.names)
    return " x ".join(f"{next(named)} {depth}" for depth in loss.level if depth) or "total"


def _level(exposure: Exposure) -> tuple[str, str]:
    return exposure.table, exposure.level


def _row(exposure: Exposure) -> dict[str, object]:
    low, high = exposure.interval
    return {"table": exposure.table, "cell": exposure.cell, "least": low, "greatest": high, "verdict": str(exposure.verdict)}


def _worst(worst: Interval | None) -> str:
    return f"The least that is left open of one that may be small is {_interval(worst)}." if worst else ""


def _interval(interval: Interval | None) -> str:
    if interval is None:
        return ""
    low, high = interval
    return f"{low} or more" if high is None else f"{low} to {high}"


def _say(text: str) -> None:
    Console(stderr=True, highlight=False).print(text, soft_wrap=True)
