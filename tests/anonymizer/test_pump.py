"""The feasibility pump: from a corner of a large system to one that is broken in few columns."""

from itertools import product

import numpy as np
import pytest

from anonymizer import TOTAL
from anonymizer.attacker import Attacker
from anonymizer.attacker.joint_program import NEAR, JointProgram, Reals
from anonymizer.attacker.pump import pumped
from anonymizer.attacker.unknowns import Equations, Whole
from anonymizer.dimension import flat_dimension
from anonymizer.published import PublishedTable

CODES = [f"c{number}" for number in range(9)]
CUBE = tuple(flat_dimension(name, CODES) for name in ("origin", "destination", "reason"))


def all_inside_hidden(seed: int) -> PublishedTable:
    """Nine by nine by nine hidden cells of 0 to 4 persons, and all their sums: corners of such a table are broken."""
    inside = np.random.default_rng(seed).integers(0, 5, (9, 9, 9))
    cells: dict[tuple[str, ...], int | None] = {}
    for key in product(*(dimension.parents for dimension in CUBE)):
        within = inside[np.ix_(*(range(9) if code == TOTAL else [CODES.index(code)] for code in key))]
        cells[key] = int(within.sum()) if TOTAL in key else None
    return PublishedTable("movements", CUBE, cells)


def corner(seed: int) -> tuple[Equations, Reals, Whole, Whole]:
    unknowns = Attacker([all_inside_hidden(seed)]).unknowns
    lower, upper = unknowns.lower, np.full(len(unknowns.lower), 50)
    rising = np.random.default_rng(seed).random(len(lower)) < 0.5
    values = JointProgram(unknowns.equations, lower, upper).solve(lower, upper, ~rising, rising)
    assert values is not None
    return unknowns.equations, values, lower, upper


def broken(values: Reals) -> int:
    return int(np.count_nonzero(np.abs(values - np.rint(values)) > NEAR))


@pytest.mark.parametrize("seed", range(5))
def test_fewer_are_broken_and_all_sums_hold(seed: int) -> None:
    equations, values, lower, upper = corner(seed)
    found = pumped(equations, values, lower, upper, few=0)
    assert broken(found) < broken(values) / 2  # of some hundred
    assert np.allclose(equations.signs @ found, equations.amounts)
    assert np.all((lower - NEAR <= found) & (found <= upper + NEAR))


def test_few_broken_columns_are_left_to_branching() -> None:
    equations, values, lower, upper = corner(0)
    assert pumped(equations, values, lower, upper, few=broken(values)) is values
