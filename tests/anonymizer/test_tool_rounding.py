"""The tool rounds a file, anybody verifies it from its folder, and whatever is done to it is noticed."""

import csv
import json
import shutil
from io import StringIO
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from anonymizer import Policy, read_policy
from anonymizer.alternatives import round_file
from anonymizer.cell_keys import Noise, begin_secret
from anonymizer.errors import ReleaseUnreadable, RoundingUnfit
from anonymizer.tool import read_choices, read_release, verify_release
from anonymizer.tool.certificate import CERTIFICATE, certificate_of, hashes_of, pack_json, worst_of
from anonymizer.tool.verify_release import audit
from app.cli.main import commands
from tests.anonymizer.tool_files import EXAMPLE, PLACES, rows_of

DATA = "data/movements.csv"
POLICY = read_policy(EXAMPLE / "policy.toml")
COMMAND = [
    *("anonymizer", "protect", str(EXAMPLE / "movements.csv"), "--count=persons", "--contributors=reports"),
    *(f"--hierarchy={end}={EXAMPLE / 'places.csv'}" for end in ("origin", "destination")),
    *(f"--policy={EXAMPLE / 'policy.toml'}", "--method=rounding"),
]


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same in every run."""
    path = tmp_path_factory.mktemp("secrets") / "secret"
    begin_secret(path, Noise(12, 8.0, 5))
    said = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(said | {"key": "5a" * 32}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def untouched(secret: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("rounded") / "release"
    columns = {"count": "persons", "contributors": "reports"}
    return round_file(EXAMPLE / "movements.csv", out, POLICY, base=5, secret=secret, hierarchies=PLACES, **columns).folder


@pytest.fixture
def release(untouched: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(untouched, tmp_path / "release"))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(commands, [*map(str, arguments)])


def faults(folder: Path) -> list[str]:
    return [check.fault for check in verify_release(folder) if not check.holds]


def edit(folder: Path, path: str, old: str, new: str) -> None:
    text = (folder / path).read_bytes().decode()
    assert old in text
    (folder / path).write_bytes(text.replace(old, new).encode())


def certify_anew(folder: Path) -> None:
    """What a cheat does: make every hash and digest fit what was changed."""
    read = read_release(folder)
    policy = read.policy or Policy()
    files = json.loads((folder / CERTIFICATE).read_text(encoding="utf-8"))["files"]
    hashes = hashes_of({path: (folder / path).read_bytes() for path in files})
    worst = worst_of(audit(read.tables, policy))
    (folder / CERTIFICATE).write_bytes(pack_json(certificate_of(read.tables, policy, worst, hashes)))


def test_every_number_is_shown_as_an_estimate_and_the_release_says_how_it_was_rounded(release: Path) -> None:
    rows = rows_of(release / DATA)
    assert {(row["obs_status"], row["conf_status"], int(row["persons"]) % 5) for row in rows} == {("E", "F", 0)}
    certificate = json.loads((release / CERTIFICATE).read_text(encoding="utf-8"))
    package = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
    assert certificate["method"] == package["method"] == "rounding"
    [table] = certificate["tables"]
    assert table["rounding"]["base"] == 5
    assert package["resources"][0]["rounding"] == table["rounding"]
    assert verify_release(release)[-1].holds
    assert faults(release) == []


@pytest.mark.parametrize(
    ("path", "old", "new", "fault"),
    [
        (DATA, "_T,_T,_T,385,E,F", "_T,_T,_T,386,E,F", "movements: a number is no multiple of 5"),
        (DATA, "_T,_T,_T,385,E,F", "_T,_T,_T,390,E,F", "movements: a total is not the sum of its parts"),
        (DATA, "_T,_T,_T,385,E,F", "_T,_T,_T,385,A,F", "obs_status does not fit a number"),
        (DATA, "_T,_T,_T,385,E,F", "_T,_T,_T,,Q,C", "movements: a cell is suppressed, where rounding hides none"),
        ("datapackage.json", '"base": 5', '"base": 0', "movements: it does not say how it was rounded"),
        ("datapackage.json", '"method": "rounding"', '"method": "suppression"', "which is rounding"),
    ],
)
def test_whatever_is_changed_is_found_even_under_a_certificate_made_to_fit(
    release: Path, path: str, old: str, new: str, fault: str
) -> None:
    edit(release, path, old, new)
    assert any(each.endswith("was changed") for each in faults(release))
    if "obs_status" not in fault:
        certify_anew(release)
    assert any(fault in each for each in faults(release))


def test_a_base_under_the_threshold_is_found_by_whoever_verifies(release: Path, secret: Path, tmp_path: Path) -> None:
    """Rounded in base 3 under a threshold of 3, and then said to keep one of 5."""
    out = tmp_path / "fine"
    low = Policy(threshold=3, contributors=1)
    round_file(EXAMPLE / "movements.csv", out, low, base=3, secret=secret, hierarchies=PLACES, count="persons")
    assert faults(out) == []
    edit(out, "datapackage.json", '"threshold": 3', '"threshold": 5')
    certify_anew(out)
    assert "can; the first is" in faults(out)[-1]


def test_rounded_and_unrounded_tables_are_no_release_together(release: Path) -> None:
    package = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
    [table] = [each for each in package["resources"] if "dimensions" in each]
    shutil.copy(release / DATA, release / "data" / "again.csv")
    edit(release, "data/again.csv", ",E,F", ",A,F")
    plain = {key: value for key, value in table.items() if key != "rounding"}
    package["resources"].append(plain | {"path": "data/again.csv"})
    (release / "datapackage.json").write_bytes(pack_json(package))
    with pytest.raises(ReleaseUnreadable, match="some of its tables are rounded"):
        read_release(release)


def test_only_one_table_is_rounded_at_a_time(secret: Path, tmp_path: Path) -> None:
    two = read_choices(["places=origin,destination", "reasons=reason"])
    with pytest.raises(RoundingUnfit, match="only one table"):
        round_file(EXAMPLE / "movements.csv", tmp_path / "out", POLICY, base=5, secret=secret, hierarchies=PLACES, tables=two)
    assert not (tmp_path / "out").exists()


def test_the_same_people_are_rounded_once_and_by_no_other_method_after(secret: Path, tmp_path: Path) -> None:
    """The very same numbers may leave again; another rounding, or true numbers, may not."""
    register = tmp_path / "register"
    assert run("anonymizer", "register", register, "--new").exit_code == 0
    entered = [f"--register={register}", "--data-set=movements"]
    rounding = [*COMMAND, f"--secret={secret}", *entered]
    assert run(*rounding, "--out", tmp_path / "first").exit_code == 0
    assert run(*rounding, "--out", tmp_path / "again").exit_code == 0
    other = run(*rounding, "--base=10", "--out", tmp_path / "other")
    assert other.exit_code == 2
    assert "ANON-019" in other.stderr
    true = run(*COMMAND[:-1], *entered, "--out", tmp_path / "true")
    assert true.exit_code == 2
    assert "ANON-103" in true.stderr
    assert not (tmp_path / "other").exists()
    assert not (tmp_path / "true").exists()


def test_the_command_rounds_says_how_far_and_what_it_costs(secret: Path, tmp_path: Path) -> None:
    done = run(*COMMAND, f"--secret={secret}", "--out", tmp_path / "out", "--loss")
    assert done.exit_code == 0, done.output
    assert "147 cells, each a multiple of 5 and less than" in done.stdout
    assert "changes added" in done.stdout
    assert run("anonymizer", "verify", tmp_path / "out").exit_code == 0


def test_attack_prints_what_each_rounded_number_leaves_open(release: Path) -> None:
    within = read_release(release).tables[0].rounding
    assert within is not None
    listed = list(csv.DictReader(StringIO(run("anonymizer", "attack", release, "--csv").stdout)))
    rows = rows_of(release / DATA)
    assert len(listed) == len(rows)
    for row, shown in zip(listed, rows, strict=True):
        printed = int(shown["persons"])
        assert int(row["least"]) == max(0, printed - within.within + 1)
        assert int(row["greatest"]) == printed + within.within - 1
    assert "rounded" in run("anonymizer", "attack", release).stdout


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ([], "--secret"),
        (["--secret=SECRET", "--seed=3"], "for suppression"),
        (["--secret=SECRET", "--time=reason", "--over=flood"], "for suppression"),
        (["--secret=SECRET", "--method=cell-keys"], "command of its own"),
        (["--secret=SECRET", "--base=4"], "ANON-018"),
        (["--secret=nowhere"], "ANON-110"),
    ],
)
def test_what_does_not_go_with_rounding_is_refused(secret: Path, tmp_path: Path, options: list[str], told: str) -> None:
    given = [option.replace("SECRET", str(secret)) for option in options]
    done = run(*COMMAND, *given, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert told in done.stderr
    assert not (tmp_path / "out").exists()
