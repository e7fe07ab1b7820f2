"""The released caseload laid out for a page: a table for each thing about the persons, a row for each of its codes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from anonymizer import TOTAL, Dimension
from exports import DimensionCode, codes_of

__all__ = ["CASELOAD_TABLES", "Stock", "StockRow", "stocks_of"]

# By table, its dimension.
CASELOAD_TABLES: Final = {
    "caseload_by_gender": "gender",
    "caseload_by_age": "age_group",
    "caseload_by_residence": "residence",
    "caseload_by_nationality": "nationality",
    "caseload_by_exploitation": "exploitation",
    "caseload_by_route": "route",
}

Cells = Mapping[tuple[str, ...], int | None]


@dataclass(frozen=True)
class StockRow:
    """A code's name, how deep it is set, and how many persons; None where that is not shown."""

    name: str
    depth: int
    number: int | None


@dataclass(frozen=True)
class Stock:
    """One released table; `text` is that of its heading."""

    text: str
    rows: tuple[StockRow, ...]


def stocks_of(
    cells: Mapping[str, Cells], codes: Mapping[str, Sequence[DimensionCode]], names: Mapping[tuple[str, str], str]
) -> tuple[Stock, ...]:
    """From the cells of each of `CASELOAD_TABLES` as they were released; nothing where the caseload was not told."""
    if not all(cells.values()):
        return ()
    return tuple(
        Stock(table.replace("caseload_by", "rep_cases_by"), tuple(_rows(cells[table], name, codes[name], names)))
        for table, name in CASELOAD_TABLES.items()
    )


def _rows(cells: Cells, name: str, codes: Sequence[DimensionCode], names: Mapping[tuple[str, str], str]) -> Iterator[StockRow]:
    """The total at the end. Codes that other tables of the release have, and this one has not, are left out."""
    dimension = Dimension(name, {each.code: each.parent for each in codes})
    for code in [*(code for code in codes_of(dimension) if code != TOTAL), TOTAL]:
        if (code,) in cells:
            yield StockRow(names[name, code], max(0, len(dimension.climb(code)) - 2), cells[code,])
