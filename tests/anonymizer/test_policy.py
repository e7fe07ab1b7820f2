"""The rules, at their boundaries."""

from pathlib import Path

import pytest

from anonymizer import Policy, default_policy, read_policy
from anonymizer.counted_week import Count
from anonymizer.errors import PolicyUnreadable
from anonymizer.policy import Possible

POLICY = Policy(threshold=5, contributors=3)


@pytest.mark.parametrize(
    ("persons", "reports", "unsafe"),
    [(0, 0, False), (1, 1, True), (4, 4, True), (4, 9, True), (5, 2, True), (5, 3, False), (400, 2, True), (400, 3, False)],
)
def test_a_cell_is_unsafe_under_five_persons_or_under_three_reports_but_not_when_empty(
    persons: int, reports: int, unsafe: bool
) -> None:
    assert POLICY.is_unsafe(Count(persons, reports)) is unsafe


@pytest.mark.parametrize("persons", [1, 2, 3, 4])
def test_a_cell_under_the_threshold_can_hold_every_number_under_it(persons: int) -> None:
    assert POLICY.required_interval(Count(persons, 1)) == (1, 4)
    others = {goal.least for goal in POLICY.must_stay_possible(Count(persons, 1)) if goal.least == goal.most}
    assert others == {1, 2, 3, 4} - {persons}


def test_nobody_learns_that_a_large_group_of_few_reports_moved() -> None:
    assert POLICY.required_interval(Count(40, 1)) == (1, 44)
    assert POLICY.must_stay_possible(Count(40, 1)) == (Possible(0, 1), Possible(44, None))


def test_the_default_policy_file_says_what_the_program_does_by_default() -> None:
    assert default_policy() == Policy(own_knowledge=1)


def test_a_policy_file_may_state_only_what_differs(tmp_path: Path) -> None:
    (tmp_path / "trafficking.toml").write_text("threshold = 11\nkeep_totals = 6\n")
    assert read_policy(tmp_path / "trafficking.toml") == Policy(threshold=11, keep_totals=6.0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("threshold = ", "Invalid value"),
        ("thresold = 5", "no rule called thresold"),
        ("threshold = 5.5", "threshold is not of the kind int"),
        ("contributors = true", "contributors is not of the kind int"),
        ("threshold = 0", "at least 1"),
        ("group_low = 5", "less than the threshold"),
        ("zero_cost = 0", "positive"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_with_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "policy.toml").write_text(text)
    with pytest.raises(PolicyUnreadable, match=reason):
        read_policy(tmp_path / "policy.toml")


def test_a_missing_policy_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(PolicyUnreadable, match="No such file"):
        read_policy(tmp_path / "policy.toml")
