"""Tables in files: what was written is read, whichever program wrote it."""

import contextlib
import csv
import io
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Problem
from ingest.tables import Area, CellFault, Source, open_table
from tests.ingest.old_workbook import write_old

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), min_size=1, max_size=20)
FIRST, LAST = datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2090-01-01")  # a spreadsheet knows no zones
DAYS = st.datetimes(FIRST, LAST).map(lambda moment: moment.replace(microsecond=0))
CELLS = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | DAYS | TEXTS
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=5)


def read(path: Path | Source, **said: Any) -> list[list[Any]]:
    """The filled rows of the first sheet, without the empty cells behind them."""
    with open_table(path, **said) as table:
        return [trimmed(row.cells) for row in table.sheets[0].rows()]


def packed(parts: Mapping[str, bytes]) -> bytes:
    """An archive."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


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
@given(rows=ROWS)
def test_so_is_an_old_one(rows: list[list[Any]], tmp_path_factory: Any) -> None:
    """Which holds no number but as a fraction to the base of two, and days as such numbers."""
    path = write_old(tmp_path_factory.getbasetemp() / "table.xls", {"One": rows, "Two": [["second"]]})
    assert read(path) == [row for row in map(trimmed, rows) if row]
    assert read(Source.held("table", path.read_bytes())) == read(path)
    with open_table(path) as table:
        assert [sheet.name for sheet in table.sheets] == ["One", "Two"]


def test_merged_cells_are_told_in_both_and_the_names_of_cells_in_a_new_one(tmp_path: Path) -> None:
    write_old(tmp_path / "a.xls", {"One": [["Women"]]}, merged=[(0, 1, 0, 2)])
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet("It's").merge_range(0, 0, 1, 2, "Women")
        book.define_name("Office", "='It''s'!$C$4")
    for name in ("a.xls", "a.xlsx"):
        with open_table(tmp_path / name) as table:
            assert table.sheets[0].merged() == [Area(1, 0, 2, 2)]
    assert table.named == {"Office": ("It's", Area(4, 2, 4, 2))}


def test_an_old_one_that_was_damaged_anywhere_is_refused_and_never_fails_otherwise(tmp_path: Path, capsys: Any) -> None:
    whole = write_old(tmp_path / "a.xls", {"One": [["name", 1], ["Amal", 2]]}).read_bytes()
    for place in range(0, len(whole), len(whole) // 40):
        with contextlib.suppress(Problem):  # or the damage hit what is not read
            read(Source.held("a.xls", whole[:place] + bytes(20) + whole[place + 20 :]))
    assert capsys.readouterr().out == ""  # of what it holds nothing is written anywhere


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (b"\xd0\xcf\x11\xe0old", "damaged, or no workbook"),
        (packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b""}), "an OpenDocument file"),
        (packed({"xl/workbook.bin": b""}), "a binary workbook"),
    ],
)
def test_what_is_not_read_is_called_by_its_name(content: bytes, reason: str) -> None:
    with pytest.raises(Problem, match=reason) as refused:
        read(Source.held("a.xls", content))
    assert refused.value.code == "INGEST-211"


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


@pytest.mark.needs_shared_data
@pytest.mark.parametrize("name", ["group", "include", "loop", "specify_other", "text_and_integer"])
def test_real_old_workbooks_are_read_as_the_new_ones_that_were_made_of_them(shared_data: Path, name: str) -> None:
    for old, new in zip(*(whole(shared_data / "pyxform-examples" / f"{name}.{kind}") for kind in ("xls", "xlsx")), strict=True):
        assert old == new


def whole(path: Path) -> list[tuple[str, list[list[Any]]]]:
    with open_table(path) as table:
        return [(sheet.name, [trimmed(row.cells) for row in sheet.rows()]) for sheet in table.sheets]
