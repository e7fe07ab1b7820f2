"""Tables in files: what was written is read, whichever program wrote it."""

import csv
import warnings
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.tables import CellFault, open_table

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), min_size=1, max_size=20)
FIRST, LAST = datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2090-01-01")  # a spreadsheet knows no zones
DAYS = st.datetimes(FIRST, LAST).map(lambda moment: moment.replace(microsecond=0))
CELLS = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | DAYS | TEXTS
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=5)


def read(path: Path, **said: Any) -> list[list[Any]]:
    """The filled rows of the first sheet, without the empty cells behind them."""
    with open_table(path, **said) as table:
        return [trimmed(row.cells) for row in table.sheets[0].rows()]


def trimmed(cells: Sequence[Any]) -> list[Any]:
    filled = list(cells)
    while filled and filled[-1] is None:
        filled.pop()
    return filled


@settings(max_examples=30)
@given(rows=ROWS, shared=st.booleans())
def test_a_workbook_is_read_as_it_was_written(rows: list[list[Any]], shared: bool, tmp_path_factory: Any) -> None:
    """With its strings in one place, or with each in its cell."""
    path = tmp_path_factory.getbasetemp() / "table.xlsx"
    with xlsxwriter.Workbook(
        path, {"constant_memory": not shared, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet, moment = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for number, row in enumerate(rows):
            for at, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(number, at, cell, moment)
                elif isinstance(cell, str):
                    sheet.write_string(number, at, cell)
                elif cell is not None:
                    sheet.write(number, at, cell)
    assert read(path) == [row for row in map(trimmed, rows) if row]


@settings(max_examples=30)
@given(
    rows=st.lists(st.lists(TEXTS | st.just('a\nb;"c"'), min_size=2, max_size=4), min_size=1), separator=st.sampled_from(",;\t")
)
def test_text_is_read_as_it_was_written(rows: list[list[str]], separator: str, tmp_path_factory: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "table.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([["first", "second"], *rows])
    assert read(path)[1:] == rows


def test_cells_that_hold_no_value_say_why(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["=1+1", "#N/A", time(8, 30), date(2026, 8, 1)])
    book.save(tmp_path / "a.xlsx")
    [[formula, error, hour, day]] = read(tmp_path / "a.xlsx")
    assert (formula.reason, error.reason) == ("a formula whose value was not stored", "an error of the spreadsheet")
    assert (hour, day) == (time(8, 30), datetime.fromisoformat("2026-08-01"))


@pytest.mark.needs_shared_data
@pytest.mark.parametrize(
    "name", ["reach-cleaningtools/cleaning_log.xlsx", "onadata-fixtures/transportation/transportation_export.xlsx"]
)
def test_real_workbooks_are_read_as_openpyxl_reads_them(shared_data: Path, name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = openpyxl.load_workbook(shared_data / name, data_only=True)
    with open_table(shared_data / name) as table:
        for sheet, other in zip(table.sheets, theirs.worksheets, strict=True):
            ours = [[None if isinstance(cell, CellFault) else cell for cell in row.cells] for row in sheet.rows()]
            rows = [trimmed([cell or None if cell == "" else cell for cell in row]) for row in other.values]
            assert [row for row in map(trimmed, ours) if row] == [row for row in rows if row]
