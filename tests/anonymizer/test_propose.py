"""Coarser codes proposed where too much would be lost, saved, and used again on the next week's table."""

from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from anonymizer import TOTAL, Dimension, Policy, read_policy
from anonymizer.coarsen import map_codes
from anonymizer.dimension import flat_dimension
from anonymizer.errors import CoarseningUnfit, CodesNotWritten, TableUnreadable
from anonymizer.inside import Limit, Proposal, Source, code_maps, propose, read_code_maps, write_code_maps
from anonymizer.inside.candidates import candidates
from anonymizer.tool import protect_file, read_release
from app.cli.main import commands
from tests.anonymizer.tool_files import EXAMPLE, PLACES

POLICY = read_policy(EXAMPLE / "policy.toml")
MOVEMENTS = Source(EXAMPLE / "movements.csv", PLACES, count="persons", contributors="reports")
REGIONS = Dimension("origin", {TOTAL: None, "N": TOTAL, "n1": "N", "n2": "N", "n3": "N", "S": TOTAL, "s1": "S", "s2": "S"})
AGES = flat_dimension("age", ["00-17", "18-39", "40-59", "60-79", "80+"])
WEEK = "place,reason,persons\n" + "".join(
    f"{place},{reason},{persons}\n"
    for place, reasons in {"a": (40, 3, 2, 1), "b": (25, 2, 3, 1), "c": (31, 1, 1, 4)}.items()
    for reason, persons in zip(("flood", "fire", "quake", "other"), reasons, strict=True)
)


def week(folder: Path, text: str = WEEK) -> Source:
    (folder / "week.csv").write_text(text, encoding="utf-8")
    return Source(folder / "week.csv", {}, count="persons")


def written(proposal: Proposal) -> list[str]:
    return [str(step) for step in proposal.steps]


def test_the_small_siblings_of_each_parent_are_merged_and_never_across_parents() -> None:
    persons = {"n1": 90, "n2": 4, "n3": 6, "s1": 3, "s2": 1, "N": 100, "S": 4}
    found = [[str(step) for step in steps] for steps in candidates(REGIONS, persons, ordered=False)]
    assert found == [["origin to level 1"], ["origin=n2+n3:N-rest"]]


def test_an_ordered_dimension_is_top_coded_until_the_last_code_is_as_large_as_an_equal_share() -> None:
    persons = {"00-17": 40, "18-39": 40, "40-59": 15, "60-79": 4, "80+": 1, TOTAL: 100}
    [[step]] = candidates(AGES, persons, ordered=True)
    assert step.codes == ("40-59", "60-79", "80+")
    [[step]] = candidates(AGES, persons | {"60-79": 30}, ordered=True)
    assert step.codes == ("60-79", "80+")


def test_where_no_level_loses_more_than_the_limit_nothing_is_proposed() -> None:
    [as_it_is] = propose(MOVEMENTS, POLICY, Limit(persons=0.9))
    assert as_it_is.steps == ()
    assert as_it_is.within(Limit(persons=0.9))


def test_each_proposal_tells_the_loss_that_protecting_it_has(tmp_path: Path) -> None:
    limit = Limit(persons=0.1)
    found = list(propose(MOVEMENTS, POLICY, limit))
    best = found[-1]
    assert [each.within(limit) for each in found] == [False] * (len(found) - 1) + [True]
    codes = code_maps(MOVEMENTS, best)
    columns = {"count": "persons", "contributors": "reports"}
    out = protect_file(MOVEMENTS.table, tmp_path / "out", POLICY, hierarchies=PLACES, coarser=codes, **columns)
    assert max(each.share for each in out.losses) == best.persons_hidden
    assert out.published + out.suppressed == best.cells


def test_what_was_chosen_is_saved_as_codes_and_fits_the_next_week_with_other_codes(tmp_path: Path) -> None:
    source = week(tmp_path)
    best = list(propose(source, Policy(), Limit(persons=0.05)))[-1]
    assert written(best) == ["reason=quake+fire+other:rest"] or "reason" in written(best)[0]
    write_code_maps(code_maps(source, best), tmp_path / "codes.csv")
    maps = read_code_maps(tmp_path / "codes.csv")
    next_week = week(tmp_path, WEEK.replace("quake", "storm"))
    done = protect_file(next_week.table, tmp_path / "out", Policy(), hierarchies={}, count="persons", coarser=maps)
    [table] = read_release(done.folder).tables
    reasons = table.dimensions[1]
    assert {"flood", "rest", "storm"} <= set(reasons.parents)
    assert not {"fire", "other", "quake"} & set(reasons.parents)


def test_a_limit_that_no_codes_keep_ends_with_what_was_tried(tmp_path: Path) -> None:
    source = week(tmp_path, "place,persons\na,1\nb,2\nc,1\n")
    limit = Limit(persons=0.0)
    found = list(propose(source, Policy(), limit))
    assert not any(each.within(limit) for each in found)


CODES = [code for code in REGIONS.parents if code != TOTAL]


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(CODES), st.sampled_from([*CODES, TOTAL, "new"]), max_size=4))
def test_a_map_of_codes_lets_every_innermost_code_count_as_one_innermost_code_or_is_refused(becomes: dict[str, str]) -> None:
    try:
        coarser = map_codes(REGIONS, becomes)
    except CoarseningUnfit:
        return
    for code in REGIONS.parents.keys() - REGIONS.children.keys():
        assert coarser.code_of(REGIONS, code) in coarser.dimension.parents.keys() - coarser.dimension.children.keys()
    parts = [part for of in coarser.parts.values() for part in of]
    assert len(parts) == len(set(parts))


@pytest.mark.parametrize(
    ("becomes", "shown"),
    [
        ({"n1": "new", "n2": "new"}, ["N", "S", "n3", "new", "s1", "s2"]),
        ({"n1": "n2"}, ["N", "S", "n2", "n3", "s1", "s2"]),
        ({"n1": "N"}, ["N", "S", "s1", "s2"]),
        ({"n9": "new"}, CODES),
    ],
)
def test_siblings_are_merged_and_a_code_may_become_the_one_above_it(becomes: dict[str, str], shown: list[str]) -> None:
    assert sorted(map_codes(REGIONS, becomes).dimension.parents.keys() - {TOTAL}) == sorted(shown)


@pytest.mark.parametrize(
    ("becomes", "reason"),
    [
        ({"n1": "new", "s1": "new"}, "only siblings can be merged"),
        ({"n1": "S"}, "neither above nor beside"),
        ({"n1": "N", "n2": "new"}, "would be left out"),
        ({"N": TOTAL}, "cannot become the total"),
        ({"s1": "S", "N": "S"}, "below which other codes stay"),
    ],
)
def test_what_would_not_add_up_is_refused(becomes: dict[str, str], reason: str) -> None:
    with pytest.raises(CoarseningUnfit, match=reason):
        map_codes(REGIONS, becomes)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["anonymizer", *map(str, arguments)])


def test_the_command_shows_each_proposal_with_its_loss_and_saves_the_one_that_is_chosen(tmp_path: Path) -> None:
    source = week(tmp_path)
    shown = run("coarsen", source.table, "--count=persons", "--most-persons=5")
    assert shown.exit_code == 0
    assert "as they are" in shown.stdout
    assert "For inside only" in shown.stderr
    saved = run("coarsen", source.table, "--count=persons", "--most-persons=5", "--choose=1", "--save", tmp_path / "codes.csv")
    assert saved.exit_code == 0
    done = run("protect", source.table, "--count=persons", "--coarser", tmp_path / "codes.csv", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    again = run("coarsen", source.table, "--count=persons", "--most-persons=5", "--choose=1", "--save", tmp_path / "codes.csv")
    assert again.exit_code == 2
    assert "ANON-075" in again.stderr


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("dimension,code\na,b\n", "its columns are not"),
        ("dimension,code,becomes\nreason,fire,rest\nreason,fire,flood\n", "line 3: a value is missing, or fire of reason"),
        ("dimension,code,becomes\nreason,fire,\n", "line 2: a value is missing"),
    ],
)
def test_a_damaged_file_of_codes_is_refused_with_its_line(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "codes.csv").write_text(text, encoding="utf-8")
    with pytest.raises(TableUnreadable, match=reason):
        read_code_maps(tmp_path / "codes.csv")


def test_what_was_chosen_before_is_never_written_over(tmp_path: Path) -> None:
    write_code_maps([], tmp_path / "codes.csv")
    with pytest.raises(CodesNotWritten, match="File exists"):
        write_code_maps([], tmp_path / "codes.csv")


@pytest.mark.parametrize("options", [["--choose=1"], ["--save=codes.csv"], ["--choose=99", "--save=codes.csv"]])
def test_a_choice_names_a_proposal_that_is_there_and_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("coarsen", week(tmp_path).table, "--count=persons", "--most-persons=5", *options).exit_code == 2
    assert not Path("codes.csv").exists()
