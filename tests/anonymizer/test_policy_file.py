"""A policy is a file that an officer reads: what it may say, and what is refused with the reason."""

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer import DEFAULT_POLICY, Policy, default_policy, parse_policy, stated
from anonymizer.dimension import TOTAL, Dimension, flat_dimension
from anonymizer.errors import PolicyUnfit, PolicyUnreadable
from anonymizer.policy import Cost, Dominance, Selection, Sensitive, for_tables, policy_from, require_fit, rules_of

FILE = Path("policy.toml")
PLACE = Dimension("place", {TOTAL: None, "N": TOTAL, "n1": "N", "n2": "N", "S": TOTAL, "s1": "S"})
REASON = flat_dimension("reason", ["flood", "trafficking"])
FULL = """
version = "2026-02"
threshold = 5
presence = true
complements = true
interval = [0, 3]
[dominance]
share = 75
[[sensitive]]
codes = { reason = "trafficking" }
threshold = 11
[[sensitive]]
codes = { place = "*" }
group = true
[[structural_zero]]
place = ["n1", "S"]
reason = "flood"
[[cost]]
dimension = "place"
level = 1
times = 4
[[cost]]
dimension = "reason"
recent = 2
[table.arrivals]
threshold = 11
interval = []
dominance = {}
complements = false
sensitive = []
"""


def test_every_rule_can_be_written_and_reads_as_it_says() -> None:
    policy = parse_policy(FULL, FILE)
    assert policy.version == "2026-02"
    assert policy.small_interval == (0, 3)
    assert policy.dominance == Dominance(share=75.0)
    assert policy.sensitive == (
        Sensitive(Selection((("reason", ("trafficking",)),)), threshold=11),
        Sensitive(Selection((("place", ()),)), group=True),
    )
    assert policy.structural_zero == (Selection((("place", ("n1", "S")), ("reason", ("flood",)))),)
    assert policy.cost == (Cost("place", level=1, times=4.0), Cost("reason", recent=2.0))
    arrivals = policy.for_table("arrivals")
    assert (arrivals.threshold, arrivals.small_interval, arrivals.complements) == (11, (0, 10), False)
    assert arrivals.structural_zero == policy.structural_zero
    assert policy.for_table("movements") == policy


def test_the_default_file_with_every_rule_switched_on_is_a_policy_too() -> None:
    """What stands there behind a # is what an officer would copy; only presence and that interval exclude each other."""
    rules = re.sub(r"^# (?=\[|[a-z_]+ = )", "", DEFAULT_POLICY.read_text(encoding="utf-8"), flags=re.MULTILINE)
    policy = parse_policy(rules.replace("presence = true\n", "", 1), FILE)
    always = {"threshold", "contributors", "group_low", "keep_totals", "zero_cost", "hide_grand_total"}
    off = {rule.name for rule in fields(Policy) if getattr(policy, rule.name) == getattr(Policy(), rule.name)}
    assert off == always | {"presence"}


def test_what_is_stated_says_the_same_when_it_is_read_again() -> None:
    policy = parse_policy(FULL, FILE)
    assert policy_from(json.loads(json.dumps(stated(policy), sort_keys=True)), FILE) == policy


def test_a_policy_that_uses_no_further_rule_is_stated_as_it_always_was() -> None:
    """Weeks that were proven before are sealed over these six: they must be read, and say the same. Then contributors were not
    asked for who know their own cells."""
    before = {
        "threshold": 5,
        "contributors": 3,
        "group_low": 1,
        "keep_totals": 12.0,
        "zero_cost": 0.5,
        "hide_grand_total": True,
    }
    assert stated(Policy()) == before
    assert policy_from(before, FILE) == Policy()
    assert stated(default_policy()) == before | {"own_knowledge": 1}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("interval = [2, 4]", "begins with 0 or 1"),
        ("interval = [1, 5]", "under the threshold"),
        ("interval = [1]", "two numbers"),
        ("presence = true\ninterval = [1, 3]", "begins with 0"),
        ("complements = 1", "complements is not of the kind bool"),
        ("dominance = { largest = 4, share = 70 }", "1 to 3 largest"),
        ("dominance = { share = 100 }", "less than 100"),
        ("dominance = { largest = 1 }", "states a share, or within"),
        ("dominance = { part = 5 }", "dominance has no part, but largest, share, within"),
        ("[[sensitive]]\nthreshold = 11", "names at least one dimension"),
        ("[[sensitive]]\ncodes = { reason = [] }\nthreshold = 11", "the codes of reason are texts"),
        ("[[sensitive]]\ncodes = { reason = 'x' }", "states a threshold, presence or group"),
        ("[[sensitive]]\ncodes = { reason = 'x' }\nthreshold = 3", "no lower than that of all"),
        ("[[sensitive]]\ncodes = { reason = '_T' }\npresence = true", "_T of reason is no code"),
        ("[[sensitive]]\ncodes = { reason = 'x', place = 'y' }\ngroup = true", "the codes of one dimension"),
        ("[[cost]]\ndimension = 'week'", "either a level and times, or recent"),
        ("[[cost]]\ndimension = 'week'\nrecent = 0", "above 0"),
        ("[[cost]]\ndimension = 'week'\nlevel = 1\nrecent = 2", "either a level"),
        ("[structural_zero]\nplace = 'x'", "structural_zero is not of the kind list"),
        ("[table.arrivals]\nversion = '2'", "that of the whole policy"),
        ("[table.arrivals]\nthresold = 2", "table.arrivals: there is no rule called thresold"),
        ("[table.arrivals.table.movements]\nthreshold = 2", "there is no rule called table"),
    ],
)
def test_nonsense_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(PolicyUnreadable, match=reason):
        parse_policy(text, FILE)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[sensitive]]\ncodes = { reason = 'traficking' }\nthreshold = 11", "traficking of reason, which has no such code"),
        ("[[structural_zero]]\norigin = 'n1'", "for origin, and there is no such dimension"),
        ("[[cost]]\ndimension = 'week'\nrecent = 2", "for week, and there is no such dimension"),
        ("[table.arivals]\nthreshold = 11", "a table arivals, and the tables are arrivals, movements"),
        ("[[table.movements.sensitive]]\ncodes = { reason = 'flood' }\ngroup = true", "table.movements: a rule is for reason"),
    ],
)
def test_a_rule_for_what_is_not_there_is_refused(text: str, reason: str) -> None:
    """An officer who misspells a code would protect nobody, and never know."""
    tables = [("arrivals", (PLACE, REASON)), ("movements", (PLACE,))]
    with pytest.raises(PolicyUnfit, match=reason):
        require_fit(tables, parse_policy(text, FILE))
    require_fit(tables, parse_policy("[[sensitive]]\ncodes = { reason = 'trafficking' }\nthreshold = 11", FILE))


class TestWhichRulesHoldForACell:
    def test_a_sensitive_code_raises_the_threshold_of_what_lies_below_it(self) -> None:
        policy = parse_policy("interval = [1, 3]\n[[sensitive]]\ncodes = { place = 'N' }\nthreshold = 11", FILE)
        rules = rules_of("arrivals", (PLACE, REASON), policy)
        assert {code: rules.of((code, TOTAL)).threshold for code in PLACE.parents} == {
            TOTAL: 5,
            "N": 11,
            "n1": 11,
            "n2": 11,
            "S": 5,
            "s1": 5,
        }
        assert rules.of(("n1", TOTAL)).small_interval == (1, 10)
        assert rules.of(("s1", TOTAL)).small_interval == (1, 3)

    def test_a_sensitive_code_may_leave_open_less_than_all_under_its_threshold_and_no_less_than_elsewhere(self) -> None:
        text = "interval = [1, 3]\n[[sensitive]]\ncodes = {{ place = 'N' }}\nthreshold = 11\ninterval = [1, {most}]"
        for most, asked in ((6, (1, 6)), (2, (1, 3))):
            policy = parse_policy(text.format(most=most), FILE)
            assert rules_of("arrivals", (PLACE, REASON), policy).of(("n1", TOTAL)).small_interval == asked
            assert policy_from(stated(policy), FILE) == policy
        with pytest.raises(PolicyUnreadable, match="under its threshold"):
            parse_policy(text.format(most=11), FILE)

    def test_two_that_meet_in_a_cell_both_hold_there(self) -> None:
        text = "[[sensitive]]\ncodes.place = 'N'\nthreshold = 11\n[[sensitive]]\ncodes.reason = 'flood'\npresence = true"
        rules = rules_of("arrivals", (PLACE, REASON), parse_policy(text, FILE))
        held = rules.of(("n1", "flood")), rules.of(("n1", TOTAL)), rules.of((TOTAL, "flood"))
        assert [(policy.threshold, policy.presence) for policy in held] == [(11, True), (11, False), (5, True)]

    def test_a_selection_needs_all_its_dimensions(self) -> None:
        zeros = parse_policy("[[structural_zero]]\nplace = 'N'\nreason = 'flood'", FILE)
        rules = rules_of("arrivals", (PLACE, REASON), zeros)
        assert rules.structural.sum() == 3
        assert not rules_of("places", (PLACE,), zeros).structural.any()

    @given(st.sampled_from(["N", "n1", "s1"]), st.sampled_from(["flood", "trafficking"]))
    def test_what_is_selected_is_what_lies_at_the_codes_or_below(self, place: str, reason: str) -> None:
        marks = Selection((("place", (place,)), ("reason", (reason,)))).marks((PLACE, REASON))
        keys = [(one, other) for one in PLACE.parents for other in REASON.parents]
        told = [place in PLACE.climb(one) and reason in REASON.climb(other) for one, other in keys]
        assert marks.tolist() == told

    def test_costs_follow_the_level_and_rise_with_time(self) -> None:
        text = "[[cost]]\ndimension = 'place'\nlevel = 1\ntimes = 4\n[[cost]]\ndimension = 'week'\nrecent = 4"
        weeks = flat_dimension("week", ["W2", "W1", "W3"])
        cost = rules_of("arrivals", (PLACE, weeks), parse_policy(text, FILE)).cost.reshape(6, 4)
        assert cost[:, 0].tolist() == [1, 4, 1, 1, 4, 1]
        assert cost[0].tolist() == pytest.approx([1, 2, 1, 4])


def test_of_a_policy_for_two_populations_each_keeps_what_speaks_of_its_tables() -> None:
    gender = flat_dimension("gender", ["female", "male"])
    text = """
    [[sensitive]]
    codes = { reason = "trafficking" }
    threshold = 11
    [[sensitive]]
    codes = { gender = "male" }
    presence = true
    [[cost]]
    dimension = "place"
    level = 1
    times = 4
    [table.screened]
    threshold = 11
    sensitive = []
    cost = []
    """
    policy = parse_policy(text, FILE)
    movements, screenings = [("arrivals", (PLACE, REASON))], [("screened", (gender,)), ("households", (gender,))]
    require_fit([*movements, *screenings], policy)
    of_movements, of_screenings = for_tables(movements, policy), for_tables(screenings, policy)
    assert (of_movements.sensitive, of_movements.cost, of_movements.table) == (policy.sensitive[:1], policy.cost, ())
    assert (of_screenings.sensitive, of_screenings.cost) == (policy.sensitive[1:], ())
    assert of_screenings.for_table("screened").threshold == 11
    for tables, part in ((movements, of_movements), (screenings, of_screenings)):
        require_fit(tables, part)
        assert for_tables(tables, part) == part
