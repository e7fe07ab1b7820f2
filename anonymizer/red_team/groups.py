"""Attack 5: learn of everybody at once.

Where all persons of a published row fall into one category, whoever knows somebody of that row knows their category: no cell
is small, and yet it tells of each person. Categories are the codes of dimensions that have no levels (reason, sex, age).
"""

from collections.abc import Iterator, Sequence
from typing import Final

from anonymizer.attacker import Interval, identity
from anonymizer.dimension import TOTAL
from anonymizer.published import PublishedTable
from anonymizer.red_team.finding import Finding, Findings, cell_text
from anonymizer.red_team.open_release import Published

__all__ = ["attack"]

NAME: Final = "groups"


def attack(releases: Sequence[Published], categories: Sequence[str] = ()) -> Findings:
    """Rows of which one category holds all, by published numbers; `categories` names the dimensions, else all flat ones."""
    for release in releases:
        for table in release.tables:
            for at, dimension in enumerate(table.dimensions):
                flat = not any(code in dimension.children for code in dimension.parents if code != TOTAL)
                if dimension.name in categories or (flat and not categories):
                    yield from _rows(release, table, at)


def _rows(release: Published, table: PublishedTable, at: int) -> Iterator[Finding]:
    for key, number in table.cells.items():
        whole = table.cells[(*key[:at], TOTAL, *key[at + 1 :])]
        if key[at] != TOTAL and number and number == whole:
            cell = identity(table.dimensions, key)
            tells = f"all persons of the row are in one category: {cell_text(cell)}"
            yield Finding(NAME, release.name, table.name, tells, cell, Interval(number, number))
