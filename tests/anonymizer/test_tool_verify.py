"""A release is verified from its folder alone, and whatever is done to it is noticed."""

import json
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from anonymizer import default_policy
from anonymizer.attacker.audit_release import audit
from anonymizer.errors import ReleaseUnreadable
from anonymizer.tool import expose, read_release, verify_release
from anonymizer.tool.certificate import CERTIFICATE, certificate_of, pack_json, worst_of
from anonymizer.tool.read_hierarchy import read_hierarchy
from anonymizer.tool.read_table import read_table
from tests.anonymizer.tool_files import EXAMPLE, PLACES, example, rows_of

DATA = "data/movements.csv"


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example(tmp_path_factory.mktemp("example") / "release").folder


@pytest.fixture
def release(untouched: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(untouched, tmp_path / "release"))


def faults(folder: Path) -> list[str]:
    return [check.fault for check in verify_release(folder) if not check.holds]


def change(release: Path, path: str, old: str, new: str) -> None:
    text = (release / path).read_bytes().decode()
    assert text.count(old) == 1
    (release / path).write_bytes(text.replace(old, new).encode())


def certify_anew(release: Path) -> None:
    """What a cheat does: write every hash and count of the certificate so that it fits what was changed."""
    said = json.loads((release / CERTIFICATE).read_text(encoding="utf-8"))
    files = {path: (release / path).read_bytes() for path in said["files"]}
    package = json.loads(files["datapackage.json"])
    for resource in package["resources"]:
        content = files[resource["path"]]
        resource |= {"bytes": len(content), "hash": f"sha256:{sha256(content).hexdigest()}"}
    (release / "datapackage.json").write_bytes(pack_json(package))
    hashes = {path: sha256((release / path).read_bytes()).hexdigest() for path in files}
    tables, policy = read_release(release).tables, read_release(release).policy
    assert policy is not None
    worst = worst_of(audit(tables, policy))
    (release / CERTIFICATE).write_bytes(pack_json(certificate_of(tables, policy, worst, hashes)))


def test_a_release_as_it_was_written_is_verified(release: Path) -> None:
    checks = verify_release(release)
    assert all(check.holds for check in checks)
    assert len(checks) == 7


@pytest.mark.parametrize(
    "mutate",
    [
        pytest.param(lambda folder: change(folder, DATA, "XM01,XM02,flood,46,", "XM01,XM02,flood,47,"), id="a number changed"),
        pytest.param(lambda folder: change(folder, DATA, "XM01,XM02,flood,46,A,F\r\n", ""), id="a row dropped"),
        pytest.param(lambda folder: change(folder, DATA, "XM01,XT02,flood,,Q,C", "XM01,XT02,flood,3,A,F"), id="a cell shown"),
        pytest.param(lambda folder: change(folder, DATA, "XM01,XM02,flood,46,A,F", "XM01,XM02,flood,,Q,C"), id="a cell hidden"),
        pytest.param(lambda folder: change(folder, "hierarchies/origin.csv", "XM02,XM", "XM02,XT"), id="a code moved"),
        pytest.param(
            lambda folder: change(folder, "datapackage.json", '"column": "persons"', '"column": "reason"'), id="column"
        ),
        pytest.param(lambda folder: change(folder, CERTIFICATE, '"published": ', '"published": 1'), id="a count of cells"),
        pytest.param(lambda folder: change(folder, CERTIFICATE, '"threshold": 5', '"threshold": 6'), id="the policy"),
        pytest.param(lambda folder: change(folder, CERTIFICATE, '"greatest": ', '"greatest": 9'), id="the worst interval"),
        pytest.param(lambda folder: (folder / "notes.txt").write_text("3 of them"), id="a file added"),
        pytest.param(lambda folder: (folder / "hierarchies" / "reason.csv").unlink(), id="a file taken away"),
        pytest.param(lambda folder: (folder / DATA).write_bytes(b"\xff"), id="a file damaged"),
    ],
)
def test_whatever_was_changed_is_noticed(release: Path, mutate: Callable[[Path], object]) -> None:
    mutate(release)
    assert faults(release)


def test_each_fault_says_where(release: Path) -> None:
    change(release, DATA, "XM01,XM02,flood,46,A,F\r\n", "XM01,XM01,flood,0,A,F\r\n")
    assert faults(release) == [
        f"{DATA} was changed",
        f"{DATA}, line 55: origin=XM01,destination=XM01,reason=flood stands there twice.",
    ]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("XM01,XM02,flood,46,A,F\r\n", "", "origin=XM01,destination=XM02,reason=flood is missing"),
        ("XM01,XM02,flood,46,A,F", "XM01,XM02,flood,46,A,C", "conf_status does not fit a number"),
        ("XM01,XT02,flood,,Q,C", "XM01,XT02,flood,,A,C", "obs_status does not fit an empty value"),
        ("XM01,XM02,flood,46,", "XM01,XM02,flood,forty,", "persons is neither empty nor a whole number"),
        ("XM01,XM02,flood,46,", "XM01,XM02,flood,-6,", "persons is neither empty nor a whole number"),
        ("XM01,XM02,flood,46,", "XM01,XM09,flood,46,", "destination has no code XM09"),
    ],
)
def test_a_damaged_table_is_not_read(release: Path, old: str, new: str, reason: str) -> None:
    change(release, DATA, old, new)
    assert reason in faults(release)[-1]


def test_a_cheat_who_makes_the_certificate_fit_is_found_by_the_sums(release: Path) -> None:
    change(release, DATA, "XM01,XM02,flood,46,", "XM01,XM02,flood,47,")
    assert faults(release)[-1] == "The published numbers of table movements contradict each other."


def test_every_suppressed_cell_revealed_is_found_even_under_a_certificate_made_to_fit(untouched: Path, tmp_path: Path) -> None:
    """The mutation test: un-suppress any one cell that others rest on, and the attack on what is left succeeds."""
    truth = true_cells()
    hidden = [tuple(row.values())[:3] for row in rows_of(untouched / DATA) if row["conf_status"] == "C"]
    noticed = 0
    for number, cell in enumerate(hidden):
        folder = Path(shutil.copytree(untouched, tmp_path / str(number)))
        change(folder, DATA, f"\n{','.join(cell)},,Q,C", f"\n{','.join(cell)},{truth.get(cell, 0)},A,F")
        assert faults(folder)
        certify_anew(folder)
        noticed += bool(faults(folder))
        broken = [one for one in expose(read_release(folder).tables, default_policy()) if one.verdict.broken]
        assert bool(broken) == bool(faults(folder))
    assert noticed == len(hidden)


def true_cells() -> dict[tuple[str, ...], int]:
    known = {name: read_hierarchy(name, path) for name, path in PLACES.items()}
    table = read_table(EXAMPLE / "movements.csv", known, count="persons", contributors="reports")
    return {key: count.persons for key, count in table.cells.items()}


def test_a_folder_that_is_no_release_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(ReleaseUnreadable, match=r"certificate\.json: No such file"):
        verify_release(tmp_path)
    (tmp_path / CERTIFICATE).write_text("{", encoding="utf-8")
    with pytest.raises(ReleaseUnreadable, match=r"certificate\.json is not JSON"):
        verify_release(tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"path": "data/movements.csv"', '"path": "../movements.csv"'),
        ('"path": "data/movements.csv"', '"path": "/etc/passwd"'),
        ('"policy": {', '"policy": {"unheard_of": 1, '),
        ('"resources": [', '"unsourced": ['),
    ],
)
def test_a_description_that_leads_astray_is_not_followed(release: Path, old: str, new: str) -> None:
    change(release, "datapackage.json", old, new)
    with pytest.raises(ReleaseUnreadable):
        verify_release(release)
