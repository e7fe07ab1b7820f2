"""What one submission tells by itself: rules broken, numbers beyond limits, straight lines, duration, position."""

import pytest

from ingest.quality import Check, QualityPlan, look_at, not_checked
from ingest.quality.quality_plan import PlanUnreadable, read_plan
from tests.ingest.test_quality.conftest import definition, found, looked

PLAN = QualityPlan()
SQUARE = [[[[40, 0], [40, 10], [50, 10], [50, 0], [40, 0]], [[44, 4], [46, 4], [46, 6], [44, 6], [44, 4]]]]


def tell(said: dict[str, object], plan: QualityPlan = PLAN, **more: object) -> dict[tuple[str, str], dict[str, str]]:
    return found(look_at(looked(1, said, **more), plan, SQUARE))  # type: ignore[arg-type]


class TestTheFormsOwnRules:
    def test_an_answer_that_keeps_them_is_not_told_of(self) -> None:
        assert tell({"name": "Amal", "phone": "123", "age": 31, "pregnant": "no"}) == {}

    def test_a_constraint_broken_an_answer_missing_and_one_too_many(self) -> None:
        assert tell({"age": 130}) == {("constraint", "age"): {"times": "1", "answer": "130"}}
        assert tell({"age": ""}) == {("required", ""): {"questions": "age"}}
        assert tell({"age": 9, "pregnant": "yes"}) == {("not_asked", "pregnant"): {"times": "1", "answer": "yes"}}

    def test_an_answer_that_points_at_a_person_is_never_told(self) -> None:
        assert tell({"phone": "Amal's"}) == {("constraint", "phone"): {"times": "1", "answer": ""}}

    def test_each_entry_of_a_repeat_sees_its_own_answers(self) -> None:
        members = [{"m_age": 40}, {"m_age": 3, "m_work": "herding"}, {"m_age": 17, "m_work": "school"}, {"m_age": 30}]
        assert tell({}, members=members) == {
            ("required", ""): {"questions": "m_work"},
            ("not_asked", "m_work"): {"times": "1", "answer": "herding"},
        }

    def test_an_entry_without_any_answer_is_none(self) -> None:
        """Some phones send the form's pattern for entries along."""
        assert tell({}, members=[{}]) == {}

    def test_what_is_not_evaluated_is_listed_and_never_counted_as_broken(self) -> None:
        [one] = not_checked(definition())
        assert (one.path, one.rule) == ("/data/children", "constraint")
        assert "instance()" in one.reason
        assert tell({"children": 99}) == {}


def test_a_number_beyond_the_limits_of_the_plan() -> None:
    plan = read_plan("[ranges]\nchildren = [0, 15]")
    assert tell({"children": 16}, plan)["out_of_range", "children"] == {"answer": "16", "least": "0", "most": "15"}
    assert tell({"children": 15}, plan) == {}


def test_a_block_answered_alike_in_every_row() -> None:
    alike = {f"row{n}": "often" for n in range(6)}
    assert tell(alike) == {("straight_line", "row0"): {"answer": "often", "rows": "6"}}
    assert tell({**alike, "row3": "never"}) == {}
    assert tell(alike, QualityPlan(straight_line=0)) == {}


class TestHowLongItTook:
    AUDIT = b"event,node,start,end\nform start,,1000,\nquestion,/data/name,1000,%d\nend screen,,5000,9000000\n"

    def test_is_summed_from_the_phones_log(self) -> None:
        said = {"name": "Amal", "phone": "1", "children": 1}
        assert tell(said, audit=self.AUDIT % 6_000)["too_fast", ""]["minutes"] == "0.1"
        assert tell(said, audit=self.AUDIT % 60_000) == {}
        assert tell(said, audit=self.AUDIT % 20_000_000)["too_slow", ""]["longest"] == "180"

    def test_without_a_log_the_form_tells_only_what_was_too_fast(self) -> None:
        said = {"name": "Amal", "start": "2026-02-10T09:00:00.000+03:00"}
        assert ("too_fast", "") in tell({**said, "end": "2026-02-10T09:00:01.000+03:00"})
        assert tell({**said, "end": "2026-02-12T09:00:00.000+03:00"}) == {}

    @pytest.mark.parametrize("log", [b"\xff\xfe", b"event,start,end\nquestion,a,b\n", b"", b"nothing"])
    def test_a_log_that_cannot_be_read_says_nothing(self, log: bytes) -> None:
        assert tell({"name": "Amal"}, audit=log) == {}


class TestWhereItWas:
    @pytest.mark.parametrize("position", ["5 45 0 5", "20 45 0 5", "0.0001 0 0 5", "-5 41 0 5"])
    def test_outside_the_area_or_in_its_hole_or_nowhere(self, position: str) -> None:
        """Latitude comes first, as the phone writes it."""
        assert tell({"where": position}) == {("outside_area", "where"): {}}

    def test_inside_but_not_known_well_enough(self) -> None:
        assert tell({"where": "5 41 0 250.4"}) == {("inaccurate", "where"): {"metres": "250", "most": "100"}}
        assert tell({"where": "5 41"}) == {}

    def test_without_an_area_only_nowhere_is_told(self) -> None:
        assert look_at(looked(1, {"where": "20 45 0 5"}), PLAN, []) == []


def test_a_check_that_fails_is_a_finding_and_keeps_nothing_from_being_admitted() -> None:
    [finding] = look_at(looked(1, {}), None, [])  # type: ignore[arg-type]
    assert finding.check is Check.FAILED
    assert finding.told == {"kind": "AttributeError"}


@pytest.mark.parametrize(
    "text",
    [
        "x = 1",
        "[ranges]\na = [2, 1]",
        "[ranges]\na = 3",
        "alike = 'much'",
        "alike = -1",
        "[expected]\nevery = 'month'",
        "[",
        "ranges = 3",
    ],
)
def test_a_plan_that_says_something_else_is_refused(text: str) -> None:
    with pytest.raises(PlanUnreadable):
        read_plan(text)
