"""What is found by comparing: numbers far from the others, households met twice, copied answers."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ingest.quality import QualityPlan, compare
from tests.ingest.test_quality.conftest import found, looked

ROWS = [f"row{n}" for n in range(6)]


def test_a_number_far_from_the_others_and_not_one_that_is_only_large() -> None:
    many = [looked(n, {"children": n % 5, "age": 20 + n}) for n in range(30)]
    one = looked(99, {"children": 60, "age": 49})
    assert {submission: found(findings) for submission, findings in compare([*many, one], QualityPlan(alike=0)).items()} == {
        UUID(int=99): {("outlier", "children"): {"answer": "60", "usual": "2", "others": "31"}}
    }
    assert compare([*many[:10], one], QualityPlan(alike=0)) == {}, "of ten answers nobody can say what is usual"


@given(st.lists(st.integers(-1000, 1000), min_size=20, max_size=60))
def test_what_is_usual_is_never_an_outlier(numbers: list[int]) -> None:
    """The middle half of the answers is never told of, whatever they are."""
    told = compare([looked(n, {"children": number}) for n, number in enumerate(numbers)], QualityPlan(alike=0))
    ranked = sorted(range(len(numbers)), key=lambda n: numbers[n])
    quarter = -(-len(numbers) // 4)
    assert not {UUID(int=n) for n in ranked[quarter : len(numbers) - quarter]} & set(told)


def test_a_household_is_met_twice_whoever_met_it_and_however_it_is_written() -> None:
    first = looked(1, {"name": "Amal  Hassan", "phone": "555"}, collector="a")
    again = looked(2, {"name": "AMAL hassan", "phone": "555", "age": 30}, collector="b")
    other = looked(3, {"name": "Amal Hassan", "phone": "556"}, collector="a")
    told = compare([first, again, other], QualityPlan())
    assert {submission: found(findings) for submission, findings in told.items()} == {
        UUID(int=1): {("same_household", ""): {"times": "2", "with": str(UUID(int=2))}},
        UUID(int=2): {("same_household", ""): {"times": "2", "with": str(UUID(int=1))}},
    }
    by_phone = compare([first, other, looked(4, {"name": "Badr", "phone": "556"})], QualityPlan(same_household=("phone",)))
    assert set(by_phone) == {UUID(int=3), UUID(int=4)}


def test_a_name_alone_makes_no_household() -> None:
    assert compare([looked(1, {"name": "Amal"}), looked(2, {"name": "Amal"})], QualityPlan()) == {}


def test_copied_answers_are_told_of_one_collector_alone() -> None:
    said = {"name": "Amal", "phone": 1, "children": 3, "pregnant": "no", "age": 31, **{row: row[-1] for row in ROWS}}
    copy = {**said, "name": "Badria"}
    told = compare([looked(1, said, collector="a"), looked(2, copy, collector="a")], QualityPlan())
    assert {one: found(findings)["alike", ""] for one, findings in told.items()} == {
        UUID(int=1): {"with": str(UUID(int=2)), "share": "91%"},
        UUID(int=2): {"with": str(UUID(int=1)), "share": "91%"},
    }
    assert compare([looked(1, said, collector="a"), looked(2, copy, collector="b")], QualityPlan()) == {}
    assert compare([looked(1, said, collector="a"), looked(2, {**copy, "phone": 2}, collector="a")], QualityPlan()) == {}
    assert compare([looked(1, {}, collector="a"), looked(2, {}, collector="a")], QualityPlan()) == {}, "too few answers"
