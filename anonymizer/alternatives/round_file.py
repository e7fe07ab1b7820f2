"""A CSV file in, a rounded release folder out: the whole of `waystation anonymizer protect --method rounding`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from anonymizer.alternatives.round_once import write_down_once
from anonymizer.attacker import Interval
from anonymizer.cell_keys import read_secret
from anonymizer.errors import RoundingUnfit
from anonymizer.method import Method
from anonymizer.policy import Policy
from anonymizer.published import Rounding
from anonymizer.rounding import Change, changes, round_table
from anonymizer.tool.choose_tables import Choice
from anonymizer.tool.code_map import CodeMap
from anonymizer.tool.protect_file import Step, rules_for
from anonymizer.tool.read_hierarchy import read_hierarchy
from anonymizer.tool.read_table import RECORDS, read_tables
from anonymizer.tool.write_down import Entry
from anonymizer.tool.write_release import require_free, write_release

__all__ = ["Rounded", "round_file"]


@dataclass(frozen=True)
class Rounded:
    """A rounded release as it was written: how many cells, how they were rounded, and the least that is left open of one.

    `changes` says what that costs by level, for inside only.
    """

    folder: Path
    cells: int
    rounding: Rounding
    worst: Interval | None
    changes: Sequence[Change]


def round_file(
    table: Path,
    out: Path,
    policy: Policy,
    *,
    base: int,
    secret: Path,
    hierarchies: Mapping[str, Path],
    count: str | None = None,
    contributors: str | None = None,
    contributor: str | None = None,
    tables: Sequence[Choice] = (),
    coarser: Sequence[CodeMap] = (),
    entry: Entry | None = None,
    step: Step | None = None,
) -> Rounded:
    """Read, count, round, prove and write one table; nothing is written before everything is proven.

    `secret` names the file from which it is drawn to which side a number goes. `contributors`, `contributor` and `coarser`
    are as in `protect_file`. With `entry` the release is written into a
    register, and refused where another method was used on the same people, or they were rounded otherwise before. Raises what
    reading, rounding and writing raise.
    """
    tell = step or (lambda _what, _done, _of: None)
    require_free(out)
    if len(tables) > 1:
        raise RoundingUnfit(table=tables[1].name, reason="only one table is rounded at a time, and several were asked for")
    key = read_secret(secret).for_rounding
    tell("reading and counting", 0, 0)
    known = {name: read_hierarchy(name, path) for name, path in hierarchies.items()}
    [counted] = read_tables(
        table, known, tables, count=count, contributors=contributors, contributor=contributor, coarser=coarser
    )
    rules = rules_for(policy, contributors=contributors, contributor=contributor)
    if entry:
        entry.check(Method.ROUNDING, counted.dimensions, None, ())
    tell("rounding and proving", 0, 0)
    rounded = round_table(counted, rules, base=base, secret=key)
    tell("auditing as an outsider, and writing", 0, 0)
    [done] = rounded.tables

    def write_down() -> None:
        if entry:
            write_down_once(entry, done)

    worst = write_release(rounded, out, measure=count or RECORDS, before=write_down)
    return Rounded(out, len(done.cells), done.rounding, worst, changes(counted, done))
