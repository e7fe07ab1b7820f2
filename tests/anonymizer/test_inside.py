"""What an officer asks before a release: why cells are hidden, and what other rules would lose. Nothing is written."""

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from anonymizer import Policy, read_policy
from anonymizer.errors import CellUnknown, CoarseningUnfit, CoarserUnreadable, PolicyUnfit, TableUnreadable
from anonymizer.explain import Reason
from anonymizer.inside import explain_file, read_dropped, read_merged, what_if
from anonymizer.policy import Selection, Sensitive
from app.cli.main import commands
from tests.anonymizer.tool_files import EXAMPLE, PLACES, example, rows_of

MOVEMENTS = EXAMPLE / "movements.csv"
POLICY = read_policy(EXAMPLE / "policy.toml")
COLUMNS = {"count": "persons", "contributors": "reports"}
OPTIONS = [
    f"--policy={EXAMPLE / 'policy.toml'}",
    *(f"--hierarchy={name}={path}" for name, path in PLACES.items()),
    "--count=persons",
    "--contributors=reports",
]
SMALL = "origin=XM01,destination=XT02,reason=flood"
BESIDE = "origin=XM01,destination=XT01,reason=flood"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["anonymizer", *arguments])


class TestExplain:
    def test_every_cell_that_the_release_hides_is_told_with_its_reason(self, tmp_path: Path) -> None:
        found = explain_file(MOVEMENTS, POLICY, hierarchies=PLACES, **COLUMNS)
        rows = rows_of(example(tmp_path / "release").folder / "data" / "movements.csv")
        hidden = {
            f"origin={row['origin']},destination={row['destination']},reason={row['reason']}"
            for row in rows
            if row["conf_status"] == "C"
        }
        assert {one.cell for one in found} == hidden
        assert {one.cell: one.reason for one in found}[SMALL] is Reason.FEW_PERSONS
        assert {one.cell: one.reason for one in found}[BESIDE] is Reason.FOR_OTHERS

    def test_a_cell_asked_for_is_told_with_what_it_would_give_away(self) -> None:
        [one] = explain_file(MOVEMENTS, POLICY, hierarchies=PLACES, cells=[BESIDE], **COLUMNS)
        assert SMALL in one.betrayed
        assert one.interval is not None
        assert one.interval.low <= 38 <= (one.interval.high or 38)

    def test_a_dimension_that_is_left_out_stands_at_its_total(self) -> None:
        [one] = explain_file(MOVEMENTS, POLICY, hierarchies=PLACES, cells=["origin=XM01"], **COLUMNS)
        assert (one.cell, one.reason) == ("origin=XM01,destination=_T,reason=_T", Reason.NOT_HIDDEN)

    def test_a_cell_that_is_not_there_is_refused(self) -> None:
        with pytest.raises(CellUnknown, match="origin has no code XM09"):
            explain_file(MOVEMENTS, POLICY, hierarchies=PLACES, cells=["origin=XM09"], **COLUMNS)

    def test_the_command_says_that_it_is_for_inside_only(self) -> None:
        done = run("explain", str(MOVEMENTS), *OPTIONS, f"--cell={BESIDE}")
        assert done.exit_code == 0
        assert f"{BESIDE}: hidden for the sake of others" in done.stdout
        assert SMALL in done.stdout
        assert "For inside only" in done.stderr

    def test_each_hidden_cell_can_be_asked_for_at_once(self) -> None:
        done = run("explain", str(MOVEMENTS), *OPTIONS, "--each")
        assert done.stdout.count("published, it would give away") == 24


class TestWhatIf:
    def test_every_choice_is_told_with_what_it_loses(self) -> None:
        coarser = [*read_dropped(["origin=2"]), *read_merged(["reason=flood+conflict:any"])]
        found = list(what_if(MOVEMENTS, POLICY, hierarchies=PLACES, thresholds=[5, 11], coarser=coarser, **COLUMNS))
        told = {(one.threshold, " ".join(map(str, one.coarser))): sum(each.every for each in one.losses) for one in found}
        assert told == {
            (threshold, codes): cells
            for threshold in (5, 11)
            for codes, cells in {
                "": 147,
                "origin to level 1": 63,
                "reason=flood+conflict:any": 98,
                "origin to level 1 reason=flood+conflict:any": 42,
            }.items()
        }

    def test_as_it_is_it_loses_what_the_release_loses(self, tmp_path: Path) -> None:
        [as_it_is] = what_if(MOVEMENTS, POLICY, hierarchies=PLACES, **COLUMNS)
        assert list(as_it_is.losses) == list(example(tmp_path / "release").losses)

    def test_no_threshold_hides_nothing_and_a_higher_one_hides_more(self) -> None:
        found = what_if(MOVEMENTS, POLICY, hierarchies=PLACES, thresholds=[1, 5, 11], least_contributors=[1], **COLUMNS)
        hidden = [sum(each.unsafe + each.beside + each.zeros for each in one.losses) for one in found]
        assert hidden[0] == 0 < hidden[1] < hidden[2]

    def test_a_choice_that_cannot_be_met_is_told_beside_the_others(self, tmp_path: Path) -> None:
        table = tmp_path / "table.csv"
        table.write_text("origin,persons,reports\na,5,2\nb,1,1\n", encoding="utf-8")
        policy = Policy(hide_grand_total=False)
        few, one = what_if(table, policy, hierarchies={}, least_contributors=[3, 1], **COLUMNS)
        assert "1 by origin cannot be hidden well enough" in few.refused
        assert not few.losses
        assert one.losses
        assert not one.refused

    def test_a_sensitive_code_that_would_be_merged_away_is_told(self) -> None:
        policy = Policy(sensitive=(Sensitive(Selection((("reason", ("flood",)),)), threshold=11),))
        coarser = read_merged(["reason=flood+conflict:any"])
        kept, merged = what_if(MOVEMENTS, policy, hierarchies=PLACES, coarser=coarser, **COLUMNS)
        assert kept.losses
        assert "flood of reason, which has no such code" in merged.refused

    @pytest.mark.parametrize(
        ("option", "kind", "told"),
        [
            ({"coarser": read_dropped(["origin=3"])}, CoarseningUnfit, "level 3 cannot be left out"),
            ({"coarser": read_merged(["reason=flood+war:any"])}, CoarseningUnfit, "no code war"),
            ({"coarser": read_merged(["sex=f+m:any"])}, TableUnreadable, "no column sex with codes"),
            ({"thresholds": [2]}, PolicyUnfit, "a threshold of 2 hides nothing"),
        ],
    )
    def test_a_choice_without_sense_is_refused(self, option: dict[str, object], kind: type[Exception], told: str) -> None:
        with pytest.raises(kind, match=told):
            list(what_if(MOVEMENTS, POLICY, hierarchies=PLACES, **COLUMNS, **option))  # type: ignore[arg-type]

    @pytest.mark.parametrize("text", ["origin", "origin=", "origin=x", "=2"])
    def test_a_level_to_leave_out_is_a_number(self, text: str) -> None:
        with pytest.raises(CoarserUnreadable):
            read_dropped([text])

    @pytest.mark.parametrize("text", ["reason", "reason=flood+conflict", "reason=:any", "reason=flood+conflict:", "=a+b:c"])
    def test_codes_to_merge_have_a_new_name(self, text: str) -> None:
        with pytest.raises(CoarserUnreadable):
            read_merged([text])

    def test_the_command_shows_a_row_for_each_choice_and_writes_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        done = run("what-if", str(MOVEMENTS), *OPTIONS, "--threshold=3,5,11", "--levels")
        assert done.exit_code == 0
        rows = [line.split() for line in done.stdout.splitlines() if "as they are" in line and "%" in line]
        assert [(row[0], row[5]) for row in rows] == [("3", "147"), ("5", "147"), ("11", "147")]
        assert done.stdout.count("cells with persons") == 3
        assert "For inside only" in done.stderr
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("option", ["--threshold=5,x", "--threshold=,"])
    def test_numbers_are_a_list(self, option: str) -> None:
        done = run("what-if", str(MOVEMENTS), *OPTIONS, option)
        assert done.exit_code == 2
        assert "list of whole" in done.stderr


def test_a_policy_that_cannot_be_met_lists_its_cells_on_the_screen(tmp_path: Path) -> None:
    table, rules = tmp_path / "table.csv", tmp_path / "policy.toml"
    table.write_text("origin,persons,reports\na,5,2\nb,1,1\n", encoding="utf-8")
    rules.write_text("hide_grand_total = false\n", encoding="utf-8")
    out = tmp_path / "out"
    done = run("protect", str(table), f"--out={out}", f"--policy={rules}", "--count=persons", "--contributors=reports")
    assert done.exit_code == 2
    assert "ANON-010" in done.stderr
    assert "  origin=a: fewer contributors than the policy asks for" in done.stderr
    assert not out.exists()
