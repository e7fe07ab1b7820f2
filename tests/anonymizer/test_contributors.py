"""Contributors by name: counted once in each cell however many rows they stand in, asked for by rules, and written nowhere."""

from collections import defaultdict
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy import array

from anonymizer import TOTAL, Policy
from anonymizer.counted_week import Count
from anonymizer.dimension import Dimension, flat_dimension
from anonymizer.errors import ContributorMissing, TableUnreadable
from anonymizer.policy import Dominance
from anonymizer.tool import protect_file, read_release
from anonymizer.tool.count_contributors import count_contributors
from anonymizer.tool.read_table import read_table

PLACE = Dimension("place", {TOTAL: None, "N": TOTAL, "n1": "N", "n2": "N", "E": TOTAL})
REASON = flat_dimension("reason", ["flood", "conflict"])
TABLE = """place,reason,persons,household
n1,flood,30,Okafor
n1,conflict,9,Okafor
n2,flood,40,Okafor
n2,flood,8,Lindqvist
n2,conflict,5,Haddad
n1,flood,7,Haddad
"""
ROWS = st.lists(
    st.tuples(st.sampled_from(["n1", "n2", "E"]), st.sampled_from(["flood", "conflict"]), st.integers(0, 9), st.integers(0, 4)),
    min_size=1,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


@given(ROWS)
def test_at_every_level_each_contributor_counts_once_with_all_that_they_gave(rows: list[tuple[str, str, int, int]]) -> None:
    """Also where codes of one dimension lie at several depths: n1 below N, and E directly below the total."""
    given_by: dict[tuple[str, ...], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for place, reason, persons, who in rows:
        for key in product(PLACE.climb(place), REASON.climb(reason)):
            given_by[key][who] += persons
    number, _, largest = count_contributors(
        (PLACE, REASON),
        [array([PLACE.positions[row[0]] for row in rows]), array([REASON.positions[row[1]] for row in rows])],
        array([row[2] for row in rows]),
        array([row[3] for row in rows]),
    )
    for at, key in enumerate(product(PLACE.parents, REASON.parents)):
        gifts = sorted(filter(None, given_by[key].values()), reverse=True)
        assert number[at] == len(gifts)
        assert [gift for gift in largest[at].tolist() if gift] == gifts[: Count.KEPT]


def test_one_household_in_many_rows_is_one_contributor(file: Path) -> None:
    """Added over rows they would be six. Okafor gave 79 of all, Haddad twelve, Lindqvist eight."""
    table = read_table(file, {}, count="persons", contributor="household")
    assert table.count((TOTAL, TOTAL)) == Count(99, 3, (79, 12, 8))
    assert table.count(("n1", TOTAL)) == Count(46, 2, (39, 7))
    assert [dimension.name for dimension in table.dimensions] == ["place", "reason"]


def test_the_rules_that_ask_who_contributed_are_applied(file: Path, tmp_path: Path) -> None:
    """Two households in n1 are too few; in n2 there are three, and without the rule of dominance they are enough."""
    policy, cells = Policy(contributors=3, dominance=Dominance(share=70.0)), {}
    for name, rules in {"both": policy, "three": Policy(contributors=3)}.items():
        protect_file(file, tmp_path / name, rules, hierarchies={}, count="persons", contributor="household")
        release = read_release(tmp_path / name)
        assert release.policy == rules
        cells[name] = release.tables[0].cells
    assert cells["three"]["n1", TOTAL] is None
    assert cells["three"][TOTAL, TOTAL] == 99
    assert cells["both"][TOTAL, TOTAL] is None


def test_without_names_the_rule_of_dominance_is_not_applied_and_not_stated(file: Path, tmp_path: Path) -> None:
    file.write_text("place,persons,reports\na,40,4\nb,30,5\n", encoding="utf-8")
    policy = Policy(contributors=2, dominance=Dominance(share=70.0))
    protect_file(file, tmp_path / "out", policy, hierarchies={}, count="persons", contributors="reports")
    assert read_release(tmp_path / "out").policy == Policy(contributors=2)


def test_no_contributor_is_written_anywhere(file: Path, tmp_path: Path) -> None:
    protect_file(file, tmp_path / "out", Policy(), hierarchies={}, count="persons", contributor="household")
    written = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert b"n1" in written
    assert not [name for name in ("Okafor", "Lindqvist", "Haddad", "household") if name.encode() in written]


def test_a_row_without_a_contributor_is_refused_by_its_line(file: Path) -> None:
    file.write_text(TABLE + "n1,flood,4,\n", encoding="utf-8")
    with pytest.raises(ContributorMissing, match="line 8, column household") as refused:
        read_table(file, {}, count="persons", contributor="household")
    assert "Okafor" not in str(refused.value)


def test_contributors_are_counted_or_stated_and_not_both(file: Path) -> None:
    head, *rows = TABLE.splitlines()
    file.write_text("\n".join([f"{head},reports", *(f"{row},1" for row in rows)]), encoding="utf-8")
    with pytest.raises(TableUnreadable, match="both stated and counted"):
        read_table(file, {}, count="persons", contributors="reports", contributor="household")
