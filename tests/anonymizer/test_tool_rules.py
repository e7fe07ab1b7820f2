"""A release under further rules, from the file to whoever verifies it; also several tables, and week after week."""

from pathlib import Path

import pytest

from anonymizer import Policy, parse_policy, stated
from anonymizer.errors import HistoryUnfit, PolicyUnfit
from anonymizer.tool import Periods, expose, protect_file, read_choices, read_release, verify_release
from anonymizer.tool.read_release import read_json
from tests.anonymizer.tool_files import EXAMPLE, PLACES

RULES = """
version = "2026-02"
threshold = 5
contributors = 1
presence = true
complements = true
[[sensitive]]
codes = { reason = "conflict" }
threshold = 8
group = true
[[structural_zero]]
origin = "XM01"
destination = "XM01"
[[cost]]
dimension = "origin"
level = 1
times = 3
"""
MOVEMENTS = EXAMPLE / "movements.csv"


def policy(more: str = "") -> Policy:
    return parse_policy(RULES + more, Path("policy.toml"))


def faults(folder: Path) -> list[str]:
    return [check.fault for check in verify_release(folder) if not check.holds]


def test_a_release_states_its_rules_and_is_verified_by_them(tmp_path: Path) -> None:
    written = protect_file(MOVEMENTS, tmp_path / "out", policy(), hierarchies=PLACES, count="persons", contributors="reports")
    release = read_release(written.folder)
    assert release.policy == policy()
    assert read_json(written.folder, "certificate.json")["policy"] == stated(policy())
    assert faults(written.folder) == []
    assert release.tables[0].cells["XM01", "XM01", "flood"] == 0
    assert not [one for one in expose(release.tables, policy()) if one.verdict.broken]


def test_tables_of_one_release_may_have_rules_of_their_own(tmp_path: Path) -> None:
    tables = read_choices(["places=origin,destination", "reasons=origin,reason"])
    more = "[table.places]\nthreshold = 20\nsensitive = []\ncomplements = false\n"
    own = parse_policy(RULES.replace('destination = "XM01"', 'destination = ["XM01"]') + more, Path("policy.toml"))
    with pytest.raises(PolicyUnfit, match="for destination, and there is no such dimension"):
        protect_file(MOVEMENTS, tmp_path / "out", own, hierarchies=PLACES, count="persons", tables=tables)
    rules = parse_policy(
        "contributors = 1\ncomplements = true\n[table.places]\nthreshold = 20\ncomplements = false\n", Path("policy.toml")
    )
    written = protect_file(MOVEMENTS, tmp_path / "out", rules, hierarchies=PLACES, count="persons", tables=tables)
    places, reasons = read_release(written.folder).tables
    assert faults(written.folder) == []
    assert min(number for number in places.cells.values() if number) >= 20
    assert min(number for number in reasons.cells.values() if number) < 20


class TestWeekAfterWeek:
    WEEKS = "week,place,persons\n" + "".join(
        f"W{week},{place},{persons}\n"
        for week in (1, 2)
        for place, persons in {"a": 40, "b": 3 + week, "c": 2, "d": 30, "e": 25}.items()
    )
    RULES = 'complements = true\npresence = true\n[[cost]]\ndimension = "week"\nrecent = 3\n'

    @pytest.fixture
    def table(self, tmp_path: Path) -> Path:
        (tmp_path / "week.csv").write_text("code,parent\nall,\nW1,all\nW2,all\nW3,all\n", encoding="utf-8")
        (tmp_path / "table.csv").write_text(self.WEEKS, encoding="utf-8")
        return tmp_path / "table.csv"

    def release(self, table: Path, rules: str, out: str, over: str, before: str | None = None) -> Path:
        history = table.parent / before if before else None
        written = protect_file(
            table,
            table.parent / out,
            parse_policy("contributors = 1\n" + rules, Path("policy.toml")),
            hierarchies={"week": table.parent / "week.csv"},
            count="persons",
            periods=Periods("week", [over], history),
        )
        return written.folder

    def test_what_is_over_is_added_under_the_same_rules(self, table: Path) -> None:
        self.release(table, self.RULES, "first", "W1")
        second = self.release(table, self.RULES, "second", "W2", before="first")
        assert faults(second) == []

    def test_and_refused_under_others(self, table: Path) -> None:
        self.release(table, self.RULES, "first", "W1")
        with pytest.raises(HistoryUnfit, match="under another policy"):
            self.release(table, "presence = true\n", "second", "W2", before="first")
