"""Releases of the same people week after week: what was released stands, and together they give nothing away."""

import random
import re
from pathlib import Path

import pytest

from anonymizer import Policy
from anonymizer.errors import HistoryUnfit, PeriodsChanged, ReleasedOtherwise
from anonymizer.tool import Periods, Verdict, Written, expose, protect_file, read_release, verify_release
from tests.anonymizer.tool_files import rows_of

HIERARCHIES = {
    "place": "code,parent\nall,\nN,all\nn1,N\nn2,N\nS,all\ns1,S\ns2,S\n",
    "reason": "code,parent\nall,\nflood,all\nconflict,all\n",
    "week": "code,parent\never,\nM1,ever\nW1,M1\nW2,M1\nM2,ever\nW3,M2\nW4,M2\n",
}
POLICY = Policy()


def write_weeks(folder: Path, *, late: int = 0) -> Path:
    """Counts of four weeks by place and reason; `late` persons more in the first."""
    chance = random.Random(3)
    rows = ["place,reason,week,persons"]
    for week in ("W1", "W2", "W3", "W4"):
        for place in ("n1", "n2", "s1", "s2"):
            for reason in ("flood", "conflict"):
                more = late if (week, place, reason) == ("W1", "n1", "flood") else 0
                rows.append(f"{place},{reason},{week},{chance.choice([0, 2, 3, 9, 14, 30]) + more}")
    (folder / "weeks.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    for name, text in HIERARCHIES.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder / "weeks.csv"


def release(
    folder: Path,
    number: int,
    *,
    policy: Policy = POLICY,
    before: int | None = None,
    count: str | None = "persons",
    contributors: str | None = None,
) -> Written:
    """The release after a number of weeks."""
    over = [f"W{week}" for week in range(1, number + 1)]
    periods = Periods("week", over, folder / f"release-{before}" if before else None)
    files = {name: folder / f"{name}.csv" for name in HIERARCHIES}
    out = folder / f"release-{number}"
    columns = {"count": count, "contributors": contributors}
    return protect_file(folder / "weeks.csv", out, policy, hierarchies=files, periods=periods, **columns)


def by_cell(written: Written) -> dict[tuple[str, str, str], str]:
    rows = rows_of(written.folder / "data" / "weeks.csv")
    return {(row["place"], row["reason"], row["week"]): row["persons"] for row in rows}


def test_only_what_is_over_is_published_and_it_stands_in_every_later_release(tmp_path: Path) -> None:
    write_weeks(tmp_path)
    first, second = release(tmp_path, 1), release(tmp_path, 2, before=1)
    assert {week for _, _, week in by_cell(first)} == {"W1", "M1", "_T"}
    week_one = {cell: value for cell, value in by_cell(first).items() if cell[2] == "W1"}
    assert week_one.items() <= by_cell(second).items()
    assert any(by_cell(second)[place, reason, "M1"] for place, reason, week in week_one if not week_one[place, reason, week])


def test_the_last_release_which_holds_all_others_gives_nothing_away(tmp_path: Path) -> None:
    write_weeks(tmp_path)
    for number in range(1, 5):
        written = release(tmp_path, number, before=number - 1)
        assert all(check.holds for check in verify_release(written.folder))
        exposures = expose(read_release(written.folder).tables, POLICY)
        assert {one.verdict for one in exposures} == {Verdict.HIDDEN}


def test_late_reports_of_a_released_week_are_refused(tmp_path: Path) -> None:
    write_weeks(tmp_path)
    shown = by_cell(release(tmp_path, 1))
    assert shown["_T", "_T", "W1"]
    write_weeks(tmp_path, late=40)
    with pytest.raises(ReleasedOtherwise):
        release(tmp_path, 2, before=1)
    assert not (tmp_path / "release-2").exists()


def test_what_began_without_a_rule_of_own_knowledge_goes_on_without(tmp_path: Path) -> None:
    """All of a release states one policy; a new series begins with the rule. More is not taken back either."""
    file = write_weeks(tmp_path)
    told = file.read_text(encoding="utf-8").replace("persons\n", "persons,reports\n")
    file.write_text(re.sub(r",(\d+)$", r",\1,\1", told, flags=re.MULTILINE), encoding="utf-8")
    rule = Policy(own_knowledge=1)
    release(tmp_path, 1, contributors="reports")
    assert read_release(release(tmp_path, 2, before=1, policy=rule, contributors="reports").folder).policy == POLICY
    assert read_release(release(tmp_path, 3, policy=rule, contributors="reports").folder).policy == rule
    with pytest.raises(HistoryUnfit, match="under another policy"):
        release(tmp_path, 4, before=3, contributors="reports")


def test_a_history_that_was_changed_or_is_of_something_else_is_refused(tmp_path: Path) -> None:
    write_weeks(tmp_path)
    release(tmp_path, 1)
    with pytest.raises(HistoryUnfit, match="under another policy"):
        release(tmp_path, 2, before=1, policy=Policy(threshold=8))
    (tmp_path / "weeks.csv").write_text("place,reason,week\nn1,flood,W1\n", encoding="utf-8")
    with pytest.raises(HistoryUnfit, match="it counts persons, not records"):
        release(tmp_path, 2, before=1, count=None)
    write_weeks(tmp_path)
    (tmp_path / "place.csv").write_text(HIERARCHIES["place"] + "s3,S\n", encoding="utf-8")
    with pytest.raises(PeriodsChanged):
        release(tmp_path, 2, before=1)
    file = tmp_path / "release-1" / "data" / "weeks.csv"
    file.write_bytes(file.read_bytes() + b"\r\n")
    with pytest.raises(HistoryUnfit, match=r"weeks\.csv was changed"):
        release(tmp_path, 2, before=1)


def test_what_is_over_are_innermost_codes_of_a_dimension_of_the_table(tmp_path: Path) -> None:
    table, files = write_weeks(tmp_path), {"week": tmp_path / "week.csv"}
    for periods, reason in (
        (Periods("month", ["W1"]), "no such dimension"),
        (Periods("week", ["M1"]), "innermost codes of week"),
    ):
        with pytest.raises(HistoryUnfit, match=reason):
            protect_file(table, tmp_path / "out", POLICY, hierarchies=files, count="persons", periods=periods)
