"""The tool on the command line: what it prints, and the status it ends with."""

import csv
import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.cli.main import commands
from tests.anonymizer.tool_files import EXAMPLE, TABLE, example, protect_text, rows_of

PROJECT = EXAMPLE.parents[1]
PAGE = (EXAMPLE.parent / "anonymizer.md").read_text(encoding="utf-8")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["anonymizer", *map(str, arguments)])


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return example(tmp_path / "release").folder


def test_the_worked_example_goes_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of docs/anonymizer.md, in order, each ending with the status that the page says."""
    (tmp_path / "docs").symlink_to(EXAMPLE.parent)
    monkeypatch.chdir(tmp_path)
    told = [line.partition("#") for line in PAGE.splitlines() if line.startswith("    bin/waystation anonymizer")]
    assert len(told) == 30
    for command, _, ends in told:
        done = run(*command.split()[2:])
        assert done.exit_code == int(ends.rpartition("ends with ")[2] or 0), done.output
    shown = (tmp_path / "release" / "data" / "movements.csv").read_text(encoding="utf-8").splitlines()
    assert {"_T,_T,_T,384,A,F", "XM01,XT02,flood,,Q,C"} <= set(shown)


def test_protect_says_on_request_what_was_lost_at_each_level(release: Path, tmp_path: Path) -> None:
    """From the totals down; the cells of all levels are those that the release hides."""
    files = (
        "--policy",
        EXAMPLE / "policy.toml",
        *(f"--hierarchy={end}={EXAMPLE / 'places.csv'}" for end in ("origin", "destination")),
    )
    counts = ("--count", "persons", "--contributors", "reports")
    done = run("protect", EXAMPLE / "movements.csv", *files, *counts, "--out", tmp_path / "again", "--loss")
    rows = [line.rsplit(maxsplit=5) for line in done.stdout.splitlines() if line.rstrip().endswith("%")]
    assert rows[0] == ["total", "1", "0", "0", "0", "0.0%"]
    suppressed = [row for row in rows_of(release / "data" / "movements.csv") if row["conf_status"] == "C"]
    assert sum(int(number) for row in rows for number in row[2:5]) == len(suppressed)


def test_attack_lists_every_suppressed_cell_as_csv_or_json(release: Path) -> None:
    suppressed = [row for row in rows_of(release / "data" / "movements.csv") if row["conf_status"] == "C"]
    cells = {f"origin={row['origin']},destination={row['destination']},reason={row['reason']}" for row in suppressed}
    as_csv = list(csv.DictReader(StringIO(run("attack", release, "--csv").stdout)))
    as_json = json.loads(run("attack", release, "--json").stdout)
    assert {row["cell"] for row in as_csv} == {row["cell"] for row in as_json["cells"]} == cells
    assert {row["verdict"] for row in as_csv} == {"hidden"}
    assert [row["least"] for row in as_csv] == [str(row["least"]) for row in as_json["cells"]]
    assert as_json["policy"]["threshold"] == 5


def test_attack_ends_with_one_where_the_policy_is_broken(release: Path, tmp_path: Path) -> None:
    strict = tmp_path / "strict.toml"
    strict.write_text("threshold = 40\n", encoding="utf-8")
    done = run("attack", release, "--policy", strict)
    assert done.exit_code == 1
    assert "The policy is BROKEN." in done.stdout


def test_who_assumes_visible_zeros_is_told_where_that_is_false(tmp_path: Path) -> None:
    """Two cells are hidden that add up to nothing: both are zeros, and nobody can believe that they are not."""
    protect_text(tmp_path, "place,persons\na,30\nb,0\nc,0\n", {})
    file = tmp_path / "out" / "data" / "table.csv"
    file.write_text(
        file.read_text(encoding="utf-8").replace("b,0,A,F", "b,,Q,C").replace("c,0,A,F", "c,,Q,C"), encoding="utf-8"
    )
    assert run("attack", tmp_path / "out").exit_code == 1
    done = run("attack", tmp_path / "out", "--assume-zeros-visible", "--json")
    assert done.exit_code == 0
    assert "The assumption is false" in done.stderr
    told = json.loads(done.stdout)
    assert told["zeros_visible"]
    assert told["contradiction"]


def test_verify_ends_with_one_and_says_what_is_wrong(release: Path) -> None:
    file = release / "data" / "movements.csv"
    file.write_bytes(file.read_bytes().replace(b"XM01,XM02,flood,46,", b"XM01,XM02,flood,47,"))
    done = run("verify", release)
    assert done.exit_code == 1
    assert "data/movements.csv was changed" in done.stdout
    assert "Not verified." in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["attack", "nowhere"], "ANON-068"),
        (["verify", "nowhere"], "ANON-068"),
        (["protect", "nowhere.csv", "--out=out"], "ANON-060"),
        (["protect", "nowhere.csv"], "--out"),
        (["protect", "table.csv", "--out=out", "--policy=nowhere.toml"], "ANON-005"),
        (["protect", "table.csv", "--out=out", "--hierarchy=origin"], "NAME=FILE"),
        (["protect", "table.csv", "--out=out", "--hierarchy=a=b.csv", "--hierarchy=a=c.csv"], "given before"),
        (["protect", "table.csv", "--out=.", "--count=persons"], "ANON-066"),
        (["protect", "table.csv", "--out=out", "--count=heads"], "ANON-060"),
        (["protect", "table.csv", "--out=out", "--history=past"], "--time"),
        (["protect", "table.csv", "--out=out", "--over=W1"], "--time"),
        (["protect", "table.csv", "--out=out", "--time=origin"], "--over"),
        (["protect", "table.csv", "--out=out", "--count=persons", "--time=week", "--over=W1"], "ANON-072"),
        (["attack", "release", "--know", "origin=XM09=3"], "ANON-070"),
        (["attack", "release", "--know", "origin=_T=3"], "ANON-071"),
    ],
)
def test_two_is_for_a_command_or_a_file_that_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("table.csv").write_text(TABLE, encoding="utf-8")
    example(Path("release"))
    done = run(*arguments)
    assert done.exit_code == 2
    assert told in done.stderr
    assert not Path("out").exists()


def test_it_starts_without_the_rest_of_the_program(tmp_path: Path) -> None:
    """A process of its own: what it prints goes to its two outputs, and neither records nor database are loaded."""
    script = (
        "import sys; sys.argv[1:] = ['anonymizer', *sys.argv[1:]]\n"
        "import atexit, runpy\n"
        "atexit.register(lambda: print(sorted({'casework', 'sqlalchemy', 'exports', 'fastapi'} & sys.modules.keys())))\n"
        "runpy.run_module('app.cli', run_name='__main__')\n"
    )
    (tmp_path / "table.csv").write_text(TABLE, encoding="utf-8")
    command = [sys.executable, "-c", script, "protect", "table.csv", "--count=persons", "--out=out"]
    done = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(PROJECT), "COLUMNS": "200"}, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert "Released: out" in done.stdout
    assert "The rule of contributors was not applied" in done.stderr
