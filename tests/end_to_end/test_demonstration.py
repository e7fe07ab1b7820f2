"""The demonstration, run as a newcomer would: one command, from nothing to a released report that an outsider can check."""

import csv
import json
import os
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLES = {"movements": ["origin", "destination", "reason"], "arrivals": ["destination", "sex", "age"]}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder that was written and what the command said."""
    folder = tmp_path_factory.mktemp("demonstration")
    out = folder / "out"
    command = [ROOT / "bin" / "waystation", "demo", "--weeks", "2", "--records", "240", "--seed", "5", "--out", out]
    environment = {**os.environ, "WAYSTATION_VAR": str(folder / "var"), "COLUMNS": "160"}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return out, ended.stdout


def weeks(out: Path) -> list[Path]:
    return sorted((out / "DEMO-1").iterdir())


def test_it_says_what_it_did_and_where_the_report_lies(run: tuple[Path, str]) -> None:
    out, said = run
    assert str(weeks(out)[-1] / "index.html") in said
    for words in ("movement reports", "the same report again", "corrected reports", "202", "409", "404", "400", "CASE-003"):
        assert words in said


def test_every_format_is_there_and_the_checksums_hold(run: tuple[Path, str]) -> None:
    for folder in weeks(run[0]):
        names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        assert {"index.html", "datapackage.json", "CHECKSUMS.sha256", "data/movements.csv", "data/arrivals.csv"} <= names
        assert {name.rsplit(".", 1)[-1] for name in names} >= {"html", "pdf", "csv", "xlsx", "kml", "json"}
        checked = subprocess.run(
            ["sha256sum", "--check", "--quiet", "CHECKSUMS.sha256"], cwd=folder, capture_output=True, text=True, check=False
        )
        assert (checked.returncode, checked.stdout) == (0, "")


def test_an_outsider_rebuilds_every_total_from_its_parts(run: tuple[Path, str]) -> None:
    """With nothing but datapackage.json and the CSV files: where all parts are shown they add up to the whole."""
    for folder in weeks(run[0]):
        package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        parents = {
            dimension["name"]: {member["code"]: member["parent"] for member in dimension["members"]}
            for dimension in package["dimensions"]
        }
        tables = [resource for resource in package["resources"] if "dimensions" in resource]
        assert len(tables) == 2
        for resource in tables:
            names = resource["dimensions"]
            cells = read_cells(folder / resource["path"], names)
            assert sum(adds_up(cells, position, parents[name]) for position, name in enumerate(names)) > 100


def read_cells(path: Path, dimensions: list[str]) -> dict[tuple[str, ...], int | None]:
    with path.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert all((row["persons"] == "") == (row["conf_status"] == "C") for row in rows)
    return {tuple(row[name] for name in dimensions): int(row["persons"]) if row["persons"] else None for row in rows}


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


def test_no_small_number_is_shown(run: tuple[Path, str]) -> None:
    for folder in weeks(run[0]):
        for table, dimensions in TABLES.items():
            shown = read_cells(folder / "data" / f"{table}.csv", dimensions).values()
            assert not {persons for persons in shown if persons is not None} & {1, 2, 3, 4}
            assert None in shown
