"""Several tables of one file: one system, one release, one certificate; attacked and verified together."""

import json
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest

from anonymizer import TOTAL, Policy, attack, audit, protect_tables
from anonymizer.errors import ChoiceUnfit, HistoryUnfit
from anonymizer.published import PublishedTable
from anonymizer.tool import Periods, Written, protect_file, read_choices, read_known, read_release, verify_release
from anonymizer.tool.read_table import read_tables
from tests.anonymizer.tool_files import EXAMPLE, PLACES, rows_of

TABLES = ("flows=origin,destination", "reasons=origin:1,reason")


def released(out: Path, tables: Sequence[str] = TABLES, *, seed: int = 0) -> Written:
    choices = read_choices(tables)
    columns = {"count": "persons", "contributors": "reports"}
    return protect_file(EXAMPLE / "movements.csv", out, Policy(), hierarchies=PLACES, tables=choices, seed=seed, **columns)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released(tmp_path_factory.mktemp("tables") / "release").folder


def shown(tables: Sequence[PublishedTable], name: str) -> PublishedTable:
    return next(table for table in tables if table.name == name)


def test_each_table_is_a_file_of_its_own_columns(release: Path) -> None:
    assert {path.name for path in (release / "data").iterdir()} == {"flows.csv", "reasons.csv"}
    assert list(rows_of(release / "data" / "flows.csv")[0])[:3] == ["origin", "destination", "persons"]
    assert list(rows_of(release / "data" / "reasons.csv")[0])[:3] == ["origin", "reason", "persons"]


def test_a_column_in_none_of_the_tables_stays_out_of_the_release(tmp_path: Path) -> None:
    written = released(tmp_path / "out", TABLES[:1])
    assert "reason" not in json.dumps(json.loads((written.folder / "datapackage.json").read_text(encoding="utf-8")))
    assert not (written.folder / "hierarchies" / "reason.csv").exists()


def test_a_table_down_to_a_level_has_no_code_below_it(release: Path) -> None:
    tables = read_release(release).tables
    assert set(shown(tables, "reasons").dimensions[0].parents) == {TOTAL, "XM", "XT"}
    assert "XM01" in shown(tables, "flows").dimensions[0].parents


def test_what_stands_in_two_tables_is_shown_or_hidden_in_both(release: Path) -> None:
    flows, reasons = (shown(read_release(release).tables, name) for name in ("flows", "reasons"))
    for origin in (TOTAL, "XM", "XT"):
        assert flows.cells[origin, TOTAL] == reasons.cells[origin, TOTAL]


def test_they_are_verified_together_under_one_certificate(release: Path) -> None:
    assert all(check.holds for check in verify_release(release))
    certificate = json.loads((release / "certificate.json").read_text(encoding="utf-8"))
    assert [table["name"] for table in certificate["tables"]] == ["flows", "reasons"]


def test_whoever_attacks_holds_all_of_them(release: Path) -> None:
    """What is published in one table and hidden in another is known: a cell shown in either is no secret."""
    tables = read_release(release).tables
    together = attack(tables)
    for table in tables:
        for cell, interval in attack([table]).items():
            low, high = together[cell]
            assert interval.low <= low
            assert interval.high is None or (high is not None and high <= interval.high)
    assert all(low != high for low, high in together.values())


def test_protected_apart_they_would_give_each_other_away(tmp_path: Path) -> None:
    """A table hides three women from a together with the total of a, which the other shows: each is safe by itself."""
    file = tmp_path / "table.csv"
    file.write_text("origin,sex,reason,persons\na,f,x,3\na,m,y,12\nb,f,y,14\nb,m,x,20\n", encoding="utf-8")
    counted = read_tables(file, {}, read_choices(["one=origin,sex", "two=origin,reason"]), count="persons")
    rules = Policy(contributors=1)
    hidden = {"one": {("a", "f"), ("b", "f"), ("a", TOTAL), ("b", TOTAL)}, "two": set(product("ab", "xy"))}
    one, two = (
        PublishedTable(
            table.name,
            table.dimensions,
            {
                key: None if key in hidden[table.name] else table.count(key).persons
                for key in product(*(along.parents for along in table.dimensions))
            },
        )
        for table in counted
    )
    assert audit([one], rules).passed
    assert audit([two], rules).passed
    assert not audit([one, two], rules).passed
    assert audit(protect_tables(counted, rules).tables, rules).passed


def test_the_same_choice_and_seed_give_the_same_bytes(release: Path, tmp_path: Path) -> None:
    again = released(tmp_path / "again").folder
    files = [path.relative_to(release) for path in release.rglob("*") if path.is_file()]
    assert all((release / path).read_bytes() == (again / path).read_bytes() for path in files)
    other = released(tmp_path / "other", seed=3).folder
    assert all(check.holds for check in verify_release(other))


def test_a_cell_is_known_in_whichever_table_it_stands(release: Path) -> None:
    tables = read_release(release).tables
    assert read_known(["reason=flood,origin=XM=12", "origin=XM01=3"], tables) == {
        (("origin", "XM"), ("reason", "flood")): 12,
        (("origin", "XM01"),): 3,
    }


@pytest.mark.parametrize(
    ("tables", "reason"),
    [
        (["=origin"], "does not begin with a name"),
        (["../up=origin"], "does not begin with a name"),
        (["a=origin,"], "no name, or stands there twice"),
        (["a=origin,origin:1"], "no name, or stands there twice"),
        (["a=origin:0"], "level of 1 or more"),
        (["a=origin", "A=reason"], "a table called A already"),
        (["a=origin,persons"], "no column persons with codes"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_with_the_reason(tables: list[str], reason: str, tmp_path: Path) -> None:
    with pytest.raises(ChoiceUnfit) as refused:
        released(tmp_path / "out", tables)
    assert reason in refused.value.what


def test_a_release_over_time_holds_one_table(tmp_path: Path) -> None:
    with pytest.raises(HistoryUnfit, match="one table"):
        protect_file(
            EXAMPLE / "movements.csv",
            tmp_path / "out",
            Policy(),
            hierarchies=PLACES,
            count="persons",
            tables=read_choices(TABLES),
            periods=Periods("origin", ["XM01"]),
        )
