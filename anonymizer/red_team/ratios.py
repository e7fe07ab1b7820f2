"""Attack 7: turn a percentage, a rate or a mean back into counts.

A share at printed precision, of a total that is published, leaves only a few whole numbers. A mean with its number of
cases gives the sum, and persons per report gives the reports. The attacker reads further columns of the tables, and looks for
shares and fractions in the sentences about a place or a category.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from anonymizer.attacker import Interval, identity
from anonymizer.dimension import TOTAL
from anonymizer.published import Key
from anonymizer.red_team.finding import Finding, Findings, cell_text
from anonymizer.red_team.open_release import Published, Sheet
from anonymizer.red_team.read_sentences import sentences_of

__all__ = ["attack", "counts_of"]

NAME: Final = "ratios"
MARKS: Final = frozenset({"obs_status", "conf_status", "week", "month", "year"})
NUMBER: Final = re.compile(r"(\d+)(?:[.,٫](\d+))?\s*([%٪])?")
SHARE: Final = re.compile(r"\d\s*[%٪]|\d\s+(?:per ?cent|pour cent|في المئة|بالمئة)|(?<![\d.])\d+[.٫]\d+(?![\d.])")


def attack(releases: Sequence[Published]) -> Findings:
    """What shares and means tell of cells that are not shown, or of what is not published at all."""
    for release in releases:
        for sheet in release.sheets:
            yield from _columns(release, sheet)
        for place, language, sentence in sentences_of(release):
            names = [name for (_, code), name in release.names.get(language, {}).items() if code != TOTAL]
            named = any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", sentence) for name in names)
            if (named and SHARE.search(sentence)) or "%" in sentence:
                yield Finding(
                    NAME, release.name, place, "a share or a fraction stands in a sentence about a place or a category"
                )


def counts_of(share: str, whole: int) -> list[int]:
    """The counts that would be printed as this share (`37.5%`, `37.5` or `0.375`) of a whole, at its precision."""
    found = NUMBER.fullmatch(share.strip())
    if found is None or not whole:
        return []
    digits = len(found[2] or "")
    value = float(f"{found[1]}.{found[2] or 0}")
    scales = (100,) if found[3] else (100, 1)
    half = 0.5 * 10**-digits + 1e-9  # whichever way a half was rounded
    return sorted({count for scale in scales for count in range(whole + 1) if abs(scale * count / whole - value) <= half})


def _columns(release: Published, sheet: Sheet) -> Iterator[Finding]:
    own = {dimension.name for dimension in sheet.dimensions} | MARKS | {sheet.measure}
    further = [column for column in (sheet.rows[0] if sheet.rows else ()) if column not in own]
    for column in further:
        for row in sheet.rows:
            key, text = sheet.key(row), row[column]
            if not NUMBER.fullmatch(text.strip()) or key not in sheet.table.cells:
                continue
            if sheet.table.cells[key] is None:
                yield _of_hidden(release, sheet, column, row)
            elif not text.strip().isdigit():
                tells = f"column {column} is no count: with the number beside it, it tells another that is not published"
                yield Finding(NAME, release.name, sheet.path, tells)
                break


def _of_hidden(release: Published, sheet: Sheet, column: str, row: Mapping[str, str]) -> Finding:
    """The fewest counts that are left with any published total of which the cell is a part."""
    key = sheet.key(row)
    left = [counts for whole in _wholes(sheet, key) if (counts := counts_of(row[column], whole))]
    cell = identity(sheet.dimensions, key)
    interval = None if not left else Interval(min(fewest := min(left, key=len)), max(fewest))
    tells = f"column {column} has a number for {cell_text(cell)}, which is not shown"
    return Finding(NAME, release.name, sheet.path, tells, cell, interval)


def _wholes(sheet: Sheet, key: Key) -> Iterator[int]:
    for axis, dimension in enumerate(sheet.dimensions):
        for above in dimension.climb(key[axis])[1:]:
            if number := sheet.table.cells[(*key[:axis], above, *key[axis + 1 :])]:
                yield number
