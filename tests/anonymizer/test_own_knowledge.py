"""Contributors know the cells that rest on them alone, and must not learn from them what others hide."""

import random
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path

import pytest

from anonymizer import Dimension, Policy, ProtectedTables, protect_tables
from anonymizer.attacker.insiders import learned_by_insiders
from anonymizer.counted_week import CountedTable
from anonymizer.dimension import TOTAL, flat_dimension
from anonymizer.errors import NotProven, ProtectionImpossible
from anonymizer.prove import prove
from anonymizer.prove_own_knowledge import Contributors
from anonymizer.published import Identity, PublishedTable
from anonymizer.suppression import build_system
from anonymizer.suppression.knowers import Knowers
from anonymizer.tool.read_table import read_tables

PLACES = {TOTAL: None, "n": TOTAL, "s": TOTAL, "n1": "n", "n2": "n", "s1": "s", "s2": "s"}
FLOWS = Dimension("origin", PLACES), flat_dimension("reason", "xyz")
RULES = Policy(contributors=2)


@pytest.fixture(scope="module")
def flows(count_week) -> CountedTable:
    """Forty-odd reports from four districts for three reasons, some of them alone in their cell."""
    chance = random.Random(8)
    reports = []
    for _ in range(45):
        origin = chance.choices(["n1", "n2", "s1", "s2"], (8, 4, 3, 1))[0]
        codes = {"origin": origin, "reason": chance.choices("xyz", (5, 3, 1))[0]}
        reports.append([(codes, chance.randint(1, 9))])
    return count_week({"flows": FLOWS}, reports).tables[0]


def numbers(table: CountedTable) -> Iterator[tuple[Identity, int, int]]:
    """Each cell that holds somebody, with its persons and reports."""
    for key, count in table.cells.items():
        pairs = zip((dimension.name for dimension in table.dimensions), key, strict=True)
        yield tuple(sorted((name, code) for name, code in pairs if code != TOTAL)), count.persons, count.reports


def knowledge(table: CountedTable, together: int) -> list[dict[Identity, int]]:
    """What each contributor who is alone somewhere knows, and with 2 what each two of them know together."""
    truth = {cell: persons for cell, persons, _ in numbers(table)}
    contributors = Contributors([table], 1)
    own = [{cell: truth.get(cell, 0) for cell in cells} for cells in contributors.cells]
    return own if together == 1 else [one | other for one, other in combinations(own, 2)]


def exactly_learned(table: CountedTable, done: ProtectedTables, together: int) -> set[Identity]:
    """The unsafe cells that somebody works out who knows cells, though not that one: all attackers in turn."""
    unsafe = {cell: persons for cell, persons, reports in numbers(table) if persons < 5 or reports < 2}
    barely = {cell: (persons, persons + 1) for cell, persons in unsafe.items()}
    alike = {cell: (max(persons - 1, 0), persons) for cell, persons in unsafe.items()}
    insiders = knowledge(table, together)
    up, down = (dict(learned_by_insiders(done.tables, insiders, wanted)) for wanted in (barely, alike))
    return {cell for number in up for cell in set(up[number]) & set(down[number])}


def test_by_default_a_contributor_learns_what_others_hide(flows: CountedTable) -> None:
    """The mutation: without the rule the attackers of this table find something, so that they would find it with the rule."""
    assert exactly_learned(flows, protect_tables([flows], RULES), 1)


@pytest.mark.parametrize("together", [1, 2])
def test_with_the_rule_nobody_learns_a_cell_that_is_not_their_own(flows: CountedTable, together: int) -> None:
    policy = Policy(contributors=2, own_knowledge=together)
    assert exactly_learned(flows, protect_tables([flows], policy), together) == set()


def test_more_is_hidden_the_more_they_know(flows: CountedTable) -> None:
    hidden = []
    for together in (0, 1, 2):
        [table] = protect_tables([flows], Policy(contributors=2, own_knowledge=together)).tables
        hidden.append(sum(value is None for value in table.cells.values()))
    assert hidden == sorted(hidden)
    assert hidden[0] < hidden[1]


def test_cells_of_one_report_that_are_parts_of_one_another_are_known_to_one(count_week) -> None:
    """A report from n1 is alone in the district and in the region: one contributor, who knows that nobody came from n2."""
    told = [
        [({"origin": "n1", "reason": "x"}, 7)],
        [({"origin": "s1", "reason": "x"}, 8)],
        [({"origin": "s1", "reason": "y"}, 9)],
    ]
    [table] = count_week({"flows": FLOWS}, told).tables
    own = [cells for cells in Contributors([table], 1).cells if (("origin", "n1"),) in cells]
    assert len(own) == 1
    assert {(("origin", "n"),), (("origin", "n2"),), (("origin", "n2"), ("reason", "x"))} <= own[0]
    assert (("origin", "s1"),) not in own[0]


def test_where_contributors_are_named_all_that_one_is_alone_in_is_known_to_one(tmp_path: Path) -> None:
    """The clinic is alone in two places that have nothing to do with each other; counts of reports alone could not tell."""
    file = tmp_path / "table.csv"
    rows = ["a,x,clinic,3", "b,y,clinic,4", "a,y,post,9", "b,x,post,8", "c,x,post,7", "c,y,camp,7"]
    file.write_text("origin,reason,who,persons\n" + "\n".join(rows) + "\n", encoding="utf-8")
    [table] = read_tables(file, {}, count="persons", contributor="who")
    both: set[Identity] = {(("origin", "a"), ("reason", "x")), (("origin", "b"), ("reason", "y"))}
    assert any(both <= cells for cells in Contributors([table], 1).cells)
    system = build_system([table])
    knowers = Knowers(system, 1)
    known = ({system.identity(cell) for cell in knowers.cells((number,)).tolist()} for number in range(knowers.singles))
    assert any(both <= cells for cells in known)


@pytest.mark.parametrize("seed", range(4))
def test_engine_and_proof_agree_on_who_knows_what(seed: int, count_week) -> None:
    """Each works it out on a path of its own: arrays of unknowns here, names of cells there."""
    chance = random.Random(seed)
    reports = [
        [
            ({"origin": chance.choice(["n1", "n2", "s1", "s2"]), "reason": chance.choice("xyz")}, 3)
            for _ in range(chance.randint(1, 2))
        ]
        for _ in range(9)
    ]
    tables = count_week({"flows": FLOWS}, reports).tables
    system = build_system(tables)
    for together in (1, 2):
        knowers, contributors = Knowers(system, together), Contributors(tables, together)
        here = [
            {system.identity(cell) for cell in knowers.cells((number,)).tolist()} for number in range(len(contributors.cells))
        ]
        assert sorted(map(sorted, here)) == sorted(map(sorted, contributors.cells))


def test_the_only_two_of_a_cell_know_it_together(count_week) -> None:
    told = [
        [({"origin": "n1", "reason": "x"}, 7)],
        [({"origin": "n2", "reason": "x"}, 8)],
        [({"origin": "s1", "reason": "y"}, 9)],
    ]
    [table] = count_week({"flows": FLOWS}, told).tables
    north: Identity = (("origin", "n"),)
    assert not any(north in cells for cells in Contributors([table], 1).cells)
    assert any(north in cells for cells in Contributors([table], 2).cells)


def test_evidence_that_does_without_knowers_is_refused(flows: CountedTable) -> None:
    """What proves a table for those who know nothing does not prove it for those who do."""
    done = protect_tables([flows], RULES)
    assert done.proof.evidence is not None
    tables = [PublishedTable(table.name, table.dimensions, table.cells) for table in done.tables]
    alternatives: tuple[Mapping[Identity, int], ...] = done.proof.evidence.alternatives
    prove([flows], tables, alternatives, RULES)
    with pytest.raises(NotProven, match="a contributor who knows"):
        prove([flows], tables, alternatives, Policy(contributors=2, own_knowledge=1))


def test_where_nothing_can_be_kept_from_a_contributor_the_table_is_refused(count_week) -> None:
    """Of two origins with one report each, each reporter knows the other's number from the total, which must be shown."""
    told = [[({"origin": "n1", "reason": "x"}, 7)], [({"origin": "s1", "reason": "x"}, 8)]]
    tables = count_week({"flows": FLOWS}, told).tables
    protect_tables(tables, Policy(contributors=2, hide_grand_total=False))
    with pytest.raises(ProtectionImpossible, match="less own_knowledge"):
        protect_tables(tables, Policy(contributors=2, hide_grand_total=False, own_knowledge=1))


def test_the_rule_is_0_1_or_2() -> None:
    with pytest.raises(ValueError, match="own_knowledge"):
        Policy(own_knowledge=3)
