"""A part of a table that fits a screen: rows of one dimension, columns of another, all others held at one code each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from anonymizer import TOTAL, Dimension
from anonymizer.officer import MarkedTable, Reason

__all__ = ["Row", "Slice", "SliceCell", "cut"]

ROWS: Final = 40
COLUMNS: Final = 8


@dataclass(frozen=True)
class SliceCell:
    """A cell by its codes, as commands and forms write it; its number, or why it is hidden."""

    written: str
    number: int | None
    reason: Reason | None


@dataclass(frozen=True)
class Row:
    """A code, how far it lies below the total, and its cells in the order of the columns."""

    code: str
    depth: int
    cells: tuple[SliceCell, ...]


@dataclass(frozen=True)
class Slice:
    """What is shown of a table: `held` says at which code each of the other dimensions stands.

    `earlier` and `later` are where the pages beside this one begin; None where there is none.
    """

    name: str
    down: Dimension
    across: Dimension | None
    held: tuple[tuple[Dimension, str], ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    first: int
    earlier: int | None
    later: int | None

    @property
    def codes(self) -> dict[str, str]:
        """The codes that are held, by name of dimension."""
        return {dimension.name: code for dimension, code in self.held}


def cut(marked: MarkedTable, asked: Mapping[str, str], first: int = 0) -> Slice:
    """Rows are the dimension with most codes, columns that with most of those that fit; `asked` holds codes of the others."""
    table = marked.table
    *smaller, down = sorted(table.dimensions, key=lambda each: len(each.parents))
    fitting = [each for each in smaller if len(each.parents) <= COLUMNS] or smaller[:1]
    across = fitting[-1] if fitting else None
    others = [each for each in table.dimensions if each.name not in {down.name, across and across.name}]
    held = tuple((each, asked[each.name] if asked.get(each.name) in each.parents else TOTAL) for each in others)
    columns = tuple(_in_order(across)) if across else (TOTAL,)
    codes = list(_in_order(down))
    first = first if 0 <= first < len(codes) else 0
    fixed = {each.name: code for each, code in held}
    rows = []
    for code in codes[first : first + ROWS]:
        own = fixed | {down.name: code}
        cells = [_cell(marked, own | ({across.name: column} if across else {})) for column in columns]
        rows.append(Row(code, len(down.climb(code)) - 1, tuple(cells)))
    later = first + ROWS if first + ROWS < len(codes) else None
    earlier = max(first - ROWS, 0) if first else None
    return Slice(table.name, down, across, held, columns, tuple(rows), first, earlier, later)


def _cell(marked: MarkedTable, codes: Mapping[str, str]) -> SliceCell:
    key = tuple(codes[dimension.name] for dimension in marked.table.dimensions)
    written = ",".join(f"{name}={codes[name]}" for name in (each.name for each in marked.table.dimensions))
    return SliceCell(written, marked.table.cells[key], marked.reasons.get(key))


def _in_order(dimension: Dimension, code: str = TOTAL) -> Iterator[str]:
    """Each code before its parts."""
    yield code
    below: Sequence[str] = dimension.children.get(code, ())
    for part in below:
        yield from _in_order(dimension, part)
