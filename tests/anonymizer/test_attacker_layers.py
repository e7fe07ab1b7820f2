"""A month beside its weeks, to the attacker: few cells tie the weeks, and once those are decided each is a table of its own."""

from importlib import import_module
from itertools import product

import numpy as np
import pytest

from anonymizer import TOTAL
from anonymizer.attacker import Attacker, attack, groups
from anonymizer.attacker import layers as layers_module
from anonymizer.attacker.first_table import first_table
from anonymizer.attacker.layers import Layers, find_layers
from anonymizer.dimension import Dimension, flat_dimension
from anonymizer.published import Key, PublishedTable

TIME = flat_dimension("week", ["w1", "w2", "w3"])
PLACE = Dimension("place", {TOTAL: None, "n": TOTAL, "n1": "n", "n2": "n", "s": TOTAL, "s1": "s", "s2": "s", "s3": "s"})
REASON = flat_dimension("reason", ["flood", "drought", "other"])
DIMENSIONS = (PLACE, REASON, TIME)
TIED = ("n1", "flood")  # shown for the month, though weeks hide it


@pytest.fixture(autouse=True)
def _small_tables_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "SMALL", 0)
    monkeypatch.setattr(layers_module, "SMALL", 0)


def month(seed: int) -> PublishedTable:
    """Weeks that hide their innermost cells and some sums; the month hides what any of them hides, but one cell."""
    chance = np.random.default_rng(seed)
    innermost = {
        key: int(chance.integers(0, 7))
        for key in product(("n1", "n2", "s1", "s2", "s3"), REASON.children[TOTAL], TIME.children[TOTAL])
    }
    cells: dict[Key, int | None] = {}
    for key in product(*(dimension.parents for dimension in DIMENSIONS)):
        below = [
            number
            for cell, number in innermost.items()
            if all(code in each.climb(at) for each, at, code in zip(DIMENSIONS, cell, key, strict=True))
        ]
        cells[key] = sum(below)
    hidden = set(innermost)
    hidden |= {
        (place, reason, week)
        for place, reason, week in product(("n", "s"), REASON.children[TOTAL], TIME.children[TOTAL])
        if chance.random() < 0.3
    }
    hidden |= {(*TIED, week) for week in TIME.children[TOTAL]}
    hidden |= {(place, reason, TOTAL) for place, reason, _ in hidden if (place, reason) != TIED}
    return PublishedTable("flows", DIMENSIONS, {key: None if key in hidden else number for key, number in cells.items()})


def layers_of(table: PublishedTable) -> tuple[Attacker, Layers]:
    attacker = Attacker([table])
    layers = find_layers([table], attacker.unknowns, attacker._core)
    assert layers is not None
    return attacker, layers


@pytest.mark.parametrize("seed", range(3))
def test_the_equations_that_are_left_out_follow_from_those_that_are_kept(seed: int) -> None:
    attacker, layers = layers_of(month(seed))
    every, kept = (np.column_stack([of.signs.toarray(), of.amounts]) for of in (attacker._core.equations, layers.equations))
    assert len(kept) < len(every)
    assert np.linalg.matrix_rank(kept) == np.linalg.matrix_rank(np.vstack([kept, every]))


def test_only_what_a_shown_total_says_of_several_weeks_ties_them() -> None:
    attacker, layers = layers_of(month(1))
    apart, names = layers.apart, attacker.unknowns.names()
    place, reason = TIED
    tied = [names[("place", place), ("reason", reason), ("week", week)] for week in TIME.children[TOTAL]]
    columns = apart.core.column[np.searchsorted(apart.left, tied)]
    assert sorted(set(columns.tolist())) == apart.ties.tolist()


@pytest.mark.parametrize("seed", range(3))
def test_a_table_that_is_found_week_by_week_keeps_every_sum(seed: int) -> None:
    attacker, layers = layers_of(month(seed))
    found = first_table(attacker._core, layers)
    assert found is not None
    assert attacker._core.equations.hold(found)
    assert np.all(found >= attacker._core.lower)


@pytest.mark.parametrize("seed", range(3))
def test_what_can_be_known_is_the_same_without_them(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    table = month(seed)
    by_layers = attack([table])
    monkeypatch.setattr(import_module("anonymizer.attacker.attack"), "find_layers", lambda *_: None)
    assert attack([table]) == by_layers


def test_a_table_of_one_period_has_no_layers() -> None:
    table = month(1)
    week = PublishedTable("flows", DIMENSIONS[:2], {key[:2]: number for key, number in table.cells.items() if key[2] == "w1"})
    attacker = Attacker([week])
    assert find_layers([week], attacker.unknowns, attacker._core) is None


def test_what_lies_below_one_group_is_asked_together() -> None:
    """Districts by region; a dimension without regions has no such blocks."""
    attacker = Attacker([month(1)])
    [blocks] = groups.by_groups([month(1)], attacker.unknowns, attacker._core)
    names = {column: dict(name) for name, column in attacker.unknowns.names().items()}
    core = attacker._core
    for block in blocks:
        places = {
            names[at].get("place", TOTAL) for at in np.flatnonzero(np.isin(core.column, block) & (core.factor != 0)).tolist()
        }
        assert len({PLACE.parents[place] for place in places if place not in PLACE.children}) == 1
    assert sum(map(len, blocks)) == len(np.unique(np.concatenate(blocks)))
