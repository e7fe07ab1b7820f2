"""`waystation anonymizer red-team`: the thirteen attacks on releases, as anybody could make them who kept every one."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from anonymizer.red_team import ATTACKS, WITH_KNOWLEDGE, Finding, Published, of_those_people, open_release
from anonymizer.tool import read_known
from app.cli.refusals import show
from app.cli.screen import console
from core.errors import Problem

__all__ = ["red_team"]

FOUND, BAD_INPUT = 1, 2
SHOWN: Final = 20

Releases = Annotated[
    list[Path], typer.Argument(help="Release folders, in the order in which they were published.", metavar="RELEASE_DIR...")
]
Know = Annotated[
    list[str] | None,
    typer.Option(
        help="A count that contributors to the last release know of their own: origin=XM01,destination=_T=12.",
        metavar="CELL=VALUE",
    ),
]
Outside = Annotated[
    list[str] | None, typer.Option(help="A count of the people of the last release that others publish.", metavar="CELL=VALUE")
]


def red_team(releases: Releases, *, know: Know = None, outside: Outside = None) -> None:
    """Try all attacks on some releases together: tables, pages, maps, workbooks, files.

    Attacks that need many releases, or what somebody knows beforehand, are left out where that is not given.
    """
    try:
        opened = [open_release(folder) for folder in releases]
        findings = list(_findings(opened, {"collusion": know or [], "outside totals": outside or []}))
    except Problem as problem:
        show(problem)
        raise typer.Exit(BAD_INPUT) from None
    for finding in findings[:SHOWN]:
        console.print(f"{finding.attack}: {finding.release}, {finding.place}: {finding.tells}", markup=False, soft_wrap=True)
    if len(findings) > SHOWN:
        console.print(f"... and {len(findings) - SHOWN} more")
    tried = len(ATTACKS) + bool(know) + bool(outside)
    console.print(f"{tried} attacks on {len(opened)} releases: {len(findings) or 'nothing'} found.")
    if findings:
        raise typer.Exit(FOUND)


def _findings(releases: Sequence[Published], known: dict[str, list[str]]) -> Iterator[Finding]:
    for attack in ATTACKS.values():
        yield from attack(releases)
    together = of_those_people(releases)
    for name, texts in known.items():
        if texts:
            cells = read_known(texts, [table for release in together for table in release.tables])
            yield from WITH_KNOWLEDGE[name](together, cells)
