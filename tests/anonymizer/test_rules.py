"""Each rule of a policy, from a small table to what is published: what is hidden, what stays possible, what is refused."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer import TOTAL, Policy, ProtectedTables, audit, protect_tables
from anonymizer.counted_week import Count, CountedTable
from anonymizer.dimension import Dimension, flat_dimension
from anonymizer.errors import CountsUnfit, NotProven, PolicyUnfit, ProtectionImpossible
from anonymizer.explain import Reason, explain, reasons
from anonymizer.policy import Cost, Dominance, Selection, Sensitive
from anonymizer.primary import primary_of
from anonymizer.prove import prove, prove_from_outside
from anonymizer.published import Identity, PublishedTable

PLACE = Dimension("place", {TOTAL: None, "N": TOTAL, "n1": "N", "n2": "N", "n3": "N", "S": TOTAL, "s1": "S", "s2": "S"})
REASON = flat_dimension("reason", ["flood", "conflict", "violence"])
INNER = ["n1", "n2", "n3", "s1", "s2"]
ALL_REASONS = Selection((("reason", ()),))
VIOLENCE = Selection((("reason", ("violence",)),))


def table(cells: Mapping[tuple[str, ...], int], *dimensions: Dimension, name: str = "arrivals") -> CountedTable:
    """Innermost cells counted at every level; each person contributes alone."""
    counted: Counter[tuple[str, ...]] = Counter()
    for inner, persons in cells.items():
        for key in product(*(along.climb(code) for along, code in zip(dimensions, inner, strict=True))):
            counted[key] += persons
    return CountedTable(name, dimensions, {key: Count(persons, persons) for key, persons in counted.items()})


def row(**persons: int) -> CountedTable:
    return table({(code,): count for code, count in persons.items()}, flat_dimension("reason", list(persons)))


def policy(**rules: object) -> Policy:
    return Policy(**{"contributors": 1} | rules)  # type: ignore[arg-type]


def values(done: ProtectedTables, truth: CountedTable, key: tuple[str, ...]) -> set[int]:
    """What a cell holds in the truth and in the alternatives of the proof."""
    assert done.proof.evidence is not None
    name = tuple(sorted((along.name, code) for along, code in zip(truth.dimensions, key, strict=True) if code != TOTAL))
    return {truth.count(key).persons + other.get(name, 0) for other in ({}, *done.proof.evidence.alternatives)}


def rests(done: ProtectedTables, truth: CountedTable, cell: str, total: str = TOTAL) -> set[int]:
    """What is left of a total without a cell, in the truth and in the alternatives."""
    assert done.proof.evidence is not None
    rest = truth.count((total,)).persons - truth.count((cell,)).persons
    names = [() if code == TOTAL else (("reason", code),) for code in (total, cell)]
    return {rest + other.get(names[0], 0) - other.get(names[1], 0) for other in ({}, *done.proof.evidence.alternatives)}


def hidden_in(done: ProtectedTables) -> set[tuple[str, ...]]:
    return {key for key, number in done.tables[0].cells.items() if number is None}


class TestPresence:
    def test_that_somebody_is_there_stays_open(self) -> None:
        truth = row(a=3, b=20, c=30)
        assert 0 not in values(protect_tables([truth], policy()), truth, ("a",))
        assert values(protect_tables([truth], policy(presence=True)), truth, ("a",)) >= {0, 1, 2, 3, 4}

    def test_for_a_single_code_only(self) -> None:
        truth = row(a=3, b=2, c=30, d=40)
        sensitive = Sensitive(Selection((("reason", ("a",)),)), presence=True, threshold=11)
        done = protect_tables([truth], policy(sensitive=(sensitive,)))
        assert values(done, truth, ("a",)) >= set(range(11))

    def test_an_outsider_can_check_it(self) -> None:
        """Four persons in two cells, both known to be under five: either may be 0, and 4; of six, one may not be 0."""
        narrow = shown(40, a=None, b=None, c=34)
        sensitive = policy(threshold=11, presence=True)
        assert not audit([narrow], sensitive).passed
        assert audit([shown(40, a=None, b=None, c=30)], sensitive).passed


class TestIntervalAndThresholdByCode:
    def test_a_shorter_interval_is_enough_where_it_is_stated(self) -> None:
        truth = row(a=2, b=1, c=20)
        short = protect_tables([truth], policy(interval=(1, 3)))
        assert values(short, truth, ("a",)) >= {1, 2, 3}
        assert audit([shown(23, a=None, b=None, c=20)], policy(interval=(1, 3))).passed
        assert not audit([shown(23, a=None, b=None, c=20)], policy()).passed

    def test_a_sensitive_code_is_hidden_under_its_own_threshold(self) -> None:
        truth = table({(place, reason): 8 for place in INNER for reason in ("flood", "conflict", "violence")}, PLACE, REASON)
        [whole] = protect_tables([truth], policy()).tables
        assert None not in whole.cells.values()
        [strict] = protect_tables([truth], policy(sensitive=(Sensitive(VIOLENCE, threshold=11),))).tables
        hidden = {key for key, number in strict.cells.items() if number is None}
        assert {(place, "violence") for place in INNER} <= hidden
        assert ("N", "violence") not in hidden

    def test_a_published_number_under_the_threshold_of_its_code_is_seen_from_outside(self) -> None:
        strict = policy(sensitive=(Sensitive(Selection((("place", ("a",)),)), threshold=11),))
        [offence] = audit([shown(60, a=8, b=8, c=44)], strict).offences
        assert offence.key == ("a",)


class TestComplements:
    """Forty of 43 fled the flood: so three did not, though two reasons stand between them."""

    TRUTH = row(flood=40, conflict=2, drought=1, other=0)

    def test_the_rest_of_a_total_is_guarded_like_a_cell(self) -> None:
        done = protect_tables([self.TRUTH], policy(complements=True))
        assert rests(done, self.TRUTH, "flood") >= {1, 2, 3, 4}
        [primary] = primary_of([self.TRUTH], policy(complements=True))
        assert [rest.guarded.reason for rest in primary.rests()] == [Reason.SMALL_REST]

    def test_without_the_rule_the_small_cells_are_hidden_and_their_sum_is_not(self) -> None:
        truth = row(flood=40, conflict=2, drought=2, other=0)
        done = protect_tables([truth], policy())
        assert rests(done, truth, "flood") == {4}
        assert done.tables[0].cells["flood",] == 40

    def test_a_rest_that_is_published_is_seen_from_outside(self) -> None:
        told = shown(44, a=40, b=None, c=None)
        assert audit([told], policy()).passed
        [offence] = audit([told], policy(complements=True)).offences
        assert (offence.key, offence.interval) == (("a",), (4, 4))

    def test_the_proof_fails_where_the_rest_is_known(self) -> None:
        truth = row(flood=40, conflict=2, drought=2, other=0)
        done = protect_tables([truth], policy())
        assert done.proof.evidence is not None
        with pytest.raises(NotProven, match="what is left of its total"):
            prove([truth], done.tables, done.proof.evidence.alternatives, policy(complements=True))


class TestGroups:
    """Everybody who came to n1 fled violence: to publish the place and the reason says so of each of them."""

    TRUTH = table(
        {("n1", "violence"): 30, ("n2", "flood"): 20, ("n2", "violence"): 9, ("n3", "conflict"): 12, ("s1", "flood"): 30},
        PLACE,
        REASON,
    )

    def test_that_not_everybody_is_in_the_sensitive_category_stays_possible(self) -> None:
        group = policy(sensitive=(Sensitive(VIOLENCE, group=True),))
        done = protect_tables([self.TRUTH], group)
        [told] = done.tables
        assert None in {told.cells["n1", "violence"], told.cells["n1", TOTAL]}
        assert told.cells["s1", "flood"] == told.cells["s1", TOTAL] == 30
        assert Reason.WHOLE_GROUP in reasons([self.TRUTH], done.tables, group).values()
        assert done.proof.evidence is not None
        cell, total = (("place", "n1"), ("reason", "violence")), (("place", "n1"),)
        assert max(other.get(total, 0) - other.get(cell, 0) for other in done.proof.evidence.alternatives) >= 4

    def test_an_officer_reads_what_publishing_it_would_tell_of_everybody(self) -> None:
        group = policy(sensitive=(Sensitive(VIOLENCE, group=True),))
        done = protect_tables([self.TRUTH], group)
        cell, total = (("place", "n1"), ("reason", "violence")), (("place", "n1"),)
        hidden = cell if done.tables[0].cells["n1", "violence"] is None else total
        told = explain([self.TRUTH], done.tables, group, hidden)
        assert told.reason is Reason.WHOLE_GROUP
        assert told.rests == ((cell, total),)

    def test_without_the_rule_everybody_reads_it(self) -> None:
        [told] = protect_tables([self.TRUTH], policy()).tables
        assert told.cells["n1", "violence"] == told.cells["n1", TOTAL] == 30
        offences = audit([told], policy(sensitive=(Sensitive(VIOLENCE, group=True),))).offences
        assert {(offence.key, offence.interval) for offence in offences} == {(("n1", "violence"), (0, 0))}

    def test_where_the_others_are_declared_to_be_zero_it_cannot_be_met(self) -> None:
        zeros = tuple(Selection((("place", ("n1",)), ("reason", (reason,)))) for reason in ("flood", "conflict"))
        impossible = policy(sensitive=(Sensitive(VIOLENCE, group=True),), structural_zero=zeros)
        with pytest.raises(ProtectionImpossible, match="merge the sensitive category"):
            protect_tables([self.TRUTH], impossible)


class TestStructuralZeros:
    ZEROS = (Selection((("place", ("n1",)), ("reason", ("violence", "conflict")))),)
    TRUTH = table({("n1", "flood"): 30, ("n2", "violence"): 2, ("n2", "flood"): 9, ("n3", "violence"): 9}, PLACE, REASON)

    def test_they_are_published_and_hide_nothing(self) -> None:
        hidden = protect_tables([self.TRUTH], policy()).tables[0].cells["n1", "violence"]
        told = protect_tables([self.TRUTH], policy(structural_zero=self.ZEROS)).tables[0].cells
        assert hidden is None
        assert told["n1", "violence"] == told["n1", "conflict"] == 0

    def test_whoever_is_counted_there_makes_it_none(self) -> None:
        truth = table({("n1", "violence"): 1}, PLACE, REASON)
        with pytest.raises(CountsUnfit, match="by place x reason that is declared a structural zero"):
            protect_tables([truth], policy(structural_zero=self.ZEROS))

    def test_an_outsider_knows_them_also_where_they_are_hidden(self) -> None:
        """Nine persons in two hidden cells: who reads that one of them is zero by nature knows the other."""
        told = shown(59, a=None, b=None, c=50)
        assert audit([told], policy()).passed
        declared = policy(structural_zero=(Selection((("place", ("a",)),)),))
        [offence] = audit([told], declared).offences
        assert (offence.key, offence.interval) == (("b",), (9, 9))

    def test_the_proof_refuses_to_hide_one(self) -> None:
        done = protect_tables([self.TRUTH], policy())
        assert done.proof.evidence is not None
        with pytest.raises(NotProven, match="a zero that everybody knows is hidden"):
            prove([self.TRUTH], done.tables, done.proof.evidence.alternatives, policy(structural_zero=self.ZEROS))


class TestDominance:
    @pytest.mark.parametrize(
        ("largest", "rule", "dominated"),
        [
            ((80, 10, 10), Dominance(largest=1, share=75), True),
            ((75, 15, 10), Dominance(largest=1, share=75), False),
            ((45, 45, 10), Dominance(largest=2, share=85), True),
            ((80, 15, 5), Dominance(within=10), True),
            ((80, 10, 8), Dominance(within=10), False),
            ((100,), Dominance(within=10), True),
            ((60, 40), Dominance(within=10), True),
        ],
    )
    def test_the_n_k_rule_and_the_p_per_cent_rule(self, largest: tuple[int, ...], rule: Dominance, *, dominated: bool) -> None:
        """With 80, 10 and 8 of 100 the second largest still does not know of 10: more than 8, a tenth of 80."""
        assert rule.holds(Count(100, 12, largest)) is dominated

    def test_a_dominated_cell_is_hidden_and_may_be_small(self) -> None:
        parts = {"a": (40, 3, 2), "b": (20, 15, 15), "c": (10, 10, 10)}
        cells = {(code,): Count(sum(given), len(given), given) for code, given in parts.items()}
        cells[TOTAL,] = Count(125, 9, (40, 20, 15))
        truth = CountedTable("arrivals", (flat_dimension("reason", list(parts)),), cells)
        rule = policy(dominance=Dominance(share=75))
        done = protect_tables([truth], rule)
        assert done.tables[0].cells["a",] is None
        assert reasons([truth], done.tables, rule)[("reason", "a"),] is Reason.DOMINATED
        assert min(values(done, truth, ("a",))) <= 1

    def test_it_is_refused_where_nobody_counted_who_gave_how_much(self) -> None:
        with pytest.raises(PolicyUnfit, match="not counted for table arrivals"):
            protect_tables([row(a=9, b=9)], policy(dominance=Dominance(share=75)))


class TestCostsAndTables:
    def test_what_costs_more_is_hidden_less(self) -> None:
        """Beside a small week another is hidden: the one that holds least, or the earlier where late weeks cost more."""
        truth = row(W1=12, W2=2, W3=9)
        assert hidden_in(protect_tables([truth], policy())) == {("W2",), ("W3",)}
        recent = policy(cost=(Cost("reason", recent=3.0),))
        assert hidden_in(protect_tables([truth], recent)) == {("W1",), ("W2",)}

    def test_a_table_with_rules_of_its_own(self) -> None:
        """Both tables share the totals by reason; only one asks for eleven."""
        wide = table({(place, reason): 8 for place in INNER for reason in ("flood", "conflict", "violence")}, PLACE, REASON)
        sexes = flat_dimension("sex", ["f", "m"])
        other = table({(reason, sex): 20 for reason in REASON.children[TOTAL] for sex in "fm"}, REASON, sexes, name="sexes")
        with pytest.raises(PolicyUnfit, match="a table other"):
            protect_tables([wide], policy(table=(("other", policy(threshold=11)),)))
        own = policy(table=(("arrivals", policy(threshold=11)),))
        [hidden] = protect_tables([wide], own).tables
        assert hidden.cells["n1", "flood"] is None
        [plain, _] = protect_tables(
            [table({("n1", reason): 40 for reason in REASON.children[TOTAL]}, PLACE, REASON), other], policy()
        ).tables
        assert plain.cells["n1", "flood"] == 40


def test_a_policy_that_cannot_be_met_names_every_cell_inside_and_none_in_its_text() -> None:
    """Five of six persons by too few reports: up to nine would have to be possible, and the total may not be hidden."""
    dimension = Dimension("origin", {TOTAL: None, "A": TOTAL, "a1": "A", "b": TOTAL})
    cells = {(TOTAL,): Count(6, 3), ("A",): Count(5, 2), ("a1",): Count(5, 2), ("b",): Count(1, 1)}
    with pytest.raises(ProtectionImpossible) as refused:
        protect_tables([CountedTable("movements", (dimension,), cells)], Policy(hide_grand_total=False))
    few = str(Reason.FEW_CONTRIBUTORS)
    assert dict(refused.value.unprotected) == {(("origin", "A"),): few, (("origin", "a1"),): few}
    assert "2 by origin" in refused.value.what
    assert "allow hide_grand_total; ask for fewer contributors" in refused.value.what_to_do
    assert "a1" not in str(refused.value)


POLICIES = [
    policy(),
    policy(complements=True, presence=True),
    policy(sensitive=(Sensitive(ALL_REASONS, group=True),), complements=True),
    policy(sensitive=(Sensitive(VIOLENCE, threshold=8, presence=True, group=True),), interval=(1, 3)),
]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), rules=st.sampled_from(POLICIES), rows=st.integers(3, 40))
def test_whatever_the_rules_every_guarded_number_keeps_what_they_ask_for(seed: int, rules: Policy, rows: int) -> None:
    """Counted here from the alternatives alone, for cells and for rests; and an outsider finds nothing."""
    chance = random.Random(seed)
    places, told = ("n1", "n1", "n2", "n3", "s1", "s2"), ("flood", "flood", "conflict", "violence")
    cells: Counter[tuple[str, ...]] = Counter()
    for _ in range(rows):
        cells[chance.choice(places), chance.choice(told)] += chance.choice((1, 1, 2, 3, 9, 20))
    truth = table(cells, PLACE, REASON)
    done = protect_tables([truth], rules)
    prove_from_outside(done.tables, done.policy)
    keys = list(product(PLACE.parents, REASON.parents))
    [primary] = primary_of([truth], rules)
    for at, key in enumerate(keys):
        if primary.unsafe[at]:
            assert all(any(goal.holds(value) for value in values(done, truth, key)) for goal in primary.guarded(at).possible)
    for rest in primary.rests():
        possible = left(done, truth, keys[rest.cell], keys[rest.total])
        assert all(any(goal.holds(value) for value in possible) for goal in rest.guarded.possible)


def left(done: ProtectedTables, truth: CountedTable, cell: tuple[str, ...], total: tuple[str, ...]) -> Iterable[int]:
    assert done.proof.evidence is not None
    persons = truth.count(total).persons - truth.count(cell).persons
    own, above = name(cell), name(total)
    return {persons + other.get(above, 0) - other.get(own, 0) for other in ({}, *done.proof.evidence.alternatives)}


def name(key: tuple[str, ...]) -> Identity:
    return tuple((along, code) for along, code in zip(("place", "reason"), key, strict=True) if code != TOTAL)


def shown(total: int, **cells: int | None) -> PublishedTable:
    """A row of places as anybody may see it."""
    dimension = flat_dimension("place", list(cells))
    return PublishedTable("arrivals", (dimension,), {(TOTAL,): total} | {(code,): number for code, number in cells.items()})
