"""Why the cells of a table are hidden as they would be released, and what publishing one would give away. For inside only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from anonymizer.attacker import Interval
from anonymizer.explain import Reason, explain, reasons
from anonymizer.policy import Policy
from anonymizer.protect import draft_tables
from anonymizer.published import Identity, PublishedTable
from anonymizer.tool.cell_names import read_cell, write_cell
from anonymizer.tool.choose_tables import Choice
from anonymizer.tool.protect_file import Step, in_order_of, rules_for
from anonymizer.tool.read_hierarchy import read_hierarchy
from anonymizer.tool.read_table import read_tables

__all__ = ["Explained", "explain_file"]


@dataclass(frozen=True)
class Explained:
    """A cell, why it is not published, what the release leaves open of it, and which cells it would betray.

    `rests` are cells and totals of which too few, or nobody, would be known to be left without the cell. All but the reason is
    worked out only of cells that were asked for.
    """

    cell: str
    reason: Reason
    interval: Interval | None = None
    betrayed: tuple[str, ...] = ()
    rests: tuple[tuple[str, str], ...] = ()


def explain_file(
    table: Path,
    policy: Policy,
    *,
    hierarchies: Mapping[str, Path],
    cells: Iterable[str] = (),
    each: bool = False,
    count: str | None = None,
    contributors: str | None = None,
    contributor: str | None = None,
    tables: Sequence[Choice] = (),
    seed: int = 0,
    step: Step | None = None,
) -> list[Explained]:
    """Explain the cells asked for, or `each` that is hidden; without either, say why each is hidden and no more.

    The same table, policy and seed hide the same cells as `protect_file` does. Raises what reading and protecting raise, and
    `CellUnknown`.
    """
    tell = step or (lambda _what, _done, _of: None)
    tell("reading and counting", 0, 0)
    known = {name: read_hierarchy(name, path) for name, path in hierarchies.items()}
    rules = rules_for(policy, contributors=contributors, contributor=contributor)
    read = read_tables(table, known, tables, count=count, contributors=contributors, contributor=contributor)
    counted = in_order_of(seed, read)
    tell("protecting", 0, 0)
    published = draft_tables(counted, rules)
    hidden = reasons(counted, published, rules)
    asked = [read_cell(text, published) for text in cells] or (list(hidden) if each else [])
    if not asked:
        return [Explained(_written(name, published), reason) for name, reason in hidden.items()]
    found = []
    for at, name in enumerate(asked):
        tell("asking what each would give away", at, len(asked))
        told = explain(counted, published, rules, name)
        betrayed = tuple(_written(other, published) for other in told.betrayed)
        rests = tuple((_written(one, published), _written(total, published)) for one, total in told.rests)
        found.append(Explained(_written(name, published), told.reason, told.interval, betrayed, rests))
    return found


def _written(name: Identity, tables: Sequence[PublishedTable]) -> str:
    """A cell in the dimensions of the first table that it stands in."""
    codes = dict(name)
    along = next(table.dimensions for table in tables if codes.keys() <= {dimension.name for dimension in table.dimensions})
    return write_cell(along, tuple(codes.get(dimension.name, "_T") for dimension in along))
