"""Totals that others publish of the same people: known to everybody, whatever a release hides."""

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from anonymizer import Policy, attack, audit, protect_tables
from anonymizer.attacker import Attacker
from anonymizer.counted_week import Count, CountedTable
from anonymizer.dimension import flat_dimension
from anonymizer.errors import CountsUnfit, CountUnreadable, HistoryUnfit, OutsideDiffers, OutsideUnfit, ProtectionImpossible
from anonymizer.outside import OutsideTotal
from anonymizer.published import Identity, PublishedTable
from anonymizer.tool import Periods, protect_file, read_choices, read_outside, read_release
from app.cli.main import commands
from core.errors import Problem
from tests.anonymizer.tool_files import EXAMPLE, PLACES

RULES = Policy(contributors=1)
ORIGIN, REASON = flat_dimension("origin", "abcd"), flat_dimension("reason", "xyz")


def table(*rows: Sequence[int]) -> CountedTable:
    """Counts of origins a to d (rows) by reasons x to z, with all totals; each person comes in a report of their own."""
    cells = {}
    for along, origins in {"_T": "abcd", **{code: code for code in "abcd"}}.items():
        for across, reasons in {"_T": "xyz", **{code: code for code in "xyz"}}.items():
            persons = sum(rows["abcd".index(i)]["xyz".index(j)] for i in origins for j in reasons)
            cells[along, across] = Count(persons, persons)
    return CountedTable("flows", (ORIGIN, REASON), cells)


COUNTED = table((2, 20, 30), (25, 30, 22), (40, 31, 24), (26, 33, 45))
AX, BX, BY = ((("origin", i), ("reason", j)) for i, j in ("ax", "bx", "by"))


def named(key: tuple[str, str]) -> Identity:
    return ("origin", key[0]), ("reason", key[1])


def hidden(counted: CountedTable, *outside: OutsideTotal) -> set[tuple[str, ...]]:
    [done] = protect_tables([counted], RULES, outside=outside).tables
    assert audit([done], RULES, outside=outside).passed
    return {key for key, value in done.cells.items() if value is None}


def test_a_cell_that_others_publish_hides_nothing_so_others_are_hidden_in_its_place() -> None:
    before = hidden(COUNTED)
    assert ("a", "x") in before
    for key in before - {("a", "x")}:
        now = hidden(COUNTED, OutsideTotal((named(key),), COUNTED.count(key).persons))
        assert ("a", "x") in now
        assert len(now - {key}) >= 4


def test_without_the_total_the_release_would_have_given_its_cell_away() -> None:
    """The mutation: the same total, told to the attacker only."""
    [done] = protect_tables([COUNTED], RULES).tables
    beside = next(key for key, value in done.cells.items() if value is None and key != ("a", "x"))
    assert not audit([done], RULES, outside=[OutsideTotal((named(beside),), COUNTED.count(beside).persons)]).passed


def test_a_total_of_cells_that_is_no_cell_itself_is_an_equation_as_well() -> None:
    """Four cells in a square hide each other: whoever has the sum of two opposite corners knows all of them."""
    [plain] = protect_tables([COUNTED], RULES).tables
    [opposite] = (key for key, value in plain.cells.items() if value is None and "a" not in key and "x" not in key)
    zone = OutsideTotal((AX, named(opposite)), 2 + COUNTED.count(opposite).persons)
    assert not audit([plain], RULES, outside=[zone]).passed
    [done] = protect_tables([COUNTED], RULES, outside=[zone]).tables
    assert Attacker([done], outside=[zone]).out_of_reach({AX: (1, 4)}) == []


def test_an_unsafe_cell_that_others_publish_is_not_printed_by_us_and_asks_for_nothing() -> None:
    """It is known whatever we do: no other cell is lost for its sake."""
    assert hidden(COUNTED, OutsideTotal((AX,), 2)) == {("a", "x")}


def test_others_that_count_nobody_tell_every_cell_of_theirs() -> None:
    counted = table((2, 20, 30), (25, 30, 22), (0, 31, 24), (0, 33, 45))
    nobody = OutsideTotal(((("origin", "c"), ("reason", "x")), (("origin", "d"), ("reason", "x"))), 0)
    assert ("b", "x") in hidden(counted, nobody)


def test_what_others_give_away_together_cannot_be_protected_and_is_refused() -> None:
    """Three persons in two cells: whoever knows that knows of each that it is no more than three."""
    counted = table((2, 20, 30), (1, 30, 22), (40, 31, 24), (26, 33, 45))
    with pytest.raises(ProtectionImpossible):
        protect_tables([counted], RULES, outside=[OutsideTotal((AX, BX), 3)])


def test_a_total_that_differs_from_the_count_or_is_of_no_cell_is_refused() -> None:
    with pytest.raises(CountsUnfit, match="not what was counted"):
        protect_tables([COUNTED], RULES, outside=[OutsideTotal((AX,), 3)])
    with pytest.raises(CountsUnfit, match="no table has"):
        protect_tables([COUNTED], RULES, outside=[OutsideTotal(((("sex", "f"),),), 3)])


def test_intervals_are_those_of_whoever_knows_the_total() -> None:
    """Of a square all four totals are published, and elsewhere the sum of two opposite corners."""
    square = flat_dimension("origin", "ab"), flat_dimension("reason", "xy")
    numbers = {("a", "_T"): 10, ("b", "_T"): 12, ("_T", "x"): 9, ("_T", "y"): 13, ("_T", "_T"): 22}
    cells = {(i, j): numbers.get((i, j)) for i in ("_T", "a", "b") for j in ("_T", "x", "y")}
    open_table = PublishedTable("flows", square, cells)
    assert attack([open_table])["flows", ("a", "x")] == (0, 9)
    diagonal = OutsideTotal((AX, BY), 13)
    assert attack([open_table], outside=[diagonal])["flows", ("a", "x")] == (5, 5)


# The file of an officer, and the commands


FILE = "origin,destination,reason,total,source,counted\n"


def outside_file(folder: Path, *rows: str) -> Path:
    file = folder / "outside.csv"
    file.write_text(FILE + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return file


def true_count(**codes: str) -> int:
    """How many the example counts of innermost codes, `+` between several."""
    with (EXAMPLE / "movements.csv").open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    return sum(int(row["persons"]) for row in rows if all(row[name] in code.split("+") for name, code in codes.items()))


def released(folder: Path, file: Path | None, **more: object) -> Path:
    rules = Policy()
    files = {"hierarchies": PLACES, "count": "persons", "contributors": "reports"}
    return protect_file(EXAMPLE / "movements.csv", folder / "release", rules, outside=file, **files, **more).folder  # type: ignore[arg-type]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["anonymizer", *map(str, arguments)])


def test_a_registry_names_cells_and_sums_of_cells(tmp_path: Path) -> None:
    zone, whole = true_count(origin="XM01+XT01", reason="flood"), true_count(destination="XM02")
    file = outside_file(tmp_path, f"XM01+XT01,,flood,{zone},Ministry,", f",XM02,_T,{whole},Partner,same")
    release = released(tmp_path, file)
    totals = read_outside(file, read_release(release).tables)
    assert [total.persons for total in totals.values()] == [zone, whole]
    assert totals[0].cells == ((("origin", "XM01"), ("reason", "flood")), (("origin", "XT01"), ("reason", "flood")))
    assert run("attack", release, "--outside", file).exit_code == 0


def test_a_total_that_differs_is_refused_by_its_line_unless_it_is_counted_otherwise(tmp_path: Path) -> None:
    wrong = true_count(origin="XM01") + 1
    with pytest.raises(OutsideDiffers) as refused:
        released(tmp_path, outside_file(tmp_path, f"XM01,,,{wrong},Ministry,"))
    assert "line 2" in refused.value.what
    assert str(wrong - 1) not in refused.value.what
    released(tmp_path, outside_file(tmp_path, f"XM01,,,{wrong},Ministry,otherwise"))


def test_the_attacker_of_a_release_learns_from_totals_that_it_was_not_made_for(tmp_path: Path) -> None:
    release = released(tmp_path, None)
    with (release / "data" / "movements.csv").open(encoding="utf-8", newline="") as text:
        rows = [row for row in csv.DictReader(text) if row["conf_status"] == "C" and "_T" not in row.values()]
    told = [row for row in rows if true_count(**{name: row[name] for name in ("origin", "destination", "reason")}) > 4][:1]
    lines = [
        f"{row['origin']},{row['destination']},{row['reason']},"
        f"{true_count(origin=row['origin'], destination=row['destination'], reason=row['reason'])},,"
        for row in told
    ]
    assert lines
    file = outside_file(tmp_path, *lines)
    plain, knowing = (
        list(csv.DictReader(StringIO(run("attack", release, "--csv", *more).stdout))) for more in ((), ("--outside", file))
    )
    assert len(knowing) == len(plain) - 1
    assert run("attack", release, "--outside", file).exit_code == 1


@pytest.mark.parametrize(
    ("row", "problem", "told"),
    [
        ("XM09,,,3,,", OutsideUnfit, "no code XM09"),
        ("XM+XM01,,,3,,", OutsideUnfit, "added twice"),
        ("XM01+XM01,,,3,,", OutsideUnfit, "added twice"),
        (",,,3,,perhaps", OutsideUnfit, "same or otherwise"),
        (",,,many,,", CountUnreadable, "not a number"),
    ],
)
def test_a_total_that_cannot_be_is_refused_with_its_line(row: str, problem: type[Problem], told: str, tmp_path: Path) -> None:
    with pytest.raises(problem) as refused:
        released(tmp_path, outside_file(tmp_path, row))
    assert told in refused.value.what
    assert "line 2" in refused.value.what


def test_a_total_by_dimensions_that_no_table_has_together_asks_for_such_a_table(tmp_path: Path) -> None:
    file = outside_file(tmp_path, f",XM02,flood,{true_count(destination='XM02', reason='flood')},,")
    with pytest.raises(OutsideUnfit, match="destination x reason"):
        released(tmp_path, file, tables=read_choices(["one=origin,destination", "two=origin,reason"]))
    released(tmp_path, file, tables=read_choices(["one=origin,destination", "two=origin,reason", "three=destination,reason"]))


def test_a_release_over_time_takes_no_totals_of_others(tmp_path: Path) -> None:
    with pytest.raises(HistoryUnfit, match="published elsewhere"):
        released(tmp_path, outside_file(tmp_path, f",,,{true_count()},,"), periods=Periods("origin", ["XM01"]))
