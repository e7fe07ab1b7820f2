"""What the tool refuses, before anything is written: each with file, line and what to do."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from anonymizer import Policy, read_policy
from anonymizer.errors import (
    CodeNotInHierarchy,
    CountUnreadable,
    HierarchyFileUnfit,
    PolicyUnreadable,
    ProtectionImpossible,
    TableTooLarge,
    TableUnreadable,
    TotalInTable,
)
from anonymizer.tool import protect_file
from core.errors import Problem
from tests.anonymizer.tool_files import HIERARCHY, TABLE, protect_text

GOOD: Mapping[str, str] = {"origin": HIERARCHY}


def refused(folder: Path, kind: type[Problem], reason: str, table: str = TABLE, **more: object) -> None:
    """It is refused for that reason, and nothing is left but the files that were given."""
    hierarchies = more.pop("hierarchies", GOOD)
    with pytest.raises(kind, match=reason):
        protect_text(folder, table, hierarchies, **more)  # type: ignore[arg-type]
    assert {path.suffix for path in folder.iterdir()} == {".csv"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A,flood,16\n", "table.csv, line 8, column origin: A is a total"),
        ("A,flood,999\n", "A is a total"),
        ("all,flood,46\n", "all is a total"),
        ("_T,flood,46\n", "_T is a total"),
        ("a1,_T,11\n", "line 8, column reason: _T is a total"),
    ],
)
def test_rows_of_totals_whether_they_add_up_or_not(tmp_path: Path, row: str, reason: str) -> None:
    refused(tmp_path, TotalInTable, reason, TABLE + row)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("-4", "it is negative"),
        ("1.5", "it is not whole"),
        ("7.0", "it is not written in digits only"),
        ("1e3", "it is not written in digits only"),
        ("1 000", "it is not a number"),
        ("many", "it is not a number"),
        ("nan", "it is not a number"),
        ("", "it is empty"),
        ("99999999999", "it is too large"),
    ],
)
def test_counts_that_are_none(tmp_path: Path, value: str, reason: str) -> None:
    """The message says where the value stands, never what it is."""
    where = "table.csv, line 8, column persons: this is no count"
    refused(tmp_path, CountUnreadable, f"{where}: {reason}", TABLE + f"b1,other,{value}\n")


def test_contributors_that_are_none(tmp_path: Path) -> None:
    table = "place,persons,reports\na,30,2\nb,20,-1\n"
    refused(tmp_path, CountUnreadable, "line 3, column reports", table, hierarchies={}, contributors="reports")


def test_a_code_that_the_hierarchy_does_not_know(tmp_path: Path) -> None:
    where = "table.csv, line 8, column origin"
    refused(tmp_path, CodeNotInHierarchy, f"{where}: the hierarchy has no code c9", TABLE + "c9,flood,3\n")


@pytest.mark.parametrize(
    ("hierarchy", "reason"),
    [
        ("code,parent\nall,\nA,B\nB,A\na1,A\na2,A\nb1,B\n", "line 3: .* A is part of itself"),
        ("code,parent\nall,\nA,A\n", "line 3: .* A is part of itself"),
        ("code,parent\nall,\nA,all\na1,A\na1,all\n", "line 5: .* a1 has two parents"),
        ("code,parent\nall,\nA,all\nA,all\n", "line 4: .* A stands there twice"),
        ("code,parent\nall,\nA,all\nworld,\n", "line 4: .* world has no parent, and neither has all"),
        ("code,parent\nA,B\nB,A\n", "no code has an empty parent"),
        ("code,parent\nall,\na1,C\n", "line 3: .* C, the parent of a1, is not among the codes"),
        ("code,parent\nall,\n", "no code below the total"),
        ("code,parent\nall,\n_T,all\n", "line 3: .* _T means the total"),
        ("code,parent\nall,\n a1,all\n", "line 3: .* spaces at its ends"),
        ("code,parent\nall,\n,all\n", "line 3: .* there is no code"),
    ],
)
def test_hierarchies_that_are_no_trees(tmp_path: Path, hierarchy: str, reason: str) -> None:
    refused(tmp_path, HierarchyFileUnfit, f"origin.csv.*{reason}", hierarchies={"origin": hierarchy})


def test_a_hierarchy_without_its_columns(tmp_path: Path) -> None:
    given = {"origin": "code,above\nall,\n"}
    refused(tmp_path, TableUnreadable, "origin.csv cannot be used: it has no column parent", hierarchies=given)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("", "it is empty"),
        ("\n\n", "it is empty"),
        ("origin,reason,persons\n", "it has column names and no rows"),
        ("origin,origin,persons\na1,a1,3\n", "line 1: there are two columns called origin"),
        ("origin,Origin,persons\na1,a1,3\n", "line 1: there are two columns called Origin"),
        ("origin,,persons\na1,x,3\n", "line 1: column 2 has no name"),
        ("origin;reason;persons\na1;flood;3\n", "line 1: its columns are not separated by commas"),
        ("origin,reason,persons\na1,flood,3\na2,flood\n", "line 3 has 2 values, where 3 columns have a name"),
        ('origin,reason,persons\na1,"flo\nod",3\na2,flood\n', "line 4 has 2 values"),
        ('origin,reason,persons\na1,"flood,3\n', "line 2: unexpected end of data"),
        ("origin,reason,persons\na1,,3\n", "line 2, column reason: there is no code"),
        ("origin,reason,persons\na1,flood ,3\n", "line 2, column reason: the code 'flood ' has spaces at its ends"),
        ("origin,reason,persons\na1,fl\tood,3\n", "line 2, column reason: a code has unprintable letters"),
        ("origin,conf_status,persons\na1,x,3\n", "a column of the release is called conf_status"),
        ("origin,../reason,persons\na1,x,3\n", "the column name ../reason cannot name a file"),
        ("origin,reason\na1,flood\n", "it has no column persons, but origin, reason"),
        ("place,persons\na1,3\n", "it has no column origin, but place, persons"),
    ],
)
def test_tables_that_cannot_be_read(tmp_path: Path, table: str, reason: str) -> None:
    refused(tmp_path, TableUnreadable, f"table.csv cannot be used: {reason}", table)


def test_a_table_of_numbers_only_or_with_one_column_for_two_things(tmp_path: Path) -> None:
    refused(tmp_path, TableUnreadable, "it has no dimension", "persons\n3\n", hierarchies={})
    refused(tmp_path, TableUnreadable, "cannot be both", hierarchies={}, contributors="persons")
    refused(tmp_path, TableUnreadable, "is no dimension and cannot have a hierarchy", count="origin")


def test_a_file_that_is_not_utf_8_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes("place,persons\nGenève,3\n".encode("latin-1"))
    for name, reason in (("latin.csv", "line 2 is not UTF-8"), ("missing.csv", "No such file")):
        with pytest.raises(TableUnreadable, match=f"{name} cannot be used: {reason}"):
            protect_file(tmp_path / name, tmp_path / "out", Policy(), hierarchies={}, count="persons")
    assert not (tmp_path / "out").exists()


def test_a_column_that_is_no_dimension_makes_a_table_too_large(tmp_path: Path) -> None:
    """An identifier left in by mistake: it is named with the number of its codes."""
    table = "place,person,day\n" + "".join(f"p{row % 50},id{row},d{row % 40}\n" for row in range(600))
    refused(tmp_path, TableTooLarge, r"person 601, .* codes\), more than 1,000,000", table, hierarchies={}, count=None)


def test_more_persons_than_can_be_counted_exactly(tmp_path: Path) -> None:
    refused(tmp_path, TableTooLarge, "it counts more than 1,000,000,000", TABLE + "b1,other,999999999\nb1,other,999999999\n")


def test_a_policy_that_cannot_be_met_names_the_table_the_level_and_what_would_help(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("origin,persons,reports\na,5,2\nb,1,1\n", encoding="utf-8")
    policy = Policy(hide_grand_total=False)
    with pytest.raises(ProtectionImpossible, match=r"Table table .* 1 by origin .* allow hide_grand_total"):
        protect_file(tmp_path / "table.csv", tmp_path / "out", policy, hierarchies={}, count="persons", contributors="reports")
    assert not (tmp_path / "out").exists()


def test_a_threshold_of_two_hides_nothing(tmp_path: Path) -> None:
    """Under 2 means 1: the mark itself would say the number."""
    (tmp_path / "policy.toml").write_text("threshold = 2\n", encoding="utf-8")
    with pytest.raises(PolicyUnreadable, match="under 2 means 1"):
        read_policy(tmp_path / "policy.toml")
