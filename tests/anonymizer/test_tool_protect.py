"""The tool of its own: a CSV file in, a proven release folder out."""

import json
import shutil
from collections import defaultdict
from hashlib import sha256
from itertools import product
from pathlib import Path

import pytest
from frictionless import Package

from anonymizer import TOTAL, Policy
from anonymizer.errors import FolderNotFree, FolderNotWritten
from anonymizer.tool import Written, protect_file, verify_release
from tests.anonymizer.tool_files import EXAMPLE, TABLE, example, protect_text, rows_of


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example(tmp_path_factory.mktemp("example") / "release").folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def values(written: Written) -> dict[tuple[str, ...], str]:
    return {tuple(row.values())[:-3]: row["persons"] for row in rows_of(written.folder / "data" / "table.csv")}


def test_a_release_holds_the_table_its_hierarchies_a_description_and_a_certificate(release: Path) -> None:
    assert set(contents(release)) == {
        "certificate.json",
        "data/movements.csv",
        "datapackage.json",
        "hierarchies/destination.csv",
        "hierarchies/origin.csv",
        "hierarchies/reason.csv",
    }


def test_every_cell_of_every_level_is_there_and_the_total_is_coded_t_whatever_the_file_called_it(release: Path) -> None:
    places = [row["code"] for row in rows_of(EXAMPLE / "places.csv") if row["code"] != "WORLD"] + [TOTAL]
    rows = rows_of(release / "data" / "movements.csv")
    assert list(rows[0]) == ["origin", "destination", "reason", "persons", "obs_status", "conf_status"]
    cells = [(row["origin"], row["destination"], row["reason"]) for row in rows]
    assert sorted(cells) == sorted(product(places, places, ["conflict", "flood", TOTAL]))
    assert rows_of(release / "hierarchies" / "origin.csv")[0] == {"code": TOTAL, "parent": ""}


def test_what_is_published_is_the_sum_of_the_rows_and_the_small_cell_is_empty_and_marked(release: Path) -> None:
    rows = rows_of(release / "data" / "movements.csv")
    above = {row["code"]: row["parent"].replace("WORLD", TOTAL) for row in rows_of(EXAMPLE / "places.csv")}
    climb = {code: {code, parent, TOTAL} for code, parent in above.items()}
    sums: dict[tuple[str, ...], int] = defaultdict(int)
    for told in rows_of(EXAMPLE / "movements.csv"):
        levels = climb[told["origin"]], climb[told["destination"]], (told["reason"], TOTAL)
        for cell in product(*levels):
            sums[cell] += int(told["persons"])
    for row in rows:
        shown = (row["obs_status"], row["conf_status"]) == ("A", "F")
        assert shown or (row["persons"], row["obs_status"], row["conf_status"]) == ("", "Q", "C")
        assert not shown or int(row["persons"]) == sums[row["origin"], row["destination"], row["reason"]]
    [small] = [row for row in rows if (row["origin"], row["destination"], row["reason"]) == ("XM01", "XT02", "flood")]
    assert small["conf_status"] == "C"


def test_the_certificate_names_policy_tables_files_and_the_worst_interval(release: Path) -> None:
    certificate = json.loads((release / "certificate.json").read_text(encoding="utf-8"))
    suppressed = sum(row["conf_status"] == "C" for row in rows_of(release / "data" / "movements.csv"))
    assert certificate["policy"]["threshold"] == 5
    assert certificate["policy"]["contributors"] == 3
    [table] = certificate["tables"]
    assert (table["name"], table["published"], table["suppressed"]) == ("movements", 147 - suppressed, suppressed)
    assert certificate["worst"]["least"] < 5
    assert certificate["worst"]["greatest"] is None or certificate["worst"]["greatest"] > certificate["worst"]["least"]
    hashes = {path: sha256(content).hexdigest() for path, content in contents(release).items() if path != "certificate.json"}
    assert certificate["files"] == hashes


def test_the_description_is_a_valid_data_package_with_the_hierarchies(release: Path) -> None:
    report = Package(str(release / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "message"])
    described = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in described["dimensions"]] == ["origin", "destination", "reason"]
    assert {"code": "XM01", "parent": "XM"} in described["dimensions"][0]["members"]


def test_nothing_tells_which_suppressed_cell_is_small(release: Path) -> None:
    rows = rows_of(release / "data" / "movements.csv")
    assert {(row["persons"] == "", row["obs_status"], row["conf_status"]) for row in rows} == {
        (False, "A", "F"),
        (True, "Q", "C"),
    }
    certificate = json.loads((release / "certificate.json").read_text(encoding="utf-8"))
    assert set(certificate) == {"format", "method", "statement", "policy", "tables", "worst", "files"}
    assert set(certificate["tables"][0]) == {"name", "digest", "published", "suppressed"}


def test_the_same_table_gives_the_same_bytes_and_another_seed_a_release_as_good(tmp_path: Path, release: Path) -> None:
    assert contents(example(tmp_path / "again").folder) == contents(release)
    first, second = example(tmp_path / "one", seed=1), example(tmp_path / "one-again", seed=1)
    assert contents(first.folder) == contents(second.folder)
    assert all(check.holds for check in verify_release(first.folder))


def test_rows_with_the_same_codes_are_added_and_absent_cells_are_zeros(tmp_path: Path) -> None:
    split = protect_text(tmp_path, TABLE.replace("b1,flood,30\n", "b1,flood,10\nb1,flood,20\n\n"))
    cells = values(split)
    assert cells["B", "flood"] == "30"
    assert cells[TOTAL, TOTAL] == "66"


def test_without_a_count_each_row_is_one_record(tmp_path: Path) -> None:
    table = "origin,sex\n" + "a1,f\n" * 7 + "a2,m\n" * 6 + "b1,f\n" * 9
    written = protect_text(tmp_path, table, count=None)
    [column] = [name for name in rows_of(written.folder / "data" / "table.csv")[0] if name == "records"]
    assert {row[column] for row in rows_of(written.folder / "data" / "table.csv") if row["origin"] == "A"} == {"7", "6", "13"}


def test_a_dimension_without_a_file_is_flat_under_its_total(tmp_path: Path) -> None:
    written = protect_text(tmp_path, hierarchies={})
    assert rows_of(written.folder / "hierarchies" / "origin.csv") == [
        {"code": TOTAL, "parent": ""},
        *({"code": code, "parent": TOTAL} for code in ("a1", "a2", "b1")),
    ]


def test_contributors_are_asked_for_only_where_a_column_tells_them(tmp_path: Path) -> None:
    """Thirty persons from one report are hidden. Where no column tells of reports they are not, and the release says so."""
    rows = [("a", 30, 1), ("b", 20, 7), ("c", 25, 6), ("d", 22, 9)]
    table = "place,persons,reports\n" + "".join(f"{place},{some},{of}\n" for place, some, of in rows)
    told = protect_text(tmp_path, table, {}, contributors="reports")
    assert values_by_place(told)["a"] == ""
    assert stated_policy(told)["contributors"] == 3
    shutil.rmtree(told.folder)
    untold = protect_text(tmp_path, "place,persons\n" + "".join(f"{place},{some}\n" for place, some, _ in rows), {})
    assert values_by_place(untold)["a"] == "30"
    assert stated_policy(untold)["contributors"] == 1


def values_by_place(written: Written) -> dict[str, str]:
    return {row["place"]: row["persons"] for row in rows_of(written.folder / "data" / "table.csv")}


def stated_policy(written: Written) -> dict[str, object]:
    policy: dict[str, object] = json.loads((written.folder / "certificate.json").read_text(encoding="utf-8"))["policy"]
    return policy


def test_a_table_in_which_nothing_is_unsafe_is_published_whole(tmp_path: Path) -> None:
    written = protect_text(tmp_path, "place,persons\na,30\nb,0\nc,25\n", {})
    assert (written.published, written.suppressed, written.worst) == (4, 0, None)
    assert values(written) == {("a",): "30", ("b",): "0", ("c",): "25", (TOTAL,): "55"}


def test_names_in_any_script_go_through(tmp_path: Path) -> None:
    table = "المكان,persons\nحلب,30\nدمشق,2\nحمص,25\nحماة,40\n"
    assert values(protect_text(tmp_path, "\ufeff" + table, {}))["حلب",] in {"30", ""}


def test_a_folder_that_holds_something_is_left_as_it_is(tmp_path: Path) -> None:
    written = protect_text(tmp_path)
    before = contents(written.folder)
    with pytest.raises(FolderNotFree, match="never written over"):
        protect_text(tmp_path)
    assert contents(written.folder) == before
    (tmp_path / "file").touch()
    with pytest.raises(FolderNotFree):
        example(tmp_path / "file")


def test_an_empty_folder_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert protect_text(tmp_path).folder.is_dir()
    assert {path.name for path in tmp_path.iterdir()} == {"out", "table.csv", "origin.csv"}


def test_a_place_that_cannot_be_written_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderNotWritten, match="Nothing was left there"):
        example(tmp_path / "file" / "below")


def test_steps_are_told_in_order(tmp_path: Path) -> None:
    told: list[str] = []
    (tmp_path / "table.csv").write_text(TABLE, encoding="utf-8")
    protect_file(
        tmp_path / "table.csv",
        tmp_path / "out",
        Policy(),
        hierarchies={},
        count="persons",
        step=lambda what, _done, _of: told.append(what),
    )
    assert list(dict.fromkeys(told)) == [
        "reading and counting",
        "protecting and proving",
        "auditing as an outsider, and writing",
    ]
