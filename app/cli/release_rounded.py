"""A rounded release on the command line: what `protect --method rounding` does and says."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from anonymizer import Policy
from anonymizer.alternatives import round_file
from anonymizer.inside import read_code_maps
from anonymizer.rounding import Change
from anonymizer.tool import Choice, Entry
from app.cli.anonymizer_options import depths, exit_status, say, steps, worst_of
from app.cli.screen import console, show_table

__all__ = ["protect_by_rounding"]


def protect_by_rounding(
    table: Path,
    out: Path,
    policy: Policy,
    *,
    base: int,
    secret: Path,
    hierarchies: Mapping[str, Path],
    count: str | None,
    contributors: str | None,
    contributor: str | None,
    tables: Sequence[Choice],
    coarser: Path | None,
    entry: Entry | None,
    loss: bool,
) -> None:
    """Round a file, and tell what came of it."""
    with exit_status(), steps() as step:
        written = round_file(
            table,
            out,
            policy,
            base=base,
            secret=secret,
            hierarchies=hierarchies,
            count=count,
            contributors=contributors,
            contributor=contributor,
            tables=tables,
            coarser=read_code_maps(coarser) if coarser else (),
            entry=entry,
            step=step,
        )
    if contributors is None and contributor is None:
        say("The rule of contributors was not applied: no column says from how many the counts come (--contributors).")
    console.print(f"Released: {written.folder}", markup=False, soft_wrap=True)
    rounding = written.rounding
    cells = f"{written.cells:,} cells, each a multiple of {rounding.base} and less than {rounding.within} from the true number."
    console.print(cells, worst_of(written.worst), soft_wrap=True)
    if loss:
        _show_changes(written.changes)


def _show_changes(found: Sequence[Change]) -> None:
    """What rounding costs, level by level: for whoever protects, not for readers."""
    rows = [(depths(each), each.cells, each.changed, each.beyond, each.moved, f"{each.share:.1%}") for each in found]
    columns = ("level", "cells with persons", "changed", "beyond the next multiple", "changes added", "of the persons")
    show_table(columns, rows, "Nothing was changed.")
