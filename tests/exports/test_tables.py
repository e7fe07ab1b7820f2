"""The tables as files: every cell of every level, and nothing that tells why a cell is hidden."""

import csv
import json
import zipfile
from collections import defaultdict
from pathlib import Path

import openpyxl
import pytest
from frictionless import Package
from lxml import etree

from anonymizer import Dimension
from exports import Release
from exports.edition import codes_of

TABLES = ("movements", "arrivals")
Key = tuple[str, ...]


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", TABLES)
def test_a_row_for_every_cell_with_its_flags(release: Release, name: str) -> None:
    table = release.edition.table(name)
    names = [dimension.name for dimension in table.dimensions]
    rows = _read(release.folder / "data" / f"{name}.csv")
    read = {tuple(row[each] for each in names): row for row in rows}
    assert len(read) == len(rows)
    assert read.keys() == table.cells.keys()
    for key, persons in table.cells.items():
        hidden, shown = ("", "Q", "C"), (str(persons), "P", "F")
        row = read[key]
        assert (row["persons"], row["obs_status"], row["conf_status"]) == (hidden if persons is None else shown)


@pytest.mark.parametrize("name", TABLES)
def test_the_order_of_rows_depends_on_codes_alone(release: Release, name: str) -> None:
    names = [dimension.name for dimension in release.edition.table(name).dimensions]
    order = {each: [row["code"] for row in _read(release.folder / "hierarchies" / f"{each}.csv")] for each in names}
    rows = [[order[each].index(row[each]) for each in names] for row in _read(release.folder / "data" / f"{name}.csv")]
    assert rows == sorted(rows)


def test_codes_stand_in_one_order_however_they_were_stored() -> None:
    parents = {"_T": None, "0-4": "_T", "5-11": "_T", "12-17": "_T", "60+": "_T"}
    shuffled = dict(sorted(parents.items(), reverse=True))
    assert codes_of(Dimension("age", shuffled)) == codes_of(Dimension("age", parents)) == list(parents)


def test_an_outsider_rebuilds_every_total_from_its_parts(release: Release) -> None:
    """With nothing but the folder: parents from datapackage.json, figures from the CSV files."""
    package = json.loads((release.folder / "datapackage.json").read_text())
    children: dict[str, dict[str, list[str]]] = {each["name"]: defaultdict(list) for each in package["dimensions"]}
    for dimension in package["dimensions"]:
        for member in dimension["members"]:
            children[dimension["name"]][member["parent"]].append(member["code"])
    rebuilt = sum(_rebuild(release.folder, table, children) for table in package["resources"] if "dimensions" in table)
    assert rebuilt > 500


def _rebuild(folder: Path, table: dict[str, object], children: dict[str, dict[str, list[str]]]) -> int:
    names = table["dimensions"]
    assert isinstance(names, list)
    cells = {tuple(row[each] for each in names): row["persons"] for row in _read(folder / str(table["path"]))}
    rebuilt = 0
    for key, persons in cells.items():
        for place, name in enumerate(names):
            parts = [cells[(*key[:place], code, *key[place + 1 :])] for code in children[name][key[place]]]
            if parts and persons and all(parts):
                assert int(persons) == sum(map(int, parts))
                rebuilt += 1
    return rebuilt


def test_the_package_and_its_tables_are_valid(release: Release) -> None:
    report = Package(str(release.folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "note"])


@pytest.mark.parametrize("name", TABLES)
def test_the_workbook_holds_the_same_cells(release: Release, name: str) -> None:
    table = release.edition.table(name)
    width = len(table.dimensions)
    sheet = openpyxl.load_workbook(release.folder / "tables.xlsx")[name]
    rows = {tuple(row[1 : width + 1]): row[width + 1] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert rows == table.cells


def test_the_workbook_has_notes_first_and_matrices_with_an_asterisk(release: Release) -> None:
    book = openpyxl.load_workbook(release.folder / "tables.xlsx")
    assert book.sheetnames == ["Notes", "Regions", "Districts", *TABLES]
    matrix = {cell.value for row in book["Districts"].iter_rows(min_row=2, min_col=2) for cell in row}
    assert "*" in matrix
    assert None not in matrix


def test_the_workbook_hides_nothing(release: Release) -> None:
    """No hidden sheets, rows or columns, no formulas with cached values, no comments, no caches, no unused strings."""
    with zipfile.ZipFile(release.folder / "tables.xlsx") as archive:
        parts = archive.namelist()
        sheets = [archive.read(part) for part in parts if part.startswith("xl/worksheets/sheet")]
        shared = archive.read("xl/sharedStrings.xml")
        assert b"hidden" not in archive.read("xl/workbook.xml").replace(b'hidden="1">movements', b"").replace(
            b'hidden="1">arrivals', b""
        )
    assert not [part for part in parts if any(word in part.lower() for word in ("comment", "pivot", "query", "custom", "vba"))]
    assert not [sheet for sheet in sheets if b"<f>" in sheet or b"hidden" in sheet]
    used = {int(index) for sheet in sheets for index in etree.fromstring(sheet).xpath("//*[@t='s']/*/text()")}
    assert used == set(range(len(etree.fromstring(shared))))
