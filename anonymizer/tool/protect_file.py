"""A CSV file in, a proven release folder out: the whole of `waystation anonymizer protect`."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from anonymizer.attacker import Interval
from anonymizer.counted_week import CountedTable
from anonymizer.dimension import Dimension
from anonymizer.errors import HistoryUnfit
from anonymizer.loss import Loss, losses
from anonymizer.method import Method
from anonymizer.policy import Policy
from anonymizer.protect import protect_tables
from anonymizer.published import ProtectedTables, count_cells
from anonymizer.tool.choose_tables import Choice
from anonymizer.tool.code_map import CodeMap
from anonymizer.tool.protect_history import Periods, protect_history
from anonymizer.tool.read_hierarchy import read_hierarchy
from anonymizer.tool.read_outside import check_outside, read_outside
from anonymizer.tool.read_table import RECORDS, read_tables
from anonymizer.tool.resume import KeptBeside
from anonymizer.tool.write_down import Entry
from anonymizer.tool.write_release import require_free, write_release

__all__ = ["Step", "Written", "in_order_of", "protect_file", "rules_for"]

Step = Callable[[str, int, int], None]
"""Told what is being done, how far it is, and of how much (0 where that is not known)."""


@dataclass(frozen=True)
class Written:
    """A release as it was written: how many cells it shows and hides, and the least that is left open of one.

    `losses` says what that costs by level; it counts unsafe cells, so it is for inside only.
    """

    folder: Path
    published: int
    suppressed: int
    worst: Interval | None
    losses: Sequence[Loss]


def protect_file(
    table: Path,
    out: Path,
    policy: Policy,
    *,
    hierarchies: Mapping[str, Path],
    count: str | None = None,
    contributors: str | None = None,
    contributor: str | None = None,
    tables: Sequence[Choice] = (),
    coarser: Sequence[CodeMap] = (),
    outside: Path | None = None,
    periods: Periods | None = None,
    entry: Entry | None = None,
    resume: Path | None = None,
    seed: int = 0,
    step: Step | None = None,
) -> Written:
    """Read, count, protect, prove and write; nothing is written before everything is proven.

    `tables` are choices of the file's columns, protected as one system; without any there is one table of all columns.
    What the codes of some dimensions become (`coarser`) they become before anything is counted. `outside` is a file of totals
    that others publish.
    `contributors` names a column that says how many contributed, `contributor` one that says who. Rules that ask for what
    neither tells are not applied, and the release does not state them (see `rules_for`). With `periods` only what is over is
    published, and nothing that was released before is withdrawn or contradicted. With `entry` the release is written into a
    register, and refused where another method was used on the same people. With `resume`, a file with a key that is made if it
    is not there, what the search finds is kept sealed beside `out` until the release is written, so one that was ended goes on.
    Another `seed` breaks ties between equally good cells to hide otherwise. Raises what reading, protecting and writing raise.
    """
    tell = step or (lambda _what, _done, _of: None)
    require_free(out)
    tell("reading and counting", 0, 0)
    known = {name: read_hierarchy(name, path) for name, path in hierarchies.items()}
    read = read_tables(table, known, tables, count=count, contributors=contributors, contributor=contributor, coarser=coarser)
    counted, rules = in_order_of(seed, read), rules_for(policy, contributors=contributors, contributor=contributor)
    totals = () if outside is None else check_outside(outside, read_outside(outside, counted), counted)
    if totals and periods is not None:
        raise HistoryUnfit(given=outside, reason="totals published elsewhere cannot be given for a release over time")
    if resume is not None and periods is not None:
        raise HistoryUnfit(given=resume, reason="a search over time does not go on from where it was ended")
    measure = count or RECORDS
    time, over = (periods.time, periods.over) if periods else (None, ())
    departure = entry and entry.check(Method.SUPPRESSION, [each for one in counted for each in one.dimensions], time, over)

    def progress(done: int, of: int) -> None:
        tell("protecting and proving", done, of)

    kept = KeptBeside(out, resume) if resume else None
    protected = (
        protect_tables(counted, rules, outside=totals, progress=progress, kept=kept)
        if periods is None
        else protect_history(counted, periods, rules, measure=measure, progress=progress)
    )
    tell("auditing as an outsider, and writing", 0, 0)

    def write_down() -> None:
        if entry and departure:
            entry.write(departure)

    worst = write_release(protected, out, measure=measure, before=write_down, outside=totals)
    if kept:
        kept.remove()
    return Written(out, *count_cells(protected.tables), worst, _losses(counted, protected))


def rules_for(policy: Policy, *, contributors: str | None, contributor: str | None) -> Policy:
    """The policy without the rules that nobody can judge: who contributed is not told, or neither who nor how many."""
    if contributor:
        return policy
    return policy.without_contributions() if contributors else policy.without_contributors()


def _losses(counted: Sequence[CountedTable], protected: ProtectedTables) -> Sequence[Loss]:
    """The loss by level; of a release over time none, since what is not over is counted otherwise than it is published."""
    if any(table.dimensions != truth.dimensions for truth, table in zip(counted, protected.tables, strict=True)):
        return ()
    return losses(counted, protected.tables, protected.policy)


def in_order_of(seed: int, tables: Sequence[CountedTable]) -> Sequence[CountedTable]:
    """The same tables with their codes in another order: of two cells equally good to hide, the first is hidden."""
    if not seed:
        return tables
    order = random.Random(seed)  # noqa: S311  (breaks ties, keeps no secret)
    return [replace(table, dimensions=tuple(_shuffled(dimension, order) for dimension in table.dimensions)) for table in tables]


def _shuffled(dimension: Dimension, order: random.Random) -> Dimension:
    members = list(dimension.parents.items())
    order.shuffle(members)
    return Dimension(dimension.name, dict(members))
