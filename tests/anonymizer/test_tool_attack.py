"""What an outsider learns of a release, judged by a policy; and what somebody learns who knows more."""

from pathlib import Path

import pytest

from anonymizer import TOTAL, Policy
from anonymizer.attacker.attack import Interval
from anonymizer.dimension import flat_dimension
from anonymizer.errors import CellUnknown, KnownContradicts, TablesContradict
from anonymizer.published import PublishedTable
from anonymizer.tool import Exposure, Verdict, ZerosAreHidden, expose, read_known, read_release
from anonymizer.tool.expose import judge, narrowest
from tests.anonymizer.tool_files import example

POLICY = Policy(threshold=5)
PLACE, SEX = flat_dimension("place", ["a", "b", "c"]), flat_dimension("sex", ["f", "m"])


def row(total: int | None, **cells: int | None) -> PublishedTable:
    return PublishedTable("arrivals", (PLACE,), {(TOTAL,): total, **{(code,): value for code, value in cells.items()}})


def intervals(exposures: list[Exposure]) -> dict[str, tuple[int, int | None]]:
    return {one.cell: tuple(one.interval) for one in exposures}


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0, 4, Verdict.HIDDEN),
        (1, 4, Verdict.HIDDEN),
        (0, None, Verdict.HIDDEN),
        (0, 90, Verdict.HIDDEN),
        (3, 3, Verdict.RECOVERED),
        (0, 0, Verdict.RECOVERED),
        (40, 40, Verdict.RECOVERED),
        (1, 3, Verdict.TOO_NARROW),
        (2, 4, Verdict.TOO_NARROW),
        (0, 3, Verdict.TOO_NARROW),
        (0, 1, Verdict.TOO_NARROW),
        (2, 5, Verdict.HIDDEN),
        (30, 41, Verdict.HIDDEN),
    ],
)
def test_the_verdict_on_an_interval_under_a_threshold_of_five(low: int, high: int | None, verdict: Verdict) -> None:
    """From 2 to 5 can be the 5 that is hidden for another's sake; from 2 to 4 is small for certain, and 1 is ruled out."""
    assert judge(Interval(low, high), POLICY) is verdict


def test_a_single_mark_is_recovered() -> None:
    [one] = expose([row(20, a=None, b=9, c=8)], POLICY)
    assert (one.cell, one.level, one.interval, one.verdict) == ("place=a", "place", (3, 3), Verdict.RECOVERED)


def test_the_narrowest_is_the_one_that_can_hold_least() -> None:
    exposures = expose([row(20, a=None, b=None, c=8)], POLICY)
    assert intervals(exposures) == {"place=a": (0, 12), "place=b": (0, 12)}
    worst = narrowest(exposures)
    assert worst is not None
    assert worst.cell == "place=a"
    assert narrowest([]) is None


def test_a_cell_that_is_known_to_be_large_is_not_asked_for_the_narrowest() -> None:
    """Hidden beside two of which one may be small: it is known to be 30 to 32, and nobody minds."""
    large = Exposure("arrivals", "place=b", "place", Interval(30, 32), Verdict.HIDDEN, small=False)
    small = Exposure("arrivals", "place=a", "place", Interval(0, 9), Verdict.HIDDEN, small=True)
    assert narrowest([large, small]) == small


def test_who_believes_that_zeros_are_printed_learns_more() -> None:
    """Two hidden cells add up to 5. With zeros among the hidden each may be 0 to 5, without 1 to 4."""
    table = row(13, a=None, b=None, c=8)
    assert intervals(expose([table], POLICY)) == {"place=a": (0, 5), "place=b": (0, 5)}
    assert intervals(expose([table], POLICY, zeros_visible=True)) == {"place=a": (1, 4), "place=b": (1, 4)}


def test_who_believes_it_where_zeros_are_hidden_finds_a_contradiction() -> None:
    with pytest.raises(ZerosAreHidden):
        expose([row(9, a=None, b=None, c=8)], POLICY, zeros_visible=True)


def test_a_contributor_who_knows_a_cell_learns_what_rests_on_it() -> None:
    table = row(13, a=None, b=None, c=8)
    exposures = expose([table], POLICY, known=read_known(["place=a=3"], [table]))
    assert intervals(exposures) == {"place=b": (2, 2)}


def test_to_know_what_is_published_adds_nothing_and_what_contradicts_it_is_refused() -> None:
    table = row(13, a=None, b=None, c=8)
    assert expose([table], POLICY, known=read_known(["place=c=8"], [table])) == expose([table], POLICY)
    for wrong in ("place=c=7", "place=a=6", "place=_T=14"):
        with pytest.raises(KnownContradicts, match="not so"):
            expose([table], POLICY, known=read_known([wrong], [table]))


def test_numbers_that_contradict_each_other_are_the_release_s_own_fault() -> None:
    with pytest.raises(TablesContradict):
        expose([row(20, a=4, b=9, c=8)], POLICY, zeros_visible=True, known={(("place", "a"),): 4})


def test_a_known_cell_is_written_by_dimension_and_what_is_left_out_is_total() -> None:
    table = PublishedTable("arrivals", (PLACE, SEX), {})
    identities = read_known(["place=a,sex=f=3", "place=a,sex=_T=9", "sex=m=7", "place=_T,sex=_T=40"], [table])
    assert identities == {
        (("place", "a"), ("sex", "f")): 3,
        (("place", "a"),): 9,
        (("sex", "m"),): 7,
        (): 40,
    }


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("place=a", "does not end in = and a whole number"),
        ("place=a=-3", "does not end in"),
        ("place=a=some", "does not end in"),
        ("=3", "does not end in"),
        ("village=a=3", "there is no dimension called village, but place, sex"),
        ("place=z=3", "place has no code z"),
        ("place=a,place=b=3", "a dimension stands there twice"),
    ],
)
def test_a_known_cell_that_is_none_is_refused(text: str, reason: str) -> None:
    with pytest.raises(CellUnknown, match=reason):
        read_known([text], [PublishedTable("arrivals", (PLACE, SEX), {})])


def test_codes_may_hold_commas() -> None:
    table = PublishedTable("arrivals", (flat_dimension("place", ["a, north", "b"]), SEX), {})
    assert read_known(["place=a, north,sex=f=3"], [table]) == {(("place", "a, north"), ("sex", "f")): 3}


def test_a_release_is_attacked_as_it_was_written(tmp_path: Path) -> None:
    release = read_release(example(tmp_path / "release").folder)
    assert release.policy is not None
    exposures = expose(release.tables, release.policy)
    assert len(exposures) == sum(value is None for value in release.tables[0].cells.values())
    assert {one.verdict for one in exposures} == {Verdict.HIDDEN}
