"""What the pages and the workbook of a weekly report say of single cells: their tables, read by headings as a reader does.

A heading is a code's name in the page's language. Two tables have no codes as columns: one has weeks, and one compares
places in this week and the week before. A name that two codes share is not told apart, and left out.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from typing import Final

import openpyxl
from lxml import html

from anonymizer.dimension import TOTAL
from anonymizer.published import Identity
from anonymizer.red_team.open_release import Names, Published
from core.periods.period import parse_period

__all__ = ["HIDDEN", "Saying", "number_in", "page_of", "sayings_of_pages", "sayings_of_workbook"]

HIDDEN: Final = "*"
GROUPS: Final = re.compile(r"(?<=\d)[,\u202f\u00a0 ](?=\d{3})")
PLACES: Final = ("origin", "destination")

Grid = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Saying:
    """What a file says of a cell of some week; `figure` is None where it is not shown."""

    place: str
    period: str
    cell: Identity
    figure: int | None = field(repr=False)


@lru_cache(maxsize=64)
def page_of(content: bytes) -> html.HtmlElement:
    """A page, parsed; whoever asks changes nothing in it."""
    return html.document_fromstring(content, parser=html.HTMLParser(encoding="utf-8"))


def number_in(text: str) -> int | None:
    """The whole number that a text is, separators left out; None where it is anything else."""
    bare = GROUPS.sub("", text.strip())
    return int(bare) if bare.isascii() and bare.isdigit() else None


def sayings_of_pages(release: Published) -> Iterator[Saying]:
    """What the tables of all pages say."""
    for path in release.paths(".html"):
        page = page_of(release.files[path])
        names = release.names.get(str(page.get("lang")), {})
        for number, table in enumerate(page.iter("table"), start=1):
            grid = [[(cell.text_content() or "").strip() for cell in row.iter("th", "td")] for row in table.iter("tr")]
            yield from _sayings(release, f"{path}, table {number}", grid, names)


def sayings_of_workbook(release: Published) -> Iterator[Saying]:
    """What the sheets of all workbooks say: those with codes by their columns, the others by their headings."""
    for path in release.paths(".xlsx"):
        for sheet in openpyxl.load_workbook(BytesIO(release.files[path]), data_only=True).worksheets:
            grid = [["" if value is None else str(value) for value in row] for row in sheet.iter_rows(values_only=True)]
            place = f"{path}, sheet {sheet.title}"
            if grid and release.dimensions.keys() & set(grid[0]):
                yield from _by_codes(release, place, grid)
            else:
                yield from _sayings(release, place, grid, release.names.get("en", {}))


def _by_codes(release: Published, place: str, grid: Grid) -> Iterator[Saying]:
    heads, *rows = grid
    along = {name: heads.index(name) for name in release.dimensions if name in heads}
    measure = next((heads.index(sheet.measure) for sheet in release.sheets if sheet.measure in heads), len(heads))
    for row in rows:
        cell = tuple(sorted((name, row[at]) for name, at in along.items() if row[at] != TOTAL))
        yield Saying(place, release.period, cell, number_in(row[measure]) if measure < len(row) else None)


def _sayings(release: Published, place: str, grid: Grid, names: Names) -> Iterator[Saying]:
    if len(grid) < 2 or not all(grid):
        return
    heads, rows = grid[0][1:], [(row[0], row[1:]) for row in grid[1:]]
    across, down = _codes(heads, names), _codes([heading for heading, _ in rows], names)
    columns, of_rows = _dimension(across, PLACES[1]), _dimension(down, PLACES[0])
    for heading, figures in rows:
        if of_rows is None or heading.casefold() not in down[of_rows]:
            continue
        for head, figure in zip(heads, figures, strict=False):
            if columns is not None and head.casefold() in across[columns]:
                codes = {of_rows: down[of_rows][heading.casefold()], columns: across[columns][head.casefold()]}
                period = release.period
            else:
                row_dimension = PLACES[1] if of_rows in PLACES else of_rows
                codes = {row_dimension: down[of_rows][heading.casefold()]}
                period = _period(release, head, heads)
            shown = number_in(figure)
            if period and (shown is not None or figure == HIDDEN):
                cell = tuple(sorted((name, code) for name, code in codes.items() if code != TOTAL))
                yield Saying(place, period, cell, shown)


def _codes(headings: Sequence[str], names: Names) -> dict[str, dict[str, str]]:
    """By dimension, the code of each heading that is a name of it."""
    wanted = {heading.casefold() for heading in headings}
    found: dict[str, dict[str, list[str]]] = {}
    for (dimension, code), name in names.items():
        if name.casefold() in wanted:
            found.setdefault(dimension, {}).setdefault(name.casefold(), []).append(code)
    return {dimension: {name: codes[0] for name, codes in of.items() if len(codes) == 1} for dimension, of in found.items()}


def _dimension(codes: Mapping[str, Mapping[str, str]], of_two: str) -> str | None:
    """The dimension that most headings belong to, where it is more than the total; of origin and destination the one given."""
    most = max((len(of) for of in codes.values()), default=0)
    best = [dimension for dimension, of in codes.items() if len(of) == most]
    return None if most < 2 else of_two if of_two in best else best[0]


def _period(release: Published, head: str, heads: Sequence[str]) -> str:
    """The week that a column is about which has no code for its heading: by its number, else this week and the week before."""
    now = parse_period(release.period)
    numbers = [re.findall(r"\d+", each) for each in heads]
    at = heads.index(head)
    if all(len(each) == 1 for each in numbers):
        back = next((back for back in range(53) if now.plus(-back).number == int(numbers[at][0])), None)
        return "" if back is None else str(now.plus(-back))
    return {0: release.period, 1: str(now.plus(-1))}.get(at, "")
