"""The anonymizer as a tool of its own: protect any CSV file, attack and verify any release. No database, no keys."""

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Annotated, Final

import typer

from anonymizer import Method, OutsideTotal, Policy, default_policy, stated
from anonymizer.alternatives import check_drawn, verify_any
from anonymizer.inside import read_code_maps
from anonymizer.tool import (
    Entry,
    Exposure,
    Identity,
    Periods,
    PublishedTable,
    Verdict,
    ZerosAreHidden,
    expose,
    narrowest,
    protect_file,
    read_choices,
    read_known,
    read_outside,
    read_release,
)
from app.cli import release_noise, release_records, release_register, release_rounded
from app.cli.anonymizer_coarsen import coarsen
from app.cli.anonymizer_inside import explain, what_if
from app.cli.anonymizer_options import (
    BROKEN,
    ENDS,
    ChosenTables,
    ContributorColumn,
    ContributorsColumn,
    CountColumn,
    HierarchyFiles,
    PolicyFile,
    ReleaseFolder,
    Seed,
    TableFile,
    exit_status,
    hierarchies_of,
    interval_text,
    policy_of,
    say,
    show_losses,
    steps,
    worst_of,
)
from app.cli.red_team import red_team
from app.cli.screen import console, show_table

__all__ = ["add_commands"]

SHOWN: Final = 20
BROKEN_WAYS: Final = (Verdict.TOO_NARROW, Verdict.RECOVERED)

tool = typer.Typer(help="Protect any table, attack and verify any release: on files alone.", no_args_is_help=True)

OutsideFile = Annotated[
    Path | None,
    typer.Option("--outside", help="CSV of totals that others publish: dimensions, total, and if wished source and counted."),
]
release_register.add_commands(tool)
release_noise.add_commands(tool)
release_records.add_commands(tool)


def add_commands(commands: typer.Typer) -> None:
    commands.add_typer(tool, name="anonymizer")


tool.command("explain", epilog=ENDS)(explain)
tool.command("what-if", epilog=ENDS)(what_if)
tool.command("coarsen", epilog=ENDS)(coarsen)


@tool.command("protect", epilog=ENDS)
def protect(
    table: TableFile,
    *,
    out: Annotated[Path, typer.Option(help="Folder for the release; must not be there yet, or be empty.")],
    policy: PolicyFile = None,
    hierarchy: HierarchyFiles = None,
    tables: ChosenTables = None,
    count: CountColumn = None,
    contributors: ContributorsColumn = None,
    contributor: ContributorColumn = None,
    outside: OutsideFile = None,
    coarser: Annotated[
        Path | None, typer.Option(help="What codes become, as `anonymizer coarsen --save` wrote it.", metavar="FILE.csv")
    ] = None,
    time: Annotated[str | None, typer.Option(help="The dimension of time: what is over is published, and stands.")] = None,
    over: Annotated[list[str] | None, typer.Option(help="An innermost code of --time that is over. May be repeated.")] = None,
    history: Annotated[Path | None, typer.Option(help="Folder of the release before, with --time.")] = None,
    register: Annotated[Path | None, typer.Option(help="Register of these people's releases, with --data-set.")] = None,
    data_set: Annotated[str | None, typer.Option(help="What the register calls these people.")] = None,
    resume: Annotated[
        Path | None, typer.Option(help="File with a key, made if not there: a search that is ended goes on when asked again.")
    ] = None,
    seed: Seed = 0,
    loss: Annotated[bool, typer.Option("--loss", help="Say what was lost at each level (for inside only).")] = False,
    method: Annotated[Method, typer.Option(help="suppression hides some numbers, rounding changes all.")] = Method.SUPPRESSION,
    base: Annotated[int, typer.Option(help="With --method rounding: every number is a multiple of it.", min=3)] = 5,
    secret: Annotated[
        Path | None, typer.Option(help="With --method rounding: the secret file of these people, made by `anonymizer secret`.")
    ] = None,
) -> None:
    """Protect TABLE.csv, prove it, and write a release folder, whole or not at all.

    Every column is a dimension but the count and the contributors. Several tables are protected as one system.
    """
    if method is not Method.SUPPRESSION:
        if method is not Method.ROUNDING:
            raise typer.BadParameter(f"{method} has a command of its own", param_hint="--method")
        if secret is None:
            raise typer.BadParameter("rounding needs the secret file of these people", param_hint="--secret")
        if time is not None or history is not None or resume is not None or seed:
            raise typer.BadParameter("--time, --history, --resume and --seed are for suppression", param_hint="--method")
        release_rounded.protect_by_rounding(
            table,
            out,
            policy_of(policy) or default_policy(),
            base=base,
            secret=secret,
            hierarchies=hierarchies_of(hierarchy),
            count=count,
            contributors=contributors,
            contributor=contributor,
            tables=read_choices(tables or []),
            coarser=coarser,
            entry=_entry(register, data_set),
            loss=loss,
        )
        return
    with exit_status(), steps() as step:
        rules = policy_of(policy) or default_policy()
        written = protect_file(
            table,
            out,
            rules,
            hierarchies=hierarchies_of(hierarchy),
            count=count,
            contributors=contributors,
            contributor=contributor,
            tables=read_choices(tables or []),
            outside=outside,
            coarser=read_code_maps(coarser) if coarser else (),
            periods=_periods(time, over or [], history),
            entry=_entry(register, data_set),
            resume=resume,
            seed=seed,
            step=step,
        )
    if contributors is None and contributor is None:
        say("The rule of contributors was not applied: no column says from how many the counts come (--contributors).")
        say("Nor was that of own_knowledge, for the same reason.")
    if rules != rules.without_contributions() and contributor is None:
        say("The rule of dominance was not applied: no column says who contributed how much (--contributor).")
    console.print(f"Released: {written.folder}", markup=False, soft_wrap=True)
    cells = f"{written.published + written.suppressed:,} cells, {written.suppressed:,} of them suppressed."
    console.print(cells, worst_of(written.worst), soft_wrap=True)
    if loss:
        show_losses(written.losses)


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
    with exit_status(), steps() as step:
        step("reading the release", 0, 0)
        found = read_release(release)
        rules = policy_of(policy) or found.policy
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
        _summarise(exposures, "rounded" if found.tables[0].rounding else "suppressed")
    if contradiction:
        say("The assumption is false: some suppressed cells are zeros. The numbers contradict whoever believes that none is.")
    if any(one.verdict.broken for one in exposures):
        raise typer.Exit(BROKEN)


@tool.command("verify", epilog=ENDS)
def verify(
    release: ReleaseFolder,
    *,
    register: Annotated[Path | None, typer.Option(help="Check too that it left by this register, as it stands.")] = None,
    source: Annotated[Path | None, typer.Option(help="Check too that synthetic records are drawn from this release.")] = None,
) -> None:
    """Check a release from its folder alone: files, cells, sums, certificate, and that nothing can be recovered."""
    with exit_status(), steps() as step:
        method, checks = verify_any(release, lambda what: step(what, 0, 0), register=register)
        if source:
            checks.append(check_drawn(release, source))
    for check in checks:
        console.print(f"{'yes' if check.holds else 'NO ':3}  {check.looked_at}", markup=False, soft_wrap=True)
        if not check.holds:
            console.print(f"     {check.fault}", markup=False, soft_wrap=True)
    if not all(check.holds for check in checks):
        console.print("Not verified.")
        raise typer.Exit(BROKEN)
    console.print(f"Verified, by the method {method}. Who made the release is not told by it: see docs/anonymizer.md.")


tool.command("red-team", epilog=ENDS)(red_team)


def _expose(
    tables: Sequence[PublishedTable],
    policy: Policy,
    *,
    zeros_visible: bool,
    known: Mapping[Identity, int],
    outside: Sequence[OutsideTotal],
) -> tuple[list[Exposure], bool]:
    """What the attacker learns, and whether the assumption of visible zeros contradicts the numbers."""
    try:
        return expose(tables, policy, zeros_visible=zeros_visible, known=known, outside=outside), False
    except ZerosAreHidden:
        return [], True


def _periods(time: str | None, over: Sequence[str], history: Path | None) -> Periods | None:
    if time is None and (over or history):
        raise typer.BadParameter("needed beside --over and --history", param_hint="--time")
    if time is not None and not over:
        raise typer.BadParameter("with --time, say what is over", param_hint="--over")
    return None if time is None else Periods(time, over, history)


def _entry(register: Path | None, data_set: str | None) -> Entry | None:
    if (register is None) != (data_set is None):
        raise typer.BadParameter("--register and --data-set go together", param_hint="--register")
    return Entry(register, data_set) if register and data_set else None


def _summarise(exposures: Sequence[Exposure], kind: str) -> None:
    """What is known of the cells of each level; `kind` says what was done to them."""
    rows = []
    for (table, level), group in groupby(sorted(exposures, key=_level), key=_level):
        cells = list(group)
        verdicts = [sum(one.verdict is verdict for one in cells) for verdict in BROKEN_WAYS]
        least = narrowest(cells)
        rows.append((table, level, len(cells), *verdicts, interval_text(least.interval if least else None)))
    show_table(("table", "level", kind, *BROKEN_WAYS, "narrowest"), rows, "No cell is suppressed.")
    broken = [one for one in exposures if one.verdict.broken]
    for one in broken[:SHOWN]:
        console.print(f"{one.verdict}: {one.cell} is {interval_text(one.interval)}", markup=False, soft_wrap=True)
    if len(broken) > SHOWN:
        console.print(f"... and {len(broken) - SHOWN} more (--csv or --json lists all)")
    console.print("The policy is BROKEN." if broken else "Nothing here breaks the policy.")


def _level(exposure: Exposure) -> tuple[str, str]:
    return exposure.table, exposure.level


def _row(exposure: Exposure) -> dict[str, object]:
    low, high = exposure.interval
    return {"table": exposure.table, "cell": exposure.cell, "least": low, "greatest": high, "verdict": str(exposure.verdict)}
