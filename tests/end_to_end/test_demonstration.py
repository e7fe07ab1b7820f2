"""The demonstration, run as a newcomer would: one command, from nothing to a released report that an outsider can check."""

import csv
import json
import re
import subprocess
from collections import defaultdict
from pathlib import Path

from tests.end_to_end.conftest import Demonstration

TABLES = {"movements": ["origin", "destination", "reason"], "arrivals": ["destination", "sex", "age"]}


def test_it_says_what_it_did_and_where_the_report_lies(demonstration: Demonstration) -> None:
    assert str(demonstration.weeks[-1] / "index.html") in demonstration.said
    for words in ("movement reports", "the same report again", "corrected reports", "202", "409", "404", "400", "CASE-003"):
        assert words in demonstration.said


def test_a_caseload_lives_and_it_says_how_to_sign_in(demonstration: Demonstration) -> None:
    worked_on, waiting = map(int, re.findall(r"(\d+) (?:cases are being worked on|steps wait)", demonstration.said))
    assert worked_on > 5
    assert waiting > 0
    for role in ("caseworker", "supervisor"):
        assert f"--role {role} --operation DEMO-1" in demonstration.said


def test_every_format_is_there_and_the_checksums_hold(demonstration: Demonstration) -> None:
    for folder in demonstration.weeks:
        names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        assert {"index.html", "datapackage.json", "CHECKSUMS.sha256", "data/movements.csv", "data/arrivals.csv"} <= names
        assert {name.rsplit(".", 1)[-1] for name in names} >= {"html", "pdf", "csv", "xlsx", "kml", "json"}
        checked = subprocess.run(
            ["sha256sum", "--check", "--quiet", "CHECKSUMS.sha256"], cwd=folder, capture_output=True, text=True, check=False
        )
        assert (checked.returncode, checked.stdout) == (0, "")


def test_an_outsider_rebuilds_every_total_from_its_parts(demonstration: Demonstration) -> None:
    """With nothing but datapackage.json and the CSV files: where all parts are shown they add up to the whole."""
    of_a_week = (("", 2, 80), ("screenings", 3, 3))
    parts = [(folder / part, *numbers) for folder in demonstration.weeks for part, *numbers in of_a_week]
    for folder, number, sums in parts:
        package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        parents = {
            dimension["name"]: {member["code"]: member["parent"] for member in dimension["members"]}
            for dimension in package["dimensions"]
        }
        tables = [resource for resource in package["resources"] if "dimensions" in resource]
        assert len(tables) == number
        for resource in tables:
            names = resource["dimensions"]
            cells = read_cells(folder / resource["path"], names, resource["counts"]["column"])
            assert sum(adds_up(cells, position, parents[name]) for position, name in enumerate(names)) > sums


def read_cells(path: Path, dimensions: list[str], counted: str = "persons") -> dict[tuple[str, ...], int | None]:
    with path.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert all((row[counted] == "") == (row["conf_status"] == "C") for row in rows)
    return {tuple(row[name] for name in dimensions): int(row[counted]) if row[counted] else None for row in rows}


def adds_up(cells: dict[tuple[str, ...], int | None], position: int, parents: dict[str, str | None]) -> int:
    """Check every sum along one dimension whose cells are all shown; says how many there were."""
    parts: dict[tuple[str, ...], list[int | None]] = defaultdict(list)
    for key, persons in cells.items():
        parent = parents[key[position]]
        if parent:
            parts[(*key[:position], parent, *key[position + 1 :])].append(persons)
    shown = {key: values for key, values in parts.items() if cells[key] is not None and None not in values}
    assert all(cells[key] == sum(value for value in values if value is not None) for key, values in shown.items())
    return len(shown)


def test_no_small_number_is_shown(demonstration: Demonstration) -> None:
    for folder in demonstration.weeks:
        for table, dimensions in TABLES.items():
            shown = read_cells(folder / "data" / f"{table}.csv", dimensions).values()
            assert not {persons for persons in shown if persons is not None} & {1, 2, 3, 4}
            assert None in shown
