"""The tables as tidy CSV (RFC 4180, UTF-8): one row for every cell of every level, hidden ones too.

The columns are the `week` or `month`, the dimensions, what is counted (`persons`, `households` or `events`), `obs_status` and
`conf_status`. A total is coded `_T`. A suppressed cell has no number, and `conf_status` C; nothing says why it was suppressed.
Rows stand in order of their codes, which tells nothing of their numbers. Codes: SDMX CL_OBS_STATUS 2.2 (P provisional, Q
missing because suppressed) and CL_CONF_STATUS 1.3 (F free, C confidential).
"""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import product

from anonymizer import Dimension, ProtectedTable, counted_in
from exports.edition import Edition, codes_of
from exports.languages import LANGUAGES, language

__all__ = ["columns_of", "rows_of", "write_csv", "write_hierarchy"]

PROVISIONAL, MISSING = "P", "Q"
FREE, CONFIDENTIAL = "F", "C"


def write_csv(edition: Edition, table: ProtectedTable) -> bytes:
    """One protected table."""
    period = str(edition.now.period)
    return _csv(columns_of(edition, table), ([period, *key, number, *flags] for key, number, flags in rows_of(table)))


def write_hierarchy(edition: Edition, dimension: Dimension) -> bytes:
    """A dimension's codes, each with its parent and its names; the total has no parent."""
    rows = (
        [code, dimension.parents[code], *(edition.name(dimension.name, code, language(each)) for each in LANGUAGES)]
        for code in codes_of(dimension)
    )
    return _csv(["code", "parent", *(f"name_{each}" for each in LANGUAGES)], rows)


def columns_of(edition: Edition, table: ProtectedTable) -> list[str]:
    """The column names of a table's CSV file."""
    counted = counted_in(table.name).plural
    return [edition.kind, *(dimension.name for dimension in table.dimensions), counted, "obs_status", "conf_status"]


def rows_of(table: ProtectedTable) -> Iterator[tuple[tuple[str, ...], int | None, tuple[str, str]]]:
    """Every cell in order of its codes: the codes, the number (None where suppressed), `obs_status` and `conf_status`."""
    for key in product(*(codes_of(dimension) for dimension in table.dimensions)):
        number = table.cells[key]
        yield key, number, (MISSING, CONFIDENTIAL) if number is None else (PROVISIONAL, FREE)


def _csv(columns: Iterable[str], rows: Iterable[Iterable[str | int | None]]) -> bytes:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()
